"""What the tests of the engine let a worker do."""

import os
import time

from compute.engine import door
from compute.job import Step, Steps, job


@door
def process() -> int:
    """Which process computes."""
    return os.getpid()


@door
def niceness() -> int:
    """How far the process that computes steps back behind others."""
    return os.nice(0)


@door
def waits(seconds: float, name: str = "") -> str:
    time.sleep(seconds)
    return name


@door
def fails(text: str) -> None:
    raise ValueError(text)


class TwoArguments(Exception):
    """An exception that cannot be read back from its pickle."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


@door
def raises_what_cannot_be_read() -> None:
    raise TwoArguments("two", "arguments")


@door
def named(value: object) -> str:
    return repr(value)


@door
def counted(file: str, seconds: float = 0.5) -> int:
    """How many times it was called, ever: a byte in a file for each."""
    with open(file, "a") as lines:
        lines.write(".")
    time.sleep(seconds)
    return os.path.getsize(file)


@door
def dies_once(file: str) -> int:
    """The first process that is asked ends at once."""
    if not os.path.exists(file):
        open(file, "w").close()
        os._exit(1)
    return os.getpid()


@job
def counts(most: int) -> Steps[list[int]]:
    """0, 1, 2 ... a twentieth of a second each."""
    found: list[int] = []
    for i in range(most):
        time.sleep(0.05)
        found = [*found, i]
        yield Step((i + 1) / most, found)


@job
def places(most: int) -> Steps[list[int]]:
    """Which process took each of so many steps, a twentieth of a second each."""
    taken: list[int] = []
    for i in range(most):
        time.sleep(0.05)
        taken = [*taken, os.getpid()]
        yield Step((i + 1) / most, taken)
