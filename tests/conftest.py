"""Before anything is imported: the tests visit hundreds of structures again and again, on a machine with memory enough to hold them."""

import os

os.environ.setdefault("ERROR_SURFACE_PROGRAMS", "300")
# Nearly all the time of the suite is compilation, and most of its programs run for milliseconds. Without XLA's fusion emitters and LLVM's
# optimization a program is compiled in a quarter of the time and gives the same numbers to a few roundings. It runs several times slower,
# so the lab itself has both, and so has `make test-long`, which runs all of this once more as shipped.
if os.environ.get("ERROR_SURFACE_TEST_AS_SHIPPED") is None:
    for flag in ("--xla_cpu_use_fusion_emitters=false", "--xla_backend_optimization_level=0"):
        if flag.split("=")[0] not in os.environ.get("XLA_FLAGS", ""):
            os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}".strip()

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MAPPINGS = Path("/proc/self/maps")
MOST_MAPPINGS = 12_000  # of some 300 programs, which are about 1.5 GB


@pytest.fixture(autouse=True, scope="module")
def programs_are_forgotten() -> Iterator[None]:
    """After a module that leaves many. A compiled program takes up to a hundred memory mappings; Linux gives a process 65,530, and XLA,
    short of one, crashes. The app holds 20 programs at a time; the tests of all structures would hold them all. Few are kept: the next
    module may ask for the same.
    """
    yield
    if "jax" in sys.modules and (not MAPPINGS.exists() or MAPPINGS.read_text().count("\n") > MOST_MAPPINGS):
        sys.modules["jax"].clear_caches()
        gc.collect()


@pytest.fixture(scope="module")
def nothing_compiled() -> None:
    """Whatever ran before in this process."""
    sys.modules["jax"].clear_caches()
    gc.collect()
