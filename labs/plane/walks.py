"""The walks of one panel: which rate an optimizer gets under the three rate modes, and where it goes. Memoized like problem.py."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from compute.chunks import Chunks
from core.catalogue import catalogue
from core.messages import N_, Message, message
from core.settings import Pair, Pick, capacity, numbers, values
from labs.plane import kernels
from labs.plane.problem import Fit, Problem, fitted, probed, rows_of
from optim.descent import Carry, Target, apart
from optim.optimizer import optimizers
from optim.record import joined, no_points
from optim.schedule import Schedule, multipliers
from optim.thin import thinned

SWEEP = np.logspace(-5, 2, 36)  # rates that a method without a closed-form best rate is tried at, five a decade
GOAL = 0.01  # arrived: loss − minimum ≤ 1 % of the loss of the best constant (of the start's excess on a textbook surface)
CALM = 0.9  # a mini-batch walk trembles: it has arrived for good if it stayed there for the last tenth of the updates at least
CEILING = 1e12  # diverged: the loss is this many times what it was


@dataclass(frozen=True)
class Run:
    """What all walks of an experiment share."""

    steps: int
    batch: int  # rows in a mini-batch, 0 for all
    seed: int
    schedule: Pick
    warmup: int


class Rated(NamedTuple):
    """hyper: every hyper-parameter that is used; how: where the rate comes from, a sentence. swept: by trying many.

    Without hyper-parameters: the sweep is still under way.
    """

    hyper: tuple[tuple[str, float], ...]
    how: Message
    swept: bool = False

    @property
    def rate(self) -> float:
        return dict(self.hyper)["rate"]


class Walk(NamedTuple):
    """A walk, computed whole and kept thinned: every excursion stays.

    update: which updates the kept points are. path, loss, slope: θ, full-batch loss, full-batch gradient norm before each of them.
    gradient: what the update went by, in units of loss per θ: that of its batch. step: θ after it minus θ before it, whether the next
    point is kept or not; NaN at the last point. momentum (units of the gradient), scale and rates (η times the schedule's multiplier):
    step = −rates·momentum/scale, but for rounding and the decoupled decay of a method that has one. scale is 1 where a method has none,
    ∞ where a coordinate gets no step; Optimizer.adaptive tells whether rates/scale are the half axes of an ellipse to be drawn.
    momentum and scale are NaN where a method has no such form. At the last point all these are of an update that was not made.
    evaluations: gradients that were computed for the updates before this point, as the optimizer counts them.
    settled: updates until loss − minimum ≤ goal for good; diverged: the update at which the loss was beyond all bounds, else None.
    progress: the share of the work for it, and for its rate, that is done; 1: it is at its end.
    """

    picked: Pick
    rated: Rated
    update: Int[np.ndarray, " k"]
    path: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]
    gradient: Float[np.ndarray, "k p"]
    momentum: Float[np.ndarray, "k p"]
    scale: Float[np.ndarray, "k p"]
    step: Float[np.ndarray, "k p"]
    evaluations: Int[np.ndarray, " k"]
    rates: Float[np.ndarray, " k"]
    settled: int | None
    diverged: int | None
    progress: float

    @property
    def done(self) -> int:
        """Updates that are computed."""
        return int(self.update[-1])

    @property
    def finished(self) -> bool:
        return self.progress >= 1

    @property
    def end(self) -> Float[np.ndarray, " p"]:
        return self.path[-1]

    def thinned(self, most: int) -> "Walk":
        """The same walk with at most about so many points, every excursion among them."""
        keep = thinned(self.update, self.path, self.loss, self.done + 1, most)
        by_point = ("update", "path", "loss", "slope", "gradient", "momentum", "scale", "step", "evaluations", "rates")
        return self._replace(**{name: getattr(self, name)[keep] for name in by_point})


@lru_cache(8)
def _multipliers(run: Run) -> Float[np.ndarray, " m"]:
    schedule = catalogue("optim.schedules", Schedule)[run.schedule.name]
    return multipliers(schedule, run.steps, kernels.ROOM, run.warmup, **values(run.schedule, schedule.fields))


def goal_of(problem: Problem, fit: Fit, start: tuple[float, ...]) -> float | None:
    """How much above the minimum counts as arrived."""
    if fit.loss is None:
        return None
    if fit.baseline is not None:
        return GOAL * fit.baseline
    return GOAL * (probed(problem, start)[0] - fit.loss)


def _target(problem: Problem, fit: Fit, start: tuple[float, ...]) -> Target:
    goal, here = goal_of(problem, fit, start), probed(problem, start)[0]
    ceiling = CEILING * max(abs(here), 1.0 if fit.baseline is None else fit.baseline)
    if goal is None or fit.loss is None:
        return Target(np.float64(-np.inf), np.float64(0.0), np.float64(ceiling))
    return Target(np.float64(fit.loss), np.float64(goal), np.float64(ceiling))


def _count(problem: Problem) -> int:
    rows = rows_of(problem)
    return 1 if rows is None else int(np.sum(rows.w))


def _batch(problem: Problem, picked: Pick, run: Run) -> int:
    """Rows in a mini-batch, 0 where the whole data is taken."""
    whole = run.batch <= 0 or run.batch >= _count(problem) or optimizers()[picked.name].full_batch_only
    return 0 if whole else run.batch


def _arguments(problem: Problem, fit: Fit, run: Run, start: tuple[float, ...], batch: int) -> tuple[object, ...]:
    return (
        _multipliers(run),
        _target(problem, fit, start),
        np.int64(run.steps),
        np.array(start),
        np.int64(_count(problem)),
        np.int64(max(batch, 1)),
        np.int64(run.seed),
    )


def rated(
    problem: Problem,
    at: Pair,
    start: tuple[float, ...],
    picked: Pick,
    run: Run,
    mode: str,
    fraction: float,
    deadline: float = math.inf,
) -> Rated | float:
    """best: fastest on this panel's quadratic, or the best of a sweep. same: its own number. fraction: that part of its limit here.

    A number: the share of the sweep that was done when the deadline passed; ask again.
    """
    optimizer, fit = optimizers()[picked.name], fitted(problem, at)
    hyper = numbers(picked, optimizer.fields)
    own = Rated(tuple(sorted(hyper.items())), message(N_("its own number")))
    curved = fit.trained is not None and fit.trained[-1] > 0
    if mode == "same" or (mode == "fraction" and optimizer.limit is None):
        return own
    if mode == "fraction":
        if fit.trained is None or not curved or optimizer.limit is None:
            return own._replace(how=message(N_("its own number: there is no limit here")))
        hyper["rate"] = fraction * optimizer.limit(hyper, float(fit.trained[-1]))
        return Rated(tuple(sorted(hyper.items())), message(N_("{fraction} of its limit"), fraction=f"{fraction:g}"))
    if optimizer.best is not None and fit.trained is not None and curved:
        steep, shallow = float(fit.trained[-1]), float(fit.trained[0])
        flat = fit.reason is not None or shallow <= 1e-13 * steep
        hyper |= optimizer.best(steep if flat else shallow, steep)
        how = message(N_("its best across the valley")) if flat else message(N_("its best here"))
        return Rated(tuple(sorted(hyper.items())), how)
    if fit.loss is None:
        return own._replace(how=message(N_("its own number: no best rate is known here")))
    race = _race(problem, at, start, picked, run)
    race.work(deadline)
    if not race.finished:
        return race.share
    hyper["rate"] = race.fastest
    return Rated(tuple(sorted(hyper.items())), message(N_("the best of {count} rates tried"), count=len(SWEEP)), swept=True)


class _Race(Chunks):
    """The same walk with every rate of the sweep, side by side."""

    def __init__(self, problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, run: Run) -> None:
        fit, batch = fitted(problem, at), _batch(problem, picked, run)
        hyper = {name: np.float64(value) for name, value in numbers(picked, optimizers()[picked.name].fields).items()}
        rows = jax.device_get(rows_of(problem))  # NumPy, which every device and every process can be given
        rest = (problem.traced, rows, hyper, *_arguments(problem, fit, run, start, batch))
        self._loss: Float[np.ndarray, " r"] = np.zeros(0)

        def advance(carry: Carry, until: np.int64) -> Carry:
            race = kernels.racer(problem.structure, picked.name, capacity(batch) if batch else 0)  # the cache holds it, nobody else
            carry, loss = race(SWEEP, carry, until, *rest)
            self._loss = np.asarray(loss)
            return carry

        one = _not_begun(problem, picked, hyper, start)
        super().__init__(advance, jax.tree.map(lambda part: np.stack([part] * len(SWEEP)), one), run.steps)

    def work(self, deadline: float) -> None:
        """On to the end, or until time.monotonic() has passed the deadline.

        Joined processes race together and have clocks of their own: among them it is always on to the end, in one chunk.
        """
        if jax.process_count() > 1:
            self._seconds, deadline = 0.0, math.inf
        super().work(deadline)

    @property
    def fastest(self) -> float:
        """The rate that settles first; among those that never settle, the one that ends lowest."""
        steps, alive, above = self._steps, np.asarray(self.carry.alive), np.asarray(self.carry.above)
        end = np.nan_to_num(self._loss, nan=np.inf)
        settled = np.where(alive & (above < steps), above + 1, steps + 1)
        return float(SWEEP[np.lexsort((np.where(alive, end, np.inf), settled))[0]])


def _not_begun(problem: Problem, picked: Pick, hyper: Mapping[str, object], start: tuple[float, ...]) -> Carry:
    rows = rows_of(problem)
    return kernels.not_begun(picked.name, tuple(hyper), len(start), 0 if rows is None else rows.y.shape[0])


@lru_cache(64)
def _race(problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, run: Run) -> _Race:
    return _Race(problem, at, start, picked, run)


class _Recorded(Chunks):
    """A walk, and what of it is computed so far; once it is finished only its thinned record is kept."""

    def __init__(self, problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, hyper: Rated, run: Run) -> None:
        fit, batch = fitted(problem, at), _batch(problem, picked, run)
        used = {name: np.float64(value) for name, value in hyper.hyper}
        rest = (problem.traced, rows_of(problem), used, *_arguments(problem, fit, run, start, batch))
        self._picked, self._hyper, self._whole, self._known = picked, hyper, batch == 0, fit.loss is not None
        self._points, self._rates = no_points(len(start)), hyper.rate * _multipliers(run)
        columns = kernels.recorded(picked.name, tuple(used), len(start))
        self._walk = begun(problem, start, picked, hyper, _progress(hyper, 0.0))

        def advance(carry: Carry, until: np.int64) -> Carry:
            first = max(0, int(carry.t))
            walker = kernels.walker(problem.structure, picked.name, capacity(batch) if batch else 0)  # the cache holds it, nobody else
            carry, record = walker(carry, until, *rest)
            kept = apart(np.asarray(record)[: int(carry.t) - first], columns)
            self._points = joined(self._points, kept, np.asarray(carry.theta), optimizers()[picked.name], run.steps + 1)
            return carry

        super().__init__(advance, _not_begun(problem, picked, used, start), run.steps)

    def walk(self, deadline: float) -> Walk:
        """As far as it is computed when the deadline has passed."""
        if not self._walk.finished:
            self.work(deadline)
        return self._walk

    def _seen(self) -> None:
        self._walk = self._so_far()

    def _so_far(self) -> Walk:
        points = self._points
        done, above = self.done, int(self.carry.above)
        alive, finished = bool(self.carry.alive), self.finished
        enough = self._steps if self._whole else CALM * self._steps
        settles = finished and alive and self._known and above < enough
        return Walk(
            self._picked,
            self._hyper,
            points.update,
            points.path,
            points.loss,
            points.slope,
            points.gradient,
            points.momentum,
            points.scale,
            np.where((points.update < done - 1)[:, None], points.step, np.nan),
            points.evaluations,
            self._rates[points.update],
            above + 1 if settles else None,
            None if alive else done - 1,
            _progress(self._hyper, self.share),
        )


@lru_cache(24)  # each holds 2,000 points at most
def _recorded(problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, hyper: Rated, run: Run) -> _Recorded:
    return _Recorded(problem, at, start, picked, hyper, run)


def walk(problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, hyper: Rated, run: Run, deadline: float = math.inf) -> Walk:
    """Where the optimizer goes from `start` with these hyper-parameters: to the end, or as far as it has come by the deadline.

    What was computed stays: asked again, it goes on from there.
    """
    return _recorded(problem, at, start, picked, hyper, run).walk(deadline)


def _progress(hyper: Rated, share: float) -> float:
    """Half of the work is for the rate, where many were tried."""
    return 0.5 + 0.5 * share if hyper.swept else share


def waiting(problem: Problem, start: tuple[float, ...], picked: Pick, share: float) -> Walk:
    """A walk whose rate is not known yet: that share of the rates' work is done."""
    return begun(problem, start, picked, Rated((), message(N_("its best rate is being looked for"))), 0.5 * share)


def begun(problem: Problem, start: tuple[float, ...], picked: Pick, hyper: Rated, progress: float) -> Walk:
    """A walk of which only the start is known."""
    value, gradient, _ = probed(problem, start)
    path, slope = np.array([start]), np.array([float(np.linalg.norm(gradient))])
    nowhere, unknown, zero = np.full_like(path, np.nan), np.full(1, np.nan), np.zeros(1, np.int64)  # its first update may go by a batch
    of_update = (nowhere, nowhere, nowhere, nowhere, zero, unknown)
    return Walk(picked, hyper, zero, path, np.array([value]), slope, *of_update, None, None, progress)
