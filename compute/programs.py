"""One bounded cache for all jitted functions, keyed by the function that makes them and its arguments."""

import gc
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

import jax

from compute import backend  # noqa: F401  (sets up JAX before it is used)
from compute.process_memory import resident, return_memory

# How many programs are kept, of about 4 MB each. 20 are enough for two scenes; evicted programs are reloaded from the persistent cache.
MOST = int(os.environ.get("ERROR_SURFACE_PROGRAMS", "20"))

# For jax.jit(compiler_options=...) of large programs that run a few times. XLA's fusion emitters take some 200 MB more to compile a Lanczos
# iteration through a network or a recorded training, and what they make runs no faster there. Small programs run up to 3 times faster.
LEAN = {"xla_cpu_use_fusion_emitters": False}

Key = ParamSpec("Key")
Kernel = TypeVar("Kernel")


@lru_cache(MOST)
def _made(make: Callable[..., Kernel], key: tuple[object, ...], named: tuple[tuple[str, object], ...]) -> Kernel:
    return make(*key, **dict(named))


@dataclass
class _Bound:
    """At how many bytes this process forgets its programs; `now` is higher while it needs so many that it would do nothing else."""

    bytes: float = math.inf
    now: float = math.inf


@cache
def _bound() -> _Bound:
    return _Bound()


def bound(most: float) -> None:
    """This process forgets all its programs when it takes so many bytes of memory."""
    _bound().bytes = _bound().now = most


def keep_within_bound() -> None:
    """Called before a program is compiled, and after what it was needed for."""
    if resident() > _bound().now:
        forget()
        _bound().now = max(_bound().bytes, resident() + _bound().bytes / 3)


def forget() -> None:
    """Forget every program and whatever JAX has traced. What is needed again comes from the persistent cache."""
    jax.clear_caches()
    gc.collect()
    return_memory()


def kernel(make: Callable[Key, Kernel]) -> Callable[Key, Kernel]:
    """Cache the jitted functions that `make` returns, by its arguments, in one bounded cache for all kernels."""

    one_at_a_time = Lock()  # else two threads that miss at the same time would both compile

    @wraps(make)
    def cached(*key: Key.args, **named: Key.kwargs) -> Kernel:
        with one_at_a_time:
            misses = _made.cache_info().misses
            program = _made(make, key, tuple(sorted(named.items())))
            now = _made.cache_info()
            if now.misses > misses:
                keep_within_bound()
                if now.currsize == MOST:
                    return_memory()  # of the program that was evicted
            return program

    return cached


def traced(value: object) -> jax.Array:
    """A NumPy argument of a jitted function, typed as the jax.Array that it is inside the function."""
    return cast(jax.Array, value)
