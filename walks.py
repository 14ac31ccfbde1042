"""The walks of one panel: which rate an optimizer gets under the three rate modes, and where it goes. Memoized like problem.py."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

import kernels
from optim.descent import Target
from optim.optimizer import Optimizer
from optim.schedule import Schedule, multipliers
from optim.thin import thinned
from problem import Fit, Pair, Problem, fitted, probed, rows_of
from settings import N_, Message, Pick, capacity, catalogue, message, numbers, values

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
    """hyper: every hyper-parameter that is used; how: where the rate comes from, a sentence."""

    hyper: tuple[tuple[str, float], ...]
    how: Message

    @property
    def rate(self) -> float:
        return dict(self.hyper)["rate"]


class Walk(NamedTuple):
    """A walk, computed whole and kept thinned: every excursion stays.

    update: which updates the kept points are. path, loss, slope: θ, full-batch loss, full-batch gradient norm before each of them.
    settled: updates until loss − minimum ≤ goal for good; diverged: the update at which the loss was beyond all bounds, else None.
    """

    picked: Pick
    rated: Rated
    update: Int[np.ndarray, " k"]
    path: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]
    settled: int | None
    diverged: int | None

    @property
    def end(self) -> Float[np.ndarray, " p"]:
        return self.path[-1]


def optimizers() -> dict[str, Optimizer]:
    return dict(catalogue("optim.optimizers", Optimizer))


@lru_cache(64)
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


@lru_cache(256)
def rated(problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, run: Run, mode: str, fraction: float) -> Rated:
    """best: fastest on this panel's quadratic, or the best of a sweep. same: its own number. fraction: that part of its limit here."""
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
    hyper["rate"] = _swept(problem, fit, start, picked, run)
    return Rated(tuple(sorted(hyper.items())), message(N_("the best of {count} rates tried"), count=len(SWEEP)))


def _swept(problem: Problem, fit: Fit, start: tuple[float, ...], picked: Pick, run: Run) -> float:
    """The rate of the sweep that settles first; among those that never settle, the one that ends lowest."""
    batch = _batch(problem, picked, run)
    race = kernels.racer(problem.structure, picked.name, capacity(batch) if batch else 0)
    hyper = {name: np.float64(value) for name, value in numbers(picked, optimizers()[picked.name].fields).items()}
    carry, loss = race(SWEEP, problem.traced, rows_of(problem), hyper, *_arguments(problem, fit, run, start, batch))
    alive, end = np.asarray(carry.alive), np.nan_to_num(np.asarray(loss), nan=np.inf)
    settled = np.where(alive & (np.asarray(carry.above) < run.steps), np.asarray(carry.above) + 1, run.steps + 1)
    return float(SWEEP[np.lexsort((np.where(alive, end, np.inf), settled))[0]])


@lru_cache(256)
def walk(problem: Problem, at: Pair, start: tuple[float, ...], picked: Pick, hyper: Rated, run: Run) -> Walk:
    """Where the optimizer goes from `start` with these hyper-parameters."""
    fit, batch, rows = fitted(problem, at), _batch(problem, picked, run), rows_of(problem)
    walker = kernels.walker(problem.structure, picked.name, capacity(batch) if batch else 0)
    used = {name: np.float64(value) for name, value in hyper.hyper}
    carry, kept = walker(problem.traced, rows, used, *_arguments(problem, fit, run, start, batch))
    done, alive, above = int(carry.t), bool(carry.alive), int(carry.above)
    path, loss, slope = (np.asarray(part)[:done] for part in kept)
    enough = run.steps if batch == 0 else CALM * run.steps
    settles = alive and fit.loss is not None and above < enough
    keep = thinned(path, loss)
    return Walk(
        picked,
        hyper,
        keep,
        path[keep],
        loss[keep],
        slope[keep],
        above + 1 if settles else None,
        None if alive else done - 1,
    )
