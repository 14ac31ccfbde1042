"""Where a loss is lowest: Newton's method with Levenberg-Marquardt damping, from many starting points."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from landscape.curvature import expansion

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]


class _At(NamedTuple):
    theta: Theta
    loss: Scalar
    damping: Scalar
    t: Int[Array, ""]


def newton(loss: Callable[[Theta], Scalar], start: Theta, steps: int = 200) -> tuple[Theta, Scalar]:
    """Steps −(H + μD)⁻¹g that lower the loss, D = diag|H| so that ill-scaled axes do not matter. Returns θ and L(θ)."""
    tiny = jnp.finfo(start.dtype).tiny

    def step(at: _At) -> _At:
        _, gradient, hessian = expansion(loss, at.theta)
        scale = jnp.abs(jnp.diag(hessian))
        flat = jnp.maximum(jnp.linalg.norm(gradient), tiny)  # where there is no curvature at all: a step of length 1/μ downhill
        scale = jnp.where(scale > 0, scale, jnp.where(jnp.max(scale) > 0, jnp.max(scale), flat))
        trial = at.theta - jnp.linalg.solve(hessian + at.damping * jnp.diag(scale), gradient)
        value = loss(trial)
        better = value < at.loss
        return _At(
            jnp.where(better, trial, at.theta),
            jnp.where(better, value, at.loss),
            jnp.where(better, at.damping * 0.1, jnp.maximum(at.damping, 1e-6) * 10),
            at.t + 1,
        )

    first = _At(start, loss(start), jnp.asarray(1e-3, start.dtype), jnp.zeros((), int))
    last = jax.lax.while_loop(lambda at: (at.t < steps) & (at.damping < 1e12), step, first)
    return last.theta, last.loss


def lowest(loss: Callable[[Theta], Scalar], starts: Float[Array, "s p"]) -> tuple[Theta, Scalar]:
    """The best of Newton's walks from all `starts`."""
    thetas, values = jax.lax.map(lambda start: newton(loss, start), starts)
    best = jnp.nanargmin(jnp.where(jnp.isfinite(values), values, jnp.inf))
    return thetas[best], values[best]
