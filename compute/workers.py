"""The engine of this machine: two worker processes, one for what must answer at once, one for what takes long.

Requests are answered in the order they come. Whoever asks waits for one answer at a time, so people take turns, and who moves on takes
back what was asked before. Equal requests are computed once. A worker that has grown beyond its limit is replaced while nobody asks, one
that does not come back to whoever has left is ended; a request that loses its worker goes to the next one.
"""

import atexit
import copyreg
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from loky.process_executor import ProcessPoolExecutor, ShutdownExecutorError

from compute.engine import Busy, Request, asker

LONG = ("labs.deep", "labs.encodings", "verdict.deep")  # modules whose functions go to the worker for what takes long
LOOK = 0.05  # seconds between two looks whether whoever waits wants something else
TRIES = 3  # workers that a request may lose


class Answered(NamedTuple):
    value: object
    size: int  # bytes that the worker takes


def resident() -> int:
    """Bytes of memory that this process takes; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _as_numpy(array: object) -> tuple[object, ...]:
    return np.asarray, (np.asarray(array),)


def begin() -> None:
    """In a worker, before anything else: arrays of JAX leave it as NumPy's."""
    import jax

    from compute import backend  # noqa: F401  (sets up JAX before it is used)

    copyreg.pickle(type(jax.numpy.zeros(())), _as_numpy)  # type: ignore[arg-type]  # what comes out is of another type


def answer(request: Request) -> Answered:
    """In a worker."""
    return Answered(request.answer(), resident())


@dataclass(frozen=True)
class Limits:
    """Of one worker."""

    size: int  # bytes beyond which it is replaced
    idle: float  # seconds after which it is replaced by none, until somebody asks, if it has grown beyond its size
    patience: float  # seconds that it may go on with what nobody waits for any more


class _Asked:
    """A request, how many wait for its answer, and how many workers it has lost."""

    def __init__(self, key: object, request: Request) -> None:
        self.key, self.request, self.answer = key, request, Future[object]()
        self.waiting, self.lost = 0, 0


class Worker:
    """One worker process, started when somebody asks. It is given one request at a time; what nobody waits for any more is not begun."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._lock = limits, threading.RLock()
        self._executor: ProcessPoolExecutor | None = None
        self._asked: dict[object, _Asked] = {}  # those that somebody waits for, and the one at work; the first come first
        self._working: _Asked | None = None
        self._size, self._last = 0, time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether it has something to do."""
        return bool(self._asked)

    def ask(self, request: Request) -> object:
        """See Engine."""
        key = _key(request)
        with self._lock:
            if key not in self._asked or self._asked[key].answer.done():
                self._asked[key] = _Asked(key, request)
            asked = self._asked[key]
            asked.waiting += 1
            self._next()
        try:
            while not wait([asked.answer], LOOK).done:
                asker().waiting()
            return asked.answer.result()
        finally:
            self._leave(asked)

    def _leave(self, asked: _Asked) -> None:
        """One less waits. What the worker is at may be asked for again until its patience is over."""
        with self._lock:
            asked.waiting -= 1
            at_work = self._working is asked
            if not at_work:
                self._forget(asked)
        if at_work and not asked.waiting:
            _later(self._limits.patience, lambda: self._end(asked))

    def _forget(self, asked: _Asked) -> None:
        """What nobody waits for is not to be begun. The lock is held."""
        if not asked.waiting and self._asked.get(asked.key) is asked:
            del self._asked[asked.key]

    def _next(self) -> None:
        """Give the worker something to do, if it has nothing. The lock is held."""
        asked = next((asked for asked in self._asked.values() if not asked.answer.done()), None)
        if self._working is not None or asked is None:
            return
        if self._executor is None:
            self._executor = ProcessPoolExecutor(max_workers=1, initializer=begin)
        self._working = asked
        try:
            future = self._executor.submit(answer, asked.request)
        except (BrokenProcessPool, ShutdownExecutorError) as error:
            self._lost(asked, error)
        else:
            future.add_done_callback(lambda done: self._done(asked, done))

    def _done(self, asked: _Asked, done: "Future[Answered]") -> None:
        """The worker has answered, or is no more."""
        with self._lock:
            if self._working is not asked:
                return  # it was ended
            error = done.exception()
            if isinstance(error, BrokenProcessPool | ShutdownExecutorError):
                self._lost(asked, error)
                return
            self._working, self._last = None, time.monotonic()
            if error is not None:
                asked.answer.set_exception(error)
            else:
                self._size = done.result().size
                asked.answer.set_result(done.result().value)
            self._forget(asked)
            self._next()
            grown = self._size > self._limits.size and self._working is None
        if grown:
            _later(self._limits.idle, self._shrink)

    def _lost(self, asked: _Asked, error: BaseException) -> None:
        """A request goes to the next worker, some times. The lock is held."""
        self._working, self._executor, self._size = None, None, 0
        self._forget(asked)
        asked.lost += 1
        if asked.lost >= TRIES:
            name = f"{asked.request.module}.{asked.request.name}"
            lost = RuntimeError(f"{name} has ended {TRIES} worker processes: has this machine memory enough?")
            lost.__cause__ = error
            asked.answer.set_exception(lost)
        self._next()

    def _end(self, asked: _Asked) -> None:
        """End the worker, if it is still at something that nobody waits for."""
        with self._lock:
            if self._working is not asked or asked.waiting:
                return
            self.close()
            self._forget(asked)
            self._next()

    def _shrink(self) -> None:
        """Give the memory back, if nobody has asked for a while."""
        with self._lock:
            if self._working is None and time.monotonic() - self._last >= self._limits.idle - LOOK:
                self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            executor, self._executor, self._working, self._size = self._executor, None, None, 0
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=True)


def _key(request: Request) -> object:
    """Equal for equal requests; with arrays in it, a request is equal to none."""
    try:
        hash(request)
    except TypeError:
        return object()
    return request


def _later(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


class Workers:
    """The two."""

    def __init__(self) -> None:
        self._quick = Worker(Limits(size=260 * 2**20, idle=30.0, patience=10.0))
        self._long = Worker(Limits(size=200 * 2**20, idle=30.0, patience=1.5))
        for worker in (self._quick, self._long):
            atexit.register(worker.close)

    def ask(self, request: Request) -> object:
        """See Engine."""
        worker = self._long if request.subject.module.startswith(LONG) else self._quick
        if not asker().urgent and worker.busy:
            raise Busy
        return worker.ask(request)
