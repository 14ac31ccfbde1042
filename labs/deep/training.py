"""One network's training, as far as it is computed, with what was recorded on the way. Shared: whoever asks for the same one gets it."""

import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple
from weakref import WeakValueDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from core.catalogue import catalogue
from core.settings import Pick, capacity, numbers, values
from labs.deep.kernels import PERCENTILES, Measured, beginner, drawer, measurer, optimizer_of, trainer
from labs.deep.rows import DTYPE, Split, split
from labs.deep.setup import MOST_UPDATES
from networks.multilayer import Architecture, completed, recovering
from normalization.hidden_layer import HiddenNormalization
from optim.optimizer import Update
from optim.schedule import Schedule, multipliers
from optim.training import Training
from surfaces.class_loss import class_losses

POINTS = 100  # records of a training, evenly spaced, beside those of its first updates
CEILING = 1e9  # the loss at which a training has diverged, as a multiple of 1 or of what it was at first
CALM = 100  # a loss above this multiple of the first is on its way out: pictures end before it
MEMORY = 2**23  # bytes of parameters that a record keeps; a large network is recorded more seldom


@dataclass(frozen=True)
class Trial:
    """All that a training depends on.

    batch: rows in a mini-batch, 0 for all of them. again: 0, or how many seeds further on the initial weights and the order of the rows are
    drawn; the rows stay those of the seed.
    """

    net: Architecture
    loss: Pick
    hidden: Pick
    memory: float
    data: Pick
    features: Pick
    held: float
    initialization: str
    recovering: bool
    optimizer: Pick
    schedule: Pick
    warmup: int
    batch: int
    steps: int
    seed: int
    frozen: bool
    again: int = 0

    @property
    def split(self) -> Split:
        return split(self.data, self.features, self.held, self.seed)

    @property
    def numbers(self) -> dict[str, Float[Array, ""]]:
        """What the network reads beside θ: the numbers of its loss and of its normalization, and how long running statistics remember."""
        fields = catalogue("normalization.hidden", HiddenNormalization)[self.hidden.name].fields
        found = self._of_loss | numbers(self.hidden, fields) | {"memory": self.memory}
        return {name: jnp.asarray(value, DTYPE) for name, value in found.items()}

    @property
    def _of_loss(self) -> dict[str, float]:
        item = class_losses().get(self.loss.name)
        return {} if item is None else numbers(self.loss, item.fields)

    @property
    def hyper(self) -> dict[str, Float[Array, ""]]:
        """The optimizer's numbers."""
        found = numbers(self.optimizer, optimizer_of(self.optimizer.name).fields)
        return {name: jnp.asarray(value, DTYPE) for name, value in found.items()}

    @property
    def updates(self) -> list[int]:
        """Those before which a record is made, and the last."""
        room = max(10, min(POINTS, MEMORY // (4 * self.net.size)))
        early = [2**k for k in range(15) if 2**k < self.steps / room]
        return sorted({0, self.steps, *early, *(round(part) for part in np.linspace(0, self.steps, room + 1))})


class Record(NamedTuple):
    """What was recorded, an entry for each of `update`; theta and state as they were then, the rest as in Measured.

    steps: updates of the whole training. diverged: the update at which the loss left all bounds, else None. progress: the share that
    is done.
    """

    update: Int[np.ndarray, " s"]
    theta: Float[np.ndarray, "s p"]
    state: tuple[Float[np.ndarray, "s m k"], ...]
    measured: Measured  # each with s in front
    steps: int
    diverged: int | None
    progress: float

    @property
    def alive(self) -> Bool[np.ndarray, " s"]:
        return np.isfinite(self.measured.loss)

    @property
    def calm(self) -> Bool[np.ndarray, " s"]:
        """Where the loss is a number, and not yet on its way out of all bounds."""
        return self.alive & (self.measured.loss <= CALM * np.maximum(1.0, self.measured.loss[0]))

    @property
    def last(self) -> int:
        """The last record whose loss is a number; 0 where none is."""
        return int(np.flatnonzero(self.alive)[-1]) if self.alive.any() else 0


def started(trial: Trial) -> Float[np.ndarray, " p"]:
    """θ⁰, float32."""
    net = trial.net
    weights = drawer(net.inputs, net.width, net.depth, net.outputs, trial.initialization)(np.int64(trial.seed + trial.again))
    theta = completed(net, trial.numbers, weights)
    return np.asarray(recovering(net, trial.numbers, theta, trial.split.train) if trial.recovering else theta)


def measured(trial: Trial, training: Training) -> Measured:
    """What is recorded of a training where it stands."""
    rows = trial.split
    found = measurer(trial.net, trial.loss.name)(trial.numbers, training.theta, training.state, rows.train, rows.test)
    *parts, hidden = jax.device_get(found)
    # NumPy's: XLA sorts to find them, which takes ten times as long and a good part of a compilation.
    seen = hidden[:, :, : rows.n].reshape(trial.net.depth, hidden.shape[1] * min(rows.n, hidden.shape[2]))
    with np.errstate(invalid="ignore"):  # of what has left all bounds
        return Measured(*(*parts, np.percentile(seen, PERCENTILES, axis=1).T.astype(DTYPE)))


class Trained:
    """A training under way. What was recorded stays as it was: records are only added."""

    def __init__(self, trial: Trial) -> None:
        self.trial, self._lock = trial, threading.Lock()
        self._seen: list[tuple[int, Training, Measured]] = []
        self._diverged: int | None = None

    @property
    def begun(self) -> bool:
        return bool(self._seen)

    @property
    def finished(self) -> bool:
        return self._diverged is not None or len(self._seen) == len(self.trial.updates)

    @property
    def last(self) -> Training:
        """Where it stands at its last record, with what the optimizer remembers."""
        return self._seen[-1][1]

    @property
    def share(self) -> float:
        """How much of it is done."""
        return 1.0 if self.finished else len(self._seen) / len(self.trial.updates)

    def advance(self) -> None:
        """To the next update that is recorded; whoever comes while somebody is at it waits for that."""
        before = len(self._seen)
        with self._lock:
            if len(self._seen) == before and not self.finished:
                self._advance()

    def _advance(self) -> None:
        trial, rows = self.trial, self.trial.split
        until = trial.updates[len(self._seen)]
        if not self._seen:
            training = beginner(trial.net, trial.optimizer.name)(trial.hyper, started(trial), rows.train)
        else:
            size = trial.batch
            kernel = trainer(trial.net, trial.loss.name, trial.optimizer.name, capacity(size) if size else 0, trial.frozen)
            first = float(self._seen[0][2].loss)
            ceiling = jnp.asarray(CEILING * max(1.0, first if np.isfinite(first) else 1.0), DTYPE)
            counts = (np.int64(rows.n), np.int64(size), np.int64(trial.seed + trial.again))
            training = kernel(
                trial.numbers, rows.train, *counts, trial.hyper, _multipliers(trial), ceiling, self._seen[-1][1], np.int64(until)
            )
        noted = measured(trial, training)
        alive, t = bool(training.alive), int(training.t)
        if alive or t > self._seen[-1][0]:
            self._seen.append((t, training, noted))
            if len(self._seen) > 1:  # only the last one is gone on from
                t_before, before, earlier = self._seen[-2]
                self._seen[-2] = (t_before, before._replace(memory=(), order=before.order[:0]), earlier)
        if not alive:
            self._diverged = t  # last: whoever sees it sees every record

    def momentum(self) -> Float[np.ndarray, " p"] | None:
        """What the optimizer holds of past gradients, in units of the gradient, at the last record; None where it has no such thing."""
        lens, training = optimizer_of(self.trial.optimizer.name).lens, self._seen[-1][1]
        if lens is None:
            return None
        nothing = jnp.zeros_like(training.theta)
        found = lens(Update(nothing, training.memory, training.memory), self.trial.hyper).momentum
        return None if found is None or not np.any(found) else np.asarray(found, np.float64)

    def record(self, done: int | None = None) -> Record:
        """What there is, or the first `done` records of it."""
        diverged, seen = self._diverged, self._seen[:done]
        return Record(
            np.array([t for t, _, _ in seen]),
            np.stack([np.asarray(training.theta) for _, training, _ in seen]),
            tuple(np.stack(part) for part in zip(*(jax.device_get(training.state) for _, training, _ in seen), strict=True)),
            Measured(*(np.stack(parts) for parts in zip(*(noted for _, _, noted in seen), strict=True))),
            self.trial.steps,
            diverged,
            1.0 if diverged is not None else len(seen) / len(self.trial.updates),
        )


@lru_cache(8)
def _multipliers(trial: Trial) -> Float[np.ndarray, " m"]:
    schedule = catalogue("optim.schedules", Schedule)[trial.schedule.name]
    found = multipliers(schedule, trial.steps, MOST_UPDATES + 1, trial.warmup, **values(trial.schedule, schedule.fields))
    return np.asarray(jnp.asarray(found, DTYPE))


@cache
def _living() -> "WeakValueDictionary[Trial, Trained]":
    return WeakValueDictionary()


@lru_cache(12)
def _kept(one: Trained) -> Trained:
    """The last few, also when nobody looks at them any more."""
    return one


_ONE = threading.Lock()


def trained(trial: Trial) -> Trained:
    """The training of a trial. It lives as long as somebody holds it, and a while longer: it is never begun anew under whoever waits."""
    with _ONE:
        found = _living().get(trial)
        if found is None:
            found = _living()[trial] = Trained(trial)
        return _kept(found)
