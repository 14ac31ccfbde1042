"""Local response normalization: every unit damped by the squares of its neighbors. From before batch normalization."""

from collections.abc import Mapping

import jax.numpy as jnp

from core.messages import N_, Message, message
from core.settings import Number
from normalization.hidden_layer import HiddenNormalization, LayerInput, State, Units


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """aᵢ/(κ + α Σ aⱼ²)^β over the units j with |i − j| ≤ n/2. The sum is a banded matrix, as n is traced."""
    n = inputs.numbers
    i = jnp.arange(inputs.z.shape[0], dtype=inputs.z.dtype)
    near = (jnp.abs(i[:, None] - i) <= n["neighbors"] / 2).astype(inputs.z.dtype)
    return inputs.z / (n["kappa"] + n["alpha"] * (near @ inputs.z**2)) ** n["exponent"], inputs.state


def senseless(units: int, numbers: Mapping[str, float]) -> Message | None:
    """Without neighbors there is nothing to be damped by."""
    if units == 1:
        return message(N_("One unit has no neighbors to respond to. Give the layer 2 units or more."))
    return None


normalization = HiddenNormalization(
    label=N_("local response normalization (older)"),
    formula=r"b_i=\frac{a_i}{\bigl(\kappa+\alpha\sum_{|i-j|\le n/2}a_j^2\bigr)^{\beta}}",
    source="Krizhevsky, Sutskever & Hinton 2012, section 3.3; the older comparison, from before batch normalization",
    normalize=normalize,
    senseless=senseless,
    fields=(
        Number("kappa", N_("added to the sum of squares"), 2.0, 0.01, 10.0, symbol="κ"),
        Number("alpha", N_("weight of the sum of squares"), 1e-4, 1e-5, 10.0, log=True, symbol="α"),
        Number("neighbors", N_("units in the window"), 5.0, 2.0, 32.0, symbol="n"),
        Number("exponent", N_("exponent"), 0.75, 0.0, 2.0, symbol="β"),
    ),
    affine=False,
    rank=50,
)
