"""The updates right after one of a training's records, each with its step and its gradients.

Records are many updates apart, but whether a walk oscillates, fluctuates or rests shows from one update to the next. From the last record
the training continues with the optimizer's state; for an earlier one it is replayed up to that record, bit for bit.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from compute.job import Step, Steps, job
from labs.deep.trainer import recorder, trainer
from labs.deep.training import start, trained
from labs.deep.training_setup import TrainingSetup
from optim.training import Problem, Training

LEAST = 20  # updates that are followed: as many as a verdict calls recent at least, see verdict/rules.py


class FollowUp(NamedTuple):
    """After t, t + 1 … t + LEAST updates. Once a training has diverged, the state of its last update is repeated."""

    training: Training  # at t, with what the optimizer remembers; NumPy
    theta: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]  # of all rows
    slope: Float[np.ndarray, " k"]  # ‖∇L‖ of all rows
    batch_slope: Float[np.ndarray, " k"]  # the norm of the gradient that the next update goes by
    alive: Bool[np.ndarray, " k"]  # the training was within its bounds


def _followed(problem: Problem, at: Training, _: Training) -> tuple[Array, ...]:
    """The parts of a FollowUp after the first, in order."""
    slope = jax.value_and_grad(lambda theta, state, rows: problem.loss(theta, state, rows)[0])
    value, gradient = slope(at.theta, at.state, problem.rows)
    own = gradient if problem.draw is None else slope(at.theta, at.state, problem.draw(at.t, at.order)[0])[1]
    return at.theta, value, jnp.linalg.norm(gradient), jnp.linalg.norm(own), at.alive


@job
def follow_up(setup: TrainingSetup, index: int) -> Steps[FollowUp | None]:
    """The updates after a record. While the training is replayed up to it, one record a step, the result is None."""
    record = trained(setup).finish()
    given = setup.input(float(record.measured.loss[0]))
    training = record.training
    assert training is not None
    if index < len(record.update) - 1:
        training = start(setup)
        for done, until in enumerate(record.update[1 : index + 1], 1):
            training = jax.block_until_ready(trainer(setup.structure)(given, training, np.int64(until)))
            yield Step(done / (index + 2), None)
    theta, loss, slope, batch_slope, alive = jax.device_get(recorder(setup.structure, LEAST + 1, _followed)(given, training)[1])
    loss, slope, batch_slope = (np.asarray(part, np.float64) for part in (loss, slope, batch_slope))
    yield Step(1.0, FollowUp(jax.device_get(training), theta, loss, slope, batch_slope, alive))
