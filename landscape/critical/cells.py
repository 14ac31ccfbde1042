"""The grid that a search starts from: expansions at the corners of cells, which cells are flat, and where Newton's method should start."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from landscape.critical.expansions import Expand, Expansions, Flags, Points, eigen, larger, norm
from landscape.critical.stationary import damped

_QUIET = 1e-9  # a gradient counts as 0 below this share of that of the cell around
_ROUNDING = 1e-12  # a cell is flat where the loss moves by less than this share of its range


class Grid(NamedTuple):
    """n × n cells, rows along b."""

    z: Points  # their corners
    expansions: Expansions  # there
    cells: int  # n
    slope: Float[np.ndarray, "n n"]  # the largest ‖g‖ of a cell's corners
    bend: Float[np.ndarray, "n n"]  # the largest ‖H‖
    flat: Bool[np.ndarray, "n n"]  # the loss does not change in it,
    by_flat: Bool[np.ndarray, "n n"]  # or in one next to it
    typical: float  # how far above its lowest value half of the grid lies

    @property
    def cell(self) -> float:
        return 2 / self.cells

    def of(self, z: Points) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of the cell that a point lies in."""
        column, row = np.clip(((z + 1) / self.cell).astype(int), 0, self.cells - 1).T
        return row, column


def _wider(cells: Bool[np.ndarray, "n n"]) -> Bool[np.ndarray, "n n"]:
    """With the eight neighbors of each."""
    n, framed = len(cells), np.pad(cells, 1)
    return np.any([framed[i : i + n, j : j + n] for i in range(3) for j in range(3)], axis=0)


def _corners(values: Float[np.ndarray, " k"], n: int) -> Float[np.ndarray, "4 n n"]:
    v = values.reshape(n + 1, n + 1)
    return np.stack([v[:-1, :-1], v[:-1, 1:], v[1:, :-1], v[1:, 1:]])


def gridded(expand: Expand, n: int) -> Grid:
    side = np.linspace(-1, 1, n + 1)
    z = np.stack([part.ravel() for part in np.meshgrid(side, side)], axis=1)
    expansions = expand(z)
    slopes, bends = norm(expansions.gradient), larger(eigen(expansions.hessian)[0])
    slope, bend = (np.nan_to_num(_corners(part, n)).max(axis=0) for part in (slopes, bends))
    loss = _corners(expansions.loss, n)
    known = expansions.loss[np.isfinite(expansions.loss)]
    span, size = (float(np.ptp(known)), float(np.abs(known).max())) if len(known) else (0.0, 0.0)
    moves = np.maximum(np.ptp(loss, axis=0), slope * 2 / n + bend * (2 / n) ** 2)
    flat = moves <= max(_ROUNDING * span, np.finfo(float).eps * size)
    typical = float(np.median(known) - known.min()) if len(known) else 0.0
    return Grid(z=z, expansions=expansions, cells=n, slope=slope, bend=bend, flat=flat, by_flat=_wider(flat), typical=typical)


def starts(grid: Grid, hints: Points) -> Points:
    """Where Newton's step from a corner stays near it, the cells in which both parts of the gradient change sign, corners that are lower or
    higher than all their neighbors, a coarse lattice, and what was known before."""
    n, cell = grid.cells, grid.cell
    step = damped(grid.expansions, np.full(len(grid.z), 1e-10))
    step = np.nan_to_num(step, nan=9.0)
    landed = (grid.z + step)[np.abs(step).max(axis=1) <= 1.5 * cell]
    if len(landed):
        landed = landed[np.unique(np.round(landed / (0.5 * cell)), axis=0, return_index=True)[1]]
    parts = [_corners(grid.expansions.gradient[:, i], n) for i in (0, 1)]
    crossing = np.all([(part.min(axis=0) <= 0) & (part.max(axis=0) >= 0) for part in parts], axis=0) & ~grid.flat
    row, column = np.nonzero(crossing)
    centers = np.stack([column, row], axis=1) * cell - 1 + 0.5 * cell
    side = np.linspace(-0.875, 0.875, 6)
    coarse = np.stack([part.ravel() for part in np.meshgrid(side, side)], axis=1)
    chosen = np.concatenate([landed, centers, grid.z[extreme(grid, 1)], grid.z[extreme(grid, -1)], coarse, hints])
    chosen = chosen[np.abs(chosen).max(axis=1) <= 1 + cell]
    row, column = grid.of(chosen)
    return chosen[~grid.flat[row, column]]


def extreme(grid: Grid, sign: int) -> Flags:
    """Corners inside the window that are lower (sign 1) or higher (−1) than their eight neighbors."""
    n = grid.cells + 1
    loss = np.nan_to_num(sign * grid.expansions.loss.reshape(n, n), nan=np.inf)
    inner = loss[1:-1, 1:-1]
    around = [loss[1 + i : n - 1 + i, 1 + j : n - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    lowest = np.zeros((n, n), bool)
    lowest[1:-1, 1:-1] = np.all([inner <= other for other in around], axis=0) & np.any([inner < other for other in around], axis=0)
    return lowest.ravel()


def quiet(grid: Grid, z: Points, expansions: Expansions) -> Flags:
    row, column = grid.of(z)
    return norm(expansions.gradient) <= _QUIET * (grid.slope[row, column] + grid.bend[row, column] * grid.cell)
