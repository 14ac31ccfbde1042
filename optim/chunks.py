"""A long walk in pieces, each with the Carry of the one before: it can be left after any of them and goes on from there."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import jax
import numpy as np

from optim.descent import Carry

T = TypeVar("T")

FIRST = 250  # updates in the first piece, which tells how long one takes
CHUNK = 0.15  # seconds that a piece is to take: so long a stop waits


def done(carry: Carry) -> int:
    """How many points are computed; of several walks, those of the one that got furthest."""
    return max(0, int(np.asarray(carry.t).max()))


def finished(carry: Carry, steps: int) -> bool:
    """Whether no walk goes on: each has made its updates or has diverged."""
    return done(carry) > 0 and not bool(np.any(np.asarray(carry.alive) & (np.asarray(carry.t) <= steps)))


def progress(carry: Carry, steps: int) -> float:
    """The share of the walk that is computed."""
    return 1.0 if finished(carry, steps) else done(carry) / (steps + 1)


def in_chunks(advance: Callable[[Carry, np.int64], Carry], carry: Carry, steps: int, first: int | None = None) -> Iterator[Carry]:
    """Where the walk stands after each piece, until it is finished.

    advance(carry, until) computes on to update `until`. first: updates in the first piece, and in any other at least.
    """
    least = FIRST if first is None else first
    size = least
    while not finished(carry, steps):
        before, begun = done(carry), time.monotonic()
        carry = jax.block_until_ready(advance(carry, np.int64(min(before + size, steps + 1))))
        seconds = (time.monotonic() - begun) / max(1, done(carry) - before)  # that an update takes
        size = max(least, int(CHUNK / max(seconds, 1e-9)))
        yield carry


class Pace:
    """How many updates to compute at a time, so that it takes CHUNK seconds: one at first, then what the last piece says."""

    def __init__(self) -> None:
        self.size = 1

    def took(self, updates: int, seconds: float) -> None:
        """So many updates took so many seconds."""
        self.size = max(1, int(CHUNK * updates / max(seconds, 1e-9)))


def in_pieces(advance: Callable[[T, np.int64, np.int64], tuple[T, object]], values: T) -> Generator[float, None, T]:
    """Work that falls into equal pieces, as many at a time as take CHUNK seconds. Yields the share that is done; returns the values.

    advance(values, since, until) -> the values with what these pieces add to them, and how many pieces there are in all.
    """
    at, count, pace = 0, 1, Pace()
    while at < count:
        begun, before = time.monotonic(), at
        values, pieces = jax.block_until_ready(advance(values, np.int64(at), np.int64(at + pace.size)))
        count = int(np.asarray(pieces))
        at = min(at + pace.size, count)
        pace.took(at - before, time.monotonic() - begun)
        yield at / count
    return values
