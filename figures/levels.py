"""Which height a loss is drawn at: logarithmic, even rings, or the loss itself; and what its contour lines and color bar then say."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from numerals import numeral

Heights = Callable[[Float[np.ndarray, "..."]], Float[np.ndarray, "..."]]


class Levels(NamedTuple):
    """height(loss) -> what is drawn; first, last, step: the contour lines in that height; ticks and words: the color bar, in loss."""

    height: Heights
    first: float
    last: float
    step: float
    ticks: list[float]
    words: list[str]


def levels(kind: str, grid: Float[np.ndarray, "m n"], lowest: float | None, goal: float | None, lines: int = 14) -> Levels:
    """For the losses of a picture. `lowest`: the minimum (the picture's own where there is none); `goal`: the smallest excess worth
    a line of its own on a logarithmic scale."""
    finite = grid[np.isfinite(grid)]
    if finite.size == 0:
        finite = np.zeros(1)
    base = float(finite.min()) if lowest is None else min(lowest, float(finite.min()))
    top = max(float(finite.max()) - base, 1e-12)
    floor = min(goal / 3 if goal else 1e-3 * top, 0.1 * top)

    def height(loss: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        excess = np.nan_to_num(np.asarray(loss, dtype=np.float64) - base, nan=top, posinf=top)
        if kind == "log":
            return np.log10(np.maximum(excess, floor))
        return np.sqrt(np.maximum(excess, 0)) if kind == "even" else excess

    first, last = float(height(np.array(base))), float(height(np.array(base + top)))
    ticks = list(np.linspace(first, last, 5))
    losses = [base + (10**tick if kind == "log" else tick**2 if kind == "even" else tick) for tick in ticks]
    return Levels(height, first, last, (last - first) / lines, ticks, [numeral(float(f"{loss:.3g}")) for loss in losses])
