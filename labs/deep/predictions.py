"""What a network predicts for some rows, at moments of its training."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Shaped

from compute.programs import kernel
from labs.deep.training import first_records
from labs.deep.training_setup import TrainingSetup
from networks.architecture import Architecture
from networks.forward import Snapshot, States, forward
from surfaces.surface import Numbers, Rows, Theta

MOMENTS = 30


class Predictions(NamedTuple):
    """Of one network, at some of its records."""

    update: Int[np.ndarray, " k"]
    predicted: Shaped[np.ndarray, "k n"]  # for each row, after update[k] updates


@kernel
def predictor(net: Architecture, classes: bool) -> Callable[[Numbers, States, Float[np.ndarray, "k p"], Rows], Shaped[Array, "k n"]]:
    """(numbers, states "k m ...", thetas "k p", rows) -> what each θ predicts for each row, in test mode: its class, or its first score."""

    @jax.jit
    def predicted(numbers: Numbers, remembered: States, thetas: Float[Array, "k p"], rows: Rows) -> Shaped[Array, "k n"]:
        def of_network(network: tuple[Theta, States]) -> Shaped[Array, " n"]:
            theta, state = network
            scores = forward(net, Snapshot(numbers, state, rows, theta), False)[0]
            return jnp.argmax(scores, axis=0).astype(jnp.uint8) if classes else scores[0]

        return jax.lax.map(of_network, (thetas, remembered))

    return predicted


def moments(count: int) -> Int[np.ndarray, " k"]:
    """Indices of at most MOMENTS + 1 of `count` records: the first, the last, and evenly spaced ones between them."""
    return np.unique(np.linspace(0, count - 1, MOMENTS + 1).round().astype(int))


def predictions(setup: TrainingSetup, count: int, rows: Rows, classes: bool) -> Predictions:
    """At records among the first `count` whose loss is within bounds; at least one. classes: their numbers; else the first score."""
    record = first_records(setup, count)
    within = np.flatnonzero(record.within_bounds)
    kept = within[moments(within.size)]
    room = np.concatenate([kept, np.repeat(kept[-1:], MOMENTS + 1 - kept.size)])  # one number of moments: one program
    states = tuple(part[room] for part in record.state)
    predicted = jax.device_get(predictor(setup.net, classes)(setup.numbers, states, record.theta[room], rows))
    return Predictions(record.update[kept], np.asarray(predicted)[: kept.size])
