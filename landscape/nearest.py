"""The critical point that is nearest to a point: ∇L = 0 by Levenberg and Marquardt, so saddles and maxima attract as minima do."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Expand = Callable[[Float[np.ndarray, "k p"]], tuple[Float[np.ndarray, " k"], Float[np.ndarray, "k p"], Float[np.ndarray, "k p p"]]]
ROUNDS = 60
REACH = 0.05  # units; who is led farther than that is near none
EXACT = 1e-11  # a Newton step this small, in units of the window, is rounding


class Nearest(NamedTuple):
    """Where the searches ended."""

    position: Float[np.ndarray, "k p"]
    converged: np.ndarray  # whether the gradient is zero there
    loss: Float[np.ndarray, " k"]
    gradient: Float[np.ndarray, "k p"]
    hessian: Float[np.ndarray, "k p p"]


def nearest(expand: Expand, points: Float[np.ndarray, "k p"], unit: Float[np.ndarray, " p"]) -> Nearest:
    """From each point down ½‖∇L‖² by (H² + μ)δ = −H∇L, all points side by side, in coordinates in which `unit` is 1.

    converged: the gradient fell to rounding, |∇L| ≤ 1e-9·‖H‖·unit, within REACH of where it began. With a Hessian of 0 it must be 0.
    """
    t = np.array(points / unit)

    def at(t: Float[np.ndarray, "k p"]) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, "k p"], Float[np.ndarray, "k p p"]]:
        loss, gradient, hessian = expand(t * unit)
        return loss, gradient * unit, hessian * unit[:, None] * unit

    loss, g, h = at(t)
    start, damping = t.copy(), np.full(t.shape[0], 1e-3)
    for _ in range(ROUNDS):
        ok = np.isfinite(g).all(axis=1) & np.isfinite(h).all(axis=(1, 2))
        values, axes = np.linalg.eigh(np.where(ok[:, None, None], h, 0.0))
        size = np.abs(values).max(axis=1, keepdims=True)
        along = np.einsum("kij,ki->kj", axes, np.where(ok[:, None], g, 0.0))
        weight = values**2 + damping[:, None] * size**2
        step = -np.einsum("kij,kj->ki", axes, np.divide(values * along, weight, out=np.zeros_like(along), where=weight > 0))
        going = (np.abs(step) > EXACT * (1 + np.abs(t))).any(axis=1) & (np.abs(t - start).max(axis=1) <= REACH)
        if not going.any():
            break
        tried = t + step
        there = at(tried)
        better = ok & going & (np.linalg.norm(there[1], axis=1) < np.linalg.norm(g, axis=1))
        t, g = np.where(better[:, None], tried, t), np.where(better[:, None], there[1], g)
        loss, h = np.where(better, there[0], loss), np.where(better[:, None, None], there[2], h)
        damping = np.clip(np.where(better, 0.1 * damping, 8 * damping), 1e-15, 1e8)
    near = np.abs(t - start).max(axis=1) <= REACH
    small = np.linalg.norm(g, axis=1) <= 1e-9 * np.linalg.norm(h, axis=(1, 2))
    return Nearest(t * unit, near & small, loss, g / unit, h / unit[:, None] / unit)
