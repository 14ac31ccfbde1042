"""The evidence for a verdict: the way up to a point and what is known there, and the features that the rules share, computed once.

All lengths are in units of half the picture's sides, or of the largest weights, so that no rule depends on the units of a weight. The
thresholds of the rules stand here.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from landscape.curvature import Counts

NEAR = 1e-2  # at a critical point: no farther from it than this
RECENT = 0.2  # what is recent: the last fifth of the updates so far,
LEAST = 20  # and this many at least
TURNING = -0.5  # cosine between successive steps below which they go back and forth
RESTING = 1e-3  # a mini-batch walk whose recent steps are no longer than this has come to rest
STANDING = 1e-5  # any walk with such steps stands still
SHRINKING = 0.97  # the square of the longest step of a walk that closes in, beside that before
GOING_NOWHERE = 0.05  # displacement over the length of the way, below which a walk turns in place
FLAT = 1e-3  # slope and curvature below this share of the picture's relief are those of a plateau,
HIGH = 0.05  # where the loss is higher than this share of it
LITTLE = 1e-4  # of loss above what it falls toward: as good as there
SAME_LOSS = 0.1  # two halves of the recent losses whose means differ by less than this share of their spread are no progress


@dataclass(frozen=True)
class CriticalPoint:
    """The critical point nearest to a point of the way."""

    kind: str  # by the signs of its eigenvalues
    distance: float  # the largest coordinate's


@dataclass(frozen=True)
class PlanePoint(CriticalPoint):
    """One that Newton's method found near a walk."""

    theta: Float[np.ndarray, " p"]
    loss: float
    hessian: Float[np.ndarray, "p p"]
    eigenvalues: Float[np.ndarray, " p"]  # of the Hessian, ascending
    counts: Counts  # their signs, in units of half the picture's sides


class Trail(NamedTuple):
    """The way up to the point that is judged: k points of it, by update."""

    update: Int[np.ndarray, " k"]
    path: Float[np.ndarray, "k p"]  # in units of length
    step: Float[np.ndarray, "k p"]  # in units of length; NaN where none was made
    loss: Float[np.ndarray, " k"]  # of all rows
    slope: Float[np.ndarray, " k"]  # of all rows: loss per unit of length
    batch_slope: Float[np.ndarray, " k"]  # the norm of the gradient that the update went by; as slope where it takes all rows
    # The number of points that lie evenly over the way, where those after them follow one another more closely. Progress is read from the
    # even ones alone. They are few: a difference of their losses counts from two standard errors.
    recorded: int | None = None


class Circumstances(NamedTuple):
    """What else is known at that point."""

    critical: CriticalPoint | None  # the nearest, None where there is none near
    sharpness: float  # η·λmax of the (preconditioned) Hessian
    stable: float  # what the sharpness must stay below
    curvature: float  # the largest |λ| per unit²
    relief: float  # how far the loss was above its lowest
    whole: bool  # every update takes all rows
    decays: bool  # the method pulls the weights to 0 beside its steps
    infinite: bool  # the minimum is known to be at infinity
    diverged: bool  # the walk was stopped, since its loss was beyond all bounds, above or below
    over: bool  # the updates are used up, and this is the last point
    above: float = math.inf  # by how much the loss is above what it falls toward at infinity, where that is known
    height: float = math.inf  # how far the loss is above its lowest now
    bounded: bool = False  # the loss cannot fall without end: what is beyond all bounds is above them
    dead: bool = False  # of a network every gradient but that of the output's bias is 0, and a whole layer's units are dead


@dataclass(frozen=True)
class Evidence:
    """Trail and circumstances, and what follows from them."""

    trail: Trail
    circumstances: Circumstances

    @property
    def update(self) -> int:
        """How many were done."""
        return int(self.trail.update[-1])

    @cached_property
    def recent(self) -> int:
        """The first of the points that count as recent."""
        span = max(LEAST, RECENT * float(self.trail.update[-1]))
        return int(np.searchsorted(self.trail.update, self.trail.update[-1] - span))

    @cached_property
    def lowest(self) -> int:
        """The point of the lowest loss."""
        loss = self.trail.loss
        with np.errstate(invalid="ignore"):
            return int(np.nanargmin(loss)) if np.isfinite(loss).any() else 0

    @cached_property
    def recent_lengths(self) -> Float[np.ndarray, " k"]:
        """Those of the recent steps, where known."""
        lengths = np.linalg.norm(self.trail.step[self.recent :], axis=1)
        return lengths[np.isfinite(lengths)]

    @cached_property
    def drift(self) -> float:
        """Displacement over the length of the recent way: 1 for a straight line, NaN where too little is known."""
        update, path, lengths = self.trail.update[self.recent :], self.trail.path[self.recent :], self.recent_lengths
        way = float(update[-1] - update[0]) * float(lengths.mean()) if lengths.size else 0.0
        return float(np.linalg.norm(path[-1] - path[0])) / way if way > 0 else float("nan")

    @cached_property
    def turning(self) -> float:
        """The mean cosine between successive recent steps; NaN where no two are known."""
        update, step = self.trail.update[self.recent :], self.trail.step[self.recent :]
        before, after = step[:-1], step[1:]
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        both = (np.diff(update) == 1) & np.isfinite(lengths) & (lengths > 0)
        return float(np.mean(np.sum(before[both] * after[both], axis=1) / lengths[both])) if both.any() else float("nan")

    @cached_property
    def progress(self) -> bool:
        """Whether the losses of the later half of the recent points are lower than those of the earlier half."""
        recent = self.trail.loss[self.recent : self.trail.recorded]
        half = recent.size // 2
        if half < 2:
            return True
        before, after = recent[:half], recent[-half:]
        fell = float(np.mean(before) - np.mean(after))
        if self.trail.recorded is not None and fell < 2 * float(np.sqrt((np.var(before) + np.var(after)) / half)):
            return False  # two standard errors
        return fell > SAME_LOSS * float(np.ptp(recent)) and fell > 1e-9 * abs(float(recent[-1]))

    @cached_property
    def falls(self) -> float:
        """The share of the loss that was lost recently."""
        recent = self.trail.loss[self.recent :]
        return float((recent[0] - recent[-1]) / abs(recent[0])) if recent[0] else 0.0

    @cached_property
    def shrinks(self) -> bool:
        """Whether the recent steps become shorter."""
        lengths, half = self.recent_lengths, self.recent_lengths.size // 2
        return half > 0 and float(lengths[half:].mean()) < 0.9 * float(lengths[:half].mean())

    def longest_step(self, updates: int) -> float:
        """The longest step of the last so many updates, of those that are known; else the last that is known."""
        lengths = np.linalg.norm(self.trail.step, axis=1)
        known = np.isfinite(lengths)
        recent = lengths[known & (self.trail.update > self.trail.update[-1] - 1 - updates)]
        return float(recent.max()) if recent.size else float(lengths[known][-1]) if known.any() else 0.0

    @cached_property
    def grows(self) -> bool:
        """Whether the recent losses rise: nearly every time, or on the whole where they tremble."""
        recent = self.trail.loss[self.recent :]
        half = recent.size // 2
        if half < 3:
            return False
        rose = float(np.mean(recent[-half:]) - np.mean(recent[:half]))
        return float(np.mean(np.diff(recent) > 0)) > 0.9 or (rose > 0.25 * float(np.ptp(recent)) and recent[-1] > recent[0])

    @cached_property
    def closes_in(self) -> bool:
        """Whether the recent steps, at their longest, become shorter; by their squares, which are as an energy."""
        squares = np.sum(self.trail.step[self.recent :] ** 2, axis=1)
        squares = squares[np.isfinite(squares)]
        quarter = squares.size // 4
        return quarter > 1 and float(squares[-quarter:].max()) < SHRINKING * float(squares[:quarter].max())

    @cached_property
    def noisy(self) -> bool:
        """Whether the recent gradients of the batches are mostly noise: longer than the gradient of all rows."""
        slope, batch = self.trail.slope[self.recent :], self.trail.batch_slope[self.recent :]
        known = np.isfinite(batch)
        if self.circumstances.whole or not known.any():
            return False
        return float(np.mean(batch[known] ** 2)) > 1.5 * float(np.mean(slope[known] ** 2))

    @cached_property
    def flat(self) -> bool:
        """Whether slope and curvature are those of a plateau."""
        around, tiny = self.circumstances, FLAT * self.circumstances.relief
        return bool(self.trail.slope[-1] <= tiny and around.curvature <= 10 * tiny and around.height > HIGH * around.relief)

    @property
    def rising(self) -> bool:
        """Whether the loss is the highest of all here."""
        loss = self.trail.loss
        return bool(loss.size > 4 and loss[-1] >= np.nanmax(loss) > loss[0])

    @property
    def long_enough(self) -> bool:
        """Whether enough updates were done to say what it does for ever."""
        return bool(self.trail.update[-1] >= LEAST)

    @property
    def stands(self) -> bool:
        """Whether it makes no steps any more."""
        return self.long_enough and self.longest_step(LEAST) <= STANDING

    @property
    def critical(self) -> CriticalPoint | None:
        """The critical point that it is at, steps and all."""
        critical = self.circumstances.critical
        return critical if critical is not None and critical.distance <= NEAR and self.longest_step(3) <= NEAR else None

    def rests_at(self, kind: str) -> bool:
        """Whether it is at such a critical point, and no noise carries it away."""
        critical = self.critical
        return critical is not None and critical.kind == kind and (not self.noisy or self.longest_step(LEAST) <= RESTING)
