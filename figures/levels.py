"""Which shade a loss is drawn in: logarithmic, even rings, or the loss itself; and where its contour lines then run."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Heights = Callable[[Float[np.ndarray, "..."]], Float[np.ndarray, "..."]]


class Levels(NamedTuple):
    """height(loss) -> what is drawn; first, last, step: the contour lines in that height."""

    height: Heights
    first: float
    last: float
    step: float


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
    return Levels(height, first, last, (last - first) / lines)
