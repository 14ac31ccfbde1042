"""The atlas of a window: its critical points, classified; curves of them; flat regions; kinks; and what the rim says about their number.

Everything is decided in coordinates in which the window is the square [−1, 1]², so neither its shape nor the units of the axes matter.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from landscape.critical.cells import Grid, extreme, gridded, starts
from landscape.critical.expansions import Expand, Frame, Points, Window, apart, distances, eigen, frame_of, norm
from landscape.critical.isolated import Isolated, isolated_points, kinked
from landscape.critical.kinds import Kind, Line, ringed
from landscape.critical.lines import creases, lines, named, nearly_lines
from landscape.critical.valleys import STEP, Curve
from landscape.critical.winding import Winding, circle, rim, winding

# in this order they are listed
KINDS: tuple[Kind, ...] = (
    "minimum",
    "kink",
    "degenerate minimum",
    "saddle",
    "degenerate saddle",
    "monkey saddle",
    "degenerate",
    "degenerate maximum",
    "maximum",
)
Reason = Literal["vanishes", "jumps", "valley", "flat", "kink"]


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """One isolated critical point. Of a kink there is no Hessian: its values and vectors are NaN."""

    position: Float[np.ndarray, " 2"]
    loss: float
    values: Float[np.ndarray, " 2"]  # the Hessian's eigenvalues, ascending, in units of the axes
    vectors: Float[np.ndarray, "2 2"]  # its eigenvectors, in columns
    kind: Kind
    index: int | None  # turns of the gradient around it: 1 at an extremum, −1 at a saddle; None at a kink where it jumps on the way


class Valley(NamedTuple):
    """A curve of critical points."""

    points: Float[np.ndarray, "k 2"]  # from one end to the other, the first once more at the end where it is closed
    loss: float  # its median along the curve
    kind: Line  # of minima, of maxima (a ridge), neither ("degenerate"), or of minima in a crease ("kink")
    closed: bool
    exact: bool  # the gradient vanishes on it, not only nearly so
    fall: float  # the range of the loss along it


class Flat(NamedTuple):
    """A region where the loss does not change beyond rounding."""

    position: Float[np.ndarray, " 2"]  # of one of its points
    loss: float
    share: float  # of the window's area
    cells: Float[np.ndarray, "k 2"]  # their centers


class Atlas(NamedTuple):
    """What there is in a window.

    reason: what keeps the sum of the indices from being compared with the winding number: the gradient "vanishes" or "jumps" on the rim, or
    there is a "valley", a "flat" region or a "kink" without an index inside.
    """

    points: tuple[CriticalPoint, ...]
    valleys: tuple[Valley, ...]
    flats: tuple[Flat, ...]
    winding: int | None  # turns of the gradient around the window's rim; None where that cannot be said
    reason: Reason | None

    @property
    def indices(self) -> int | None:
        """Their sum, where every point has one."""
        indices = [point.index for point in self.points if point.index is not None]
        return sum(indices) if len(indices) == len(self.points) else None

    @property
    def agrees(self) -> bool | None:
        """Whether the sum of the indices is the winding number; None where the two cannot be compared."""
        return None if self.reason is not None else self.indices == self.winding

    def number_of(self, kind: Kind) -> int:
        return sum(point.kind == kind for point in self.points)


def atlas(expand: Expand, window: Window, hints: Points | None = None, kinks: bool = True, cells: int = 48) -> Atlas:
    """What is found from a grid of cells × cells, and from one twice as fine where the rim says that something is missing.

    hints: points at which to look as well. kinks: whether the loss may have some.
    """
    frame = frame_of(window)
    scaled = frame.scaled(expand)
    known = np.zeros((0, 2)) if hints is None else frame.into(hints)
    known = known[np.abs(known).max(axis=1, initial=0.0) <= 1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        around = winding(scaled, rim)
        result = _searched(scaled, frame, known, kinks, cells, around)
        if result.agrees is False:
            finer = _searched(scaled, frame, known, kinks, 2 * cells, around)
            result = finer if len(finer.points) >= len(result.points) else result
    return result


def _searched(expand: Expand, frame: Frame, hints: Points, kinks: bool, cells: int, around: Winding) -> Atlas:
    grid = gridded(expand, cells)
    isolated = isolated_points(expand, grid, starts(grid, hints))
    exact = lines(expand, grid, isolated.degenerate)
    alone, on_lines = isolated.degenerate, np.concatenate([np.zeros((0, 2)), *(line.z for line in exact)])
    if len(on_lines):
        alone = alone[distances(alone, on_lines).min(axis=1) > STEP]
        off = distances(isolated.z, on_lines).min(axis=1) > 1e-4  # else a point of a valley that rounding made regular
        isolated = isolated._replace(z=isolated.z[off], expansions=isolated.expansions.taken(off))
    alone = alone[apart(alone, 1e-2)]
    exact = [line for line in exact if _constant(expand, grid, line)]
    nearly = [] if exact else nearly_lines(expand, grid, isolated.z, isolated.expansions)
    nearly = [line for line in nearly if named(expand, line.z) == "minimum"]
    corners, creased = np.zeros((0, 2)), list[Curve]()
    if kinks:
        lowest = isolated.z[eigen(isolated.expansions.hessian)[0][:, 0] > 0]
        explained = np.concatenate([lowest, alone, on_lines, *(line.z for line in nearly)])
        corners = kinked(expand, grid, np.concatenate([isolated.irregular, hints, grid.z[extreme(grid, 1)]]), explained)
        creased = creases(expand, grid, corners)
        for line in creased:
            corners = corners[distances(corners, line.z).min(axis=1) > STEP]
    points, flats = _listed(expand, frame, grid, isolated, alone, corners), _flats(frame, grid)
    curves = [_curve(expand, frame, line, named(expand, line.z), True) for line in exact]
    curves += [_curve(expand, frame, line, "minimum", False) for line in nearly]
    curves += [_curve(expand, frame, line, "kink", False) for line in creased]
    kink: Reason | None = "kink" if any(point.index is None for point in points) else None
    reason: Reason | None = "valley" if exact or creased else "flat" if flats else around.reason or kink
    return Atlas(points, tuple(curves), flats, around.turns, reason)


def _constant(expand: Expand, grid: Grid, line: Curve) -> bool:
    """A loss does not change along critical points; where it does, they are the noise of a gradient that rounding has eaten up."""
    losses = expand(line.z).loss
    return float(np.ptp(losses)) <= 1e-10 * grid.typical + 1e-13 * float(np.abs(losses).max())


def _curve(expand: Expand, frame: Frame, line: Curve, kind: Line, exact: bool) -> Valley:
    losses = expand(line.z).loss
    return Valley(frame.out(line.z), float(np.median(losses)), kind, line.closed, exact, float(np.ptp(losses)))


def _flats(frame: Frame, grid: Grid) -> tuple[Flat, ...]:
    """Connected cells, the largest region first."""
    if not grid.flat.any():
        return ()
    from scipy.ndimage import label

    regions, count = label(grid.flat)
    flats = []
    for number in range(1, count + 1):
        row, column = np.nonzero(regions == number)
        centers = np.stack([column + 0.5, row + 0.5], axis=1) * grid.cell - 1
        inmost = centers[np.argmin(norm(centers - centers.mean(axis=0)))]
        loss = float(grid.expansions.loss.reshape(grid.cells + 1, -1)[row[0], column[0]])
        flats.append(Flat(frame.out(inmost[None])[0], loss, len(row) / grid.cells**2, frame.out(centers)))
    return tuple(sorted(flats, key=lambda region: -region.share))


def _point(
    frame: Frame, z: Float[np.ndarray, " 2"], loss: float, hessian: Float[np.ndarray, "2 2"], kind: Kind, index: int | None
) -> CriticalPoint:
    values, vectors = eigen((hessian / np.outer(frame.half, frame.half))[None])
    return CriticalPoint(frame.out(z[None])[0], loss, values[0], vectors[0], kind, index)


def _listed(expand: Expand, frame: Frame, grid: Grid, isolated: Isolated, degenerate: Points, corners: Points) -> tuple[CriticalPoint, ...]:
    """By kind, the lowest first; of those that are equally low, from left to right."""
    points = []
    expansions = isolated.expansions
    for z, loss, hessian, (low, high) in zip(isolated.z, expansions.loss, expansions.hessian, eigen(expansions.hessian)[0], strict=True):
        kind: Kind = "minimum" if low > 0 else "maximum" if high < 0 else "saddle"
        points.append(_point(frame, z, float(loss), hessian, kind, -1 if kind == "saddle" else 1))
    everything, expansions = np.concatenate([isolated.z, degenerate, corners]), expand(degenerate)
    for z, loss, hessian in zip(degenerate, expansions.loss, expansions.hessian, strict=True):
        nearest = float(np.sort(norm(everything - z))[1:2].min(initial=1.0))
        points.append(_point(frame, z, float(loss), hessian, *ringed(expand, z, float(loss), min(0.02, 0.3 * nearest))))
    for z, loss in zip(corners, expand(corners).loss, strict=True):
        turns = winding(expand, circle(z, 1e-5), 64, 1e-5).turns
        points.append(_point(frame, z, float(loss), np.full((2, 2), np.nan), "kink", turns))
    rounding = 1e-9 * grid.typical or 1.0
    return tuple(sorted(points, key=lambda point: (KINDS.index(point.kind), round(point.loss / rounding), *point.position)))
