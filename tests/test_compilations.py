"""What a slider moves never compiles: every Number and Count that a person can set, after one first run."""

from compute import backend  # noqa: F401, I001  (sets up JAX before it is used)

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import jax
import jax.monitoring
import jax.numpy as jnp
import pytest

from labs.plane import kernels
from compute import programs
from labs.plane.setup import Experiment, Panel
from tests.menus import fields_of, menus
from labs.plane.run import problem_of, run
from core.settings import Count, Number, Setting, pick
from core.messages import Value
from surfaces.surface import Structure

pytestmark = pytest.mark.usefixtures("nothing_compiled")

# Fired once for every program that XLA is asked for, whether it compiles it or the persistent cache has it; the second name is a
# retrieval alone. Either is a program that the process did not hold yet.
EVENTS = ("/jax/core/compile/backend_compile_duration", "/jax/compilation_cache/cache_retrieval_time_sec")
_seen: list[str] = []
jax.monitoring.register_event_duration_secs_listener(lambda event, *_, **__: _seen.append(event) if event in EVENTS else None)


@contextmanager
def compiling() -> Iterator[list[str]]:
    """The list holds one entry a compilation once the block is done."""
    before, found = len(_seen), list[str]()
    yield found
    found.extend(_seen[before:])


def test_the_counter_counts() -> None:
    with compiling() as found:
        jax.jit(lambda x: x * 3.25 + 17)(jnp.ones(7))
    assert found


def moved(field: Setting) -> tuple[float | int, ...]:
    """Two other values of a slider, both inside its range and away from its default."""
    assert isinstance(field, Number | Count)
    if isinstance(field, Count):
        return (max(field.low, min(field.high, field.default + 1)), max(field.low, min(field.high, field.default + 7)))
    if field.log:
        return tuple(min(max(field.default * factor, field.low), field.high) for factor in (0.5, 1.7))
    span = field.high - field.low
    return (field.low + 0.4 * span, field.low + 0.55 * span)


LINEAR = Experiment(
    data=pick("correlated_pair"),
    steps=300,
    resolution=20,
    optimizers=(pick("momentum"), pick("adam")),
    mode="same",
    surface=pick("linear", bias="trained"),
)
BATCHES = replace(LINEAR, batch=20)
FRACTION = replace(LINEAR, mode="fraction", optimizers=(pick("gradient_descent"), pick("momentum")))
BEST = replace(LINEAR, mode="best", optimizers=(pick("gradient_descent"), pick("adam")))
BATCH_NORM = Panel(pick("standardize"), pick("batch"))
NETWORK = Experiment(
    data=pick("correlated_pair"),
    surface=pick("network", plane="hidden", activation="tanh"),
    panels=(Panel(pick("standardize")), BATCH_NORM),
    steps=50,
    resolution=20,
    mode="same",
)
HUBER = replace(LINEAR, surface=pick("linear", loss="huber"), optimizers=(pick("gradient_descent"),), steps=50)

SOFTMAX = replace(LINEAR, data=pick("iris", target="versicolor"), surface=pick("softmax"), optimizers=(pick("gradient_descent"),), steps=50)


def data(experiment: Experiment, **changes: Value) -> Experiment:
    return replace(experiment, data=experiment.data.having(**changes))


MOVES: dict[str, tuple[Experiment, list[Experiment]]] = {
    "scales": (LINEAR, [replace(LINEAR, scale1=3.0, scale2=0.02), replace(LINEAR, scale1=1e-3, scale2=1e3)]),
    "start": (LINEAR, [replace(LINEAR, start=(1.0, -2.0)), replace(LINEAR, start=(-7.5, 3.0))]),
    "window": (LINEAR, [replace(LINEAR, window=(-1.0, 2.0, -3.0, 4.0)), replace(LINEAR, aspect="free"), replace(LINEAR, levels="even")]),
    "steps": (LINEAR, [replace(LINEAR, steps=1), replace(LINEAR, steps=4321)]),
    "warm-up": (LINEAR, [replace(LINEAR, warmup=10), replace(LINEAR, warmup=299)]),
    "schedule": (LINEAR, [replace(LINEAR, schedule=pick(name)) for name in menus()["schedule"]]),
    "data sliders": (LINEAR, [data(LINEAR, **{f.name: v}) for f in fields_of("data", "correlated_pair")[3:] for v in moved(f)]),
    "samples of one capacity": (LINEAR, [data(LINEAR, samples=129), data(LINEAR, samples=256)]),
    "feature normalization": (LINEAR, [replace(LINEAR, panels=(Panel(), Panel(pick(name)))) for name in menus()["features"]]),
    "amount of it": (LINEAR, [replace(LINEAR, panels=(Panel(), Panel(pick("standardize", amount=v)))) for v in (0.0, 0.3, 0.9)]),
    "bias": (LINEAR, [replace(LINEAR, surface=LINEAR.surface.having(bias_value=v)) for v in (1.0, -20.0)]),
    "batch of one capacity": (BATCHES, [replace(BATCHES, batch=size) for size in (17, 25, 32)]),
    "seed of the shuffling": (BATCHES, [replace(BATCHES, seed=seed) for seed in (1, 9999)]),
    "fraction": (FRACTION, [replace(FRACTION, fraction=v) for v in (0.01, 0.99, 1.01)]),
    "best rates": (BEST, [replace(BEST, scale2=v) for v in (0.5, 40.0)]),
    "network": (
        NETWORK,
        [replace(NETWORK, surface=NETWORK.surface.having(**{name: v})) for name in ("gain", "v1", "v2") for v in (0.7, 3.0)],
    ),
    "softmax": (SOFTMAX, [replace(SOFTMAX, surface=pick("softmax", decay=v)) for v in (0.1, 1e-5)]),
    "its drawn class": (SOFTMAX, [data(SOFTMAX, target=name) for name in ("setosa", "virginica")]),
    "its numbers of classes": (SOFTMAX, [data(SOFTMAX, numbering=choice) for choice in ("201", "120")]),
    "Huber's δ": (HUBER, [replace(HUBER, surface=HUBER.surface.having(delta=v)) for v in (0.7, 3.0)]),
    "batch normalization": (
        NETWORK,
        [
            replace(NETWORK, panels=(NETWORK.panels[0], Panel(BATCH_NORM.features, pick("batch", **{f.name: v}))))
            for f in fields_of("hidden", "batch")
            for v in moved(f)
        ],
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_slider_compiles_nothing(name: str) -> None:
    first, others = MOVES[name]
    run(replace(first, scale1=1.11))
    for other in others:
        with compiling() as found:
            run(other)
        assert found == [], other


def test_another_optimizer_compiles_only_itself() -> None:
    """One program: its walk. The landscape, the minimum, the curvature and the other walks are as they were."""
    run(replace(LINEAR, scale1=1.87))
    with compiling() as found:
        run(replace(LINEAR, optimizers=(*LINEAR.optimizers, pick("yogi"))))
    assert found.count(EVENTS[0]) == 1


def test_coming_back_compiles_nothing() -> None:
    """To a menu's choice that was left, in this tab or in another person's, which is another thread of the server."""
    other = replace(LINEAR, surface=pick("linear", loss="mean_absolute"), optimizers=(pick("gradient_descent"),))
    for scene in (LINEAR, other):
        run(replace(scene, scale1=1.23))  # numbers of its own: nothing of the result is remembered
    with compiling() as found, ThreadPoolExecutor(2) as tabs:
        list(tabs.map(run, [replace(LINEAR, scale1=1.34), replace(other, scale1=1.45), replace(LINEAR, scale1=1.56)]))
    assert found == []


def test_after_an_eviction_the_persistent_cache_has_it() -> None:
    """So many others pushed the scene's kernels out: XLA is asked again, and finds every program on the disk."""
    run(replace(LINEAR, scale1=1.64))
    alive = weakref.ref(kernels.gridder(problem_of(LINEAR, LINEAR.panels[0]).structure))
    for other in range(programs.MOST):
        kernels.summarizer(Structure("linear", (("other", str(other)),)))
    gc.collect()
    assert alive() is None, "what is pushed out is freed"
    hits: list[str] = []

    def heard(event: str, **_: str | int) -> None:
        hits.append(event)

    jax.monitoring.register_event_listener(heard)
    with compiling() as found:
        run(replace(LINEAR, scale1=1.75))
    jax.monitoring.unregister_event_listener(heard)
    assert found.count(EVENTS[0]) >= 6  # grid, minimum, curvature, what the page tells of them, two walks
    assert hits.count("/jax/compilation_cache/cache_misses") == 0
    assert hits.count("/jax/compilation_cache/cache_hits") == found.count(EVENTS[0])


@pytest.mark.parametrize("optimizer", menus()["optimizer"])
def test_no_hyper_parameter_compiles(optimizer: str) -> None:
    """On a formula, where a walk compiles fastest; the rate is the first of the fields."""
    fields = fields_of("optimizer", optimizer)
    first = Experiment(surface=pick("quadratic_bowl"), optimizers=(pick(optimizer),), mode="same", steps=20, resolution=20)
    run(first)
    with compiling() as found:
        for field in fields:
            for value in moved(field):
                run(replace(first, optimizers=(pick(optimizer, **{field.name: value}),)))
        run(replace(first, surface=pick("quadratic_bowl", kappa=300.0, angle=40.0), start=(0.3, 1.2)))
    assert found == []
