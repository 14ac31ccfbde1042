"""Jitted functions in one bounded cache, by what made them."""

import os
from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

import jax

from compute import backend  # sets up JAX before it is used

# How many programs are held, of about 4 MB each; 20 are two scenes, and what is evicted comes back from the persistent cache.
MOST = int(os.environ.get("ERROR_SURFACE_PROGRAMS", "20"))

Key = ParamSpec("Key")
Kernel = TypeVar("Kernel")


@lru_cache(MOST)
def _held(make: Callable[..., Kernel], *key: object) -> Kernel:
    return make(*key)


def kernel(make: Callable[Key, Kernel]) -> Callable[Key, Kernel]:
    """A function that makes a jitted function: what it made is held, in one bounded cache for all of them, by its arguments."""

    one_at_a_time = Lock()  # else two visitors who miss together get a function each, and both compile

    @wraps(make)
    def held(*key: Key.args, **named: Key.kwargs) -> Kernel:
        with one_at_a_time:
            misses = _held.cache_info().misses
            found = _held(make, *key, *named.values())
            now = _held.cache_info()
            if now.misses > misses and now.currsize == MOST:
                backend.return_memory()  # that of the program which this one has pushed out
            return found

    return held


def traced(value: object) -> jax.Array:
    """NumPy that is handed to a jitted function, under the type that it has inside."""
    return cast(jax.Array, value)
