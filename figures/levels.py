"""How losses become the heights of a contour map (logarithmic, square root, rank, linear), and the levels of its contour lines."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from figures.derived import HOWS, Derived

_HOWS = {"log": "log", "even": "sqrt", "linear": "linear", "rank": "rank"}
_KNOTS = 257  # between two of them less than half a percent of the picture


class Levels(NamedTuple):
    """A loss is drawn at height how(loss − base, *by); first, last, step: the contour lines in that height."""

    base: float
    how: str
    by: tuple[float, ...]
    first: float
    last: float
    step: float

    def height(self, loss: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        return HOWS[self.how](np.asarray(loss, dtype=np.float64) - self.base, *self.by)

    def excess(self, loss: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """What is sent of a grid: float32 of the loss above its base keeps seven digits also where the loss is nearly its minimum."""
        return (np.asarray(loss, dtype=np.float64) - self.base).astype(np.float32)

    def heights(self, excess: Float[np.ndarray, "..."]) -> Derived:
        return Derived(excess, self.how, self.by)

    def losses(self, excess: Float[np.ndarray, "..."]) -> Derived:
        return Derived(excess, "shift", (self.base,))

    def coarse(self, loss: Float[np.ndarray, "..."]) -> Derived:
        """Heights in 16 bits: 65536 shades, for a picture that is moving."""
        share = (self.height(loss) - self.first) / ((self.last - self.first) or 1.0)
        return Derived(np.round(65535 * np.clip(share, 0, 1)).astype(np.uint16), "scale", (self.first, self.last))


def _floor(excess: Float[np.ndarray, " n"], top: float) -> float:
    """The excess below which a twentieth of the picture lies, which may be of one shade: a far start must not hide the valley."""
    return max(float(np.quantile(excess, 0.05)), 1e-6 * top)


def levels(kind: str, grid: Float[np.ndarray, "m n"], lowest: float | None, goal: float | None, lines: int = 14) -> Levels:
    """For the losses of a picture. `lowest`: the minimum (the picture's own where there is none); `goal`: the smallest excess worth
    a line of its own on a logarithmic scale."""
    finite = grid[np.isfinite(grid)]
    if finite.size == 0:
        finite = np.zeros(1)
    base = float(finite.min()) if lowest is None else min(lowest, float(finite.min()))
    top = max(float(finite.max()) - base, 1e-12)
    low = min(goal / 3 if goal else 1e-3 * top, 0.1 * top, _floor(finite - base, top)) if kind == "log" else 0.0
    by: tuple[float, ...] = (low, top)
    if kind == "rank":
        # Quantiles, as many in every part of the picture; ends included, and no two alike, so that the height can be read back.
        knots = np.unique(np.concatenate([[0.0, top], np.quantile(finite - base, np.linspace(0, 1, _KNOTS))]))
        by = tuple(float(knot) for knot in knots)
    how = _HOWS[kind]
    first, last = (float(HOWS[how](np.array(end), *by)) for end in (0.0, top))
    return Levels(base, how, by, first, last, (last - first) / lines)
