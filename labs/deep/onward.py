"""What a training does around one of its records: the updates that follow it, each with its step and its gradients.

Records are many updates apart, and whether a walk goes back and forth, trembles or rests is seen from one update to the next. After the
last record it goes on with what the optimizer remembers; before, the training is replayed up to there, the same to the last bit.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from compute.programs import kernel
from core.catalogue import catalogue
from core.settings import capacity, values
from labs.deep.kernels import beginner, loss_of, optimizer_of, trainer
from labs.deep.rows import DTYPE
from labs.deep.setup import MOST_UPDATES
from labs.deep.training import CEILING, Trained, Trial
from networks.multilayer import Architecture, States
from optim.batches import drawing
from optim.optimizer import Hyper
from optim.schedule import Schedule, multipliers
from optim.training import Training, train
from surfaces.surface import Numbers, Rows, Scalar, Theta

LEAST = 20  # updates that are followed: as many as a verdict calls recent at least, see verdict/rules.py


class Onward(NamedTuple):
    """At t, t + 1 … t + LEAST updates: θ, loss and ‖∇L‖ of all rows, the norm of the gradient that the next update goes by, and whether
    the training was within its bounds. What is not alive is as it was before."""

    theta: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]
    batch_slope: Float[np.ndarray, " k"]
    alive: Bool[np.ndarray, " k"]


@kernel
def follower(net: Architecture, loss: str, optimizer: str, batch_room: int, frozen: bool) -> Callable[..., tuple[Array, ...]]:
    """(numbers, rows, count, size, seed, hyper, multipliers, ceiling, training) -> the parts of an Onward, in order."""

    @jax.jit
    def followed(
        numbers: Numbers,
        rows: Rows,
        count: Int[Array, ""],
        size: Int[Array, ""],
        seed: Int[Array, ""],
        hyper: Hyper,
        multipliers: Float[Array, " m"],
        ceiling: Scalar,
        training: Training,
    ) -> tuple[Array, ...]:
        def loss_here(theta: Theta, state: States, batch: object) -> tuple[Scalar, States]:
            assert isinstance(batch, Rows)
            return loss_of(net, loss, numbers, theta, state, batch, not frozen)

        draw = drawing(rows, count, size, batch_room, jax.random.key(seed)) if batch_room else None
        slope = jax.value_and_grad(lambda theta, state, part: loss_here(theta, state, part)[0])

        def one(at: Training, _: None) -> tuple[Training, tuple[Array, ...]]:
            value, gradient = slope(at.theta, at.state, rows)
            own = gradient if draw is None else slope(at.theta, at.state, draw(at.t, at.order)[0])[1]
            seen = (at.theta, value, jnp.linalg.norm(gradient), jnp.linalg.norm(own), at.alive)
            return train(loss_here, rows, draw, optimizer_of(optimizer), hyper, multipliers, ceiling, at, at.t + 1), seen

        return jax.lax.scan(one, training, length=LEAST + 1)[1]

    return followed


@lru_cache(8)
def factors(trial: Trial) -> Float[np.ndarray, " m"]:
    """Of the rate, at each update; after the last one as at it."""
    schedule = catalogue("optim.schedules", Schedule)[trial.schedule.name]
    found = multipliers(schedule, trial.steps, MOST_UPDATES + 1, trial.warmup, **values(trial.schedule, schedule.fields))
    found[trial.steps :] = found[trial.steps - 1]
    return np.asarray(found, DTYPE)


def _shared(training: Trained) -> tuple[object, ...]:
    """What the kernels of a training read, from its rows to its ceiling."""
    trial, first = training.trial, float(training.record(1).measured.loss[0])
    ceiling = jnp.asarray(CEILING * max(1.0, first if np.isfinite(first) else 1.0), DTYPE)
    counts = (np.int64(trial.split.n), np.int64(trial.batch), np.int64(trial.seed))
    return trial.numbers, trial.split.train, *counts, trial.hyper, factors(trial), ceiling


class Replay:
    """A training at one of its records with what its optimizer remembered then: it keeps that after the last record alone."""

    def __init__(self, training: Trained, at: int) -> None:
        self._training, self._lock = training, threading.Lock()
        record = training.record()
        self._until = [int(t) for t in record.update[: at + 1]]
        self._last = training.last if at == len(record.update) - 1 else None
        self._reached: tuple[int, Training] | None = None

    def work(self, deadline: float) -> Training | None:
        """On to the record, or until the deadline has passed: None. From one record to the next is always gone."""
        if self._last is not None:
            return self._last
        trial = self._training.trial
        with self._lock:
            if self._reached is None:
                theta = self._training.record(1).theta[0]
                self._reached = 0, beginner(trial.net, trial.optimizer.name)(trial.hyper, theta, trial.split.train)
            size = trial.batch
            kernel = trainer(trial.net, trial.loss.name, trial.optimizer.name, capacity(size) if size else 0, trial.frozen)
            while (done := self._reached[0]) < len(self._until) - 1:
                self._reached = done + 1, kernel(*_shared(self._training), self._reached[1], np.int64(self._until[done + 1]))
                self._reached[1].theta.block_until_ready()
                if time.monotonic() > deadline:
                    return None
            return self._reached[1]


def onward(training: Trained, begun: Training) -> Onward:
    """The LEAST updates after `begun`."""
    trial, size = training.trial, training.trial.batch
    kernel = follower(trial.net, trial.loss.name, trial.optimizer.name, capacity(size) if size else 0, trial.frozen)
    theta, loss, slope, batch_slope, alive = jax.device_get(kernel(*_shared(training), begun))
    return Onward(theta, np.asarray(loss, np.float64), np.asarray(slope, np.float64), np.asarray(batch_slope, np.float64), alive)
