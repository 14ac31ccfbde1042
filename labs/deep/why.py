"""Why a network trains or does not: curvature and smoothness at a few updates of its training. Memoized: asked again, it goes on."""

import math
import threading
import time
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from labs.deep.kernels import PROBES, Explained, explainer, spectrometer
from labs.deep.rows import DTYPE
from labs.deep.training import Trained
from landscape.lanczos import smoothed

# Updates that are looked at, evenly spaced: of a network of up to so many parameters, where one takes a tenth of a second, and of others.
SMALL, POINTS, FEW = 20_000, 30, 12


class Reasons(NamedTuple):
    """update "r", found: with r in front of each part; progress: the share that is done."""

    update: Int[np.ndarray, " r"]
    found: Explained
    progress: float


class Why:
    """What is known so far of a training that has come to its end."""

    def __init__(self, training: Trained) -> None:
        self._training, self._record, self._lock = training, training.record(), threading.Lock()
        self._found: list[tuple[int, Explained]] = []
        calm = np.flatnonzero(self._record.calm)
        points = POINTS if training.trial.net.size <= SMALL else FEW
        self._places = sorted({int(calm[round(at)]) for at in np.linspace(0, len(calm) - 1, points)})  # which records are looked at

    def work(self, deadline: float) -> None:
        """On to the end, or until the deadline has passed; the first is always done."""
        left = deadline - time.monotonic()
        if not self._lock.acquire(timeout=max(0.0, left) if self._found and math.isfinite(left) else -1):
            return
        try:
            for at in self._places[len(self._found) :]:
                if self._found and time.monotonic() > deadline:
                    return
                self._look(at)
        finally:
            self._lock.release()

    def _look(self, at: int) -> None:
        trial, record = self._training.trial, self._record
        start = jax.random.normal(jax.random.key(trial.seed), (trial.net.size,), DTYPE)
        state = tuple(jnp.asarray(part[at]) for part in record.state)
        kernel = explainer(trial.net, trial.loss.name)
        found = kernel(trial.numbers, state, trial.split.train, jnp.asarray(record.theta[at]), trial.hyper["rate"], start)
        self._found.append((int(record.update[at]), Explained(*jax.device_get(found))))

    def reasons(self) -> Reasons:
        """What there is."""
        found = list(self._found)
        stacked = jax.tree.map(lambda *parts: np.stack(parts), *(one for _, one in found))
        return Reasons(np.array([t for t, _ in found]), stacked, len(found) / len(self._places))


@lru_cache(32)
def why(training: Trained) -> Why:
    """Of a training that is at its end, with a loss that was a number at least once."""
    return Why(training)


@lru_cache(32)
def spectrum(training: Trained, at: int) -> tuple[Float[np.ndarray, " x"], Float[np.ndarray, " x"]]:
    """Eigenvalues and their density, an average over the Hessian of record `at`, by stochastic Lanczos quadrature; widths of a hundredth
    of the range."""
    trial, record = training.trial, training.record()
    starts = jax.random.normal(jax.random.key(trial.seed + 1), (PROBES, trial.net.size), DTYPE)
    state = tuple(jnp.asarray(part[at]) for part in record.state)
    found = spectrometer(trial.net, trial.loss.name)(trial.numbers, state, trial.split.train, jnp.asarray(record.theta[at]), starts)
    nodes, weights = (np.asarray(part, np.float64) for part in found)
    reach = float(nodes.max() - nodes.min()) or 1.0
    places = np.linspace(nodes.min() - 0.05 * reach, nodes.max() + 0.05 * reach, 400)
    return places, smoothed(nodes, weights, places, 0.01 * reach)
