"""The positive part."""

import jax

from surfaces.activation import Activation

activation = Activation(
    label="ReLU",
    formula=r"\max(z, 0)",
    source="Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines",
    function=jax.nn.relu,
    homogeneous=True,
    rank=10,
)
