"""The loop that trains a network: mini-batches, one optimizer, and a model that remembers (running statistics).

Beside optim/descent.py, which records every update with the loss of all rows: here one update costs a mini-batch and nothing else, and
who wants to know more looks at the Training between two calls.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int

from optim.batches import Draw
from optim.optimizer import Hyper, Optimizer

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
State = tuple[Array, ...]
Loss = Callable[[Theta, State, object], tuple[Scalar, State]]


class Training(NamedTuple):
    """Where a training stands: enough to go on from. t: updates that are done; alive: the loss has been within bounds so far."""

    t: Int[Array, ""]
    theta: Theta
    state: State
    memory: optax.OptState
    order: Int[Array, " n"]
    alive: Bool[Array, ""]


def begin(optimizer: Optimizer, hyper: Hyper, theta: Theta, state: State, rows: int) -> Training:
    """Before the first update."""
    memory = optax.with_extra_args_support(optimizer.make(**hyper)).init(theta)
    return Training(jnp.zeros((), jnp.int64), theta, state, memory, jnp.zeros(rows, jnp.int64), jnp.array(True))


def train(
    loss: Loss,
    whole: object,
    draw: Draw | None,
    optimizer: Optimizer,
    hyper: Hyper,
    multipliers: Float[Array, " m"],
    ceiling: Scalar,
    training: Training,
    until: Int[Array, ""],
) -> Training:
    """θ ← θ + update(∇L(θ)) on to t = `until`, or until the loss of a batch is above the ceiling or no number.

    loss(θ, state, rows) -> its value and what the model remembers from now on. draw: the batch of an update, None for all rows.
    A training in several calls is the same to the last bit as in one. One that has left its bounds stays where it was then.
    """

    def step(at: Training) -> Training:
        batch, order = (whole, at.order) if draw is None else draw(at.t, at.order)
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
