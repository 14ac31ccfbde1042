"""Away from where a large network stands: its most negative curvature by Lanczos, the loss along it, and a race of four from there.

Plain descent, momentum, the noise of mini-batches, and a step along the negative curvature, all at one rate. Memoized: asked again, it
goes on.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compute.programs import kernel
from core.messages import N_
from core.settings import capacity
from labs.deep.curvature import Curvature, curvature, state_at
from labs.deep.kernels import beginner, loss_of, optimizer_of, pointer
from labs.deep.rows import DTYPE
from labs.deep.training import CEILING, Trained
from networks.multilayer import Architecture, States
from optim.batches import drawing
from optim.optimizer import Hyper
from optim.training import Training, train
from surfaces.surface import Numbers, Rows, Scalar, Theta

STEP = 0.02  # the step along the negative curvature, as a share of ‖θ‖, or of 1 where that is less
REACH = 0.2  # how far the loss along that direction is drawn, both ways, as such a share
POINTS = 41  # of that curve
UPDATES, PIECE = 300, 25  # of the race, and of one call
HEAVY = 0.9  # the momentum
FALLEN = 0.01  # a runner has got away once the loss is below that of the point by this share

PLAIN, MOMENTUM, NOISE, CURVED = (
    N_("plain gradient descent"),
    N_("momentum 0.9"),
    N_("mini-batch noise"),
    N_("a step along the negative curvature"),
)


@kernel
def racer(net: Architecture, loss: str, batch_room: int, frozen: bool) -> Callable[..., tuple[Training, Float[Array, " u"]]]:
    """(numbers, rows, count, size, seed, hyper, ceiling, training) -> PIECE updates later, and the loss of all rows after each; NaN from
    where it has left all bounds.

    The heavy ball, of which plain descent is the one with momentum 0. batch_room 0: full batch.
    """

    @jax.jit
    def raced(
        numbers: Numbers,
        rows: Rows,
        count: Int[Array, ""],
        size: Int[Array, ""],
        seed: Int[Array, ""],
        hyper: Hyper,
        ceiling: Scalar,
        training: Training,
    ) -> tuple[Training, Float[Array, " u"]]:
        def loss_here(theta: Theta, state: States, batch: object) -> tuple[Scalar, States]:
            assert isinstance(batch, Rows)
            return loss_of(net, loss, numbers, theta, state, batch, not frozen)

        draw = drawing(rows, count, size, batch_room, jax.random.key(seed)) if batch_room else None
        always = jnp.ones(1, rows.x.dtype)  # the rate stays as it is

        def one(at: Training, _: None) -> tuple[Training, Scalar]:
            after = train(loss_here, rows, draw, optimizer_of("momentum"), hyper, always, ceiling, at, at.t + 1)
            return after, jnp.where(after.alive, loss_here(after.theta, after.state, rows)[0], jnp.nan)

        return jax.lax.scan(one, training, length=PIECE)

    return raced


class Runner(NamedTuple):
    """name: what it does. loss: of all rows, before the first update and after each, NaN once it has exploded. left: the first update
    after which the loss was lower than at the point by FALLEN of it; None: it never was."""

    name: str
    loss: Float[np.ndarray, " u"]
    left: int | None


class Escape(NamedTuple):
    """What is known so far. update: of the point; there: how the loss bends at it. length: of the step along there.down, negative to the
    other side; NaN without a negative curvature. along: the loss at the distances `places` from the point along there.down. rate, batch:
    what the runners go by. progress: the share that is done."""

    update: int
    there: Curvature
    length: float
    places: Float[np.ndarray, " k"]
    along: Float[np.ndarray, " k"]
    rate: float
    batch: int
    runners: tuple[Runner, ...]
    progress: float


class Escaping:
    """What is computed of an escape, a piece at a time."""

    def __init__(self, training: Trained, at: int) -> None:
        self._training, self._at, self._lock = training, at, threading.Lock()
        self._line: tuple[Curvature, float, Float[np.ndarray, " k"], Float[np.ndarray, " k"]] | None = None
        self._going: dict[str, tuple[Training, Float[np.ndarray, " u"]]] = {}

    @property
    def batch(self) -> int:
        """Rows in a mini-batch: the experiment's, else a tenth of all."""
        trial, n = self._training.trial, self._training.trial.split.n
        return trial.batch if 0 < trial.batch < n else max(1, n // 10)

    def work(self, deadline: float) -> None:
        """On to the end, or until the deadline has passed; a piece is always done."""
        patience = min(max(0.0, deadline - time.monotonic()), threading.TIMEOUT_MAX)
        if not self._lock.acquire(timeout=patience if self._line is not None else -1):
            return
        try:
            while True:
                if self._line is None:
                    self._look()
                elif waiting := [name for name, (_, loss) in self._going.items() if loss.size <= UPDATES]:
                    self._race(min(waiting, key=lambda name: self._going[name][1].size))
                else:
                    return
                if time.monotonic() > deadline:
                    return
        finally:
            self._lock.release()

    def _losses(self, points: Float[np.ndarray, "k p"]) -> Float[np.ndarray, " k"]:
        trial = self._training.trial
        kernel = pointer(trial.net, trial.loss.name, not trial.frozen)
        return np.asarray(kernel(trial.numbers, state_at(self._training, self._at), trial.split.train, points.astype(DTYPE)), np.float64)

    def _look(self) -> None:
        """The direction, the loss along it, and everybody at the start."""
        training, trial, at = self._training, self._training.trial, self._at
        there, theta = curvature(training, at), training.record().theta[at].astype(np.float64)
        size = max(1.0, float(np.linalg.norm(theta)))
        places = np.linspace(-REACH, REACH, POINTS) * size
        down = there.down.astype(np.float64)
        along = self._losses(theta + np.append(places, [-STEP * size, STEP * size])[:, None] * down)
        length = STEP * size * (-1.0 if along[-2] < along[-1] else 1.0) if there.descends else float("nan")
        starts = [(PLAIN, 0.0, 0.0), (MOMENTUM, HEAVY, 0.0), (NOISE, 0.0, 0.0)]
        if there.descends:
            starts.append((CURVED, 0.0, length))
        for name, momentum, step in starts:
            hyper = {"rate": trial.hyper["rate"], "momentum": jnp.asarray(momentum, DTYPE)}
            begun = beginner(trial.net, "momentum")(hyper, (theta + step * down).astype(DTYPE), trial.split.train)
            first = self._losses((theta + step * down)[None].repeat(len(along), axis=0))[:1]  # as many points: nothing compiles anew
            self._going[name] = (begun._replace(state=state_at(training, at)), first)
        self._line = (there, length, places, along[:-2])

    def _race(self, name: str) -> None:
        trial, (training, loss) = self._training.trial, self._going[name]
        size = self.batch if name == NOISE else 0
        kernel = racer(trial.net, trial.loss.name, capacity(size) if size else 0, trial.frozen)
        hyper = {"rate": trial.hyper["rate"], "momentum": jnp.asarray(HEAVY if name == MOMENTUM else 0.0, DTYPE)}
        ceiling = jnp.asarray(CEILING * max(1.0, float(loss[0])), DTYPE)
        counts = (np.int64(trial.split.n), np.int64(size), np.int64(trial.seed))
        training, more = kernel(trial.numbers, trial.split.train, *counts, hyper, ceiling, training)
        self._going[name] = (training, np.concatenate([loss, np.asarray(more, np.float64)]))

    def found(self) -> Escape:
        """What there is, once some work is done."""
        assert self._line is not None
        there, length, places, along = self._line
        going = {name: loss for name, (_, loss) in self._going.items()}
        below = (1 - FALLEN) * there.loss

        def left(loss: Float[np.ndarray, " u"]) -> int | None:
            with np.errstate(invalid="ignore"):
                away = loss < below
            return int(np.argmax(away)) if away.any() else None

        done = sum(loss.size - 1 for loss in going.values()) / (UPDATES * len(going))
        return Escape(
            int(self._training.record().update[self._at]),
            there,
            length,
            places,
            along,
            float(self._training.trial.hyper["rate"]),
            self.batch,
            tuple(Runner(name, loss, left(loss)) for name, loss in going.items()),
            done,
        )


@lru_cache(16)
def escaping(training: Trained, at: int) -> Escaping:
    """From record `at` of a training that is at its end, where its loss is a number."""
    return Escaping(training, at)
