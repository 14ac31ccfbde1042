"""Mini-batches, the record of a walk and its verdict, against loops written in plain NumPy."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float, Int
from sklearn.datasets import load_iris

from labs.plane.setup import SAME, Experiment, Panel
from labs.plane.run import run
from optim.batches import drawing
from optim.thin import thinned
from core.settings import Pick, pick
from surfaces.surface import Rows
from compute.job import Job
from labs.plane.rates import rated
from labs.plane.walks import Rated, Updates, Walk, WalkSetup, descent

Vector = Float[np.ndarray, " n"]
Matrix = Float[np.ndarray, "d n"]

# ------------------------------------------------------------------------------------------------------------ mini-batches


@cache
def batch_sampler(n: int, room: int) -> Callable[..., tuple[Rows, Int[Array, " n"]]]:
    rows = Rows(jnp.arange(float(n))[None], jnp.arange(float(n)), jnp.ones(n))

    @jax.jit
    def draw(count: int, size: int, seed: int, t: int, order: Int[Array, " n"]) -> tuple[Rows, Int[Array, " n"]]:
        of = rows._replace(w=(jnp.arange(n) < count).astype(float))
        return drawing(of, jnp.asarray(count), jnp.asarray(size), room, jax.random.key(seed))(jnp.asarray(t), order)

    return draw


def drawn(count: int, size: int, updates: int, seed: int = 0, n: int = 64, room: int = 16) -> list[list[int]]:
    """The numbers of the rows that count in each of the first batches, n − count rows of padding behind them."""
    order, batches = jnp.zeros(n, jnp.int64), []
    for t in range(updates):
        rows, order = batch_sampler(n, room)(np.int64(count), np.int64(size), np.int64(seed), np.int64(t), order)
        batches.append(np.asarray(rows.y)[np.asarray(rows.w) > 0].astype(int).tolist())
    return batches


@pytest.mark.parametrize(("count", "size"), [(40, 16), (40, 7), (64, 16), (16, 16), (5, 3), (64, 1), (17, 16)])
def test_every_row_once_an_epoch(count: int, size: int) -> None:
    each = -(-count // size)
    batches = drawn(count, size, 3 * each)
    for epoch in range(3):
        of_epoch = batches[epoch * each : (epoch + 1) * each]
        assert sorted(row for batch in of_epoch for row in batch) == list(range(count))  # padding never, each row once
        assert [len(batch) for batch in of_epoch] == [size] * (each - 1) + [count - size * (each - 1)]


def test_shuffled_anew_each_epoch_and_the_same_by_seed() -> None:
    batches = drawn(40, 8, 10)
    first, second = ([row for batch in batches[k : k + 5] for row in batch] for k in (0, 5))
    assert first != second
    assert first != list(range(40))
    assert drawn(40, 8, 10) == batches
    assert drawn(40, 8, 10, seed=1) != batches


def test_shuffles_are_fair() -> None:
    """Row 0 is in the first of four batches a quarter of 200 times: 50 ± 6.1; 5σ."""
    firsts = sum(0 in drawn(8, 2, 1, seed=seed, n=16)[0] for seed in range(200))
    assert abs(firsts - 50) < 31


# ------------------------------------------------------------------------------------------------------- walks, in NumPy


class Told(NamedTuple):
    path: Matrix
    loss: Vector
    slope: Vector
    settled: int | None
    diverged: int | None


@cache
def iris(unit: float = 10.0) -> tuple[Matrix, Vector]:
    columns = load_iris().data.T
    return columns[:2] * np.array([[1.0], [unit]]), columns[2]


def squares(w: Vector, x: Matrix, y: Vector) -> tuple[float, Vector]:
    """Loss and gradient at the best bias of these rows."""
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean()
    r = w @ dx - dy
    return float(r @ r) / y.size, 2 * dx @ r / y.size


def of_batch(w: Vector, dx: Matrix, dy: Vector) -> Vector:
    """The gradient of some rows, at the bias that is best for all: they are centered by the means of all."""
    return 2 * dx @ (w @ dx - dy) / dy.size


def told(rates: Vector, batches: list[list[int]] | None = None, start: tuple[float, float] = (0.0, 0.0), unit: float = 10.0) -> Told:
    """Gradient descent with these rates: recorded before each update and after the last, on all rows, whatever the batch."""
    x, y = iris(unit)
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean()
    lowest = squares(np.linalg.lstsq(dx.T, dy, rcond=None)[0], x, y)[0]
    w, path, losses, slopes, above = np.array(start), [], [], [], -1
    ceiling = 1e12 * max(squares(w, x, y)[0], float(np.var(y)))
    for t in range(rates.size + 1):
        loss, gradient = squares(w, x, y)
        path.append(w), losses.append(loss), slopes.append(np.linalg.norm(gradient))  # type: ignore[func-returns-value]
        above = t if loss - lowest > 0.01 * np.var(y) else above
        if not loss <= ceiling:
            return Told(np.array(path), np.array(losses), np.array(slopes), None, t)
        if t < rates.size:
            w = w - rates[t] * (gradient if batches is None else of_batch(w, dx[:, batches[t]], dy[batches[t]]))
    return Told(np.array(path), np.array(losses), np.array(slopes), above + 1 if above < rates.size else None, None)


RAW = (Panel(),)


def walked(rate: float, steps: int, **changes: object) -> Walk:
    base = Experiment(
        panels=RAW, mode=SAME, optimizers=(pick("gradient_descent", rate=rate),), steps=steps, resolution=20, start=(0.0, 0.0)
    )
    return run(replace(base, **changes)).panels[0].walks[0]  # type: ignore[arg-type]


def agree(walk: Walk, expected: Told, tolerance: float = 1e-8) -> None:
    """Wherever the walk was kept; the rounding of a few hundred updates."""
    np.testing.assert_allclose(walk.points.path, expected.path[walk.points.update], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(walk.points.loss, expected.loss[walk.points.update], rtol=tolerance)
    np.testing.assert_allclose(walk.points.slope, expected.slope[walk.points.update], rtol=1e-6, atol=1e-8)
    assert (walk.settled, walk.diverged) == (expected.settled, expected.diverged)


@pytest.mark.parametrize("start", [(0.0, 0.0), (3.0, -1.0)])
@pytest.mark.parametrize("rate", [1e-3, 0.02, 0.05, 0.0529, 0.06, 0.2])
def test_record_and_verdict(rate: float, start: tuple[float, float]) -> None:
    """The limit is 0.05296: the last two diverge, and stop at a named update."""
    agree(walked(rate, 500, start=start), told(np.full(500, rate), start=start))


def test_a_walk_that_starts_at_the_minimum_has_settled_before_the_first_update() -> None:
    x, y = iris()
    dx = x - x.mean(axis=1, keepdims=True)
    a, b = np.linalg.lstsq(dx.T, y - y.mean(), rcond=None)[0]
    assert walked(0.01, 20, start=(float(a), float(b))).settled == 0


def test_settled_is_for_good() -> None:
    """A rate near the limit throws the first updates about; what counts is the last time above the goal."""
    fast = told(np.full(300, 0.0525), start=(2.0, 1.0))
    walk = walked(0.0525, 300, start=(2.0, 1.0))
    assert walk.settled == fast.settled
    assert walked(0.0525, (walk.settled or 1) - 1, start=(2.0, 1.0)).settled is None


@pytest.mark.parametrize(("size", "seed"), [(7, 0), (16, 3), (149, 1)])
def test_mini_batches(size: int, seed: int) -> None:
    """The batches that `drawing` gives, walked in NumPy; losses and slopes are of all 150 rows."""
    each, steps = -(-150 // size), 60
    batches = drawn(150, size, steps, seed, n=256, room=16 if size <= 16 else 256)
    assert len({len(batch) for batch in batches}) > 1 or 150 % size == 0
    assert steps > each
    agree(walked(0.004, steps, batch=size, seed=seed), told(np.full(steps, 0.004), batches))


@pytest.mark.parametrize("surface", [pick("linear"), pick("logistic"), pick("network")], ids=lambda surface: surface.name)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_mean_over_the_batches_of_an_epoch_is_the_full_gradient(surface: Pick, size: int) -> None:
    """At a walk that stands still: its rate moves no digit. One row's gradient is not 0. For least squares, by NumPy too."""
    walk = walked(1e-14, 150 // size, surface=surface, batch=size, scale2=1.0, start=(0.3, -0.2))
    ((full,),) = (walked(1e-14, 1, surface=surface, scale2=1.0, start=(0.3, -0.2)).points.gradient[:1],)
    gradients = walk.points.gradient[: 150 // size]
    np.testing.assert_allclose(gradients.mean(axis=0), full, rtol=1e-9)
    assert np.all(np.linalg.norm(gradients, axis=1) > 1e-12)
    if surface.name == "linear":
        np.testing.assert_allclose(full, squares(np.array([0.3, -0.2]), *iris(1.0))[1], rtol=1e-9)


def test_a_batch_of_one_moves() -> None:
    """By the lecture's own rule: least squares of iris, a row an update."""
    walk = walked(0.004, 300, batch=1)
    assert walk.points.loss[-1] < 0.2 * walk.points.loss[0]


@pytest.mark.parametrize("size", [150, 151, 4000])
def test_a_batch_of_all_rows_is_the_full_batch(size: int) -> None:
    whole, batch = walked(0.01, 80), walked(0.01, 80, batch=size)
    np.testing.assert_array_equal(batch.points.path, whole.points.path)


def test_schedule_and_warm_up() -> None:
    """A factor of ½ every 20 updates after 10 of warm-up."""
    t = np.arange(100)
    rates = 0.03 * np.where(t < 10, (t + 1) / 10, 0.5 ** ((t - 10) // 20))
    agree(walked(0.03, 100, schedule=pick("step", factor=0.5, every=20), warmup=10), told(rates))


def test_full_batch_only_is_said() -> None:
    both = (pick("newton"), pick("lbfgs"))
    with_batches = run(Experiment(panels=RAW, optimizers=both, batch=10, steps=5, resolution=20))
    without = run(Experiment(panels=RAW, optimizers=both, steps=5, resolution=20))
    (note,) = with_batches.notes
    assert "use all rows" in note.english
    assert without.notes == ()
    for one, other in zip(with_batches.panels[0].walks, without.panels[0].walks, strict=True):
        np.testing.assert_array_equal(one.points.path, other.points.path)
    assert run(Experiment(panels=RAW, batch=10, steps=5, resolution=20)).notes == ()


# ------------------------------------------------------------------------------------------------- long walks, thin records


def test_monkey_saddle_runs_away() -> None:
    """No minimum: nothing to settle at; the fall ends at a named update, which the record still holds."""
    base = Experiment(surface=pick("monkey_saddle"), mode=SAME, start=(-0.5, 0.1), steps=10_000, resolution=20)
    walk = run(replace(base, optimizers=(pick("gradient_descent", rate=0.05),))).panels[0].walks[0]
    assert walk.settled is None
    assert walk.diverged is not None
    assert walk.diverged == walk.points.update[-1] < 200
    x, y = -0.5, 0.1
    for t in range(walk.diverged + 1):
        loss = x**3 - 3 * x * y**2
        assert (abs(loss) > 1e12) is (t == walk.diverged)
        x, y = x - 0.05 * (3 * x**2 - 3 * y**2), y + 0.05 * 6 * x * y
    assert walk.points.loss[-1] < -1e12


def test_a_long_walk_is_thinned_and_its_end_is_exact() -> None:
    walk, expected = walked(0.0528, 9000), told(np.full(9000, 0.0528))
    assert len(walk.points.update) <= 2000
    assert (walk.points.update[0], walk.points.update[-1]) == (0, 9000)
    np.testing.assert_allclose(walk.end, expected.path[-1], rtol=1e-9)
    agree(walk, expected)


@pytest.mark.parametrize("k", [1, 1999, 2000, 2001, 2003, 10_001, 100_001])
@pytest.mark.parametrize("most", [2000, 50, 20])
def test_thinned_keeps_ends_and_extremes(k: int, most: int) -> None:
    draws = np.random.default_rng(k)
    path, loss = draws.standard_normal((k, 3)), draws.standard_normal(k)
    path[k // 3, 0], path[k // 2, 1], loss[2 * k // 3] = 99.0, -99.0, 1e9
    kept = thinned(np.arange(k), path, loss, k, most)
    assert len(kept) <= most
    assert np.all(np.diff(kept) > 0)
    assert {0, k - 1} <= set(kept.tolist())
    for values in (path[:, 0], path[:, 1], loss):
        assert {int(values.argmin()), int(values.argmax())} <= set(kept.tolist())
    if k <= most:
        assert kept.tolist() == list(range(k))


@pytest.mark.parametrize("done", [61, 100, 777, 4000])
@pytest.mark.parametrize("digits", [0, 1, 8])
def test_thinned_keeps_of_every_stretch_its_first_point_and_the_first_of_each_extreme(done: int, digits: int) -> None:
    """Stretch by stretch, of a walk of 4,000 points that has come so far; rounded, so that extremes occur more than once."""
    draws = np.random.default_rng(done)
    path, loss = draws.standard_normal((done, 2)).round(digits), draws.standard_normal(done).round(digits)
    loss[draws.integers(done, size=3)] = np.nan
    values = np.where(np.isfinite(loss), loss, np.inf), *path.T
    wanted = {*range(30), done - 1}
    edges = np.unique(np.geomspace(30, 4000, 30 // 7 + 1).astype(int))
    for begin, end in pairwise(edges):
        for row in values:
            stretch = row[begin : min(end, done)]
            wanted |= {int(begin), int(begin + stretch.argmin()), int(begin + stretch.argmax())} if stretch.size else set()
    assert thinned(np.arange(done), path, loss, 4000, 60).tolist() == sorted(wanted)


def test_thinned_keeps_a_point_that_is_no_number() -> None:
    path, loss = np.zeros((5000, 2)), np.zeros(5000)
    path[-1], loss[-1] = np.nan, np.inf
    assert thinned(np.arange(5000), path, loss, 5000)[-1] == 4999
    loss[1234] = np.inf
    assert 1234 in thinned(np.arange(5000), path, loss, 5000)


def test_a_bouncing_walk_keeps_both_sides() -> None:
    """A stride of 2 would show one side of the ravine alone."""
    path = np.stack([np.linspace(0, 1, 20_000), (-1.0) ** np.arange(20_000)], axis=1)
    sides = path[thinned(np.arange(20_000), path, np.arange(20_000.0), 20_000), 1]
    assert np.sum(sides > 0) > 200
    assert np.sum(sides < 0) > 200


# ---------------------------------------------------------------------------------------------------------- in chunks

CHUNKED = {
    "full batch": Experiment(surface=pick("linear"), optimizers=(pick("momentum", rate=1e-3),), mode=SAME, steps=3000),
    "mini-batches": Experiment(surface=pick("linear", bias="trained"), optimizers=(pick("adam"),), mode=SAME, steps=2000, batch=16),
    "L-BFGS": Experiment(surface=pick("network"), optimizers=(pick("lbfgs"),), mode=SAME, steps=600),
    "explodes": Experiment(surface=pick("linear"), optimizers=(pick("gradient_descent", rate=0.2),), mode=SAME, steps=3000),
}


def recorded(experiment: Experiment) -> Job[Walk]:
    """A walk of its own, in no cache."""
    panel = run(replace(experiment, steps=1)).panels[0]
    start = tuple(float(value) for value in panel.start)
    updates = Updates(experiment.steps, experiment.batch, experiment.seed, experiment.schedule, experiment.warmup)
    setup = WalkSetup(panel.problem, (0.0, 0.0), start, experiment.optimizers[0], updates)
    hyper = rated(setup, SAME, 0.5)
    assert isinstance(hyper, Rated)
    return Job(descent.__wrapped__(setup, hyper))  # type: ignore[attr-defined]  # functools.wraps leaves the generator function there


@pytest.mark.parametrize("name", CHUNKED)
def test_chunks_equal_one_call(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, whatever the lengths of the chunks: mini-batches, momentum and line searches go on as if nothing had happened."""
    experiment = replace(CHUNKED[name], panels=RAW)
    monkeypatch.setattr("optim.chunks.FIRST", 10**6)
    whole = recorded(experiment).finish()
    monkeypatch.setattr("optim.chunks.FIRST", 37)
    monkeypatch.setattr("optim.chunks.CHUNK", 0.0)
    pieces = recorded(experiment).finish()
    assert whole.finished
    for one, other in zip(jax.tree.leaves(whole), jax.tree.leaves(pieces), strict=True):
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


def test_what_was_computed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk that is left at a deadline is a beginning of the whole, and goes on from there when it is asked for again."""
    monkeypatch.setattr("optim.chunks.FIRST", 100)
    monkeypatch.setattr("optim.chunks.CHUNK", 0.0)
    under_way, ticks = recorded(replace(CHUNKED["full batch"], panels=RAW)), iter(range(1000))
    clock = SimpleNamespace(monotonic=lambda: float(next(ticks)))
    for module in ("optim.chunks", "compute.job"):
        monkeypatch.setattr(f"{module}.time", clock)
    first = under_way.work(4.5).result  # a chunk takes three looks at the clock
    assert (first.done, first.finished, first.settled, first.diverged) == (199, False, None, None)
    assert first.progress == pytest.approx(200 / 3001)
    assert under_way.work(0.0).result.done == 199  # no time: nothing more, and nothing lost
    last = under_way.finish()
    assert last.finished
    assert last.progress == 1
    np.testing.assert_array_equal(last.points.path[last.points.update <= 199], first.points.path)
    assert under_way.work(0.0).result is last


def test_impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Landscapes are whole at once; walks and the search of a best rate come as far as there is time, and calls add up to the result."""
    experiment = replace(CHUNKED["full batch"], mode="best", optimizers=(pick("gradient_descent"), pick("adam")), steps=2500, scale1=1.25)
    whole = run(replace(experiment, steps=2500, seed=1))  # another seed: the same walk, another entry of the cache
    early = run(experiment, patience=0.0)
    assert early.progress == 0
    assert [walk.done for walk in early.panels[0].walks] == [0, 0]
    assert early.panels[0].walks[1].rated.hyper == ()  # no rate is shown before it is known
    np.testing.assert_array_equal(early.panels[0].grid, whole.panels[0].grid)
    before, result = 0.0, early
    for _ in range(1000):
        result = run(experiment, patience=0.01)
        assert result.progress >= before
        before = result.progress
        if before == 1:
            break
    for one, other in zip(result.panels[0].walks, whole.panels[0].walks, strict=True):
        assert one.rated == other.rated
        np.testing.assert_array_equal(one.points.path, other.points.path)
        assert (one.settled, one.diverged) == (other.settled, other.diverged)
