"""The walks of one panel: the path of an optimizer from a start at a learning rate. They run as jobs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.job import Step, Steps, job
from compute.memo import memo
from compute.programs import traced
from core.messages import Message
from core.settings import Pair, Pick, capacity, values
from labs.plane import kernels
from labs.plane.arrival import Arrival, target_of
from labs.plane.minimum import Fit, fitted
from labs.plane.problem import Problem, probed, rows_of
from optim.chunks import done, finished, in_chunks, progress
from optim.descent import Carry, apart
from optim.optimizer import Optimizer, optimizers
from optim.record import Points, joined, no_points
from optim.schedule import multipliers, schedules
from optim.thin import thinned

STAYED = 0.9  # a mini-batch walk trembles: it has arrived for good if it stayed there for the last tenth of the updates at least


@dataclass(frozen=True)
class Updates:
    """Settings that all walks of an experiment share: number of updates, mini-batches, schedule, what counts as arrived."""

    steps: int
    batch: int  # rows in a mini-batch, 0 for all
    seed: int
    schedule: Pick
    warmup: int
    arrival: Arrival = Arrival()


@dataclass(frozen=True)
class WalkSetup:
    """Everything that a walk depends on except its hyper-parameters."""

    problem: Problem
    raw_start: Pair  # the start for raw features, which chooses among the minima of a textbook surface
    start: tuple[float, ...]  # θ before the first update, in the panel's own coordinates
    optimizer: Pick
    updates: Updates

    @property
    def method(self) -> Optimizer:
        return optimizers()[self.optimizer.name]

    @property
    def fit(self) -> Fit:
        return fitted(self.problem, self.raw_start)

    @property
    def row_count(self) -> int:
        """Rows that are no padding; 1 of a formula."""
        rows = rows_of(self.problem)
        return 1 if rows is None else int(np.sum(rows.w))

    @property
    def batch(self) -> int:
        """Rows in a mini-batch, 0 where every update takes all of them."""
        whole = self.updates.batch <= 0 or self.updates.batch >= self.row_count or self.method.full_batch_only
        return 0 if whole else self.updates.batch

    @property
    def batch_room(self) -> int:
        """Rows that a mini-batch is padded to."""
        return capacity(self.batch) if self.batch else 0


class Rated(NamedTuple):
    """The hyper-parameters of a walk, and how its learning rate was chosen."""

    hyper: tuple[tuple[str, float], ...]  # by name; none while the best rate is still being looked for
    how: Message  # where the rate comes from, a sentence
    swept: bool = False  # by trying many

    @property
    def rate(self) -> float:
        return dict(self.hyper)["rate"]


class Walk(NamedTuple):
    """A walk. All updates are computed, but only a thinned record is kept, with every excursion. The step of the last point is NaN."""

    picked: Pick
    rated: Rated
    points: Points
    rates: Float[np.ndarray, " k"]  # at each point, η times the schedule's multiplier
    settled: int | None  # updates until it was there for good, by what counts as arrived
    diverged: int | None  # the update at which the loss was beyond all bounds
    progress: float  # the share of the work for it, and for its rate, that is done; 1: it is at its end

    @property
    def done(self) -> int:
        """Updates that are computed."""
        return int(self.points.update[-1])

    @property
    def finished(self) -> bool:
        return self.progress >= 1

    @property
    def end(self) -> Float[np.ndarray, " p"]:
        return self.points.path[-1]

    def thinned(self, most: int) -> "Walk":
        """The same walk with at most about so many points, every excursion among them."""
        keep = thinned(self.points.update, self.points.path, self.points.loss, self.done + 1, most)
        return self._replace(points=self.points.at(keep), rates=self.rates[keep])


@memo
def _multipliers(updates: Updates) -> Float[np.ndarray, " m"]:
    schedule = schedules()[updates.schedule.name]
    return multipliers(schedule, updates.steps, kernels.ROOM, updates.warmup, **values(updates.schedule, schedule.fields))


def walk_input(setup: WalkSetup, hyper: Mapping[str, float]) -> kernels.WalkInput:
    """The numbers that the kernels of a walk read, in NumPy."""
    updates = setup.updates
    return kernels.WalkInput(
        numbers={name: traced(value) for name, value in setup.problem.traced.items()},
        rows=rows_of(setup.problem),
        hyper={name: traced(np.float64(value)) for name, value in hyper.items()},
        multipliers=traced(_multipliers(updates)),
        target=target_of(setup.problem, setup.fit, setup.start, setup.updates.arrival),
        steps=traced(np.int64(updates.steps)),
        theta=traced(np.array(setup.start)),
        row_count=traced(np.int64(setup.row_count)),
        batch=traced(np.int64(max(setup.batch, 1))),
        seed=traced(np.int64(updates.seed)),
    )


def not_begun(setup: WalkSetup, hyper: Mapping[str, float]) -> Carry:
    """The Carry before the first update."""
    rows = rows_of(setup.problem)
    return kernels.not_begun(setup.optimizer.name, tuple(hyper), len(setup.start), 0 if rows is None else rows.y.shape[0])


def _overall(hyper: Rated, share: float) -> float:
    """Progress of a walk including the search for its learning rate, which counts as half of the work where there was one."""
    return 0.5 + 0.5 * share if hyper.swept else share


def begun(setup: WalkSetup, hyper: Rated, share: float) -> Walk:
    """A walk before its first update."""
    value, gradient, _ = probed(setup.problem, setup.start)
    path, zero = np.array([setup.start]), np.zeros(1, np.int64)
    unknown = np.full_like(path, np.nan)  # its first update may go by a batch
    points = Points(
        update=zero,
        path=path,
        loss=np.array([value]),
        slope=np.array([float(np.linalg.norm(gradient))]),
        gradient=unknown,
        momentum=unknown,
        scale=unknown,
        step=unknown,
        evaluations=zero,
        taken=zero,
    )
    return Walk(setup.optimizer, hyper, points, rates=np.full(1, np.nan), settled=None, diverged=None, progress=share)


def _so_far(setup: WalkSetup, hyper: Rated, points: Points, carry: Carry) -> Walk:
    """The walk as it is recorded up to a Carry."""
    steps, count, above = setup.updates.steps, done(carry), int(carry.above)
    alive = bool(carry.alive)
    enough = steps if setup.batch == 0 else STAYED * steps
    settles = finished(carry, steps) and alive and setup.fit.loss is not None and above < enough
    return Walk(
        picked=setup.optimizer,
        rated=hyper,
        points=points._replace(step=np.where((points.update < count - 1)[:, None], points.step, np.nan)),
        rates=(hyper.rate * _multipliers(setup.updates))[points.update],
        settled=above + 1 if settles else None,
        diverged=None if alive else count - 1,
        progress=_overall(hyper, progress(carry, steps)),
    )


@job
def descent(setup: WalkSetup, hyper: Rated) -> Steps[Walk]:
    """The walk of an optimizer with these hyper-parameters, as a job; only a thinned record of it is kept."""
    used, steps, points = dict(hyper.hyper), setup.updates.steps, no_points(len(setup.start))
    inputs, columns = walk_input(setup, used), kernels.recorded(setup.optimizer.name, tuple(used), len(setup.start))

    def advance(carry: Carry, until: np.int64) -> Carry:
        nonlocal points
        first = max(0, int(carry.t))
        walker = kernels.walker(setup.problem.structure, setup.optimizer.name, setup.batch_room)  # the cache holds it, nobody else
        carry, record = walker(carry, until, inputs)
        kept = apart(np.asarray(record)[: int(carry.t) - first], columns)
        points = joined(points, kept, np.asarray(carry.theta), setup.method, steps + 1)
        return carry

    for carry in in_chunks(advance, not_begun(setup, used), steps):
        yield Step(progress(carry, steps), _so_far(setup, hyper, points, carry))


def walk(setup: WalkSetup, hyper: Rated, deadline: float = math.inf) -> Walk:
    """The walk, finished or as far as it got before the deadline; the next call continues from there."""
    work = descent(setup, hyper).work(deadline)
    return work.result if work.begun else begun(setup, hyper, _overall(hyper, 0.0))
