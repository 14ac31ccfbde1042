"""z times the normal distribution's share below z, exactly."""

import jax

from surfaces.activation import Activation

activation = Activation(
    label="GELU",
    formula=r"z\,\Phi(z)",
    source="Hendrycks & Gimpel 2016, arXiv 1606.08415",
    function=lambda z: jax.nn.gelu(z, approximate=False),
    rank=40,
)
