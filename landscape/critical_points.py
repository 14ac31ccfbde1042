"""The atlas of a window: its critical points, classified; curves of them; flat regions; kinks; and what the rim says about their number.

Everything is decided in coordinates in which the window is the square [−1, 1]², so neither its shape nor the units of the axes matter.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from landscape import kinks, valleys
from landscape.expansions import (
    Expand,
    Expansions,
    Flags,
    Frame,
    Points,
    Window,
    apart,
    distances,
    eigen,
    frame_of,
    larger,
    norm,
    weak,
)
from landscape.stationary import damped, polished, roots
from landscape.winding import circle, rim, winding

NEAR_ZERO = 1e-8  # λ counts as 0 where |λ| ≤ NEAR_ZERO·max|λ|, in units of the window
NEARLY_FLAT = 1e-4  # slope along a valley that is flat but for a remainder (ε of a normalization), of the curvature across it
_NOTHING = 1e-7  # both eigenvalues count as 0 below this share of the Hessian a cell away
_QUIET = 1e-9  # a gradient counts as 0 below this share of that of the cell around
_ROUNDING = 1e-14  # a cell is flat where the loss moves by less than this share of its range

Kind = Literal[
    "minimum",
    "maximum",
    "saddle",
    "degenerate minimum",
    "degenerate maximum",
    "degenerate saddle",
    "monkey saddle",
    "degenerate",
    "kink",
]
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
Why = Literal["vanishes", "jumps", "valley", "flat", "kink"]


class CriticalPoint(NamedTuple):
    """One isolated critical point. values: the Hessian's eigenvalues, ascending, in units of the axes; vectors: in columns.

    index: how often the gradient turns around it: 1 at a minimum or maximum, −1 at a saddle, −2 at a monkey saddle; None at a kink where
    it jumps on the way. Of a kink there is no Hessian: its values and vectors are nan.
    """

    at: Float[np.ndarray, " 2"]
    loss: float
    values: Float[np.ndarray, " 2"]
    vectors: Float[np.ndarray, "2 2"]
    kind: Kind
    index: int | None


class Valley(NamedTuple):
    """A curve of critical points, in order from one end to the other, the first once more at the end where it is closed.

    kind: of minima, of maxima (a ridge), or neither ("degenerate"). fall: the loss's range along it; exact: whether the gradient vanishes
    on it, or only nearly so.
    """

    points: Float[np.ndarray, "k 2"]
    loss: float
    kind: Literal["minimum", "maximum", "degenerate"]
    closed: bool
    exact: bool
    fall: float


class Flat(NamedTuple):
    """A region where the loss does not change beyond rounding. at: a point of it; share: of the window's area; cells: their centers."""

    at: Float[np.ndarray, " 2"]
    loss: float
    share: float
    cells: Float[np.ndarray, "k 2"]


class Atlas(NamedTuple):
    """winding: how often the gradient turns around the window's rim; None where that cannot be said.

    why: what keeps the sum of the indices from being compared with it: the gradient "vanishes" or "jumps" on the rim, or there is a
    "valley", a "flat" region or a "kink" without an index inside.
    """

    points: tuple[CriticalPoint, ...]
    valleys: tuple[Valley, ...]
    flats: tuple[Flat, ...]
    winding: int | None
    why: Why | None

    @property
    def indices(self) -> int | None:
        """Their sum, where every point has one."""
        found = [point.index for point in self.points]
        return None if None in found else sum(index for index in found if index is not None)

    @property
    def agrees(self) -> bool | None:
        """Whether the sum of the indices is the winding number; None where the two cannot be compared."""
        return None if self.why is not None else self.indices == self.winding

    def count(self, kind: Kind) -> int:
        return sum(point.kind == kind for point in self.points)


class _Grid(NamedTuple):
    """The expansions at the corners of n × n cells, rows along b; slope and bend: the largest ‖g‖ and ‖H‖ of a cell's corners."""

    z: Points
    at: Expansions
    cells: int
    slope: Float[np.ndarray, "n n"]
    bend: Float[np.ndarray, "n n"]
    flat: Bool[np.ndarray, "n n"]
    range: float

    @property
    def cell(self) -> float:
        return 2 / self.cells

    def of(self, z: Points) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of the cell that a point lies in."""
        column, row = np.clip(((z + 1) / self.cell).astype(int), 0, self.cells - 1).T
        return row, column


def _corners(values: Float[np.ndarray, " k"], n: int) -> Float[np.ndarray, "4 n n"]:
    v = values.reshape(n + 1, n + 1)
    return np.stack([v[:-1, :-1], v[:-1, 1:], v[1:, :-1], v[1:, 1:]])


def _gridded(expand: Expand, n: int) -> _Grid:
    side = np.linspace(-1, 1, n + 1)
    z = np.stack([part.ravel() for part in np.meshgrid(side, side)], axis=1)
    at = expand(z)
    slope, bend = (np.nan_to_num(_corners(part, n)).max(axis=0) for part in (norm(at.gradient), larger(eigen(at.hessian)[0])))
    loss = _corners(at.loss, n)
    known = at.loss[np.isfinite(at.loss)]
    span, size = (float(np.ptp(known)), float(np.abs(known).max())) if len(known) else (0.0, 0.0)
    moves = np.maximum(np.ptp(loss, axis=0), slope * 2 / n + bend * (2 / n) ** 2)
    return _Grid(z, at, n, slope, bend, moves <= max(_ROUNDING * span, 4 * np.finfo(float).eps * size * 0.01), span)


def _starts(grid: _Grid, hints: Points) -> Points:
    """Where Newton's step from a corner stays near it, the cells in which both parts of the gradient change sign, corners that are lower or
    higher than all their neighbors, a coarse lattice, and what was known before."""
    n, cell = grid.cells, grid.cell
    step = damped(grid.at, np.full(len(grid.z), 1e-10))
    near = grid.z[np.abs(np.nan_to_num(step, nan=9.0)).max(axis=1) <= 1.5 * cell]
    landed = (grid.z + np.nan_to_num(step, nan=9.0))[np.abs(np.nan_to_num(step, nan=9.0)).max(axis=1) <= 1.5 * cell]
    assert len(near) == len(landed)
    if len(landed):
        landed = landed[np.unique(np.round(landed / (0.5 * cell)), axis=0, return_index=True)[1]]
    parts = [_corners(grid.at.gradient[:, i], n) for i in (0, 1)]
    crossing = np.all([(part.min(axis=0) <= 0) & (part.max(axis=0) >= 0) for part in parts], axis=0) & ~grid.flat
    row, column = np.nonzero(crossing)
    centers = np.stack([column, row], axis=1) * cell - 1 + 0.5 * cell
    side = np.linspace(-0.875, 0.875, 6)
    coarse = np.stack([part.ravel() for part in np.meshgrid(side, side)], axis=1)
    starts = np.concatenate([landed, centers, grid.z[_extreme(grid, 1)], grid.z[_extreme(grid, -1)], coarse, hints])
    starts = starts[np.abs(starts).max(axis=1) <= 1 + cell]
    row, column = grid.of(starts)
    return starts[~grid.flat[row, column]]


def _extreme(grid: _Grid, sign: int) -> Flags:
    """Corners inside the window that are lower (sign 1) or higher (−1) than their eight neighbors."""
    n = grid.cells + 1
    loss = np.nan_to_num(sign * grid.at.loss.reshape(n, n), nan=np.inf)
    inner = loss[1:-1, 1:-1]
    around = [loss[1 + i : n - 1 + i, 1 + j : n - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    found = np.zeros((n, n), bool)
    found[1:-1, 1:-1] = np.all([inner <= other for other in around], axis=0) & np.any([inner < other for other in around], axis=0)
    return found.ravel()


def _degenerate(expand: Expand, grid: _Grid, z: Points, at: Expansions) -> Flags:
    """Whether an eigenvalue counts as 0. One that is small only since the axes are graded does not: there the Hessian in units of its own
    diagonal is regular, and it stays the same a little further along."""
    values, vectors = eigen(at.hessian)
    nothing = larger(values) <= _NOTHING * grid.bend[grid.of(z)]
    small = np.abs(values).min(axis=1) <= NEAR_ZERO * larger(values)
    asked = np.flatnonzero(small & ~nothing)
    if len(asked):
        unit = np.sqrt(np.abs(np.diagonal(at.hessian[asked], axis1=1, axis2=2)))
        own = eigen(at.hessian[asked] / np.maximum(unit[:, :, None] * unit[:, None, :], 1e-300))[0]
        regular = np.abs(own).min(axis=1) > NEAR_ZERO * larger(own)
        along = weak(values[asked], vectors[asked])[0]
        here = np.einsum("ki,kij,kj->k", along, at.hessian[asked], along)
        for sign in (1e-3, -1e-3):
            there = expand(z[asked] + sign * along).hessian
            regular &= np.abs(np.einsum("ki,kij,kj->k", along, there, along) - here) <= 0.1 * np.abs(here)
        small[asked[regular]] = False
    return small | nothing


def _quiet(grid: _Grid, z: Points, at: Expansions) -> Flags:
    row, column = grid.of(z)
    return norm(at.gradient) <= _QUIET * (grid.slope[row, column] + grid.bend[row, column] * grid.cell)


def _regular(expand: Expand, z: Points, at: Expansions) -> Flags:
    """Whether the gradient near by is what the Hessian says: at a kink, or where a formula gives 0 for want of a gradient, it is not."""
    ring = np.stack([np.cos(np.arange(6)), np.sin(np.arange(6))], axis=1)
    found = np.zeros(len(z), bool)
    for radius in (1e-4, 1e-6):
        there = expand((z[:, None] + radius * ring).reshape(-1, 2)).gradient.reshape(len(z), 6, 2)
        told = radius * np.einsum("kij,nj->kni", at.hessian, ring)
        found |= np.abs(there - told).max(axis=(1, 2)) <= 0.5 * radius * larger(eigen(at.hessian)[0])
    return found


def _merged(z: Points, at: Expansions, distance: float) -> np.ndarray:
    """One of each crowd, the one with the smallest gradient; indices."""
    if not len(z):
        return np.zeros(0, int)
    order = np.argsort(norm(at.gradient), kind="stable")
    coarse = np.unique(np.round(z[order] / distance), axis=0, return_index=True)[1]
    order = order[np.sort(coarse)]
    return order[apart(z[order], distance)]


def _ringed(expand: Expand, z: Float[np.ndarray, " 2"], loss: float, radius: float) -> tuple[Kind, int | None]:
    """The kind of a degenerate point: how often the loss is above and below it on a circle around, and how often the gradient turns."""
    angle = 2 * np.pi * np.arange(256) / 256
    around = expand(z + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)).loss - loss
    told = around[np.abs(around) > 8 * np.finfo(float).eps * abs(loss)]
    changes = int(np.sum(np.sign(told) != np.sign(np.roll(told, 1))))
    index = winding(expand, circle(z, radius), 64).turns
    if not len(told):
        return "degenerate", index
    names: dict[int, Kind] = {0: "degenerate minimum" if told[0] > 0 else "degenerate maximum", 4: "degenerate saddle", 6: "monkey saddle"}
    return names.get(changes, "degenerate"), index


def _exact(expand: Expand, grid: _Grid) -> Callable[[Points], valleys.Corrected]:
    """Back to where the gradient vanishes, if that is near by and is no isolated point."""

    def correct(z: Points) -> valleys.Corrected:
        z, at, rest = roots(expand, z, 0.5 * valleys.STEP, 24)
        values, vectors = eigen(at.hessian)
        tells = larger(values) > _NOTHING * grid.bend[grid.of(z)]
        good = rest & _quiet(grid, z, at) & ((np.abs(values).min(axis=1) <= 10 * NEAR_ZERO * larger(values)) | ~tells)
        return valleys.Corrected(z, np.where(tells[:, None], weak(values, vectors)[0], 0.0), good)

    return correct


def _nearly(expand: Expand) -> Callable[[Points], valleys.Corrected]:
    """Across the valley down to its floor, if that has next to no slope along it."""

    def correct(z: Points) -> valleys.Corrected:
        z = z.copy()
        for _ in range(5):
            at = expand(z)
            values, vectors = eigen(at.hessian)
            along, across = weak(values, vectors)
            step = -np.sum(across * at.gradient, axis=1) / np.where(larger(values) > 0, larger(values), np.inf)
            z += np.clip(np.nan_to_num(step), -valleys.STEP, valleys.STEP)[:, None] * across
        good = (values[:, 1] > 0) & (np.abs(values[:, 0]) <= 1e-2 * values[:, 1]) & (np.abs(step) <= 1e-9)
        good &= np.abs(np.sum(along * at.gradient, axis=1)) <= NEARLY_FLAT * larger(values)
        return valleys.Corrected(z, along, good)

    return correct


def _first_tangents(expand: Expand, grid: _Grid, correct: Callable[[Points], valleys.Corrected], z: Points) -> Points:
    """The direction of the curve through a point: the Hessian's flat one, else that of 32 in which the curve goes on; 0 where none does."""
    values, vectors = eigen(expand(z).hessian)
    tangents = weak(values, vectors)[0]
    angle = np.pi * np.arange(32) / 16
    for i in np.flatnonzero(larger(values) <= _NOTHING * grid.bend[grid.of(z)]):
        ahead = z[i] + valleys.STEP * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        found = correct(ahead)
        moved = np.where(found.good, norm(found.z - ahead), np.inf)
        best = int(np.argmin(moved))
        tangents[i] = (found.z[best] - z[i]) / norm(found.z[best : best + 1] - z[i])[0] if moved[best] <= 0.5 * valleys.STEP else 0.0
    return tangents


def _valley(expand: Expand, frame: Frame, curve: valleys.Curve, exact: bool) -> Valley:
    """Named by whether the loss is higher or lower on both sides."""
    middle = curve.z[1:-1]
    along = curve.z[2:] - curve.z[:-2]
    across = 0.25 * valleys.STEP * np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(norm(along), 1e-300)[:, None]
    here, left, right = (expand(z).loss for z in (middle, middle + across, middle - across))
    low, high = np.mean((left > here) & (right > here)), np.mean((left < here) & (right < here))
    kind: Literal["minimum", "maximum", "degenerate"] = "minimum" if low > 0.5 else "maximum" if high > 0.5 else "degenerate"
    losses = expand(curve.z).loss
    return Valley(frame.out(curve.z), float(np.median(losses)), kind, curve.closed, exact, float(np.ptp(losses)))


def _lines(expand: Expand, grid: _Grid, z: Points) -> list[valleys.Curve]:
    """The curves of critical points through some that are degenerate."""
    if not len(z):
        return []
    correct = _exact(expand, grid)
    z = z[apart(z, 0.5 * valleys.STEP)]
    tangents = _first_tangents(expand, grid, correct, z)
    led = norm(tangents) > 0
    return valleys.curves(expand, *valleys.grown(correct, z[led], tangents[led])) if led.any() else []


def _nearly_lines(expand: Expand, grid: _Grid, isolated: Points) -> list[valleys.Curve]:
    """Valleys that are flat but for a remainder, and hold none of the isolated points."""
    values, vectors = eigen(grid.at.hessian)
    along, across = weak(values, vectors)
    steep = np.where(values[:, 1] > 0, values[:, 1], np.inf)
    step = np.abs(np.sum(across * grid.at.gradient, axis=1)) / steep
    seeds = (values[:, 1] > 0) & (np.abs(values[:, 0]) <= 1e-2 * values[:, 1]) & (step <= grid.cell)
    seeds &= np.abs(np.sum(along * grid.at.gradient, axis=1)) <= 10 * NEARLY_FLAT * steep
    seeds &= ~grid.flat[grid.of(grid.z)]
    if not seeds.any():
        return []
    correct = _nearly(expand)
    found = correct(grid.z[seeds])
    good = found.good & (np.abs(found.z).max(axis=1) <= 1)
    if not good.any():
        return []
    lines = valleys.curves(expand, *valleys.grown(correct, found.z[good], found.tangent[good]))
    kept = []
    for line in lines:
        losses = expand(line.z).loss
        if np.ptp(losses) <= NEARLY_FLAT * grid.range and (not len(isolated) or distances(isolated, line.z).min() > valleys.STEP):
            kept.append(line)
    return kept


def _flats(frame: Frame, grid: _Grid) -> tuple[Flat, ...]:
    """Connected cells, the largest region first."""
    if not grid.flat.any():
        return ()
    from scipy.ndimage import label

    named, count = label(grid.flat)
    regions = []
    for number in range(1, count + 1):
        row, column = np.nonzero(named == number)
        centers = np.stack([column + 0.5, row + 0.5], axis=1) * grid.cell - 1
        inmost = centers[np.argmin(norm(centers - centers.mean(axis=0)))]
        loss = float(grid.at.loss.reshape(grid.cells + 1, -1)[row[0], column[0]])
        regions.append(Flat(frame.out(inmost[None])[0], loss, len(row) / grid.cells**2, frame.out(centers)))
    return tuple(sorted(regions, key=lambda region: -region.share))


class _Sorted(NamedTuple):
    """isolated and regular; degenerate; not what the Hessian says."""

    z: Points
    at: Expansions
    degenerate: Points
    odd: Points


def _sorted(expand: Expand, grid: _Grid, starts: Points) -> _Sorted:
    z, at, rest = roots(expand, starts, 6 * grid.cell)
    row, column = grid.of(z)
    good = rest & _quiet(grid, z, at) & (np.abs(z).max(axis=1) <= 1) & ~grid.flat[row, column]
    z, at = z[good], at.taken(good)
    one = _merged(z, at, 1e-6)
    z, at = z[one], at.taken(one)
    bad = _degenerate(expand, grid, z, at)
    flat = z[bad][_merged(z[bad], at.taken(bad), 1e-3)]
    z, at = polished(expand, z[~bad], at.taken(~bad))
    one = _merged(z, at, 1e-6)
    z, at = z[one], at.taken(one)
    regular = _regular(expand, z, at) if len(z) else np.zeros(0, bool)
    inside = np.abs(z).max(axis=1, initial=0.0) <= 1
    return _Sorted(z[regular & inside], at.taken(regular & inside), flat, z[~regular])


def _kinks(expand: Expand, grid: _Grid, candidates: Points, known: Points) -> Points:
    """Of points that might be the lowest of their surroundings, those that are, and have a kink; `known` are those that need none."""
    if len(known) and len(candidates):
        candidates = candidates[distances(candidates, known).min(axis=1) > 1.5 * grid.cell]
    row, column = grid.of(candidates)
    candidates = candidates[~grid.flat[row, column]]
    candidates = candidates[np.argsort(expand(candidates).loss)[:16]]
    if not len(candidates):
        return candidates
    z = kinks.descended(expand, candidates, 0.5 * grid.cell)
    z = z[np.abs(z).max(axis=1) < 1]
    z = z[apart(z, 1e-4)]
    return z[kinks.kinked(expand, z)] if len(z) else z


def _point(frame: Frame, z: Float[np.ndarray, " 2"], loss: float, hessian: Float[np.ndarray, "2 2"], kind: Kind, index: int | None) -> CriticalPoint:
    values, vectors = eigen((hessian / np.outer(frame.half, frame.half))[None])
    return CriticalPoint(frame.out(z[None])[0], loss, values[0], vectors[0], kind, index)


def _listed(expand: Expand, frame: Frame, found: _Sorted, flat: Points, kinked: Points) -> tuple[CriticalPoint, ...]:
    points = []
    values = eigen(found.at.hessian)[0]
    for z, loss, hessian, (low, high) in zip(found.z, found.at.loss, found.at.hessian, values, strict=True):
        kind: Kind = "minimum" if low > 0 else "maximum" if high < 0 else "saddle"
        points.append(_point(frame, z, float(loss), hessian, kind, -1 if kind == "saddle" else 1))
    everything = np.concatenate([found.z, flat, kinked])
    at = expand(flat)
    for z, loss, hessian in zip(flat, at.loss, at.hessian, strict=True):
        others = np.sort(norm(everything - z))[1:2]
        points.append(_point(frame, z, float(loss), hessian, *_ringed(expand, z, float(loss), float(min(0.02, *(0.3 * others), 1.0)))))
    for z, loss in zip(kinked, expand(kinked).loss, strict=True):
        turns = winding(expand, circle(z, 1e-5), 64).turns
        points.append(_point(frame, z, float(loss), np.full((2, 2), np.nan), "kink", turns))
    return tuple(sorted(points, key=lambda point: (KINDS.index(point.kind), point.loss, *point.at)))


def atlas(expand: Expand, window: Window, hints: Points | None = None, kinks_too: bool = True, cells: int = 48) -> Atlas:
    """All of the window that is found from a grid of cells × cells, and once more from one twice as fine where the rim says that something
    is missing.

    hints: points at which to look as well. kinks_too: whether the loss may have kinks.
    """
    frame = frame_of(window)
    scaled = frame.scaled(expand)
    known = np.zeros((0, 2)) if hints is None else frame.into(hints)
    known = known[np.abs(known).max(axis=1, initial=0.0) <= 1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        around = winding(scaled, rim)
        found = _looked(scaled, frame, known, kinks_too, cells, around.turns, around.why)
        if found.agrees is False:
            again = _looked(scaled, frame, known, kinks_too, 2 * cells, around.turns, around.why)
            found = again if len(again.points) >= len(found.points) else found
    return found


def _looked(
    expand: Expand, frame: Frame, hints: Points, kinks_too: bool, cells: int, turns: int | None, rim_why: Literal["vanishes", "jumps"] | None
) -> Atlas:
    grid = _gridded(expand, cells)
    flats = _flats(frame, grid)
    found = _sorted(expand, grid, _starts(grid, hints))
    lines = _lines(expand, grid, found.degenerate)
    drawn = np.concatenate([np.zeros((0, 2)), *(line.z for line in lines)])
    alone = found.degenerate
    if len(drawn):
        alone = alone[distances(alone, drawn).min(axis=1) > valleys.STEP]
        off = distances(found.z, drawn).min(axis=1) > 1e-4  # a point of a valley that rounding made regular
        found = found._replace(z=found.z[off], at=found.at.taken(off))
    alone = alone[apart(alone, 1e-2)]
    nearly = [] if lines else _nearly_lines(expand, grid, np.concatenate([found.z, alone]))
    low = found.z[eigen(found.at.hessian)[0][:, 0] > 0]
    explained = np.concatenate([low, alone, drawn, *(line.z for line in nearly)])
    candidates = np.concatenate([found.odd, hints, grid.z[_extreme(grid, 1)]])
    kinked = _kinks(expand, grid, candidates, explained) if kinks_too else np.zeros((0, 2))
    points = _listed(expand, frame, found, alone, kinked)
    curves = tuple(_valley(expand, frame, line, exact) for some, exact in ((lines, True), (nearly, False)) for line in some)
    why: Why | None = rim_why
    if why is None:
        why = "valley" if lines else "flat" if flats else "kink" if any(point.index is None for point in points) else None
    return Atlas(points, curves, flats, turns, why)
