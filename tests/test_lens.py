"""Every update taken apart: its step is −η·momentum/scale, both as the papers have them, and what a walk keeps of it."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import itertools
from collections.abc import Callable, Generator
from dataclasses import replace
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float

from labs.plane.setup import SAME, Experiment
from labs.plane.run import run
from optim.descent import Descent, Kept, Target, apart, begin, columns, descend
from optim.optimizer import Lens, Optimizer
from optim.record import Points
from optim.thin import thinned
from core.catalogue import catalogue
from core.settings import pick
from tests.test_descent import CHUNKED, RAW, drawn, iris, of_batch, recorded, told, walked
from labs.plane.walks import Walk

OPTIMIZERS = catalogue("optim.optimizers", Optimizer)
WITHOUT = ("lbfgs", "newton")
EVERY = pytest.mark.parametrize("name", OPTIMIZERS)
THROUGH_A_LENS = pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name not in WITHOUT])
DECAYING = {"adamw": {"decay": 0.3}, "lion": {"decay": 0.3}}
RATES = {"rprop": 0.2, "gradient_descent": 1e-3, "momentum": 1e-3, "nesterov": 1e-3, "radam": 1e-3, "adadelta": 1.0}

Vector = Float[np.ndarray, " d"]

# ------------------------------------------------------------------------------- the identity, and what is known without an oracle

VALLEY = Experiment(surface=pick("rosenbrock"), mode=SAME, start=(-1.2, 1.0), steps=120, resolution=20)
SCHEDULED = {"schedule": pick("step", factor=0.5, every=20), "warmup": 10}
SCENES: dict[str, Experiment] = {
    "formula": VALLEY,
    "schedule": replace(VALLEY, **SCHEDULED),  # type: ignore[arg-type]
    "full batch": Experiment(panels=RAW, mode=SAME, steps=120, resolution=20, start=(2.0, -1.0)),
    "mini-batches": Experiment(panels=RAW, mode=SAME, steps=120, resolution=20, start=(2.0, -1.0), batch=16, **SCHEDULED),  # type: ignore[arg-type]
    "no slope along y": Experiment(
        surface=pick("quadratic_bowl", angle=0.0), mode=SAME, steps=40, resolution=20, start=(2.0, 0.0), window=(-3.0, 3.0, -3.0, 3.0)
    ),
}


def hyper(name: str, odd: bool) -> dict[str, float]:
    """The defaults with a weight decay; or values that none of them hides."""
    chosen = {field.name: float(field.default) for field in OPTIMIZERS[name].fields}
    if odd:
        chosen |= {"b1": 0.6, "b2": 0.7, "momentum": 0.5, "eps": 0.02, "rho": 0.3, "shrink": 0.3, "grow": 1.7}
        chosen |= {"decay": 0.6} if name in ("rmsprop", "rmsprop_root") else {}
    chosen |= {"rate": RATES.get(name, 0.02)} | DECAYING.get(name, {})
    return {field.name: chosen[field.name] for field in OPTIMIZERS[name].fields}


def through(name: str, scene: Experiment, odd: bool = False) -> Walk:
    return run(replace(scene, optimizers=(pick(name, **hyper(name, odd)),))).panels[0].walks[0]


@pytest.mark.parametrize("odd", [False, True], ids=["defaults", "odd values"])
@pytest.mark.parametrize("scene", SCENES)
@THROUGH_A_LENS
def test_the_step_is_momentum_over_scale(name: str, scene: str, odd: bool) -> None:
    """To the rounding of a few operations, and of θ, from whose difference the step is taken: half a unit of its last place each time."""
    walk = through(name, SCENES[scene], odd)
    decay = hyper(name, odd)["decay"] if name in DECAYING else 0.0
    assert np.isfinite(walk.points.momentum).all()
    assert (walk.points.scale > 0).all()
    told_step = -walk.rates[:, None] * (walk.points.momentum / walk.points.scale + decay * walk.points.path)
    unit = np.finfo(float).eps * np.abs(walk.points.path).max()
    np.testing.assert_allclose(told_step[:-1], walk.points.step[:-1], rtol=1e-12, atol=2 * unit)
    assert np.abs(walk.points.step[:-1, 0]).max() > 1e6 * unit
    if scene == "no slope along y":
        assert not walk.points.step[:-1, 1].any()


@pytest.mark.parametrize("scene", ["formula", "mini-batches"])
@EVERY
def test_what_every_walk_keeps(name: str, scene: str) -> None:
    walk, k = through(name, SCENES[scene]), SCENES[scene].steps + 1
    for part in (walk.points.path, walk.points.gradient, walk.points.momentum, walk.points.scale, walk.points.step):
        assert part.shape == (k, 2)
    for part in (walk.points.loss, walk.points.slope, walk.points.evaluations, walk.rates):
        assert part.shape == (k,)
    assert np.isnan(walk.points.step[-1]).all()
    np.testing.assert_array_equal(walk.points.step[:-1], np.diff(walk.points.path, axis=0))
    whole = name in WITHOUT or scene == "formula"
    same = np.isclose(np.linalg.norm(walk.points.gradient, axis=1), walk.points.slope, rtol=1e-12)
    assert same.all() if whole else not same.any()
    np.testing.assert_array_equal(np.isnan(walk.points.momentum), np.full((k, 2), name in WITHOUT))
    np.testing.assert_array_equal(np.isnan(walk.points.scale), np.full((k, 2), name in WITHOUT))


def test_which_have_an_ellipse() -> None:
    assert {name for name, optimizer in OPTIMIZERS.items() if optimizer.lens is None} == {*WITHOUT}
    assert {name for name, optimizer in OPTIMIZERS.items() if not optimizer.adaptive} == {
        *("gradient_descent", "momentum", "nesterov", "lion", "sign_sgd", "rprop", *WITHOUT)
    }
    for name in ("gradient_descent", "momentum", "nesterov"):
        assert (through(name, VALLEY).points.scale == 1).all()


@pytest.mark.parametrize("name", ["adagrad", "root_mean_square", "lion", "sign_sgd", "rprop"])
def test_a_coordinate_without_a_step_has_the_scale_infinity(name: str) -> None:
    walk = through(name, SCENES["no slope along y"])
    assert np.isinf(walk.points.scale[:, 1]).all()
    assert np.isfinite(walk.points.scale[0, 0])


def test_radam_has_no_scale_before_it_is_rectified() -> None:
    """At β₂ = 0.999 for five updates."""
    scale = through("radam", VALLEY).points.scale
    assert (scale[:5] == 1).all()
    assert (scale[5:] != 1).all()


# ----------------------------------------------------- momentum and scale as the papers have them, in NumPy, on mini-batches

# A generator of each: it is sent a gradient and gives back momentum and scale of the update.

Method = Generator[tuple[Vector, Vector], Vector, None]
ONE, NONE = np.ones(2), np.zeros(2)


def gradient_descent(g: Vector) -> Method:
    while True:
        g = yield g, ONE


def momentum(g: Vector, *, momentum: float) -> Method:
    v = NONE
    while True:
        v = momentum * v + g
        g = yield v, ONE


def nesterov(g: Vector, *, momentum: float) -> Method:
    v = NONE
    while True:
        v = momentum * v + g
        g = yield g + momentum * v, ONE


def adagrad(g: Vector, *, eps: float) -> Method:
    G = NONE
    while True:
        G = G + g**2
        g = yield g, np.sqrt(G + eps)


def rmsprop(g: Vector, *, decay: float, eps: float) -> Method:
    v = NONE
    while True:
        v = decay * v + (1 - decay) * g**2
        g = yield g, np.sqrt(v) + eps


def rmsprop_root(g: Vector, *, decay: float, eps: float) -> Method:
    v = NONE
    while True:
        v = decay * v + (1 - decay) * g**2
        g = yield g, np.sqrt(v + eps)


def root_mean_square(g: Vector) -> Method:
    seen: list[Vector] = []
    while True:
        seen.append(g)
        g = yield g, np.sqrt(np.mean(np.square(seen), axis=0))


def adadelta(g: Vector, *, rho: float, eps: float) -> Method:
    v, s = NONE, NONE
    while True:
        v = rho * v + (1 - rho) * g**2
        ratio = np.sqrt(v + eps) / np.sqrt(s + eps)
        s = rho * s + (1 - rho) * (g / ratio) ** 2
        g = yield g, ratio


def moments(g: Vector, b1: float, b2: float) -> Generator[tuple[int, Vector, Vector, Vector], Vector, None]:
    m, v = NONE, NONE
    for t in itertools.count(1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        g = yield t, g, m / (1 - b1**t), v / (1 - b2**t)


def adam(g: Vector, *, b1: float, b2: float, eps: float, decay: float = 0.0) -> Method:
    of = moments(g, b1, b2)
    _, g, m, v = next(of)
    while True:
        _, g, m, v = of.send((yield m, np.sqrt(v) + eps))


def amsgrad(g: Vector, *, b1: float, b2: float, eps: float) -> Method:
    of, top = moments(g, b1, b2), NONE
    _, g, m, v = next(of)
    while True:
        top = np.maximum(top, v)
        _, g, m, v = of.send((yield m, np.sqrt(top) + eps))


def nadam(g: Vector, *, b1: float, b2: float, eps: float) -> Method:
    of = moments(g, b1, b2)
    t, g, m, v = next(of)
    while True:
        ahead = b1 * m * (1 - b1**t) / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
        t, g, m, v = of.send((yield ahead, np.sqrt(v) + eps))


def radam(g: Vector, *, b1: float, b2: float, eps: float) -> Method:
    of, longest = moments(g, b1, b2), 2 / (1 - b2) - 1
    t, g, m, v = next(of)
    while True:
        scale, length = ONE, longest - 2 * t * b2**t / (1 - b2**t)
        if length >= 5:
            r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            scale = (np.sqrt(v) + eps) / r
        t, g, m, v = of.send((yield m, scale))


def adabelief(g: Vector, *, b1: float, b2: float, eps: float) -> Method:
    m, s = NONE, NONE
    for t in itertools.count(1):
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        g = yield m / (1 - b1**t), np.sqrt(s / (1 - b2**t)) + eps


def yogi(g: Vector, *, b1: float, b2: float, eps: float) -> Method:
    m, v = NONE, NONE
    for t in itertools.count(1):
        m, v = b1 * m + (1 - b1) * g, v - (1 - b2) * np.sign(v - g**2) * g**2
        g = yield m / (1 - b1**t), np.sqrt(v / (1 - b2**t)) + eps


def lion(g: Vector, *, b1: float, b2: float, decay: float) -> Method:
    m = NONE
    while True:
        c = b1 * m + (1 - b1) * g
        m = b2 * m + (1 - b2) * g
        g = yield c, np.abs(c)


def sign_sgd(g: Vector) -> Method:
    while True:
        g = yield g, np.abs(g)


def rprop(g: Vector, *, shrink: float, grow: float) -> Method:
    growth, before = np.ones(2), NONE
    while True:
        growth = growth * np.select([g * before > 0, g * before < 0], [grow, shrink], 1.0)  # nowhere near its bounds here
        before = np.where(g * before < 0, 0.0, g)
        g = yield before, np.where(before == 0, np.inf, np.abs(before) / growth)


ORACLES: dict[str, Callable[..., Method]] = {
    **{"gradient_descent": gradient_descent, "momentum": momentum, "nesterov": nesterov, "adagrad": adagrad, "rmsprop": rmsprop},
    **{
        "rmsprop_root": rmsprop_root,
        "root_mean_square": root_mean_square,
        "adadelta": adadelta,
        "adam": adam,
        "adamw": adam,
        "amsgrad": amsgrad,
        "nadam": nadam,
    },
    **{"radam": radam, "adabelief": adabelief, "yogi": yogi, "lion": lion, "sign_sgd": sign_sgd, "rprop": rprop},
}


def test_every_lens_has_an_oracle() -> None:
    assert set(ORACLES) == set(OPTIMIZERS) - {*WITHOUT}


@pytest.mark.parametrize("odd", [False, True], ids=["defaults", "odd values"])
@pytest.mark.parametrize("name", ORACLES)
def test_mini_batches_under_a_schedule(name: str, odd: bool) -> None:
    """50 steps: the gradient is that of the batch, the rate that of the moment, momentum and scale those of the paper."""
    x, y = iris()
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean()
    batches, t, at = drawn(150, 16, 51, n=256, room=16), np.arange(51), np.array([2.0, -1.0])
    chosen = hyper(name, odd)
    rates, decay = chosen["rate"] * np.where(t < 10, (t + 1) / 10, 0.5 ** ((t - 10) // 20)), chosen.get("decay", 0.0)
    method: Method | None = None
    expected: dict[str, list[Vector]] = {"path": [], "gradient": [], "momentum": [], "scale": [], "step": []}
    for batch, η in zip(batches, rates, strict=True):
        g = of_batch(at, dx[:, batch], dy[batch])
        if method is None:
            method = ORACLES[name](g, **{key: value for key, value in chosen.items() if key != "rate"})
            m, σ = next(method)
        else:
            m, σ = method.send(g)
        step = -η * (m / σ + (decay * at if name in DECAYING else 0.0))
        for part, value in zip(expected.values(), (at, g, m, σ, step), strict=True):
            part.append(value)
        at = at + step
    walk = through(name, replace(SCENES["mini-batches"], steps=50), odd)
    np.testing.assert_allclose(walk.rates, rates, rtol=1e-14)
    for name_of, values in expected.items():
        rows = slice(50) if name_of == "step" else slice(51)
        size = np.abs(np.where(np.isfinite(values), values, 0)).max()
        np.testing.assert_allclose(getattr(walk.points, name_of)[rows], values[rows], rtol=1e-7, atol=1e-10 * size, err_msg=name_of)


# -------------------------------------------------------------------------------------------------------- how much it took


@THROUGH_A_LENS
def test_one_gradient_an_update(name: str) -> None:
    walk = through(name, SCENES["mini-batches"])
    np.testing.assert_array_equal(walk.points.evaluations, walk.points.update)


def test_newtons_hessian_is_as_many_gradients_as_it_has_columns() -> None:
    walk = through("newton", VALLEY)
    np.testing.assert_array_equal(walk.points.evaluations, 3 * walk.points.update)


CALLS: list[float] = []


@pytest.mark.parametrize("name", ["gradient_descent", "adam", "lbfgs"])
def test_evaluations_are_those_that_were_made(name: str) -> None:
    """The loss reports each of its evaluations; so many updates are made, in two calls."""
    optimizer, steps = OPTIMIZERS[name], 25

    def loss(θ: Float[Array, " 2"], data: object) -> Float[Array, ""]:
        jax.debug.callback(lambda a: CALLS.append(float(a)), θ[0])
        return (1 - θ[0]) ** 2 + 100 * (θ[1] - θ[0] ** 2) ** 2

    chosen = {key: jnp.asarray(value) for key, value in (hyper(name, False) | {"rate": 1.0 if name == "lbfgs" else 1e-3}).items()}
    start, target = jnp.array([-1.2, 1.0]), Target(-jnp.inf, 0.0, 1e12)
    carry, taken = begin(optimizer.make, chosen, start, 0), 0.0
    before = len(CALLS)
    for until in (10, steps):
        first = int(carry.t)
        descent = Descent(loss, None, None, optimizer, chosen, jnp.ones(steps + 2), target, jnp.asarray(steps))
        carry, record = descend(descent, carry, jnp.asarray(until), room=20)
        kept = apart(np.asarray(record)[: until - first], columns(optimizer, chosen, carry))
        taken += until - first if kept.evaluations is None else float(np.sum(kept.evaluations))
    jax.effects_barrier()
    assert len(CALLS) - before == taken
    assert taken > 1.2 * steps if name == "lbfgs" else taken == steps


def test_evaluations_add_up_over_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is thinned away was paid for all the same: L-BFGS and Newton on a walk longer than what is kept of it."""
    experiment = replace(VALLEY, optimizers=(pick("newton"),), steps=2500)
    walk = recorded(experiment).finish()
    assert len(walk.points.update) < 2000
    np.testing.assert_array_equal(walk.points.evaluations, 3 * walk.points.update)
    searching = replace(VALLEY, optimizers=(pick("lbfgs"),), steps=60)
    whole = recorded(searching).finish()
    monkeypatch.setattr("optim.chunks.FIRST", 7)
    monkeypatch.setattr("optim.chunks.CHUNK", 0.0)
    np.testing.assert_array_equal(recorded(searching).finish().points.evaluations, whole.points.evaluations)
    assert (np.diff(whole.points.evaluations) >= 1).all()
    assert whole.points.evaluations[20] > 40  # the gradient at θ, and one at least of the line search


# ------------------------------------------------------------------------------------------------------ what is kept of it


def test_a_step_is_that_of_its_update_and_not_to_the_next_point_kept() -> None:
    walk, expected = walked(0.0528, 9000), told(np.full(9000, 0.0528))
    assert (np.diff(walk.points.update) > 1).sum() > 150
    np.testing.assert_allclose(walk.points.step[:-1], np.diff(expected.path, axis=0)[walk.points.update[:-1]], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("points", [1500, 2000, 2001, 30_000])
@pytest.mark.parametrize("seed", range(4))
def test_thinned_again_and_again_is_thinned_at_once(points: int, seed: int) -> None:
    """Whatever the pieces, and where it stops short of its end as well."""
    draws = np.random.default_rng(seed)
    path, loss = draws.integers(-50, 50, (points, 2)).astype(float), draws.standard_normal(points)  # integers: extremes are met again
    loss[points // 2] = np.nan
    for done, pieces in itertools.product((points, points - points // 5), (12, 300)):
        held = np.zeros(0, int)
        for piece in np.array_split(np.arange(done), np.sort(draws.integers(1, done, pieces))):
            if piece.size:
                held = np.concatenate([held, piece])
                held = held[thinned(held, path[held], loss[held], points)]
        np.testing.assert_array_equal(held, thinned(np.arange(done), path[:done], loss[:done], points))
        assert len(held) <= 2000


def test_a_walk_left_half_way_is_a_beginning_of_the_whole_and_holds_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 updates of Adam: at most 2,000 points, in arrays of their own."""
    experiment = replace(CHUNKED["mini-batches"], panels=RAW, batch=0, steps=100_000)
    under_way, ticks = recorded(experiment), iter(range(1000))
    monkeypatch.setattr("optim.chunks.CHUNK", 25_000.0)  # the clock below says that every piece of work takes a second
    clock = SimpleNamespace(monotonic=lambda: float(next(ticks)) / 100)
    for module in ("optim.chunks", "compute.job"):
        monkeypatch.setattr(f"{module}.time", clock)
    monkeypatch.setattr("optim.chunks.FIRST", 40_000)
    half = under_way.work(0.03).result
    assert not half.finished
    assert half.done == 39_999
    held = [part for part in (*half.points, *half) if isinstance(part, np.ndarray)]
    assert len(held) == len(Points._fields) + 1  # and the rates
    assert all(part.base is None for part in held)
    assert sum(part.nbytes for part in held) < 300_000
    whole = under_way.finish()
    assert whole.finished
    _, here, there = np.intersect1d(half.points.update[:-1], whole.points.update, return_indices=True)
    assert (half.points.update[here] > 1000).sum() > 200
    np.testing.assert_array_equal(half.rates[here], whole.rates[there])
    for part in ("path", "loss", "gradient", "momentum", "scale", "step", "evaluations"):
        np.testing.assert_array_equal(getattr(half.points, part)[here], getattr(whole.points, part)[there], err_msg=part)


def test_the_race_looks_through_no_lens() -> None:
    """A walk without a record never asks for momentum and scale; with one it does."""

    def refuses(*of: object) -> Lens:
        raise AssertionError

    optimizer = replace(OPTIMIZERS["adam"], lens=refuses, evaluations=None)
    chosen = {key: jnp.asarray(value) for key, value in hyper("adam", False).items()}
    carry = begin(optimizer.make, chosen, jnp.ones(2), 0)

    def walk(room: int) -> tuple[object, Array]:
        target = Target(-jnp.inf, 0.0, 1e12)
        steps = jnp.asarray(5)
        descent = Descent(lambda θ, data: jnp.sum(θ**2), None, None, optimizer, chosen, jnp.ones(9), target, steps)
        return descend(descent, carry, steps, room)

    assert walk(0)[1].size == 0
    with pytest.raises(AssertionError):
        walk(5)


def test_a_record_comes_apart_as_it_was_put_together() -> None:
    wide, one = jax.ShapeDtypeStruct((3,), float), jax.ShapeDtypeStruct((), float)
    kept = apart(np.arange(22.0).reshape(2, 11), Kept(wide, one, one, wide, None, wide, None))  # type: ignore[arg-type]
    assert kept.momentum is None
    assert kept.evaluations is None
    np.testing.assert_array_equal(kept.theta, [[0, 1, 2], [11, 12, 13]])
    np.testing.assert_array_equal(kept.loss, [3, 14])
    np.testing.assert_array_equal(kept.slope, [4, 15])
    np.testing.assert_array_equal(kept.gradient, [[5, 6, 7], [16, 17, 18]])
    np.testing.assert_array_equal(np.asarray(kept.scale), [[8, 9, 10], [19, 20, 21]])
