"""RMS normalization: every row divided by the root mean square of its units; the mean stays."""

from collections.abc import Mapping

import jax.numpy as jnp

from core.messages import N_, Message, message
from normalization.hidden_layer import AFFINE, EPSILON, HiddenNormalization, LayerInput, State, Units


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """z/√(mean of z² + ε), the mean over the units of each row."""
    return inputs.z / jnp.sqrt(jnp.mean(inputs.z**2, axis=0) + inputs.numbers["epsilon"]), inputs.state


def senseless(units: int, numbers: Mapping[str, float]) -> Message | None:
    """Of one unit only the sign is left."""
    if units == 1:
        return message(N_("One unit is its own root mean square, so only its sign is left. Give the layer 2 units or more."))
    return None


normalization = HiddenNormalization(
    label=N_("RMS normalization"),
    formula=r"\hat z=\gamma\,\frac{z}{\sqrt{\frac1k\sum_i z_i^2+\varepsilon}}+\beta",
    source="Zhang & Sennrich 2019, arXiv:1910.07467, there with the layer's bias in the place of β",
    normalize=normalize,
    senseless=senseless,
    fields=(EPSILON, *AFFINE),
    scale_free=True,
    rank=25,
)
