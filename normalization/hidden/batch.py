"""Batch normalization: every unit gets mean 0 and variance 1 over the rows of the batch; at test time, of the running statistics."""

import jax.numpy as jnp
from jax.typing import DTypeLike

from core.messages import N_
from normalization.hidden_layer import (
    AFFINE,
    EPSILON,
    HiddenNormalization,
    LayerInput,
    Matrix,
    Numbers,
    PerUnit,
    State,
    Units,
    Weights,
    moments,
)


def state(units: int, dtype: DTypeLike) -> State:
    """Running mean 0 and running variance 1."""
    return jnp.zeros(units, dtype), jnp.ones(units, dtype)


def remembered(inputs: LayerInput, mean: PerUnit, variance: PerUnit) -> State:
    """μ̄ ← pμ̄ + (1 − p)μ and the same for σ²; the population variance, as the lectures and flax have it (PyTorch keeps the unbiased)."""
    p = inputs.numbers.get("memory", 0.0)  # the network with two hidden units remembers nothing
    return tuple(p * old + (1 - p) * new for old, new in zip(inputs.state, (mean, variance), strict=True))


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """(z − μ)/√(σ² + ε): of the batch in training, of what is remembered otherwise."""
    mean, variance = moments(inputs.z, inputs.w) if inputs.train else inputs.state
    state = remembered(inputs, mean, variance) if inputs.train else inputs.state
    return (inputs.z - mean[:, None]) / jnp.sqrt(variance + inputs.numbers["epsilon"])[:, None], state


def recover(z: Units, w: Weights, matrix: Matrix, numbers: Numbers) -> tuple[PerUnit, PerUnit]:
    """γ = √(σ² + ε), β = μ."""
    mean, variance = moments(z, w)
    return jnp.sqrt(variance + numbers["epsilon"]), mean


normalization = HiddenNormalization(
    label=N_("batch normalization"),
    formula=r"\hat z=\gamma\,\frac{z-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}}+\beta",
    source="Ioffe & Szegedy 2015, arXiv:1502.03167",
    normalize=normalize,
    state=state,
    recover=recover,
    fields=(EPSILON, *AFFINE),
    scale_free=True,
    remembers=True,
    two_units=True,
    rank=10,
    note=N_(
        "What is remembered of the variance is that of the batch itself, divided by its n rows, as in the lectures and flax; PyTorch "
        "remembers the unbiased one, divided by n − 1."
    ),
)
