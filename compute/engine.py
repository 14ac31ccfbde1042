"""Where a page's requests are computed: in this process, or in others.

A function that pages call and that uses JAX is a door:

    @door
    def landscape(experiment: Experiment) -> Landscape: ...

Arguments and answers are names, numbers and NumPy. Without an engine a door calls its function. With one, what goes through it is the
name of the function and its arguments, and this process never sets JAX up. Jobs (compute/job.py) go through the same engine.
"""

import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, ParamSpec, Protocol, TypeVar, cast

Key = ParamSpec("Key")
Answer = TypeVar("Answer")


class Request(NamedTuple):
    """A function call by names: module, function, arguments."""

    module: str
    name: str
    arguments: tuple[object, ...] = ()
    named: tuple[tuple[str, object], ...] = ()

    @property
    def subject(self) -> "Request":
        """The request that this one continues, if it is a turn of a job; otherwise itself."""
        first = self.arguments[0] if self.arguments else None
        return first if isinstance(first, Request) else self

    def answer(self) -> object:
        """Call the function in this process."""
        return getattr(importlib.import_module(self.module), self.name)(*self.arguments, **dict(self.named))


def request(function: Callable[..., object], arguments: tuple[object, ...], named: Mapping[str, object]) -> Request:
    """The request for a function of a module."""
    return Request(function.__module__, function.__qualname__, arguments, tuple(sorted(named.items())))


class Busy(Exception):
    """The engine is busy, and the request is not urgent."""


class Engine(Protocol):
    """Computes requests in other processes."""

    def ask(self, request: Request) -> object:
        """The answer. Raises what the function raises, and what `waiting` raises meanwhile; Busy, where it is not urgent."""


@dataclass
class _Slot:
    """The engine of this process; None: requests are computed in this process."""

    engine: Engine | None = None
    lock: Lock = field(default_factory=Lock)


@functools.cache
def _slot() -> _Slot:
    return _Slot()


def engine() -> Engine | None:
    """The engine of this process; None where requests are computed in this process."""
    return _slot().engine


def start(make: Callable[[], Engine]) -> None:
    """Start an engine for this process; does nothing if it has one."""
    slot = _slot()
    with slot.lock:
        slot.engine = slot.engine or make()


def stop() -> None:
    """From now on compute in this process."""
    _slot().engine = None


def _nothing() -> None:
    pass


def _nothing_of(seconds: float) -> None:
    pass


class Asker(NamedTuple):
    """How requests of a thread are made.

    waiting: called repeatedly while waiting for an answer; an exception ends the wait. answered: called when the answer has arrived.
    worked: called with the seconds that somebody worked at the answer, by an engine that knows them: waiting for others does not count.
    urgent: whether a person waits for the answer. person: who that is.
    """

    waiting: Callable[[], None] = _nothing
    answered: Callable[[], None] = _nothing
    worked: Callable[[float], None] = _nothing_of
    urgent: bool = True
    person: str = ""


_ASKER = ContextVar[Asker]("asker")


def asker() -> Asker:
    """How requests of this thread are made."""
    return _ASKER.get(Asker())


def interruptible(waiting: Callable[[], None], answered: Callable[[], None] = _nothing) -> None:
    """From now on, call `waiting` repeatedly while this thread waits for an answer, and `answered` when it has arrived."""
    _ASKER.set(asker()._replace(waiting=waiting, answered=answered))


def asking_for(person: str) -> None:
    """From now on, requests of this thread are this person's: who has had the least time is answered first."""
    _ASKER.set(asker()._replace(person=person))


def ask(elsewhere: Engine, request: Request) -> object:
    """Ask an engine and return its answer."""
    answer = elsewhere.ask(request)
    asker().answered()
    return answer


@contextmanager
def noting_work(worked: Callable[[float], None]) -> Iterator[None]:
    """Requests made inside this block tell `worked` for how many seconds somebody worked at them, where the engine knows that."""
    token = _ASKER.set(asker()._replace(worked=worked))
    try:
        yield
    finally:
        _ASKER.reset(token)


@contextmanager
def not_urgent() -> Iterator[None]:
    """Requests made inside this block are dropped when the engine is busy: the call raises Busy."""
    token = _ASKER.set(asker()._replace(urgent=False))
    try:
        yield
    finally:
        _ASKER.reset(token)


def door(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
    """Route calls of a function through the engine, if this process has one."""

    @functools.wraps(function)
    def asked(*arguments: Key.args, **named: Key.kwargs) -> Answer:
        elsewhere = engine()
        if elsewhere is None:
            return function(*arguments, **named)
        return cast(Answer, ask(elsewhere, request(function, arguments, named)))

    return asked


def door_so_far(final: Callable[[Answer], bool]) -> Callable[[Callable[Key, Answer]], Callable[Key, Answer]]:
    """The same for a function whose answer is what there is so far: it works for as many seconds as its argument `patience` says.

    final: whether an answer is the last one, which will be the same whoever asks, and with whatever patience.
    """

    def made(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
        asked = door(function)
        asked.__dict__["final"] = final
        return asked

    return made


def door_for_now(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
    """The same for a function whose answer holds at the moment alone: nobody keeps it."""
    asked = door(function)
    asked.__dict__["final"] = lambda answer: False
    return asked
