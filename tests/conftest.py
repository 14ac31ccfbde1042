"""Before anything is imported: the tests visit hundreds of structures again and again, on a machine with memory enough to hold them."""

import os

os.environ.setdefault("ERROR_SURFACE_PROGRAMS", "300")

import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def programs_are_forgotten() -> Iterator[None]:
    """After each module. A compiled program takes some hundred memory mappings; Linux gives a process 65,530, and XLA, short of one,
    crashes. The app holds 20 programs at a time; the tests of all structures would hold them all.
    """
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
        gc.collect()
