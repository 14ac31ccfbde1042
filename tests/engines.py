"""What every engine is tried with: scenes of all kinds, visitors with contexts of their own, and those who leave."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

import jax
import numpy as np

from compute import engine
from compute.engine import Engine
from compute.memo import memory
from core.settings import Pick, pick
from labs.deep.run import run as deep_run
from labs.deep.setup import Deep
from labs.masks.run import run as masks_run
from labs.masks.setup import Masked
from labs.plane.run import run as plane_run
from labs.plane.setup import Experiment

SMALL = Deep(depth=1, width=4, steps=12, data=pick("moons", samples=60.0), nets=(Pick("batch"), Pick("none")))
SCENES: dict[str, Callable[[], object]] = {
    "a plane": lambda: plane_run(Experiment(scale2=30.0)),
    "a network of two drawn weights": lambda: plane_run(Experiment(surface=pick("network"), steps=50)),
    "a formula": lambda: plane_run(Experiment(surface=pick("himmelblau"), optimizers=(pick("adam"), pick("momentum")))),
    "deep networks": lambda: deep_run(SMALL),
    "masks": lambda: masks_run(Masked()),
}


@contextmanager
def computing(elsewhere: Engine) -> Iterator[None]:
    """This process asks the engine, and remembers nothing that was computed before."""
    memory().clear()
    engine.start(lambda: elsewhere)
    yield
    engine.stop()
    memory().clear()


def the_same_to_the_bit(scene: Callable[[], object]) -> None:
    """What the engine of this process finds, and what this process finds without one."""
    there = scene()
    engine.stop()
    memory().clear()
    here = scene()
    compared = 0
    for mine, other in zip(jax.tree.leaves(here), jax.tree.leaves(there), strict=True):
        if isinstance(mine, np.ndarray | jax.Array | float):
            np.testing.assert_array_equal(np.asarray(mine), np.asarray(other))
            compared += 1
    assert compared > 10


def apart(function: Callable[[], object]) -> Callable[[], object]:
    """The function in a context of its own, as every visitor has one."""
    return lambda: copy_context().run(function)


class Gone(BaseException):
    """As Streamlit ends the run of a page."""


def leaving(after: float) -> Callable[[], None]:
    end = time.monotonic() + after

    def look() -> None:
        if time.monotonic() > end:
            raise Gone

    return look
