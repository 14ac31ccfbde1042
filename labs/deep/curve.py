"""What a network of one input predicts over it, at moments of its training."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compute.engine import door
from compute.memo import memo
from labs.deep.predictions import predictions
from labs.deep.regions import ROOM
from labs.deep.rows import DTYPE, parts
from labs.deep.training_setup import TrainingSetup
from surfaces.surface import Rows

POINTS = 241  # of the curve


class Curve(NamedTuple):
    """In the units of the table."""

    x: Float[np.ndarray, " n"]
    update: Int[np.ndarray, " k"]
    predicted: Float[np.ndarray, "k n"]  # at x after update[k] updates
    points: Float[np.ndarray, "2 r"]  # input and target of the training rows
    names: tuple[str, str]  # of the input and the target


def has_curve(setup: TrainingSetup) -> bool:
    """Whether a network maps one number to one number."""
    return setup.split.inputs == 1 and not setup.split.labeled


@memo
@door
def curve(setup: TrainingSetup, count: int) -> Curve:
    """The curve at records among the first `count` whose loss is within bounds; at least one."""
    rows = parts(setup.data, setup.features, setup.held_out_fraction, setup.seed)
    mine, target = rows.x[0, rows.train], rows.y[rows.train]
    out = ROOM * (float(np.ptp(mine)) or 1.0)
    x = np.linspace(mine.min() - out, mine.max() + out, POINTS)
    grid = Rows(*(jnp.asarray(part, DTYPE) for part in (rows.affine(x[None]), np.zeros(POINTS), np.ones(POINTS))))
    update, scores = predictions(setup, count, grid, classes=False)
    return Curve(
        x=x,
        update=update,
        predicted=scores.astype(np.float64) * (float(target.std()) or 1.0) + target.mean(),
        points=np.stack([mine, target]),
        names=(rows.names[0], rows.target),
    )
