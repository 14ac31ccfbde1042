"""Many points at once: laid over a mesh of all devices, and on each device taken in chunks that fit the cache.

On a CPU every core is a device (backend.py): small kernels next to each other are faster than one kernel on all cores. The same call
serves accelerators, and processes that jax.distributed has joined: every one gets all values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Generic, TypeVar

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, Mesh, PartitionSpec

Points = TypeVar("Points")
Shared = TypeVar("Shared")
Value = TypeVar("Value")

CACHE = {"cpu": 2**19}  # bytes of the numbers that a chunk of points works on; the second-level cache of a core
ACCELERATOR = 2**28
MOST = 2**13

_AXIS = "points"


@dataclass(frozen=True)
class Part(Generic[Value]):
    """Some of the rounds in which the devices take their chunks, so that nobody has to wait for all of them at once."""

    values: Value  # of all points; those of other rounds stay as they are
    since: jax.Array  # the first round
    until: jax.Array  # the one after the last


def chunks(count: int, bytes_a_point: int) -> tuple[int, int]:
    """How many points a device takes at a time, and in how many rounds all of them are taken."""
    share = -(-count // len(jax.devices()))
    chunk = min(share, chunk_of(bytes_a_point))
    return chunk, -(-share // chunk)


@lru_cache(8)
def mesh(devices: tuple[jax.Device, ...]) -> Mesh:
    """All devices in a row."""
    return jax.make_mesh((len(devices),), (_AXIS,), devices=devices, axis_types=(AxisType.Auto,))


def chunk_of(bytes_a_point: int) -> int:
    """How many points a device takes at a time."""
    room = CACHE.get(jax.default_backend(), ACCELERATOR)
    return max(1, min(MOST, room // max(1, bytes_a_point)))


def nbytes(tree: object) -> int:
    """The size of arrays or of their shapes."""
    return sum(prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))


def mapped(
    function: Callable[[Points, Shared], Value], points: Points, shared: Shared, bytes_a_point: int, part: Part[Value] | None = None
) -> Value:
    """one(point, shared) for every point: `points` are arrays whose first axis counts them, `shared` is the same for all.

    bytes_a_point: how much one(...) works on, to choose chunks by. part: takes some of the rounds only; the numbers are the same.
    """
    devices = tuple(jax.devices())
    count = jax.tree.leaves(points)[0].shape[0]
    chunk, rounds = chunks(count, bytes_a_point)
    room = len(devices) * rounds * chunk

    def padded(part: jax.Array) -> jax.Array:
        return jnp.concatenate([part, jnp.broadcast_to(part[-1:], (room - count, *part.shape[1:]))])

    def by_chunk(mine: jax.Array) -> jax.Array:
        return mine.reshape(rounds, chunk, *mine.shape[1:])

    def gathered(values: Value) -> Value:
        flat = jax.tree.map(lambda part: part.reshape(rounds * chunk, *part.shape[2:]), values)
        return jax.tree.map(lambda part: jax.lax.all_gather(part, _AXIS, tiled=True), flat)

    def of_chunk(chunked: Points, shared: Shared) -> Value:
        return jax.vmap(function, in_axes=(0, None))(chunked, shared)

    def on_device(mine: Points, shared: Shared) -> Value:
        return gathered(jax.lax.map(lambda chunked: of_chunk(chunked, shared), jax.tree.map(by_chunk, mine)))

    def some_on_device(mine: Points, values: Value, shared: tuple[Shared, jax.Array, jax.Array]) -> Value:
        common, since, until = shared
        points = jax.tree.map(by_chunk, mine)

        def add(i: jax.Array, values: Value) -> Value:
            new = of_chunk(jax.tree.map(lambda part: part[i], points), common)
            return jax.tree.map(lambda whole, one: whole.at[i].set(one), values, new)

        return gathered(jax.lax.fori_loop(since, jnp.minimum(until, rounds), add, jax.tree.map(by_chunk, values)))

    def over(work: Callable[..., Value], laid: int) -> Callable[..., Value]:
        """laid: so many arguments are laid over the devices, the last one is the same for all."""
        specs = (*(PartitionSpec(_AXIS),) * laid, PartitionSpec())
        return jax.shard_map(work, mesh=mesh(devices), in_specs=specs, out_specs=PartitionSpec(), check_vma=False)

    if part is None:
        values = over(on_device, 1)(jax.tree.map(padded, points), shared)
    else:
        laid = jax.tree.map(padded, (points, part.values))
        values = over(some_on_device, 2)(*laid, (shared, part.since, part.until))
    return jax.tree.map(lambda part: part[:count], values)
