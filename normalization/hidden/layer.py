"""Layer normalization: every row gets mean 0 and variance 1 over the units of the layer, whatever the other rows are."""

from collections.abc import Mapping

import jax.numpy as jnp

from core.messages import N_, Message, message
from normalization.hidden_layer import AFFINE, EPSILON, HiddenNormalization, LayerInput, State, Units


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """(z − μ)/√(σ² + ε), μ and σ² of each row, over its units."""
    mean, variance = jnp.mean(inputs.z, axis=0), jnp.var(inputs.z, axis=0)
    return (inputs.z - mean) / jnp.sqrt(variance + inputs.numbers["epsilon"]), inputs.state


def senseless(units: int, numbers: Mapping[str, float]) -> Message | None:
    """Of one unit nothing is left, of two only which one is the larger."""
    if units == 1:
        return message(N_("One unit is its own mean, so layer normalization makes it 0. Give the layer 3 units or more."))
    if units == 2:
        return message(N_("Of 2 units layer normalization makes −1 and 1, whatever they were. Give the layer 3 units or more."))
    return None


normalization = HiddenNormalization(
    label=N_("layer normalization"),
    formula=r"\hat z=\gamma\,\frac{z-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta,\ \mu=\frac1k\sum_i z_i,\ \sigma^2=\frac1k\sum_i(z_i-\mu)^2",
    source="Ba, Kiros & Hinton 2016, arXiv:1607.06450",
    normalize=normalize,
    senseless=senseless,
    fields=(EPSILON, *AFFINE),
    scale_free=True,
    rank=20,
)
