"""One bounded cache for all jitted functions, keyed by the function that makes them and its arguments."""

import gc
import math
import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

import jax

from compute import backend  # noqa: F401  (sets up JAX before it is used)
from compute.process_memory import resident, return_memory

# How many programs are kept, of about 4 MB each. 20 are enough for two scenes; evicted programs are reloaded from the persistent cache.
MOST = int(os.environ.get("ERROR_SURFACE_PROGRAMS", "20"))

GROWTH = 1.25  # of the bound, where programs are forgotten and needed again

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
    """At how many bytes this process forgets its programs; `now` is higher while it would only load again what it has forgotten."""

    bytes: float = math.inf
    most: float = math.inf  # that `now` is raised to for programs that are needed again and again
    now: float = math.inf
    used: set[Hashable] = field(default_factory=set)  # keys of the programs that were called since they were last forgotten
    used_before: set[Hashable] = field(default_factory=set)  # between that and the time before

    @property
    def in_a_circle(self) -> bool:
        """Whether at least half of the programs had been forgotten and were needed again."""
        return bool(self.used) and 2 * len(self.used & self.used_before) >= len(self.used)


@cache
def _bound() -> _Bound:
    return _Bound()


def bound(least: float, most: float | None = None) -> None:
    """This process forgets all its programs when it takes `least` bytes of memory; where people at work need the same ones again and again,
    not until it takes `most`. What it needs beyond either to go on at all, it takes."""
    kept = _bound()
    kept.bytes, kept.most, kept.now = least, least if most is None else most, least
    kept.used, kept.used_before = set(), set()


def keep_within_bound() -> None:
    """Called before a program is compiled, and after what it was needed for."""
    kept = _bound()
    if resident() <= kept.now:
        return
    again = kept.in_a_circle
    kept.used, kept.used_before = set(), kept.used
    if again and kept.now < kept.most:
        kept.now = min(kept.most, GROWTH * kept.now)
        if resident() <= kept.now:
            return
    forget()
    kept.now = max(kept.now if again else kept.bytes, resident() + kept.bytes / 3)


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
            if _bound().bytes < math.inf:
                _bound().used.add((make, key, tuple(sorted(named.items()))))
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
