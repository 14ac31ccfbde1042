"""The one walk. It knows a loss only as a function and an optimizer only as a transformation; all that moves is traced."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Int

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Hyper = dict[str, Scalar]
Loss = Callable[[Theta, object], Scalar]
Make = Callable[..., optax.GradientTransformation]

MAX_STEPS = 100_000


class Target(NamedTuple):
    """When a walk has arrived, and when it has left for good."""

    lowest: ArrayLike  # the loss at the minimum; −inf where there is none
    goal: ArrayLike  # arrived while loss − lowest ≤ goal
    ceiling: ArrayLike  # diverged once |loss| is above it, or not finite


class Carry(NamedTuple):
    """Where a walk stands: enough to go on from. t < 0: not begun."""

    t: Int[Array, ""]
    theta: Theta
    memory: optax.OptState
    order: Int[Array, " n"]
    alive: Bool[Array, ""]
    above: Int[Array, ""]  # the last update at which the loss was above the goal, −1 before any


class Kept(NamedTuple):
    """What is recorded before every update, and after the last: full-batch loss and gradient norm, whatever the batch.

    Row 0 is where this call began; rows that were not reached are 0.
    """

    theta: Float[Array, "k p"]
    loss: Float[Array, " k"]
    slope: Float[Array, " k"]


def begin(make: Make, hyper: Hyper, theta: Theta, rows: int) -> Carry:
    """Before the first update."""
    memory = optax.with_extra_args_support(make(**hyper)).init(theta)
    zero = jnp.zeros((), jnp.int64)
    return Carry(zero, theta, memory, jnp.zeros(rows, jnp.int64), jnp.array(True), zero - 1)


def descend(
    loss: Loss,
    whole: object,
    draw: Callable[[Int[Array, ""], Int[Array, " n"]], tuple[object, Int[Array, " n"]]] | None,
    make: Make,
    hyper: Hyper,
    multipliers: Float[Array, " m"],
    target: Target,
    steps: Int[Array, ""],
    carry: Carry,
    until: Int[Array, ""],
    room: int,
) -> tuple[Carry, Kept]:
    """θ ← θ + update(∇L(θ)) until `steps` updates are done or the walk has diverged; in this call, on to t = `until`.

    A walk in several calls, each with the Carry of the one before, is the same to the last bit as in one.

    loss(θ, data) -> scalar; whole: all the data, for what is recorded; draw: the batch of an update, None for the full batch.
    multipliers[t] multiplies the rate of update t. room: rows of the record, 0 to keep none, else at least until − carry.t.
    """
    measure, first = jax.value_and_grad(loss), carry.t

    def step(at: tuple[Carry, Kept]) -> tuple[Carry, Kept]:
        (t, theta, memory, order, _, above), kept = at
        value, gradient = measure(theta, whole)
        if room:
            row = t - first
            kept = Kept(kept.theta.at[row].set(theta), kept.loss.at[row].set(value), kept.slope.at[row].set(jnp.linalg.norm(gradient)))
        above = jnp.where(value - target.lowest <= target.goal, above, t)
        alive = jnp.isfinite(value) & (jnp.abs(value) <= target.ceiling)
        batch = whole
        batch_value = value
        if draw is not None:
            batch, order = draw(t, order)
            batch_value, gradient = measure(theta, batch)
        now = hyper | {"rate": hyper["rate"] * multipliers[t]}
        update, memory = optax.with_extra_args_support(make(**now)).update(
            gradient, memory, theta, value=batch_value, grad=gradient, value_fn=lambda q: loss(q, batch)
        )
        last = t == steps  # measured and recorded, not updated any more
        return Carry(t + 1, jnp.where(last, theta, theta + update), memory, order, alive, above), kept

    kept = Kept(
        jnp.zeros((room, *carry.theta.shape), carry.theta.dtype),
        jnp.zeros(room, carry.theta.dtype),
        jnp.zeros(room, carry.theta.dtype),
    )
    return jax.lax.while_loop(lambda at: (at[0].t <= steps) & (at[0].t < until) & at[0].alive, step, (carry, kept))
