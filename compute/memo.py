"""Memoized results: one least-recently-used cache for all functions, bounded in bytes.

The key is the function and its arguments. So arguments are names and numbers, hashable, and only what the function reads.
"""

import functools
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from threading import Lock, RLock
from typing import ParamSpec, TypeVar, cast

Key = ParamSpec("Key")
Answer = TypeVar("Answer")

BUDGET = 2**20 * int(os.environ.get("ERROR_SURFACE_MEMO_MB", "48"))  # bytes
_SMALL = 64  # bytes counted for an object without arrays


def nbytes(value: object) -> int:
    """Bytes of all arrays in a value, nested in tuples, lists, mappings and dataclasses. Any other object counts as 64."""
    if hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, Mapping):
        return _SMALL + sum(map(nbytes, value.values()))
    if isinstance(value, tuple | list):
        return _SMALL + sum(map(nbytes, value))
    if is_dataclass(value):
        return _SMALL + sum(nbytes(getattr(value, field.name)) for field in fields(value))
    return _SMALL


class Memo:
    """A cache of at most `budget` bytes. A value is computed once, however many threads ask for it at the same time."""

    def __init__(self, budget: int) -> None:
        self._budget, self._total, self._lock = budget, 0, Lock()
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()  # least recently used first
        self._making: dict[Hashable, tuple[RLock, list[None]]] = {}  # of each value being computed: its lock, an entry for each thread

    @property
    def total(self) -> int:
        """Bytes in the cache."""
        return self._total

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return the value of a key; compute it with make() on a miss. If make() raises, nothing is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(Answer, self._kept[key][0])
            lock, waiting = self._making.setdefault(key, (RLock(), []))
            waiting.append(None)
        try:
            with lock:
                with self._lock:
                    if key in self._kept:
                        return cast(Answer, self._kept[key][0])
                value = make()
                self.keep(key, value)
                return value
        finally:
            with self._lock:
                waiting.pop()
                if not waiting:
                    self._making.pop(key, None)

    def keep(self, key: Hashable, value: object, size: int | None = None) -> None:
        """Store a value, or update its size; the least recently used values are evicted to make room."""
        size = nbytes(value) if size is None else size
        with self._lock:
            self._total += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (value, size)
            while self._total > self._budget and len(self._kept) > 1:
                self._total -= self._kept.popitem(last=False)[1][1]

    def touch(self, key: Hashable) -> None:
        """Mark a value as the most recently used."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)

    def drop(self, key: Hashable) -> None:
        """Forget a value."""
        with self._lock:
            self._total -= self._kept.pop(key, (None, 0))[1]

    def clear(self) -> None:
        """Empty the cache."""
        with self._lock:
            self._kept.clear()
            self._total = 0


@functools.cache
def memory() -> Memo:
    """The cache of this process."""
    return Memo(BUDGET)


def memo(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
    """Memoize a function in the cache of this process."""

    @functools.wraps(function)
    def kept(*arguments: Key.args, **named: Key.kwargs) -> Answer:
        return memory().get((function, arguments, tuple(sorted(named.items()))), lambda: function(*arguments, **named))

    return kept
