"""Work that takes long: it goes in steps, tells how far it is, can be left after any step, and goes on where it was left.

A job is written as a generator that yields what there is so far:

    @job
    def summed(numbers: tuple[float, ...]) -> Steps[float]:
        total = 0.0
        for done, number in enumerate(numbers, 1):
            total += number
            yield Step(done / len(numbers), total)

    summed((1.0, 2.0)).work(deadline)

Whoever asks with the same arguments gets the same job, so nothing is computed twice, and nothing is begun anew under whoever waits.
"""

import functools
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, TypeVar, cast
from weakref import WeakValueDictionary

from compute.engine import Request, engine, request
from compute.memo import memory, nbytes

Key = ParamSpec("Key")
T = TypeVar("T")


class Step(NamedTuple, Generic[T]):
    """progress: the share of the work that is done, 1 at its end. result: what there is so far; it does not change any more."""

    progress: float
    result: T


Steps = Iterator[Step[T]]


class Job(Generic[T]):
    """Work under way. `result` is what there was after the last step, or the job's end."""

    def __init__(self, steps: Steps[T], grown: Callable[["Job[T]"], None] = lambda job: None) -> None:
        self._steps, self._grown, self._lock = steps, grown, Lock()
        self._last: Step[T] | None = None
        self._ended = False
        self._error: Exception | None = None

    @property
    def failed(self) -> bool:
        """Whether a step raised: every further one raises the same, and whoever asks next gets a new job."""
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
        """The share of the work that is done: below 1 until it is finished."""
        return 1.0 if self._ended else 0.0 if self._last is None else min(self._last.progress, 1 - 1e-9)

    @property
    def result(self) -> T:
        """What there is so far. Raises LookupError before the first step."""
        if self._last is None:
            raise LookupError("the job has not begun")
        return self._last.result

    def advance(self) -> None:
        """One step. Whoever comes while somebody else takes one waits for that one."""
        before = self._last
        with self._lock:
            if self._last is before and not self._ended:
                self._step()

    def work(self, deadline: float) -> "Job[T]":
        """On to the end, or until time.monotonic() has passed the deadline."""
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            if not self._lock.acquire(timeout=min(left, 1.0)):
                continue  # somebody else is at it
            try:
                if not self._ended:
                    self._step()
            finally:
                self._lock.release()
        return self

    def finish(self) -> T:
        """The result at its end, however long it takes."""
        return self.work(float("inf")).result

    def _step(self) -> None:
        if self._error is not None:
            raise self._error
        try:
            step = next(self._steps, None)
        except Exception as error:
            self._error = error
            raise
        if step is not None:
            self._last = step
            self._grown(self)
        self._ended = step is None or step.progress >= 1
        if self._ended:
            self._steps = iter(())  # the generator would hold all that it worked with, beside the result


class State(NamedTuple, Generic[T]):
    """What another process knows of a job."""

    last: Step[T] | None
    ended: bool


def worked(asked: Request, seconds: float) -> State[object]:
    """The job that is asked for, gone on with for so many seconds, and by one step at least."""
    here = cast("Job[object]", asked.answer())
    here.advance()
    here.work(time.monotonic() + seconds)
    return State(None if not here.begun else Step(here.progress, here.result), here.finished)


TURN = 0.25  # seconds that another process works on a job before it turns to the next


class RemoteJob(Job[T]):
    """A job that an engine works on, a turn at a time."""

    def __init__(self, asked: Request, grown: Callable[[Job[T]], None]) -> None:
        super().__init__(iter(()), grown)
        self._asked = asked

    def advance(self) -> None:
        self._turn(0.0)

    def work(self, deadline: float) -> Job[T]:
        while not self._ended and (left := deadline - time.monotonic()) > 0:
            self._turn(min(left, TURN))
        return self

    def _turn(self, seconds: float) -> None:
        elsewhere = engine()
        assert elsewhere is not None
        state = cast(State[T], elsewhere.ask(request(worked, (self._asked, seconds), {})))
        self._last, self._ended = state.last, state.ended
        self._grown(self)


@functools.cache
def _living() -> "WeakValueDictionary[object, Job[object]]":
    """Every job that somebody still holds."""
    return WeakValueDictionary()


HELD = 12  # jobs that stay however large their results are: those that were asked for last


@functools.cache
def _held() -> "deque[Job[object]]":
    return deque(maxlen=HELD)


def let_go() -> None:
    """Hold no job any more but those that somebody else holds."""
    _held().clear()


def _hold(job: Job[T]) -> None:
    kept = cast("deque[Job[T]]", _held())
    if job in kept:
        kept.remove(job)
    kept.append(job)


@functools.cache
def _one_at_a_time() -> Lock:
    return Lock()


def job(steps: Callable[Key, Steps[T]]) -> Callable[Key, Job[T]]:
    """The job of a generator function, shared by all who ask with the same arguments: names and numbers.

    It lives as long as somebody holds it, and as long as there is room for its result in the one memory; the last ones in any case.
    """

    @functools.wraps(steps)
    def shared(*arguments: Key.args, **named: Key.kwargs) -> Job[T]:
        key = (steps, arguments, tuple(sorted(named.items())))
        elsewhere = engine()

        def grown(one: Job[T]) -> None:
            memory().keep(key, one, nbytes(one.result))

        with _one_at_a_time():
            found = cast("Job[T] | None", _living().get(key))
            if found is None or found.failed:
                asked = request(steps, arguments, named)
                found = Job(steps(*arguments, **named), grown) if elsewhere is None else RemoteJob[T](asked, grown)
                _living()[key] = cast("Job[object]", found)
            _hold(found)
        memory().touch(key)
        return found

    return shared
