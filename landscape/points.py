"""Many points at once: laid over a mesh of all devices, and on each device taken in chunks that fit the cache.

On a CPU every core is a device (backend.py): small kernels next to each other are faster than one kernel on all cores. The same call
serves accelerators, and processes that jax.distributed has joined: every one gets all values.
"""

from collections.abc import Callable
from functools import lru_cache
from math import prod
from typing import TypeVar

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


def mapped(function: Callable[[Points, Shared], Value], points: Points, shared: Shared, bytes_a_point: int) -> Value:
    """one(point, shared) for every point: `points` are arrays whose first axis counts them, `shared` is the same for all.

    bytes_a_point: how much one(...) works on, to choose chunks by.
    """
    devices = tuple(jax.devices())
    count = jax.tree.leaves(points)[0].shape[0]
    share = -(-count // len(devices))
    chunk = min(share, chunk_of(bytes_a_point))
    rounds = -(-share // chunk)
    room = len(devices) * rounds * chunk

    def padded(part: jax.Array) -> jax.Array:
        return jnp.concatenate([part, jnp.broadcast_to(part[-1:], (room - count, *part.shape[1:]))])

    def on_device(mine: Points, shared: Shared) -> Value:
        by_chunk = jax.tree.map(lambda part: part.reshape(rounds, chunk, *part.shape[1:]), mine)
        values = jax.lax.map(lambda chunked: jax.vmap(function, in_axes=(0, None))(chunked, shared), by_chunk)
        flat = jax.tree.map(lambda part: part.reshape(rounds * chunk, *part.shape[2:]), values)
        return jax.tree.map(lambda part: jax.lax.all_gather(part, _AXIS, tiled=True), flat)

    over = jax.shard_map(
        on_device,
        mesh=mesh(devices),
        in_specs=(PartitionSpec(_AXIS), PartitionSpec()),
        out_specs=PartitionSpec(),
        check_vma=False,
    )
    return jax.tree.map(lambda part: part[:count], over(jax.tree.map(padded, points), shared))
