"""What a network of one input predicts over it, at moments of its training."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compute.engine import door
from compute.memo import memo
from compute.programs import kernel
from labs.deep.regions import MOMENTS, ROOM, moments
from labs.deep.rows import DTYPE, parts
from labs.deep.training import first_records
from labs.deep.training_setup import TrainingSetup
from networks.architecture import Architecture
from networks.forward import Snapshot, States, forward
from surfaces.surface import Numbers, Rows, Theta

POINTS = 241  # of the curve


class Curve(NamedTuple):
    """In the units of the table."""

    x: Float[np.ndarray, " n"]
    update: Int[np.ndarray, " k"]
    predicted: Float[np.ndarray, "k n"]  # at x after update[k] updates
    points: Float[np.ndarray, "2 r"]  # input and target of the training rows
    names: tuple[str, str]  # of the input and the target


@kernel
def predictor(net: Architecture) -> Callable[[Numbers, States, Float[np.ndarray, "k p"], Rows], Float[Array, "k n"]]:
    """(numbers, states "k m ...", thetas "k p", rows) -> the first score of each θ for each row, in test mode."""

    @jax.jit
    def predicted(numbers: Numbers, remembered: States, thetas: Float[Array, "k p"], rows: Rows) -> Float[Array, "k n"]:
        def of_network(network: tuple[Theta, States]) -> Float[Array, " n"]:
            theta, state = network
            return forward(net, Snapshot(numbers, state, rows, theta), False)[0][0]

        return jax.lax.map(of_network, (thetas, remembered))

    return predicted


def has_curve(setup: TrainingSetup) -> bool:
    """Whether a network maps one number to one number."""
    return setup.split.inputs == 1 and not setup.split.labeled


@memo
@door
def curve(setup: TrainingSetup, count: int) -> Curve:
    """The curve at records among the first `count` whose loss is within bounds; at least one."""
    record = first_records(setup, count)
    within = np.flatnonzero(record.within_bounds)
    kept = within[moments(within.size)]
    room = np.concatenate([kept, np.repeat(kept[-1:], MOMENTS + 1 - kept.size)])  # one number of moments: one program
    rows = parts(setup.data, setup.features, setup.held_out_fraction, setup.seed)
    mine, target = rows.x[0, rows.train], rows.y[rows.train]
    out = ROOM * float(np.ptp(mine))
    x = np.linspace(mine.min() - out, mine.max() + out, POINTS)
    grid = Rows(*(jnp.asarray(part, DTYPE) for part in (rows.affine(x[None]), np.zeros(POINTS), np.ones(POINTS))))
    states = tuple(part[room] for part in record.state)
    scores = np.asarray(jax.device_get(predictor(setup.net)(setup.numbers, states, record.theta[room], grid)), np.float64)
    return Curve(
        x=x,
        update=record.update[kept],
        predicted=scores[: kept.size] * (float(target.std()) or 1.0) + target.mean(),
        points=np.stack([mine, target]),
        names=(rows.names[0], rows.target),
    )
