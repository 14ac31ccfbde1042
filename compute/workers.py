"""The engine of this machine: two worker processes, one for what must answer at once, one for what takes long.

People take turns: whoever asks waits for one answer at a time, and who moves on takes back what was asked before. The worker for what takes
long answers who has had the least of its time, the other one in the order that requests come. Equal requests are computed once. A worker
that has grown beyond its limit is replaced while nobody asks, one that has grown far beyond it between two requests, and one that has
nothing to do ends where memory gets scarce. One that does not come back to whoever has left is ended. A request that loses its worker goes
to the next one.
"""

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass

from compute.engine import Busy, Request, asker
from compute.forkserver import Answered, Lost, Process
from compute.job import PAUSE
from compute.process_memory import resident
from compute.shares import Shares

LONG = ("labs.deep", "labs.encodings", "verdict.deep")  # modules whose functions go to the worker for what takes long
LOOK = 0.05  # seconds between two looks whether whoever waits wants something else
LULL = 2.0  # seconds without a request after which a worker ends where the other needs its memory
MB = 2**20
MOST = MB * int(os.environ.get("ERROR_SURFACE_MEMORY_MB", "450"))  # bytes of this process and its workers, beyond which one may end
KEPT = 5.0  # seconds that the place of somebody who has left is kept, and the answer
TRIES = 3  # workers that a request may lose


@dataclass(frozen=True)
class Limits:
    """Of one worker."""

    size: int  # bytes beyond which it is replaced
    idle: float  # seconds after which it is replaced by none, until somebody asks, if it has grown beyond its size
    patience: float  # seconds that it may go on with what nobody waits for any more
    nice: int = 0  # how far it steps back where all cores are busy
    credit: float = 0.0  # seconds of its time that somebody who comes has before others go on
    counted: float = 0.0  # seconds of one request that count as somebody's share; 0: requests are answered in the order they come
    most: int = sys.maxsize  # bytes beyond which it is replaced between two requests, unless a job is under way in it
    age: float = 60.0  # seconds that it has for that: one that always needs so many would do nothing but begin


class _Asked:
    """A request, how many wait for its answer, and how many workers it has lost."""

    def __init__(self, key: object, request: Request) -> None:
        self.key, self.request, self.answer = key, request, Future[object]()
        self.people = set[str]()  # who has asked
        self.waiting, self.lost = 0, 0
        self.seconds = 0.0  # of a worker's time that the answer took
        self.left = 0.0  # when somebody last left it


class Worker:
    """One worker process, started when somebody asks. It is given one request at a time; what nobody waits for any more is not begun."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._lock = limits, threading.RLock()
        self._process: Process | None = None
        self._begun = 0.0  # when it was
        self._job_under_way = False  # in it, as of its last answer
        self._too_large = 0  # answers in a row after which it was
        self._asked: dict[object, _Asked] = {}  # the first come first; those that everybody has left, too, for a while
        self._working: _Asked | None = None
        self._shares = Shares(limits.credit, limits.counted)
        self._last, self._resting = time.monotonic(), False  # resting: somebody looks whether it is to be ended

    @property
    def busy(self) -> bool:
        """Whether it has something to do."""
        with self._lock:
            return self._working is not None or any(asked.waiting and not asked.answer.done() for asked in self._asked.values())

    @property
    def size(self) -> int:
        """Bytes that its process takes."""
        process = self._process
        return 0 if process is None or process.pid is None else resident(process.pid)

    def ask(self, request: Request, meanwhile: Callable[[], None] = lambda: None) -> object:
        """See Engine. meanwhile: called when the request has its place, and again and again while its answer is waited for."""
        key = _key(request)
        with self._lock:
            self._forget_the_left()
            asked = self._asked.setdefault(key, _Asked(key, request))
            asked.waiting += 1
            asked.people.add(asker().person)
            self._next()
        try:
            meanwhile()
            while not wait([asked.answer], LOOK).done:
                meanwhile()
                asker().waiting()
            answer = asked.answer.result()
            asker().worked(asked.seconds)
            return answer
        finally:
            self._leave(asked)

    def _leave(self, asked: _Asked) -> None:
        """One less waits. Whoever comes back soon finds the place in the queue, the work, or its answer again, which is given once."""
        with self._lock:
            asked.waiting, asked.left = asked.waiting - 1, time.monotonic()
            at_work = self._working is asked
            if asked.answer.done() and not asked.waiting:
                self._forget(asked)
        if at_work and not asked.waiting:
            later(self._limits.patience, lambda: self._end(asked))

    def _forget(self, asked: _Asked) -> None:
        """The lock is held."""
        if self._asked.get(asked.key) is asked:
            del self._asked[asked.key]

    def _forget_the_left(self) -> None:
        """What nobody has come back for. The lock is held."""
        now = time.monotonic()
        for asked in list(self._asked.values()):
            if not asked.waiting and asked is not self._working and now - asked.left > KEPT:
                self._forget(asked)

    def _next(self) -> None:
        """Give the worker something to do, if it has nothing. The lock is held."""
        ready = (asked for asked in self._asked.values() if asked.waiting and not asked.answer.done())
        asked = min(ready, key=lambda asked: min(map(self._shares.had, asked.people)), default=None)
        if self._working is not None or asked is None:
            return
        try:
            if self._process is None:
                self._process, self._begun = Process(self._limits.nice), time.monotonic()
        except OSError as error:  # no more processes or files are to be had
            asked.answer.set_exception(error)
            self._next()  # whoever else waits is told so, too
            return
        self._working = asked
        threading.Thread(target=self._work, args=(asked, self._process), daemon=True).start()

    def _work(self, asked: _Asked, process: Process) -> None:
        """In a thread of its own: wait until the worker has answered, or is no more."""
        answered: Answered | Lost
        begun = time.monotonic()
        try:
            answered = process.ask(asked.request)
        except Lost as lost:
            answered = lost
        except Exception as error:  # a request that cannot be sent, or an answer that cannot be read
            answered = Answered(None, error)
        with self._lock:
            if self._working is not asked:
                return  # it was ended
            if isinstance(answered, Lost):
                self._lost(asked, answered)
                return
            self._working, self._last, self._job_under_way = None, time.monotonic(), answered.job_under_way
            asked.seconds = self._last - begun
            self._shares.took(asked.people, asked.seconds)
            if answered.error is not None:
                asked.answer.set_exception(answered.error)
            else:
                asked.answer.set_result(answered.value)
            if asked.waiting:
                self._forget(asked)
            self._replace_if_too_large()
            self._next()
            grown = self._working is None and not self._resting and self.size > self._limits.size
            self._resting = self._resting or grown
        if grown:
            later(self._limits.idle, self._rest)

    def _replace_if_too_large(self) -> None:
        """Where it is so a second time: after its first answer it has given back what it could. The lock is held."""
        self._too_large = self._too_large + 1 if self.size > self._limits.most else 0
        if self._too_large > 1 and not self._job_under_way and time.monotonic() - self._begun >= self._limits.age:
            self.close()

    def _rest(self) -> None:
        """Give the memory back, or look again later where somebody has asked meanwhile."""
        with self._lock:
            self._resting = False
            left = self._limits.idle - (time.monotonic() - self._last)
            self._resting = self._process is not None and (self._working is not None or left > LOOK)
            again = self._resting
        if again:
            later(max(left, LOOK), self._rest)
        else:
            self.rest(self._limits.idle - LOOK)

    def _lost(self, asked: _Asked, error: BaseException) -> None:
        """A request goes to the next worker, some times. The lock is held."""
        self._working, self._process = None, None
        if not asked.waiting:
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
            come_back = asked.waiting or time.monotonic() - asked.left < self._limits.patience - LOOK
            if self._working is not asked or come_back:
                return
            self.close()
            self._forget(asked)
            self._next()

    def rest(self, idle: float = LULL) -> None:
        """Give the memory back, if nobody has asked for so many seconds, nor is likely to come back to a job that is under way."""
        with self._lock:
            left_alone = max(idle, PAUSE) if self._job_under_way else idle
            if self._working is None and time.monotonic() - self._last >= left_alone:
                self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            process, self._process, self._working = self._process, None, None
            self._job_under_way, self._too_large = False, 0
        if process is not None:
            process.end()


def _key(request: Request) -> object:
    """Equal for equal requests; with arrays in it, a request is equal to none."""
    try:
        hash(request)
    except TypeError:
        return object()
    return request


def later(seconds: float, call: Callable[[], object]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


class Workers:
    """The two."""

    def __init__(self, most: int = MOST) -> None:
        """most: bytes that they and this process may take; beyond, one that has nothing to do ends where the other is at work."""
        self._most = most
        self._quick = Worker(Limits(size=100 * MB, idle=30.0, patience=10.0, most=260 * MB))
        self._long = Worker(Limits(size=140 * MB, idle=30.0, patience=1.0, nice=2, most=360 * MB, credit=3.0, counted=1.0))
        for worker in (self._quick, self._long):
            atexit.register(worker.close)

    def ask(self, request: Request) -> object:
        """See Engine."""
        worker, other = (self._long, self._quick) if request.subject.module.startswith(LONG) else (self._quick, self._long)
        if not asker().urgent:
            if worker.busy:
                raise Busy
            self._make_room(other)
            if other.size and self._beyond():
                raise Busy
        # Called when the worker is at work, so that of two requests at the same time none ends the other's.
        return worker.ask(request, lambda: self._make_room(other))

    def _beyond(self) -> bool:
        return self._quick.size + self._long.size + resident() > self._most

    def _make_room(self, other: Worker) -> None:
        """By the end of a worker that has nothing to do."""
        if self._beyond():
            other.rest()
