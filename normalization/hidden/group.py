"""Group normalization: the units of each row in groups, each with mean 0 and variance 1. One group is layer normalization."""

from collections.abc import Mapping

import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from core.messages import N_, Message, message
from core.settings import Number
from normalization.hidden_layer import AFFINE, EPSILON, HiddenNormalization, LayerInput, State, Units


def averaging(units: int, groups: Float[Array, ""], dtype: DTypeLike) -> Float[Array, "k k"]:
    """The matrix that puts its group's mean in the place of every unit. Unit i of k is in group ⌊i·groups/k⌋.

    A matrix, and no reshaping to groups: their number is traced.
    """
    groups = jnp.clip(jnp.round(groups), 1, units).astype(dtype)
    # With i·groups whole, ½ changes no group, and keeps a division that is rounded down from doing so.
    group = jnp.floor((jnp.arange(units, dtype=dtype) * groups + 0.5) / units)
    same = (group[:, None] == group).astype(dtype)
    return same / jnp.sum(same, axis=1, keepdims=True)


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """(z − μ)/√(σ² + ε), μ and σ² of each row, over the unit's group."""
    mean = averaging(inputs.z.shape[0], inputs.numbers["groups"], inputs.z.dtype)
    centered = inputs.z - mean @ inputs.z
    return centered / jnp.sqrt(mean @ centered**2 + inputs.numbers["epsilon"]), inputs.state


def senseless(units: int, numbers: Mapping[str, float]) -> Message | None:
    """Of a group of one unit nothing is left, of two only which one is the larger."""
    groups = round(numbers["groups"])
    if units < 3:
        return message(N_("A group needs 3 units to say more than 0 or ±1. Give the layer 3 units or more."))
    if units < 2 * groups:
        text = N_("{groups} groups of {units} units leave a unit alone in its group, which makes it 0. Take at most {most}.")
        return message(text, groups=groups, units=units, most=units // 3)
    if units < 3 * groups:
        text = N_("{groups} groups of {units} units leave 2 in a group, of which only −1 and 1 are left. Take at most {most}.")
        return message(text, groups=groups, units=units, most=units // 3)
    return None


normalization = HiddenNormalization(
    label=N_("group normalization"),
    formula=r"\hat z=\gamma\,\frac{z-\mu_G}{\sqrt{\sigma_G^2+\varepsilon}}+\beta,\quad G_i=\lfloor i\cdot\text{groups}/k\rfloor",
    source="Wu & He 2018, arXiv:1803.08494",
    normalize=normalize,
    senseless=senseless,
    fields=(EPSILON, Number("groups", N_("groups of units"), 2.0, 1.0, 32.0), *AFFINE),
    scale_free=True,
    rank=30,
)
