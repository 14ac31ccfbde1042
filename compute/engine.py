"""Where what a page asks for is computed: here, or in other processes.

A function that a page calls, and that JAX works for, is a door:

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
    """What is to be called, by name, and with what."""

    module: str
    name: str
    arguments: tuple[object, ...] = ()
    named: tuple[tuple[str, object], ...] = ()

    @property
    def subject(self) -> "Request":
        """What it is about: the request that it is to go on with, else itself."""
        first = self.arguments[0] if self.arguments else None
        return first if isinstance(first, Request) else self

    def answer(self) -> object:
        """Call it, in this process."""
        return getattr(importlib.import_module(self.module), self.name)(*self.arguments, **dict(self.named))


def request(function: Callable[..., object], arguments: tuple[object, ...], named: Mapping[str, object]) -> Request:
    """The request for a function of a module."""
    return Request(function.__module__, function.__qualname__, arguments, tuple(sorted(named.items())))


class Busy(Exception):
    """Nobody has time for what is not urgent."""


class Engine(Protocol):
    """Computes elsewhere."""

    def ask(self, request: Request) -> object:
        """The answer. Raises what the function raises, and what `waiting` raises meanwhile; Busy, where it is not urgent."""


@dataclass
class _Slot:
    """The engine of this process; None: it computes by itself."""

    engine: Engine | None = None
    lock: Lock = field(default_factory=Lock)


@functools.cache
def _slot() -> _Slot:
    return _Slot()


def engine() -> Engine | None:
    """The engine of this process; None where it computes by itself."""
    return _slot().engine


def start(make: Callable[[], Engine]) -> None:
    """From now on this process has another compute for it. Nothing, where it has one."""
    slot = _slot()
    with slot.lock:
        slot.engine = slot.engine or make()


def stop() -> None:
    """This process computes by itself again."""
    _slot().engine = None


def _nothing() -> None:
    pass


class Asker(NamedTuple):
    """waiting: called again and again while an answer is waited for; what it raises ends the wait. answered: called when it is there.
    returns: who ends the wait comes back for the answer at once. urgent: somebody waits for it."""

    waiting: Callable[[], None] = _nothing
    answered: Callable[[], None] = _nothing
    returns: bool = False
    urgent: bool = True


_ASKER = ContextVar[Asker]("asker")


def asker() -> Asker:
    """Who asks, in this thread."""
    return _ASKER.get(Asker())


def interruptible(waiting: Callable[[], None], answered: Callable[[], None] = _nothing) -> None:
    """From now on, in this thread, `waiting` is called again and again while an answer is waited for, and `answered` when it is there."""
    _ASKER.set(asker()._replace(waiting=waiting, answered=answered, returns=False))


def returning() -> None:
    """From now on, in this thread, who ends a wait comes back for the answer at once: to be called before that."""
    _ASKER.set(asker()._replace(returns=True))


def ask(elsewhere: Engine, request: Request) -> object:
    """The answer of an engine."""
    answer = elsewhere.ask(request)
    asker().answered()
    return answer


@contextmanager
def not_urgent() -> Iterator[None]:
    """What is asked for within is dropped when there is other work: the call raises Busy."""
    token = _ASKER.set(asker()._replace(urgent=False))
    try:
        yield
    finally:
        _ASKER.reset(token)


def door(function: Callable[Key, Answer]) -> Callable[Key, Answer]:
    """The function, computed by the engine where this process has one."""

    @functools.wraps(function)
    def asked(*arguments: Key.args, **named: Key.kwargs) -> Answer:
        elsewhere = engine()
        if elsewhere is None:
            return function(*arguments, **named)
        return cast(Answer, ask(elsewhere, request(function, arguments, named)))

    return asked
