"""Long computations: a job runs in steps, reports its progress, can be paused after any step, and resumes where it was paused.

A job is written as a generator that yields its progress and its result so far:

    @job
    def summed(numbers: tuple[float, ...]) -> Steps[float]:
        total = 0.0
        for done, number in enumerate(numbers, 1):
            total += number
            yield Step(done / len(numbers), total)

    summed((1.0, 2.0)).work(deadline)

Calls with the same arguments return the same job, so nothing is computed twice, and no job restarts while somebody waits for it.
"""

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from time import perf_counter
from typing import Generic, NamedTuple, ParamSpec, TypeVar, cast
from weakref import WeakValueDictionary

from compute.engine import Request, ask, engine, request
from compute.memo import memory, nbytes

Key = ParamSpec("Key")
T = TypeVar("T")


class Step(NamedTuple, Generic[T]):
    """What a job yields after each step."""

    progress: float  # the fraction of the work that is done, 1 at the end
    result: T  # so far; later steps do not change it


Steps = Iterator[Step[T]]


class Job(Generic[T]):
    """A computation in progress. on_step is called with the job after each step."""

    def __init__(self, steps: Steps[T], on_step: Callable[["Job[T]"], None] = lambda job: None) -> None:
        self._steps, self._on_step, self._lock = steps, on_step, Lock()
        self._last: Step[T] | None = None
        self._ended = False
        self._error: Exception | None = None
        self.stepped = -math.inf  # perf_counter() of the last step

    @property
    def failed(self) -> bool:
        """Whether a step raised an exception: further steps raise it again, and the next call of the job's function starts a new job."""
        return self._error is not None

    @property
    def begun(self) -> bool:
        """Whether there is a first result."""
        return self._last is not None

    @property
    def finished(self) -> bool:
        return self._ended

    @property
    def progress(self) -> float:
        """The fraction of the work that is done: below 1 until the job has finished."""
        return 1.0 if self._ended else 0.0 if self._last is None else min(self._last.progress, 1 - 1e-9)

    @property
    def result(self) -> T:
        """The result after the last step. Raises LookupError before the first step."""
        if self._last is None:
            raise LookupError("the job has not begun")
        return self._last.result

    def advance(self) -> None:
        """Run one step. If another thread is running one, wait for that one instead."""
        before = self._last
        with self._lock:
            if self._last is before and not self._ended:
                self._step()

    def work(self, deadline: float) -> "Job[T]":
        """Run steps until the job has finished or time.monotonic() has passed the deadline."""
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            if not self._lock.acquire(timeout=min(left, 1.0)):
                continue  # another thread is running a step
            try:
                if not self._ended:
                    self._step()
            finally:
                self._lock.release()
        return self

    def finish(self) -> T:
        """Run to the end, however long it takes, and return the result."""
        return self.work(float("inf")).result

    def _step(self) -> None:
        if self._error is not None:
            raise self._error
        try:
            step = next(self._steps, None)
        except Exception as error:
            self._error = error
            raise
        self.stepped = perf_counter()
        if step is not None:
            self._last = step
            self._on_step(self)
        self._ended = step is None or step.progress >= 1
        if self._ended:
            self._steps = iter(())  # frees what the generator's local variables hold


class State(NamedTuple, Generic[T]):
    """The state of a job in a worker process."""

    last: Step[T] | None  # None before the first step
    ended: bool


def worked(asked: Request, seconds: float) -> State[object]:
    """In a worker: run the requested job for so many seconds, and for at least one step."""
    job = cast("Job[object]", asked.answer())
    job.advance()
    job.work(time.monotonic() + seconds)
    return State(None if not job.begun else Step(job.progress, job.result), job.finished)


LEAST = 0.05  # seconds that turns are multiples of: equal ones are computed once for all who ask
TURN = 0.25  # seconds that a worker process runs a job before it takes the next request


class RemoteJob(Job[T]):
    """A job that runs in a worker process, a turn at a time."""

    def __init__(self, asked: Request, on_step: Callable[[Job[T]], None]) -> None:
        super().__init__(iter(()), on_step)
        self._asked = asked

    def advance(self) -> None:
        self._turn(0.0)

    def work(self, deadline: float) -> Job[T]:
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            self._turn(math.ceil(min(left, TURN) / LEAST) * LEAST)
        return self

    def _turn(self, seconds: float) -> None:
        elsewhere = engine()
        assert elsewhere is not None
        state = cast(State[T], ask(elsewhere, request(worked, (self._asked, seconds), {})))
        with self._lock:
            late = self._ended or (self._last is not None and not state.ended and (state.last is None or state.last[0] < self._last[0]))
            if late:
                return  # somebody else's turn has got further
            self._last, self._ended = state.last, state.ended
        self._on_step(self)


@functools.cache
def _living() -> "WeakValueDictionary[object, Job[object]]":
    """All jobs that are still referenced somewhere."""
    return WeakValueDictionary()


PAUSE = 20.0  # seconds after its last step in which somebody may still come back to a job


def job_under_way() -> bool:
    """Whether there is a job in this process that is neither finished nor left alone for long."""
    since = perf_counter() - PAUSE
    return any(not job.finished and not job.failed and job.stepped > since for job in list(_living().values()))


RECENT = 12  # of the jobs requested last, so many are kept however large their results are


@functools.cache
def _recent() -> "deque[Job[object]]":
    return deque(maxlen=RECENT)


def let_go() -> None:
    """Drop all jobs except those that are referenced elsewhere."""
    _recent().clear()


def _keep(job: Job[T]) -> None:
    recent = cast("deque[Job[T]]", _recent())
    if job in recent:
        recent.remove(job)
    recent.append(job)


@functools.cache
def _one_at_a_time() -> Lock:
    return Lock()


def job(steps: Callable[Key, Steps[T]]) -> Callable[Key, Job[T]]:
    """Turn a generator function into one that returns a job. Arguments are names and numbers; equal arguments give the same job.

    A job is kept while it is referenced somewhere, while its result fits in the memo's budget, or while it is one of the most recent.
    """

    @functools.wraps(steps)
    def shared(*arguments: Key.args, **named: Key.kwargs) -> Job[T]:
        key = (steps, arguments, tuple(sorted(named.items())))
        elsewhere = engine()

        def keep_in_memo(job: Job[T]) -> None:
            memory().keep(key, job, nbytes(job.result))

        with _one_at_a_time():
            job = cast("Job[T] | None", _living().get(key))
            if job is None or job.failed:
                if elsewhere is None:
                    job = Job(steps(*arguments, **named), keep_in_memo)
                else:
                    job = RemoteJob(request(steps, arguments, named), keep_in_memo)
                _living()[key] = cast("Job[object]", job)
            _keep(job)
        memory().touch(key)
        return job

    return shared
