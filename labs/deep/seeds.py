"""The same training from several seeds, counted by updates, by epochs, or by the time of a machine that computes many rows at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compute.job import Step, Steps, job
from labs.deep.training import trained
from labs.deep.training_setup import TrainingSetup

SEEDS = 5
AT_ONCE = 64  # rows that the idealized machine computes in one unit of time
CLOCKS = ("updates", "epochs", "time")


class Seeds(NamedTuple):
    """What was recorded of the seeds that are trained; NaN from where one has exploded."""

    update: Int[np.ndarray, " s"]
    loss: Float[np.ndarray, "k s"]  # of all training rows
    right: Float[np.ndarray, "k s"]  # share of the held-out rows, or R²


@job
def over_seeds(setup: TrainingSetup) -> Steps[Seeds]:
    """Train from this seed and the next ones, each with initial weights and an order of the rows of its own, on the same rows."""
    update = np.array(setup.updates)
    loss, right = np.full((SEEDS, update.size), np.nan), np.full((SEEDS, update.size), np.nan)
    for i in range(SEEDS):
        training = trained(replace(setup, seed_offset=setup.seed_offset + i))
        while not training.finished:
            training.advance()
            if not training.finished:
                yield Step((i + training.progress) / SEEDS, Seeds(update, loss[:i].copy(), right[:i].copy()))
        measured = training.result.measured
        whole = np.isfinite(measured.loss)
        count = int(whole.sum()) if whole.all() else int(np.argmin(whole))
        loss[i, :count], right[i, :count] = measured.loss[:count], measured.held_out_accuracy[:count]
        yield Step((i + 1) / SEEDS, Seeds(update, loss[: i + 1].copy(), right[: i + 1].copy()))


def clock(setup: TrainingSetup, update: Int[np.ndarray, " s"], by: str) -> Float[np.ndarray, " s"]:
    """The updates in another unit: epochs, or units of time of a machine that computes AT_ONCE rows at once."""
    rows = setup.batch or setup.split.n
    match by:
        case "epochs":
            return update * rows / setup.split.n
        case "time":
            return update * float(-(-rows // AT_ONCE))
    return update.astype(float)


class Ending(NamedTuple):
    """What the seeds of one network have come to at one moment."""

    low: float  # the lowest training loss
    middle: float  # the median
    high: float
    right: float  # the median share of held-out rows that are right


def endings(setups: Sequence[TrainingSetup], trainings: Sequence[Seeds], by: str) -> tuple[float, list[Ending]]:
    """The last moment, by a clock, that all networks have reached, and the training loss of each there: at its last record before."""
    clocks = [clock(setup, seeds.update, by) for setup, seeds in zip(setups, trainings, strict=True)]
    last = min(float(ticks[-1]) for ticks in clocks)
    ends = []
    for ticks, seeds in zip(clocks, trainings, strict=True):
        record = int(np.searchsorted(ticks, last * (1 + 1e-12), side="right")) - 1
        losses = np.where(np.isfinite(seeds.loss[:, record]), seeds.loss[:, record], np.inf)
        right = float(np.median(seeds.right[:, record]))
        ends.append(Ending(float(losses.min()), float(np.median(losses)), float(losses.max()), right))
    return last, ends


def best(ends: Sequence[Ending]) -> tuple[int, bool] | None:
    """Which network has the lowest median, and whether all of its seeds are below all seeds of every other one; None where no median is
    finite, or two are the lowest."""
    first, second, *_ = order = sorted(range(len(ends)), key=lambda i: ends[i].middle)
    if not ends[first].middle < ends[second].middle:
        return None
    return first, all(ends[first].high < ends[i].low for i in order[1:])
