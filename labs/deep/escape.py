"""Escape from a point of a large network: the most negative curvature by Lanczos, the loss along it, and a race of four methods.

The four are plain gradient descent, momentum, mini-batch noise, and a step along the negative curvature, all at one learning rate.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from compute.job import Step, Steps, job
from core.messages import N_
from core.settings import capacity
from labs.deep.curvature import Curvature, curvature
from labs.deep.objective import loss_at_points
from labs.deep.rows import DTYPE
from labs.deep.trainer import Structure, beginner, recorder
from labs.deep.training import snapshot, trained
from labs.deep.training_setup import TrainingSetup
from optim.training import Problem, Training
from surfaces.surface import Scalar

STEP = 0.02  # the step along the negative curvature, as a share of ‖θ‖, or of 1 where that is less
REACH = 0.2  # how far the loss along that direction is drawn, both ways, as such a share
POINTS = 41  # of that curve
UPDATES, PIECE = 300, 25  # of the race, and of one step of the job
HEAVY = 0.9  # the momentum
FALLEN = 0.01  # a runner has got away once the loss is below that of the point by this share

PLAIN, MOMENTUM, NOISE, CURVED = (
    N_("plain gradient descent"),
    N_("momentum 0.9"),
    N_("mini-batch noise"),
    N_("a step along the negative curvature"),
)


class Runner(NamedTuple):
    """A competitor in the race."""

    name: str  # what it does
    loss: Float[np.ndarray, " u"]  # of all rows, before the first update and after each; NaN from where it has left all bounds
    left: int | None  # the first update after which the loss was lower than at the point by FALLEN of it; None: it never was


class Escape(NamedTuple):
    """The result so far."""

    update: int  # of the point
    there: Curvature  # how the loss bends at it
    length: float  # of the step along there.down, negative to the other side; NaN without a negative curvature
    places: Float[np.ndarray, " k"]  # distances from the point along there.down
    along: Float[np.ndarray, " k"]  # the loss at them
    rate: float  # that the runners go by
    batch: int  # rows in the mini-batches of the noisy one
    runners: tuple[Runner, ...]


def _loss_after(problem: Problem, _: Training, after: Training) -> Scalar:
    """The loss over all rows after an update; NaN once the training has left its bounds."""
    return jnp.where(after.alive, problem.loss(after.theta, after.state, problem.rows)[0], jnp.nan)


def _left(loss: Float[np.ndarray, " u"], below: float) -> int | None:
    with np.errstate(invalid="ignore"):
        away = loss < below
    return int(np.argmax(away)) if away.any() else None


@job
def escape_race(setup: TrainingSetup, index: int) -> Steps[Escape]:
    """The race from a record with a finite loss. The first step finds the direction; each later one runs PIECE updates of one runner."""
    record, rows = trained(setup).finish(), setup.split
    at, there = snapshot(setup, record, index), curvature(setup, index)

    def losses(points: Float[np.ndarray, "k p"]) -> Float[np.ndarray, " k"]:
        return np.asarray(loss_at_points(setup.trained_objective)(at, points.astype(DTYPE)), np.float64)

    theta, down = record.theta[index].astype(np.float64), there.down.astype(np.float64)
    size = max(1.0, float(np.linalg.norm(theta)))
    places = np.linspace(-REACH, REACH, POINTS) * size
    along = losses(theta + np.append(places, [-STEP * size, STEP * size])[:, None] * down)
    length = STEP * size * (-1.0 if along[-2] < along[-1] else 1.0) if there.descends else float("nan")
    batch = setup.batch if 0 < setup.batch < rows.n else max(1, rows.n // 10)

    starts = {PLAIN: 0.0, MOMENTUM: 0.0, NOISE: 0.0} | ({CURVED: length} if there.descends else {})
    # The heavy ball, of which plain descent is the one with momentum 0.
    hyper = {name: {"rate": setup.hyper["rate"], "momentum": jnp.asarray(HEAVY if name == MOMENTUM else 0.0, DTYPE)} for name in starts}
    trainings, curves = dict[str, Training](), dict[str, Float[np.ndarray, " u"]]()
    for name, step in starts.items():
        begun = beginner(setup.net, "momentum")(hyper[name], (theta + step * down).astype(DTYPE), rows.train)
        trainings[name] = begun._replace(state=at.state)
        curves[name] = losses((theta + step * down)[None].repeat(len(along), axis=0))[:1]  # as many points: nothing compiles anew

    def so_far() -> Step[Escape]:
        below = (1 - FALLEN) * there.loss
        runners = tuple(Runner(name, loss, _left(loss, below)) for name, loss in curves.items())
        known = Escape(
            update=int(record.update[index]),
            there=there,
            length=length,
            places=places,
            along=along[:-2],
            rate=float(setup.hyper["rate"]),
            batch=batch,
            runners=runners,
        )
        return Step(sum(loss.size - 1 for loss in curves.values()) / (UPDATES * len(curves)), known)

    yield so_far()
    while min(loss.size for loss in curves.values()) <= UPDATES:
        name = min(curves, key=lambda name: curves[name].size)
        rows_a_batch = batch if name == NOISE else 0
        structure = Structure(setup.trained_objective, "momentum", capacity(rows_a_batch) if rows_a_batch else 0)
        given = setup.input(float(curves[name][0]))
        given = given._replace(batch_size=jnp.asarray(rows_a_batch, jnp.int64), hyper=hyper[name], multipliers=jnp.ones(1, DTYPE))
        trainings[name], more = recorder(structure, PIECE, _loss_after)(given, trainings[name])
        curves[name] = np.concatenate([curves[name], np.asarray(more, np.float64)])
        yield so_far()
