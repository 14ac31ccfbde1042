"""Critical points that are not isolated: valleys, ridges and shoulders; valleys that are flat but for a remainder; creases."""

import numpy as np

from landscape.critical import kinks
from landscape.critical.cells import Grid, quiet
from landscape.critical.expansions import Expand, Expansions, Points, apart, distances, eigen, larger, norm, weak
from landscape.critical.kinds import Line, level, nothing
from landscape.critical.stationary import roots
from landscape.critical.valleys import STEP, Correct, Corrected, Curve, across, curves, grown
from landscape.curvature import NEAR_ZERO

NEARLY_FLAT = 1e-4  # slope along a valley that is flat but for a remainder (ε of a normalization), of the curvature across it


def _exact(expand: Expand, grid: Grid) -> Correct:
    """Back to where the gradient vanishes, if that is near by and is no isolated point."""

    def correct(z: Points, predicted: Points) -> Corrected:
        z, expansions, rest = roots(expand, z, 0.5 * STEP, 24)
        values, vectors = eigen(expansions.hessian)
        tells = ~nothing(grid, z, values)
        good = (
            rest
            & quiet(grid, z, expansions)
            & ~grid.by_flat[grid.of(z)]
            & ((np.abs(values).min(axis=1) <= 10 * NEAR_ZERO * larger(values)) | ~tells)
        )
        doubtful = np.flatnonzero(good & ~tells)
        good[doubtful] = ~level(expand, z[doubtful])
        return Corrected(z, np.where(tells[:, None], weak(values, vectors)[0], 0.0), good)

    return correct


def _nearly(expand: Expand) -> Correct:
    """Across the valley down to its floor, if that has next to no slope along it."""

    def correct(z: Points, predicted: Points) -> Corrected:
        z = z.copy()
        for _ in range(5):
            expansions = expand(z)
            values, vectors = eigen(expansions.hessian)
            along, steep = weak(values, vectors)
            step = -np.sum(steep * expansions.gradient, axis=1) / np.where(larger(values) > 0, larger(values), np.inf)
            z += np.clip(np.nan_to_num(step), -STEP, STEP)[:, None] * steep
        good = (values[:, 1] > 0) & (np.abs(values[:, 0]) <= 1e-2 * values[:, 1]) & (np.abs(step) <= 1e-9)
        good &= np.abs(np.sum(along * expansions.gradient, axis=1)) <= NEARLY_FLAT * larger(values)
        return Corrected(z, along, good)

    return correct


def _first_tangents(expand: Expand, grid: Grid, correct: Correct, z: Points) -> Points:
    """The direction of the curve through a point: the Hessian's flat one, else that of 32 in which the curve goes on; 0 where none does."""
    values, vectors = eigen(expand(z).hessian)
    tangents = weak(values, vectors)[0]
    angle = np.pi * np.arange(32) / 16
    for i in np.flatnonzero(nothing(grid, z, values)):
        ahead = z[i] + STEP * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        corrected = correct(ahead, ahead - z[i])
        moved = np.where(corrected.good, norm(corrected.z - ahead), np.inf)
        best = int(np.argmin(moved))
        tangents[i] = (corrected.z[best] - z[i]) / norm(corrected.z[best : best + 1] - z[i])[0] if moved[best] <= 0.5 * STEP else 0.0
    return tangents


def lines(expand: Expand, grid: Grid, z: Points) -> list[Curve]:
    """The curves of critical points through some that are degenerate."""
    if not len(z):
        return []
    correct = _exact(expand, grid)
    z = z[apart(z, 0.5 * STEP)]
    tangents = _first_tangents(expand, grid, correct, z)
    led = norm(tangents) > 0
    return curves(across(expand), *grown(correct, z[led], tangents[led])) if led.any() else []


def _own(line: Curve, fall: float, isolated: Points, expansions: Expansions) -> bool:
    """Whether an isolated minimum lies on the line whose own weak curvature makes it rise as it does: a narrow bowl, and no valley."""
    if not len(isolated):
        return False
    near = distances(isolated, line.z).min(axis=1) <= STEP
    rise = 0.5 * np.abs(eigen(expansions.hessian)[0]).min(axis=1) * distances(isolated, line.z).max(axis=1) ** 2
    return bool(np.any(near & (fall >= 0.01 * rise)))


def nearly_lines(expand: Expand, grid: Grid, isolated: Points, expansions: Expansions) -> list[Curve]:
    """Valleys that are flat but for a remainder, as the rays of a batch-normalized network are but for its ε."""
    values, vectors = eigen(grid.expansions.hessian)
    along, steep = weak(values, vectors)
    bend = np.where(values[:, 1] > 0, values[:, 1], np.inf)
    step = np.abs(np.sum(steep * grid.expansions.gradient, axis=1)) / bend
    seeds = (values[:, 1] > 0) & (np.abs(values[:, 0]) <= 1e-2 * values[:, 1]) & (step <= grid.cell)
    seeds &= np.abs(np.sum(along * grid.expansions.gradient, axis=1)) <= 10 * NEARLY_FLAT * bend
    seeds &= ~grid.flat[grid.of(grid.z)]
    if not seeds.any():
        return []
    correct = _nearly(expand)
    corrected = correct(grid.z[seeds], along[seeds])
    good = corrected.good & (np.abs(corrected.z).max(axis=1) <= 1)
    if not good.any():
        return []
    traced = curves(across(expand), *grown(correct, corrected.z[good], corrected.tangent[good]))
    kept = []
    for line in traced:
        losses = expand(line.z).loss
        level = np.abs(losses - np.median(losses)) <= NEARLY_FLAT * grid.typical
        first, last = int(np.argmax(level)), len(level) - int(np.argmax(level[::-1]))
        if not _own(line, float(np.ptp(losses)), isolated, expansions) and level[first:last].all() and last - first > 0.3 / STEP:
            kept.append(Curve(line.z[first:last], line.closed and last - first == len(level)))
    return kept


def creases(expand: Expand, grid: Grid, kinked: Points) -> list[Curve]:
    """Of minima that have a kink, those that go on in a crease nearly as low as they are: curves."""
    traced: list[Curve] = []
    for z in kinked[np.argsort(expand(kinked).loss)]:
        if any(distances(z[None], line.z).min() <= STEP for line in traced):
            continue
        lowest, room = float(expand(z[None]).loss[0]), NEARLY_FLAT * grid.typical
        tangent = kinks.lowest_direction(expand, z, STEP, lowest + 0.1 * room)
        if tangent is not None:
            correct = kinks.crossing(expand, lowest + room)
            traced += curves(correct, *grown(correct, z[None], tangent[None]))
    return traced


def named(expand: Expand, z: Points) -> Line:
    """By whether the loss is higher or lower on both sides of a curve."""
    middle, along = z[1:-1], z[2:] - z[:-2]
    aside = 0.25 * STEP * np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(norm(along), 1e-300)[:, None]
    here, left, right = (expand(points).loss for points in (middle, middle + aside, middle - aside))
    low, high = np.mean((left > here) & (right > here)), np.mean((left < here) & (right < here))
    return "minimum" if low > 0.5 else "maximum" if high > 0.5 else "degenerate"
