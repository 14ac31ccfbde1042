"""Answers that are kept: one memory for all of them, bounded in bytes, the one asked for longest ago forgotten first.

An answer is kept by the function and its arguments, so arguments are names and numbers: frozen, hashable, and nothing that is not read.
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

BUDGET = 2**20 * int(os.environ.get("ERROR_SURFACE_MEMO_MB", "96"))  # bytes
_SMALL = 64  # bytes that anything without arrays is taken to be


def nbytes(value: object) -> int:
    """How many bytes of arrays a value holds: in tuples, lists, mappings and dataclasses, however deep. Other objects count as small."""
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
    """Values by key, at most `budget` bytes of them. A value is made once, however many threads ask for it at the same time."""

    def __init__(self, budget: int) -> None:
        self._budget, self._total, self._lock = budget, 0, Lock()
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()  # the one asked for longest ago first
        self._making: dict[Hashable, tuple[RLock, list[None]]] = {}  # a lock for each value that is being made, and who waits for it

    @property
    def total(self) -> int:
        """Bytes that are kept."""
        return self._total

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The value of a key; make() where there is none. What make raises is raised, and nothing is kept."""
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
        """Keep a value, or the same one at its present size; what was asked for longest ago makes room."""
        size = nbytes(value) if size is None else size
        with self._lock:
            self._total += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (value, size)
            while self._total > self._budget and len(self._kept) > 1:
                self._total -= self._kept.popitem(last=False)[1][1]

    def touch(self, key: Hashable) -> None:
        """Somebody asks for the value again: it is the last to be forgotten."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._total = 0


@functools.cache
def memory() -> Memo:
    """The one memory of this process."""
    return Memo(BUDGET)


def memo(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
    """The function, its answers kept in the one memory."""

    @functools.wraps(function)
    def kept(*arguments: Key.args, **named: Key.kwargs) -> Answer:
        return memory().get((function, arguments, tuple(sorted(named.items()))), lambda: function(*arguments, **named))

    return kept
