"""The one walk. It knows a loss only as a function and an optimizer only as a transformation and its lens; all that moves is traced."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Int

from optim.optimizer import Lens, Optimizer, Update

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Hyper = dict[str, Scalar]
Loss = Callable[[Theta, object], Scalar]
Draw = Callable[[Int[Array, ""], Int[Array, " n"]], tuple[object, Int[Array, " n"]]]  # (update, order) -> its batch, the next order
Make = Callable[..., optax.GradientTransformation]

MAX_STEPS = 100_000


class Target(NamedTuple):
    """When a walk has arrived, and when it has left for good."""

    lowest: ArrayLike  # the loss at the minimum; −inf where there is none
    goal: ArrayLike  # arrived while loss − lowest ≤ goal, ∞ where that does not count,
    ceiling: ArrayLike  # diverged once |loss| is above it, or not finite
    minimum: ArrayLike = 0.0  # θ there
    reach: ArrayLike = np.inf  # and the distance from it ≤ reach,
    steep: ArrayLike = np.inf  # and ‖∇L‖ ≤ steep


class Descent(NamedTuple):
    """What a walk minimizes, and how."""

    loss: Loss  # (θ, data) -> scalar
    whole: object  # all the data, for what is recorded
    draw: Draw | None  # the batch of an update; None: all the data
    optimizer: Optimizer
    hyper: Hyper
    multipliers: Float[Array, " m"]  # of the rate, at each update
    target: Target
    steps: Int[Array, ""]  # updates


class Carry(NamedTuple):
    """Where a walk stands: enough to go on from. t < 0: not begun."""

    t: Int[Array, ""]
    theta: Theta
    memory: optax.OptState
    order: Int[Array, " n"]
    alive: Bool[Array, ""]
    above: Int[Array, ""]  # the last update before which it had not arrived, or was there no more; −1 before any


class Kept(NamedTuple):
    """What is recorded before every update, and after the last, of an update that is not made."""

    theta: Float[Array | np.ndarray, "*k p"]
    loss: Float[Array | np.ndarray, "*k"]  # of all rows
    slope: Float[Array | np.ndarray, "*k"]  # the norm of its gradient
    gradient: Float[Array | np.ndarray, "*k p"]  # what the update goes by: that of its batch
    momentum: Float[Array | np.ndarray, "*k p"] | None  # of the update, as in Lens; None where there is no lens
    scale: Float[Array | np.ndarray, "*k p"] | None
    evaluations: Float[Array | np.ndarray, "*k"] | None  # gradients that the update takes; None: always one


Record = Float[Array, "k columns"]  # a Kept a row, side by side: one array is written faster than seven


def columns(optimizer: Optimizer, hyper: Mapping[str, object], carry: Carry) -> Kept:
    """Which parts a record has, and the shape of each in one row."""

    def row(hyper: Hyper, carry: Carry) -> Kept:
        lens = Lens() if optimizer.lens is None else optimizer.lens(Update(carry.theta, carry.memory, carry.memory), hyper)
        none = jnp.zeros((), carry.theta.dtype)
        return Kept(carry.theta, none, none, carry.theta, *lens, none if optimizer.evaluations else None)

    return jax.eval_shape(row, hyper, carry)


def apart(record: Float[np.ndarray, "k columns"], columns: Kept) -> Kept:
    """The parts of a record, each a view."""
    shapes, structure = jax.tree.flatten(columns)
    parts = np.split(record, np.cumsum([shape.size for shape in shapes])[:-1], axis=1)
    return jax.tree.unflatten(structure, [part.reshape(-1, *shape.shape) for part, shape in zip(parts, shapes, strict=True)])


def begin(make: Make, hyper: Hyper, theta: Theta, rows: int) -> Carry:
    """Before the first update."""
    memory = optax.with_extra_args_support(make(**hyper)).init(theta)
    zero = jnp.zeros((), jnp.int64)
    return Carry(zero, theta, memory, jnp.zeros(rows, jnp.int64), jnp.array(True), zero - 1)


def descend(descent: Descent, carry: Carry, until: Int[Array, ""], room: int) -> tuple[Carry, Record]:
    """θ ← θ + update(∇L(θ)) until all updates are done or the walk has diverged; in this call, on to t = `until`.

    A walk in several calls, each with the Carry of the one before, is the same to the last bit as in one.

    room: rows of the record, 0 to keep none, else at least until − carry.t. Row 0 is where this call began; rows that were not reached
    are 0.
    """
    loss, whole, draw, optimizer, hyper, multipliers, target, steps = descent
    measure, first = jax.value_and_grad(loss), carry.t

    def step(at: tuple[Carry, Record]) -> tuple[Carry, Record]:
        (t, theta, memory, order, _, above), record = at
        value, gradient = measure(theta, whole)
        slope = jnp.linalg.norm(gradient)
        near = (jnp.linalg.norm(theta - target.minimum) <= target.reach) & (slope <= target.steep)
        above = jnp.where((value - target.lowest <= target.goal) & near, above, t)
        alive = jnp.isfinite(value) & (jnp.abs(value) <= target.ceiling)
        batch = whole
        batch_value = value
        if draw is not None:
            batch, order = draw(t, order)
            batch_value, gradient = measure(theta, batch)
        now = hyper | {"rate": hyper["rate"] * multipliers[t]}
        update, after = optax.with_extra_args_support(optimizer.make(**now)).update(
            gradient, memory, theta, value=batch_value, grad=gradient, value_fn=lambda q: loss(q, batch)
        )
        if room:
            lens = Lens() if optimizer.lens is None else optimizer.lens(Update(gradient, memory, after), now)
            taken = None if optimizer.evaluations is None else jnp.asarray(optimizer.evaluations(after, theta.size), theta.dtype)
            row = Kept(theta, value, slope, gradient, *lens, taken)
            record = record.at[t - first].set(jnp.concatenate([jnp.ravel(part) for part in jax.tree.leaves(row)]))
        last = t == steps  # measured and recorded, not updated any more
        return Carry(t + 1, jnp.where(last, theta, theta + update), after, order, alive, above), record

    width = sum(part.size for part in jax.tree.leaves(columns(optimizer, hyper, carry))) if room else 0
    record = jnp.zeros((room, width), carry.theta.dtype)
    return jax.lax.while_loop(lambda at: (at[0].t <= steps) & (at[0].t < until) & at[0].alive, step, (carry, record))
