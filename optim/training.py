"""The loop that trains a network: mini-batches, one optimizer, and a model that remembers (running statistics).

Beside optim/descent.py, which records every update with the loss of all rows: here one update costs a mini-batch and nothing else, and
who wants to know more looks at the Training between two calls, or records a stretch of it.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from optim.batches import Batch, Draw
from optim.optimizer import Hyper, Optimizer

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
State = tuple[Array, ...]
Loss = Callable[[Theta, State, Batch], tuple[Scalar, State]]
Recorded = TypeVar("Recorded")


class Problem(NamedTuple):
    """What a training minimizes, and how."""

    loss: Loss  # of some rows, and what the model remembers from now on
    rows: Batch  # all of them
    draw: Draw | None  # the batch of an update; None: all rows
    optimizer: Optimizer
    hyper: Hyper  # the optimizer's numbers
    multipliers: Float[Array, " m"]  # of the rate, at each update
    ceiling: Scalar  # the loss above which a training has left its bounds


class Training(NamedTuple):
    """Where a training stands: enough to go on from."""

    t: Int[Array, ""]  # updates that are done
    theta: Theta
    state: State  # what the model remembers
    memory: optax.OptState  # what the optimizer remembers
    order: Int[Array, " n"]  # of the rows, in this epoch
    alive: Bool[Array, ""]  # the loss has been within its bounds so far


def begin(optimizer: Optimizer, hyper: Hyper, theta: Theta, state: State, rows: int) -> Training:
    """Before the first update."""
    memory = optax.with_extra_args_support(optimizer.make(**hyper)).init(theta)
    return Training(jnp.zeros((), jnp.int64), theta, state, memory, jnp.zeros(rows, jnp.int64), jnp.array(True))


def train(problem: Problem, training: Training, until: Int[Array, ""]) -> Training:
    """θ ← θ + update(∇L(θ)) on to t = `until`, or until the loss of a batch is above the ceiling or no number.

    A training in several calls is the same to the last bit as in one. One that has left its bounds stays where it was then.
    """
    loss, rows, draw, optimizer, hyper, multipliers, ceiling = problem

    def step(at: Training) -> Training:
        batch, order = (rows, at.order) if draw is None else draw(at.t, at.order)
        (value, state), gradient = jax.value_and_grad(loss, has_aux=True)(at.theta, at.state, batch)
        now = {**hyper, "rate": hyper["rate"] * multipliers[at.t]}
        update, memory = optax.with_extra_args_support(optimizer.make(**now)).update(
            gradient, at.memory, at.theta, value=value, grad=gradient, value_fn=lambda q: loss(q, at.state, batch)[0]
        )
        theta = at.theta + update
        alive = jnp.isfinite(value) & (jnp.abs(value) <= ceiling) & jnp.all(jnp.isfinite(theta))
        after = Training(at.t + 1, theta, state, memory, order, alive)
        return jax.tree.map(lambda new, old: jnp.where(alive, new, old), after, at)._replace(alive=alive)

    return jax.lax.while_loop(lambda at: (at.t < until) & at.alive, step, training)


def train_and_record(
    problem: Problem, training: Training, updates: int, record: Callable[[Training, Training], Recorded]
) -> tuple[Training, Recorded]:
    """So many updates one by one, and record(before, after) of each, stacked."""

    def update(before: Training, _: None) -> tuple[Training, Recorded]:
        after = train(problem, before, before.t + 1)
        return after, record(before, after)

    return jax.lax.scan(update, training, length=updates)
