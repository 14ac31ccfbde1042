"""How smooth a loss is along its gradient, by the three measures that were used to ask why batch normalization helps."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]


class Smoothness(NamedTuple):
    """Along the gradient."""

    lowest: Scalar  # loss
    highest: Scalar  # loss
    gradient_change: Scalar  # how far the gradient moves, at most
    beta: Scalar  # the effective β-smoothness


def smoothness(loss: Callable[[Theta], Scalar], theta: Theta, rate: Float[Array, ""] | float, count: int = 8) -> Smoothness:
    """Along θ − sg, g = ∇L(θ), at `count` evenly spaced s from η/2 to 4η; 8 are η/2, η, 3η/2 … 4η. Santurkar et al. 2018, arXiv 1805.11604.

    The lowest and the highest L(θ − sg); gradient_change = max ‖∇L(θ) − ∇L(θ − sg)‖, β = max ‖∇L(θ) − ∇L(θ − sg)‖/‖sg‖, 0 where g is 0.
    A dead, flat surface is smooth by all three, and cannot be trained. In float32 β is rounding once sg is near the rounding of θ.
    """
    gradient = jax.grad(loss)(theta)
    size = jnp.linalg.norm(gradient)

    def at_step(s: Scalar) -> tuple[Scalar, Scalar]:
        value, there = jax.value_and_grad(loss)(theta - s * gradient)
        return value, jnp.linalg.norm(gradient - there)

    steps = jnp.asarray(rate, theta.dtype) * jnp.linspace(0.5, 4, count, dtype=theta.dtype)
    values, changes = jax.lax.map(at_step, steps)
    lengths = steps * size
    beta = jnp.where(lengths == 0, 0, changes / lengths)
    return Smoothness(jnp.min(values), jnp.max(values), jnp.max(changes), jnp.max(beta))
