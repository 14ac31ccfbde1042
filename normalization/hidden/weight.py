"""Weight normalization: the incoming weights of every unit as a direction; their length is γ."""

import jax.numpy as jnp

from core.messages import N_
from normalization.hidden_layer import AFFINE, HiddenNormalization, Matrix, Numbers, PerUnit, State, Units, Weights


def length(matrix: Matrix) -> PerUnit:
    """‖w_k‖, and 1 where w_k = 0: a unit without weights stays 0 and has the gradient of a plain one."""
    square = jnp.sum(matrix**2, axis=1)
    return jnp.sqrt(jnp.where(square > 0, square, 1.0))


def gain(matrix: Matrix, numbers: Numbers, state: State, train: bool) -> tuple[PerUnit, State]:
    """1/‖w_k‖."""
    return 1 / length(matrix), state


def recover(z: Units, w: Weights, matrix: Matrix, numbers: Numbers) -> tuple[PerUnit, PerUnit]:
    """γ = ‖w_k‖, β = 0."""
    return length(matrix), jnp.zeros_like(matrix[:, 0])


normalization = HiddenNormalization(
    label=N_("weight normalization"),
    formula=r"\hat z_k=\gamma_k\,\frac{w_k^\top h}{\lVert w_k\rVert}+\beta_k",
    source="Salimans & Kingma 2016, arXiv:1602.07868",
    normalize=lambda inputs: (inputs.z, inputs.state),
    gain=gain,
    recover=recover,
    fields=AFFINE,
    scale_free=True,
    rank=40,
)
