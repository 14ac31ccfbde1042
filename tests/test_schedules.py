"""Every schedule against its closed form, and the warm-up before any of them."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import inspect
import math
from collections.abc import Callable

import numpy as np
import pytest

from optim.schedule import Schedule, multipliers
from core.messages import Value
from core.catalogue import catalogue
from core.settings import pick, values

CATALOGUE = catalogue("optim.schedules", Schedule)
EVERY = pytest.mark.parametrize("name", CATALOGUE)

# What the factor is at update t of 1000 updates, one number at a time.
CLOSED: dict[str, tuple[dict[str, Value], Callable[[int], float]]] = {
    "constant": ({}, lambda t: 1.0),
    "inverse_sqrt": ({"tau": 1.0}, lambda t: 1 / math.sqrt(t + 1)),
    "inverse_time": ({"tau": 1.0}, lambda t: 1 / (t + 1)),
    "step": ({"factor": 0.5, "every": 30}, lambda t: math.prod([0.5] * (t // 30))),
    "exponential": ({"tau": 50.0}, lambda t: math.exp(-1 / 50) ** t),
    "cosine": ({"last": 0.1}, lambda t: 0.1 + 0.9 * math.cos(math.pi * t / 2000) ** 2 if t < 1000 else 0.1),
    "transformer": ({"d": 512, "peak": 40}, lambda t: (t + 1) / 40 / math.sqrt(512 * 40) if t < 40 else 1 / math.sqrt(512 * (t + 1))),
}


def default(name: str) -> dict[str, Value]:
    return values(pick(name), CATALOGUE[name].fields)


def test_every_schedule_has_a_closed_form() -> None:
    assert set(CATALOGUE) == set(CLOSED)


@EVERY
def test_closed_form(name: str) -> None:
    settings, factor = CLOSED[name]
    found = multipliers(CATALOGUE[name], 1000, 1024, 0, **settings)
    np.testing.assert_allclose(found, [factor(t) for t in range(1024)], rtol=1e-12, atol=1e-15)


@EVERY
def test_the_record_is_whole(name: str) -> None:
    schedule = CATALOGUE[name]
    assert [field.name for field in schedule.fields] == list(inspect.signature(schedule.multiplier).parameters)[2:]
    for field in schedule.fields:
        assert field.read(field.default) == field.default
    assert schedule.formula.count("{") == schedule.formula.count("}")


@EVERY
def test_every_corner_is_a_rate(name: str) -> None:
    """Finite and never negative at either end of every setting, however few the steps, beyond the last of them too."""
    for field in CATALOGUE[name].fields:
        for end in (getattr(field, "low", field.default), getattr(field, "high", field.default)):
            for steps, warmup in ((0, 0), (1, 0), (1, 50), (100, 7)):
                found = multipliers(CATALOGUE[name], steps, 256, warmup, **(default(name) | {field.name: end}))
                assert found.shape == (256,)
                assert found.dtype == np.float64
                assert np.isfinite(found).all()
                assert (found >= 0).all()


def test_the_peak_of_the_transformer() -> None:
    found = multipliers(CATALOGUE["transformer"], 10_000, 10_000, 0, **default("transformer"))
    assert found.argmax() == 3999  # s = 4000
    assert found.max() == pytest.approx(6.99e-4, rel=1e-3)
    assert found.max() == pytest.approx(1 / math.sqrt(512 * 4000), rel=1e-12)


def test_cosine_starts_at_one_and_ends_at_zero() -> None:
    found = multipliers(CATALOGUE["cosine"], 100, 256, 0, last=0.0)
    assert (found[0], found[50], found[100]) == (1, pytest.approx(0.5), 0)
    assert not found[100:].any()


@EVERY
def test_a_warm_up_goes_before_the_schedule(name: str) -> None:
    warm, plain = (multipliers(CATALOGUE[name], steps, 256, warmup, **default(name)) for steps, warmup in ((200, 50), (150, 0)))
    np.testing.assert_allclose(warm[:50], plain[0] * np.arange(1, 51) / 50, rtol=1e-12)
    np.testing.assert_array_equal(warm[50:], plain[:-50])


def test_no_warm_up_means_none() -> None:
    schedule = CATALOGUE["exponential"]
    assert multipliers(schedule, 10, 16, 0, tau=5.0)[0] == multipliers(schedule, 10, 16, 1, tau=5.0)[0] == 1
