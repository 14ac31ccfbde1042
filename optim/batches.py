"""Mini-batches: every row once an epoch, shuffled anew before each, the last batch of an epoch smaller if it must be."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from surfaces.surface import Rows

Batch = Rows
Order = Int[Array, " n"]
Draw = Callable[[Int[Array, ""], Order], tuple[Rows, Order]]


def take(rows: Rows, at: Int[Array, " b"], keep: Float[Array, " b"]) -> Rows:
    return Rows(rows.x[:, at], rows.y[at], rows.w[at] * keep)


def drawing(rows: Rows, count: Int[Array, ""], size: Int[Array, ""], room: int, key: Array) -> Draw:
    """draw(t, order) -> the batch of update t and the epoch's order. `count` rows and the batch `size` are traced, `room` ≥ size is not."""
    n = rows.y.shape[0]
    batches = (count + size - 1) // size

    def shuffled(epoch: Int[Array, ""]) -> Order:
        ticket = jax.random.uniform(jax.random.fold_in(key, epoch), (n,))
        return jnp.argsort(jnp.where(jnp.arange(n) < count, ticket, 2.0))

    def draw(t: Int[Array, ""], order: Order) -> tuple[Rows, Order]:
        k = t % batches
        order = jax.lax.cond(k == 0, lambda: shuffled(t // batches), lambda: order)
        place = k * size + jnp.arange(room)
        keep = (jnp.arange(room) < size) & (place < count)
        return take(rows, order[jnp.minimum(place, n - 1)], keep.astype(rows.w.dtype)), order

    return draw
