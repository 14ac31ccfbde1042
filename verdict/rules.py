"""The verdict: what a walk is doing at one of its points, and why. Rules, and the few thresholds that they need, stated here.

All lengths are in units of half the picture's sides, so that no rule depends on the units of a weight.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int

Kind = Literal[
    "moving",
    "bouncing",
    "plateau",
    "saddle",
    "maximum",
    "minimum",
    "degenerate minimum",
    "kink",
    "limit cycle",
    "noise floor",
    "infinity",
    "diverging",
    "out of budget",
    "held by decay",
    "stopped",
]

NEAR = 1e-2  # at a critical point: no farther from it than this
RECENT = 0.2  # what is recent: the last fifth of the updates so far,
LEAST = 20  # and this many at least
TURNING = -0.5  # cosine between successive steps below which they go back and forth
RESTING = 1e-3  # a mini-batch walk whose recent steps are no longer than this has come to rest
STANDING = 1e-5  # any walk with such steps stands still
SHRINKING = 0.97  # the square of the longest step of a walk that closes in, beside that before
GOING_NOWHERE = 0.05  # displacement over the length of the way, below which a walk turns in place
FLAT = 1e-3  # slope and curvature below this share of the picture's relief are those of a plateau
LITTLE = 1e-4  # of loss above what it falls toward: as good as there
SAME_LOSS = 0.1  # two halves of the recent losses whose means differ by less than this share of their spread are no progress


class Place(NamedTuple):
    """The critical point nearest to a point of the walk. kind: by the signs of its eigenvalues. distance: the largest coordinate's."""

    kind: Kind
    distance: float


class Trail(NamedTuple):
    """A walk up to the point that is judged, k points of it by update.

    path, step: in units of half the picture's sides; a step is NaN where none was made. loss, slope: of all rows; slope in loss per unit.
    batch_slope: the norm of the gradient that the update went by, as slope where it takes all rows. recorded: where the last points follow
    one another more closely than the others, how many of the first lie evenly over the walk: progress is told by those alone, and being
    few, by what their scatter does not explain.
    """

    update: Int[np.ndarray, " k"]
    path: Float[np.ndarray, "k p"]
    step: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]
    batch_slope: Float[np.ndarray, " k"]
    recorded: int | None = None


class Circumstances(NamedTuple):
    """What else is known at that point.

    place: the nearest critical point, None where there is none near. sharpness: η·λmax of the (preconditioned) Hessian there. stable:
    what it must stay below. curvature: the largest |λ| per unit². relief: how far the loss was above its lowest. whole: every update takes
    all rows. decays: the method pulls the weights to 0 beside its steps. infinite: the minimum is known to be at infinity. diverged: the
    walk was stopped, since its loss was beyond all bounds, above or below. over: the updates are used up, and this is the last point.
    above: by how much the loss is above what it falls toward at infinity, where that is known; else ∞.
    """

    place: Place | None
    sharpness: float
    stable: float
    curvature: float
    relief: float
    whole: bool
    decays: bool
    infinite: bool
    diverged: bool
    over: bool
    above: float = math.inf


class Verdict(NamedTuple):
    """since: the update since which it diverges, else None. recent: the first of the points that count as recent. drift: displacement over
    the length of the recent way, 1 for a straight line; NaN where too little is known. turning: the mean cosine between successive recent
    steps; NaN where no two are known. fell: how much loss the last `updates` updates, the recent ones, took off."""

    kind: Kind
    since: int | None
    recent: int
    drift: float
    turning: float
    fell: float
    updates: int


def _recent(trail: Trail) -> slice:
    span = max(LEAST, RECENT * float(trail.update[-1]))
    return slice(int(np.searchsorted(trail.update, trail.update[-1] - span)), None)


def _drift(trail: Trail) -> float:
    """How straight the recent way is."""
    at = _recent(trail)
    update, path, step = trail.update[at], trail.path[at], np.linalg.norm(trail.step[at], axis=1)
    step = step[np.isfinite(step)]
    way = float(update[-1] - update[0]) * float(step.mean()) if step.size else 0.0
    return float(np.linalg.norm(path[-1] - path[0])) / way if way > 0 else float("nan")


def _turning(trail: Trail) -> float:
    """The mean cosine between successive steps, both of which are known."""
    at = _recent(trail)
    update, step = trail.update[at], trail.step[at]
    one, other = step[:-1], step[1:]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    both = (np.diff(update) == 1) & np.isfinite(lengths) & (lengths > 0)
    return float(np.mean(np.sum(one[both] * other[both], axis=1) / lengths[both])) if both.any() else float("nan")


def _progress(trail: Trail) -> bool:
    """Whether the losses of the later half of the recent points are lower than those of the earlier half."""
    recent = trail.loss[_recent(trail).start : trail.recorded]
    half = recent.size // 2
    if half < 2:
        return True
    before, after = recent[:half], recent[-half:]
    fell = float(np.mean(before) - np.mean(after))
    if trail.recorded is not None and fell < 2 * float(np.sqrt((np.var(before) + np.var(after)) / half)):
        return False  # two standard errors
    return fell > SAME_LOSS * float(np.ptp(recent)) and fell > 1e-9 * abs(float(recent[-1]))


def _falls(trail: Trail) -> float:
    """The share of the loss that was lost recently."""
    recent = trail.loss[_recent(trail)]
    return float((recent[0] - recent[-1]) / abs(recent[0])) if recent[0] else 0.0


def _shrinks(trail: Trail) -> bool:
    """Whether the recent steps become shorter."""
    lengths = np.linalg.norm(trail.step[_recent(trail)], axis=1)
    lengths = lengths[np.isfinite(lengths)]
    half = lengths.size // 2
    return half > 0 and float(lengths[half:].mean()) < 0.9 * float(lengths[:half].mean())


def _longest(trail: Trail, updates: int) -> float:
    """The longest step of the last so many updates, of those that are known; else the last that is known."""
    lengths = np.linalg.norm(trail.step, axis=1)
    known = np.isfinite(lengths)
    recent = lengths[known & (trail.update > trail.update[-1] - 1 - updates)]
    return float(recent.max()) if recent.size else float(lengths[known][-1]) if known.any() else 0.0


def _grows(trail: Trail) -> bool:
    """Whether the recent losses rise: nearly every time, or on the whole where they tremble."""
    recent = trail.loss[_recent(trail)]
    half = recent.size // 2
    if half < 3:
        return False
    rose = float(np.mean(recent[-half:]) - np.mean(recent[:half]))
    return float(np.mean(np.diff(recent) > 0)) > 0.9 or (rose > 0.25 * float(np.ptp(recent)) and recent[-1] > recent[0])


def _closes_in(trail: Trail) -> bool:
    """Whether the recent steps, at their longest, become shorter; by their squares, which are as an energy."""
    squares = np.sum(trail.step[_recent(trail)] ** 2, axis=1)
    squares = squares[np.isfinite(squares)]
    quarter = squares.size // 4
    return quarter > 1 and float(squares[-quarter:].max()) < SHRINKING * float(squares[:quarter].max())


def _noisy(trail: Trail) -> bool:
    """Whether the recent gradients of the batches are mostly noise: longer than the gradient of all rows."""
    at = _recent(trail)
    batch = trail.batch_slope[at]
    known = np.isfinite(batch)
    return bool(known.any()) and float(np.mean(batch[known] ** 2)) > 1.5 * float(np.mean(trail.slope[at][known] ** 2))


def _flat(trail: Trail, around: Circumstances) -> bool:
    """Whether slope and curvature are those of a plateau."""
    return trail.slope[-1] <= FLAT * around.relief and around.curvature <= 10 * FLAT * around.relief


def verdict(trail: Trail, around: Circumstances) -> Verdict:
    """What the walk is doing at the last point of the trail."""
    drift, turning = _drift(trail), _turning(trail)

    def found(kind: Kind, since: int | None = None) -> Verdict:
        first = min(_recent(trail).start, trail.update.size - 1)
        fell, updates = float(trail.loss[first] - trail.loss[-1]), int(trail.update[-1] - trail.update[first])
        return Verdict(kind, since, _recent(trail).start, drift, turning, fell, updates)

    with np.errstate(invalid="ignore"):
        lowest = int(np.nanargmin(trail.loss)) if np.isfinite(trail.loss).any() else 0
    unstable = around.sharpness > around.stable
    rising = trail.loss.size > 4 and trail.loss[-1] >= np.nanmax(trail.loss) > trail.loss[0]
    if around.diverged and lowest == trail.loss.size - 1:
        return found("infinity")  # it is the loss that knows no bound below
    if around.diverged or not np.isfinite(trail.loss[-1]) or (unstable and ((around.whole and rising) or _grows(trail))):
        return found("diverging", int(trail.update[lowest]))
    noisy, progress = not around.whole and _noisy(trail), _progress(trail)
    if around.infinite and around.above <= max(FLAT * around.relief, LITTLE):
        return found("infinity")
    still = _longest(trail, 3) <= NEAR
    place = around.place if around.place is not None and around.place.distance <= NEAR and still else None
    if place is not None and (not noisy or _longest(trail, LEAST) <= RESTING):
        return found(place.kind)
    if _longest(trail, LEAST) <= STANDING and trail.update[-1] >= LEAST:
        if around.decays and (not progress or _falls(trail) <= FLAT):
            return found("held by decay")
        if not progress:
            return found("plateau" if _flat(trail, around) else "stopped")
    long_enough = trail.update[-1] >= LEAST
    if long_enough and noisy and (place is not None or not progress):
        return found("noise floor")
    back_and_forth = turning < TURNING or (np.isnan(turning) and around.sharpness > 0.5 * around.stable and drift < GOING_NOWHERE)
    in_place = drift < GOING_NOWHERE and not _shrinks(trail) and not _closes_in(trail)
    if long_enough and around.whole and in_place and not progress:
        return found("limit cycle")
    if back_and_forth and trail.update[-1] >= 4 and (around.whole or around.sharpness > 0.5 * around.stable):
        return found("bouncing")
    if around.infinite and trail.slope[-1] < 0.1 * float(np.nanmax(trail.slope)):
        return found("infinity")
    if _flat(trail, around):
        return found("plateau")
    if around.over and not around.whole and not progress and not drift > 0.5:
        return found("noise floor")
    return found("out of budget" if around.over else "moving")
