"""Spectral normalization: the weights of a layer divided by their largest singular value, so that no input is stretched."""

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from core.messages import N_
from normalization.hidden_layer import AFFINE, HiddenNormalization, Matrix, Numbers, PerUnit, State, Units, Weights

ITERATIONS = 5  # the paper does 1 a step, enough once u has settled; the first values of a new network need more


def state(units: int, dtype: DTypeLike) -> State:
    """u before the first batch: e^{i/k} for unit i of k, as a unit vector.

    Power iteration never finds what it is orthogonal to at first. To these numbers no vector of whole numbers is orthogonal, neither
    a unit, nor the difference of two: e to different rational powers is linearly independent (Lindemann & Weierstrass). And it is
    fixed, so that the same network begins alike.
    """
    u = jnp.exp(jnp.arange(units, dtype=dtype) / units)
    return (u / jnp.linalg.norm(u),)


def _unit(x: Float[Array, " i"], otherwise: Float[Array, " i"]) -> Float[Array, " i"]:
    """x/‖x‖; for x = 0 the other one."""
    square = x @ x
    return jnp.where(square > 0, x / jnp.sqrt(jnp.where(square > 0, square, 1.0)), otherwise)


def gain(matrix: Matrix, numbers: Numbers, state: State, train: bool) -> tuple[PerUnit, State]:
    """1/σ(W), the same for all units: σ = uᵀWv, v ← Wᵀu/‖Wᵀu‖ and, in training, u ← Wv/‖Wv‖. u and v have no gradient; W = 0 stays 0."""
    (u,) = jax.lax.stop_gradient(state)
    fixed = jax.lax.stop_gradient(matrix)
    zero = jnp.zeros_like(fixed[0])
    for _ in range(ITERATIONS if train else 0):
        u = _unit(fixed @ _unit(fixed.T @ u, zero), u)
    v = _unit(fixed.T @ u, zero)
    σ = u @ matrix @ v
    return jnp.ones_like(u) / jnp.where(σ > 0, σ, 1.0), (u,)


def recover(z: Units, w: Weights, matrix: Matrix, numbers: Numbers) -> tuple[PerUnit, PerUnit]:
    """γ = σ(W), the exact one, which u finds after some batches; β = 0."""
    zero = jnp.zeros_like(matrix[:, 0])
    return zero + jnp.linalg.norm(matrix, 2), zero


normalization = HiddenNormalization(
    label=N_("spectral normalization"),
    formula=r"\hat z=\gamma\,\frac{Wh}{\sigma(W)}+\beta,\quad \sigma(W)=\max_{\lVert v\rVert=1}\lVert Wv\rVert\approx u^\top W v",
    source="Miyato et al. 2018, arXiv:1705.10941; γ in its appendix E",
    gain=gain,
    normalize=lambda inputs: (inputs.z, inputs.state),
    state=state,
    recover=recover,
    fields=AFFINE,
    scale_free=True,
    rank=45,
)
