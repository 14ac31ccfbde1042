"""How often a gradient turns along a closed curve: the sum of the indices of all critical points inside (Poincaré & Hopf)."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from landscape.critical.expansions import Expand, Points, norm

Reason = Literal["vanishes", "jumps"]
Curve = Callable[[Float[np.ndarray, " k"]], tuple[Points, Points]]  # s in [0, 1) -> the points there, and their derivatives by s

_EIGHTHS = np.arange(1, 8) / 8
_QUARTER = 0.5 * np.pi


class Winding(NamedTuple):
    """The number of turns, counterclockwise, and None with the reason where there is none: the gradient vanishes on the curve, or jumps."""

    turns: int | None
    reason: Reason | None


def rim(s: Float[np.ndarray, " k"]) -> tuple[Points, Points]:
    """Around the square [−1, 1]², counterclockwise from (−1, −1)."""
    side, along = np.floor(4 * s).astype(int) % 4, 2 * (4 * s - np.floor(4 * s)) - 1
    edge = np.ones_like(s)
    points = np.stack([np.choose(side, [along, edge, -along, -edge]), np.choose(side, [-edge, along, edge, -along])], axis=1)
    tangents = 8.0 * np.stack([np.choose(side, [edge, 0 * s, -edge, 0 * s]), np.choose(side, [0 * s, edge, 0 * s, -edge])], axis=1)
    return points, tangents


def circle(center: Float[np.ndarray, " 2"], radius: float) -> Curve:
    def around(s: Float[np.ndarray, " k"]) -> tuple[Points, Points]:
        angle = 2 * np.pi * s
        cos, sin = np.cos(angle), np.sin(angle)
        return center + radius * np.stack([cos, sin], axis=1), 2 * np.pi * radius * np.stack([-sin, cos], axis=1)

    return around


def winding(expand: Expand, curve: Curve, count: int = 256, shortest: float = 1e-13) -> Winding:
    """Adds points where the gradient turns by π/2 or more from one to the next, or would at the rate that the Hessian tells.

    shortest: of the curve's length; what turns within that is a jump.
    """

    def gradients(s: Float[np.ndarray, " k"]) -> tuple[Points, Float[np.ndarray, " k"]]:
        points, tangents = curve(s)
        _, g, hessian = expand(points)
        largest = np.abs(g).max(axis=1, keepdims=True)
        unit = g / np.where(largest > 0, largest, 1.0)  # its square would be 0 where it is below 1e-160
        turning = np.einsum("kij,kj->ki", hessian, tangents) / np.where(largest > 0, largest, 1.0)
        return g, (unit[:, 0] * turning[:, 1] - unit[:, 1] * turning[:, 0]) / np.maximum(np.sum(unit**2, axis=1), 1e-300)

    s = (np.arange(count) + 0.5) / count  # not at the corners
    g, rate = gradients(s)
    for _ in range(60):
        if not np.isfinite(g).all() or not norm(g).all():
            return Winding(None, "vanishes")
        angle = np.arctan2(g[:, 1], g[:, 0])
        turn = (np.diff(angle, append=angle[:1]) + np.pi) % (2 * np.pi) - np.pi
        gap = np.diff(s, append=s[:1] + 1)
        quick = np.maximum(np.abs(rate), np.abs(np.roll(rate, -1))) * gap >= _QUARTER
        coarse = np.flatnonzero((np.abs(turn) >= _QUARTER) | quick & (gap > 1e-7))
        if not len(coarse):
            return Winding(round(float(turn.sum()) / (2 * np.pi)), None)
        if gap[coarse].min() < shortest or len(s) > 20_000:
            worst = coarse[np.argmin(gap[coarse])]
            near = norm(g)[worst] <= 1e-8 * np.abs(norm(g)).max()
            return Winding(None, "vanishes" if near else "jumps")
        between = _EIGHTHS if len(coarse) <= 16 else np.array([0.5])  # a few points cost as much as one
        added = ((s[coarse] + np.outer(between, gap[coarse])) % 1.0).ravel()
        more, more_rate = gradients(added)
        s, g, rate = np.concatenate([s, added]), np.concatenate([g, more]), np.concatenate([rate, more_rate])
        order = np.argsort(s)
        s, g, rate = s[order], g[order], rate[order]
    return Winding(None, "jumps")
