"""The training of one network, as a job of one record a step. Equal setups share a job."""

import time
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from compute.job import Step, Steps, job
from labs.deep.measures import Measures, measure
from labs.deep.trainer import beginner, initializer, trainer
from labs.deep.training_setup import TrainingSetup
from networks.forward import Snapshot
from networks.parameters import completed, recovering
from optim.chunks import CHUNK, Pace
from optim.optimizer import Lens, Update, optimizers
from optim.training import Training

BOUNDS = 100  # a loss above this multiple of the first is on its way out: pictures end before it


class Entry(NamedTuple):
    """What is recorded at one update, or at s updates, stacked along a leading axis."""

    update: Int[np.ndarray, " s"]  # how many were done
    theta: Float[np.ndarray, "s p"]
    state: tuple[Float[np.ndarray, "s m k"], ...]  # what the hidden layers remembered
    measured: Measures


class Record(NamedTuple):
    """The recorded history of a training, one entry for each of `update`. A longer record begins with the entries of a shorter one."""

    update: Int[np.ndarray, " s"]  # how many were done
    theta: Float[np.ndarray, "s p"]
    state: tuple[Float[np.ndarray, "s m k"], ...]  # what the hidden layers remembered
    measured: Measures
    diverged: int | None  # the update at which the loss left all bounds
    training: Training | None  # as it was at the last record, with what the optimizer remembers, in NumPy; None in a summary

    @property
    def alive(self) -> Bool[np.ndarray, " s"]:
        return np.isfinite(self.measured.loss)

    @property
    def within_bounds(self) -> Bool[np.ndarray, " s"]:
        """Which records have a finite loss of at most BOUNDS times the first, or times 1 if that is more."""
        return self.alive & (self.measured.loss <= BOUNDS * np.maximum(1.0, self.measured.loss[0]))

    @property
    def summary(self) -> "Record":
        """The same without parameters, which are most of it: what a page draws."""
        return self._replace(theta=self.theta[:, :0], state=(), training=None)

    @property
    def last(self) -> int:
        """Index of the last record with a finite loss; 0 if there is none."""
        return int(np.flatnonzero(self.alive)[-1]) if self.alive.any() else 0


def first_records(setup: TrainingSetup, count: int) -> Record:
    """The first so many records of a training, or all of one that has fewer."""
    training = trained(setup)
    while not training.finished and (not training.begun or len(training.result.update) < count):
        training.advance()
    record = training.result
    entries: Entry = jax.tree.map(lambda part: part[:count], Entry(*record[:4]))
    return Record(*entries, record.diverged, record.training)


def initial_theta(setup: TrainingSetup) -> Float[np.ndarray, " p"]:
    """θ⁰, float32."""
    net = setup.net
    weights = initializer(net.inputs, net.width, net.depth, net.outputs, setup.initialization)(np.int64(setup.training_seed))
    theta = completed(net, setup.numbers, weights)
    return np.asarray(recovering(net, setup.numbers, theta, setup.split.train) if setup.recovering else theta)


def snapshot(setup: TrainingSetup, record: Record, index: int) -> Snapshot:
    """The network at a record, with all training rows."""
    state = tuple(jnp.asarray(part[index]) for part in record.state)
    return Snapshot(setup.numbers, state, setup.split.train, jnp.asarray(record.theta[index]))


def lens_of(setup: TrainingSetup, training: Training) -> Lens | None:
    """Momentum and scale of the optimizer's state; None for an optimizer whose step has no such form."""
    lens, (theta, memory) = optimizers()[setup.optimizer.name].lens, jax.tree.map(jnp.asarray, (training.theta, training.memory))
    return None if lens is None else lens(Update(jnp.zeros_like(theta), memory, memory), setup.hyper)


def start(setup: TrainingSetup) -> Training:
    """The state before the first update."""
    return beginner(setup.net, setup.optimizer.name)(setup.hyper, initial_theta(setup), setup.split.train)


def _entry(setup: TrainingSetup, training: Training) -> Entry:
    rows = setup.split
    at = Snapshot(setup.numbers, training.state, rows.train, training.theta)
    update, theta, state = jax.device_get((training.t, training.theta, training.state))
    return Entry(update, theta, state, measure(setup.net, setup.loss.name, at, rows))


@job
def trained(setup: TrainingSetup) -> Steps[Record]:
    """Train; one step of the job for each record: at the initial weights and at each of `setup.updates` that the training reaches.

    Where many updates lie between two records, or one takes long, a step comes after a piece of them, too: with the record as it was.
    """
    updates, training = setup.updates, start(setup)
    first = _entry(setup, training)
    room = jax.tree.map(lambda part: np.empty((len(updates), *part.shape), part.dtype), first)  # each record is a view of its beginning
    given, count = setup.input(float(first.measured.loss)), 0

    def keep(entry: Entry) -> None:
        for whole, part in zip(jax.tree.leaves(room), jax.tree.leaves(entry), strict=True):
            whole[count] = part

    def record(diverged: int | None = None) -> Record:
        entries: Entry = jax.tree.map(lambda part: part[:count], room)
        return Record(*entries, diverged, jax.device_get(training))

    keep(first)
    count, pace = 1, Pace()
    last = record()
    yield Step(count / len(updates), last)
    for since, until in pairwise(updates):
        stepped, at = time.monotonic(), since
        while at < until and training.alive:
            begun, before = time.monotonic(), at
            training = trainer(setup.structure)(given, training, np.int64(min(until, at + pace.size)))
            at, now = int(training.t), time.monotonic()  # which waits until it is there
            pace.took(at - before, now - begun)
            if at < until and training.alive and now - stepped > CHUNK:
                yield Step((count + (at - since) / (until - since)) / len(updates), last)
                stepped = time.monotonic()
        diverged = None if training.alive else at
        if at > since:
            keep(_entry(setup, training))
            count += 1
        last = record(diverged)
        yield Step(count / len(updates) if diverged is None else 1.0, last)
        if diverged is not None:
            return
