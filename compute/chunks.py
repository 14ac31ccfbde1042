"""A long loop in pieces: it can be left after any of them, tells how far it is, and goes on where it was left."""

import math
import threading
import time
from collections.abc import Callable

import jax
import numpy as np

from optim.descent import Carry

FIRST = 250  # updates in the first chunk, which tells how long one takes
CHUNK = 0.15  # seconds that a chunk is to take: so long a stop waits


class Chunks:
    """A loop of updates that is computed in chunks, can be left after any of them, and goes on where it was left.

    advance(carry, until) computes on to update `until`, and returns where all stand.
    """

    def __init__(self, advance: Callable[[Carry, np.int64], Carry], carry: Carry, steps: int) -> None:
        self._advance, self.carry, self._steps = advance, carry, steps
        self._seconds: float | None = None  # an update takes, by the last chunk
        self._lock = threading.Lock()  # two sessions may want the same walk

    @property
    def done(self) -> int:
        """How many points are computed; of the walk that got furthest."""
        return max(0, int(np.max(self.carry.t)))

    @property
    def share(self) -> float:
        return 1.0 if self.finished else self.done / (self._steps + 1)

    @property
    def finished(self) -> bool:
        return self.done > 0 and not bool(np.any(np.asarray(self.carry.alive) & (np.asarray(self.carry.t) <= self._steps)))

    def work(self, deadline: float) -> None:
        """On to the end, or until time.monotonic() has passed the deadline."""
        left = deadline - time.monotonic()
        if not self._lock.acquire(timeout=-1 if math.isinf(deadline) else max(0.0, left)):
            return  # somebody else is at it
        try:
            began = self.done
            while not self.finished and (begun := time.monotonic()) < deadline:
                before, size = self.done, FIRST if self._seconds is None else max(FIRST, int(CHUNK / max(self._seconds, 1e-9)))
                self.carry = self._advance(self.carry, np.int64(min(before + size, self._steps + 1)))
                jax.block_until_ready(self.carry)
                self._seconds = (time.monotonic() - begun) / max(1, self.done - before)
            if self.done > began:
                self._seen()
        finally:
            self._lock.release()

    def _seen(self) -> None:
        """Called when work stops, while nobody else can be at it."""
