"""The page's door: rows, trainings, planes and measures, each beside a second computation; and what is refused."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compute import backend  # noqa: F401  (float64, before JAX)
from compute.engine import interruptible
from compute.job import let_go
from compute.memo import memory
from core.catalogue import catalogue
from core.messages import Refusal
from core.settings import Count, Number, Option, Pick, pick
from core.setup import settings_of
from data.dataset import DataSet
from labs.deep.coupling import moved
from labs.deep.diagnostics import POINTS, diagnostics, spectrum
from labs.deep.measures import PERCENTILES
from labs.deep.objective import Objective
from labs.deep.races import MOST_OF_NEWTON, senseless, training_setup, unfit
from labs.deep.rows import split
from labs.deep.run import TRAINED, DeepResult, NetworkResult, draw, drawn, recorded, run, summary, train
from labs.deep.setup import Deep
from labs.deep.training import initial_theta, trained
from labs.plane.rows import table
from landscape.directions import slices
from networks.architecture import filters, layers
from networks.forward import Snapshot, forward, states
from normalization.hidden_layer import hidden_normalizations
from optim.chunks import Pace
from surfaces.surface import Rows

Array = np.ndarray[Any, Any]

SMALL = Deep(
    data=pick("moons", samples=120),
    nets=(Pick("none"), Pick("batch")),
    optimizer=pick("gradient_descent", rate=0.1),
    depth=2,
    width=4,
    activation="tanh",
    batch=16,
    steps=60,
    resolution=25,
)


@pytest.fixture(scope="module")
def result() -> DeepResult:
    return run(SMALL)


@cache
def loss_function(objective: Objective) -> Callable[..., jax.Array]:
    """(numbers, theta, state, rows) -> the network's own loss, compiled once."""
    return jax.jit(lambda numbers, theta, state, rows: objective.value(Snapshot(numbers, state, rows, theta))[0])


def loss_at(one: NetworkResult, theta: Array, state: tuple[Array, ...], *, train: bool, test_rows: bool = False) -> float:
    """By the network's own function, tested in test_deep_network.py, in float64."""
    rows = one.setup.split.test if test_rows else one.setup.split.train
    wide = jax.tree.map(lambda part: np.asarray(part, np.float64), (one.setup.numbers, theta, state, rows))
    return float(loss_function(Objective(one.setup.net, one.setup.loss.name, train))(*wide))


# ---------------------------------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize("name", catalogue("data.tables", DataSet))
def test_every_row_is_in_one_part_and_features_are_normalized_by_the_training_rows(name: str) -> None:
    rows, item, columns = split(Pick(name), Pick("standardize"), 0.25, 3), catalogue("data.tables", DataSet)[name], table(Pick(name))
    total = len(next(iter(columns.values())))
    assert rows.n + rows.m == total
    assert rows.m == max(1, round(0.25 * total))
    x, w = np.asarray(rows.train.x, np.float64), np.asarray(rows.train.w)
    assert w.sum() == rows.n
    assert np.all(w[: rows.n] == 1)
    inside = x[:, : rows.n]
    varies = inside.std(axis=1) > 0
    np.testing.assert_allclose(inside.mean(axis=1), 0, atol=2e-5)
    np.testing.assert_allclose(inside.std(axis=1)[varies], 1, rtol=2e-5)
    y = np.concatenate([np.asarray(rows.train.y)[: rows.n], np.asarray(rows.test.y)[: rows.m]])
    if item.classes:
        assert rows.labeled
        assert set(y) == set(range(rows.outputs))
        counts = np.unique(columns[item.classes], return_counts=True)[1]
        np.testing.assert_array_equal(np.unique(y, return_counts=True)[1], counts)
    else:
        assert (rows.labeled, rows.outputs) == (False, 1)
        np.testing.assert_allclose([y[: rows.n].mean(), y[: rows.n].std()], [0, 1], atol=1e-5)
    assert rows.inputs == x.shape[0] == len(item.inputs or item.features)


def test_another_target_is_no_feature() -> None:
    first = catalogue("data.tables", DataSet)["diabetes"].columns[0].name
    rows = split(pick("diabetes", target=first), Pick("none"), 0.25, 0)
    assert rows.inputs == 10, "what was the target is a feature now, and the new target is none"


# ------------------------------------------------------------------------------------------------------------------ training


def test_the_records_of_a_training(result: DeepResult) -> None:
    for one in result.nets:
        record, rows = one.record, one.setup.split
        assert (record.update[0], record.update[-1], record.diverged) == (0, 60, None)
        assert trained(one.setup).finished
        assert np.all(np.diff(record.update) > 0)
        np.testing.assert_array_equal(record.theta[0], initial_theta(one.setup))
        for at in (0, 17, -1):
            theta, state = record.theta[at], tuple(part[at] for part in record.state)
            measured = jax.tree.map(lambda part, at=at: part[at], record.measured)
            assert float(measured.loss) == pytest.approx(loss_at(one, theta, state, train=True), rel=1e-5)
            assert float(measured.test_mode_loss) == pytest.approx(loss_at(one, theta, state, train=False), rel=1e-5)
            assert float(measured.held_out_loss) == pytest.approx(loss_at(one, theta, state, train=False, test_rows=True), rel=1e-5)
            snapshot = Snapshot(one.setup.numbers, tuple(map(jnp.asarray, state)), rows.test, jnp.asarray(theta))
            scores, _, _ = forward(one.setup.net, snapshot, False)
            right = np.argmax(np.asarray(scores), axis=0)[: rows.m] == np.asarray(rows.test.y)[: rows.m]
            assert float(measured.held_out_accuracy) == pytest.approx(right.mean(), abs=1e-6)


def test_gradients_and_activations_by_layer(result: DeepResult) -> None:
    """By central differences of the loss, in float64, and by NumPy's percentiles."""
    for one in result.nets:
        net, record, rows = one.setup.net, one.record, one.setup.split
        theta, state, step = record.theta[-1].astype(np.float64), tuple(part[-1] for part in record.state), 1e-5
        g = np.array(
            [
                (loss_at(one, theta + step * e, state, train=True) - loss_at(one, theta - step * e, state, train=True)) / (2 * step)
                for e in np.eye(net.size)
            ]
        )
        part = layers(net, jnp.asarray(g))
        weights = [part.first, *part.deeper, part.output]
        biases = [part.first_bias, *part.deeper_bias, part.output_bias]
        np.testing.assert_allclose(record.measured.weight_gradients[-1], [np.linalg.norm(one) for one in weights], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(record.measured.bias_gradients[-1], [np.linalg.norm(one) for one in biases], rtol=1e-4, atol=1e-6)
        assert float(record.measured.gradient[-1]) == pytest.approx(float(np.linalg.norm(g)), rel=1e-4)
        at = jnp.asarray(record.theta[-1])
        hidden = forward(net, Snapshot(one.setup.numbers, states(net, np.float32), rows.train, at), True, keep=rows.n)[2]
        assert hidden is not None
        seen = np.asarray(hidden)[:, :, : rows.n].reshape(net.depth, -1)
        np.testing.assert_allclose(record.measured.percentiles[-1], np.percentile(seen, PERCENTILES, axis=1).T, atol=1e-5)


def test_a_training_in_pieces_is_the_training() -> None:
    """With no patience every call makes one record of each network at least; what there is at the end is what one call makes."""
    pieces = replace(SMALL, steps=40)
    shares = []
    for _ in range(300):
        found = run(pieces, 0.0)
        shares.append(found.progress)
        for one in found.nets:
            trained(one.setup).advance()
        if found.progress == 1:
            break
    assert shares[0] < 1
    assert all(b >= a for a, b in pairwise(shares))
    assert shares[-1] == 1
    memory().clear()
    let_go()
    setup, record = found.nets[1].setup, found.nets[1].record
    del found, one  # nobody holds a training any more
    again = trained(setup)
    assert not again.begun
    np.testing.assert_array_equal(again.finish().theta, record.theta)


def test_a_training_that_takes_long_is_cut_between_two_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Down to single updates, and is the same to the last bit. Its last record stays meanwhile."""
    setup = replace(training_setup(replace(SMALL, steps=900), Pick("none")), seed=11)
    whole = trained(setup).finish()
    memory().clear()
    let_go()
    monkeypatch.setattr("labs.deep.training.CHUNK", -1.0)  # whatever the time, a step of the job
    monkeypatch.setattr(Pace, "took", lambda pace, updates, seconds: None)
    cut, shares, records = trained(setup), list[float](), list[int]()
    while not cut.finished:
        cut.advance()
        shares.append(cut.progress)
        records.append(len(cut.result.update))
    assert all(b > a for a, b in pairwise(shares))
    assert len(shares) == setup.steps + 1, "a step for each update"
    assert max(b - a for a, b in pairwise(records)) == 1
    np.testing.assert_array_equal(cut.result.theta, whole.theta)
    assert cut.result.training is not None
    assert whole.training is not None
    np.testing.assert_array_equal(cut.result.training.theta, whole.training.theta)


def test_pieces_take_as_long_as_they_may() -> None:
    pace = Pace()
    assert pace.size == 1
    pace.took(1, 5.0)
    assert pace.size == 1, "an update that takes long, or its compilation"
    pace.took(1, 0.001)
    assert pace.size == 150
    pace.took(150, 0.6)
    assert pace.size == 37


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is cut into pieces is cut into the smallest, and nothing that was computed is remembered."""
    monkeypatch.setattr(Pace, "took", lambda pace, updates, seconds: None)
    monkeypatch.setattr("labs.deep.objective.DEAR", 1.0)
    memory().clear()
    let_go()


def same_slices(result: DeepResult, other: DeepResult) -> None:
    for one, same in zip(result.pictures, other.pictures, strict=True):
        assert one.slice is not None
        for part, again in zip(jax.tree.leaves(one.slice), jax.tree.leaves(same.slice), strict=True):
            np.testing.assert_array_equal(part, again)


def test_slices_of_finished_trainings_are_cut_into_pieces_and_go_on_where_they_were_left(result: DeepResult, unhurried: None) -> None:
    """The same to the last bit."""
    trainings = [trained(network.setup) for network in result.nets]
    for training in trainings:
        training.finish()
    shares = [TRAINED]
    while shares[-1] < 1:
        shares.append(train(SMALL, 0.0))
    assert len(shares) > sum(network.record.update.size for network in result.nets), "a point of the path a call, at least"
    assert all(a <= b for a, b in pairwise(shares))
    same_slices(result, summary(SMALL, 0.0))


def test_slices_of_trainings_that_go_on_are_cut_into_pieces(unhurried: None) -> None:
    """While others train on, what is drawn stays as it was asked for."""
    deep = replace(SMALL, seed=21)
    before = run(deep, 0.0)
    counts, pieces = recorded(deep), 1
    while draw(deep, counts, 0.0) < 1:
        pieces += 1
        trained(before.nets[0].setup).advance()
    assert pieces > 3
    assert recorded(deep) > counts
    after = drawn(deep, counts)
    assert 0 < after.progress < 1
    same_slices(before, after)


def test_records_only_grow(result: DeepResult) -> None:
    """A shorter record is the beginning of a longer one, and stays as it was."""
    setup = replace(result.nets[1].setup, steps=30, seed=3)
    growing = trained(setup)
    growing.advance()
    records = []
    while not growing.finished:
        records.append((growing.result, jax.tree.map(np.copy, growing.result[:4])))
        growing.advance()
    for record, copy in records:
        for part, before, whole in zip(*map(jax.tree.leaves, (record[:4], copy, growing.result[:4])), strict=True):
            np.testing.assert_array_equal(part, before)
            np.testing.assert_array_equal(part, whole[: len(part)])


def test_a_training_that_is_left_between_two_records_goes_on_from_there() -> None:
    deep, calls = replace(SMALL, steps=45, nets=(Pick("none"),)), list[int]()

    def between() -> None:
        calls.append(1)
        if len(calls) == 7:
            raise KeyboardInterrupt

    def interrupted() -> None:
        interruptible(between)
        run(deep)

    training = trained(training_setup(deep, Pick("none")))
    with pytest.raises(KeyboardInterrupt):
        copy_context().run(interrupted)
    assert len(training.result.update) == 7
    assert run(deep).progress == 1
    np.testing.assert_array_equal(training.result.update, np.arange(46))


def test_plain_and_residual_layers_are_raced_with_the_same_weights() -> None:
    found = run(replace(SMALL, residual="both"))
    assert [one.key for one in found.nets] == ["none", "none residual", "batch", "batch residual"]
    assert [one.key for one in found.pictures] == ["none", "none residual", "batch"]
    assert [one.setup.net.residual for one in found.nets] == [False, True, False, True]
    for plain, residual in (found.nets[:2], found.nets[2:]):
        np.testing.assert_array_equal(plain.record.theta[0], residual.record.theta[0])
        assert not np.allclose(plain.record.measured.loss, residual.record.measured.loss)


def test_networks_begin_with_the_same_weights(result: DeepResult) -> None:
    plain, normalized = (initial_theta(one.setup) for one in result.nets)
    np.testing.assert_array_equal(plain, normalized[: plain.size])
    assert set(normalized[plain.size :]) == {1.0}


@pytest.mark.parametrize("name", ["batch", "weight", "spectral"])
def test_begin_as_the_same_function(name: str) -> None:
    deep = replace(SMALL, begin="recovering", steps=1)
    losses = [float(trained(training_setup(deep, Pick(net))).finish().measured.loss[0]) for net in ("none", name)]
    assert losses[1] == pytest.approx(losses[0], rel=2e-2 if name == "spectral" else 1e-5), "spectral: as far as its u has settled"


def test_an_explosion_is_named_and_what_was_before_it_stays() -> None:
    explodes = replace(SMALL, data=pick("diabetes"), activation="linear", optimizer=pick("gradient_descent", rate=50.0), batch=0)
    (one,) = run(replace(explodes, nets=(Pick("none"),))).nets
    assert one.record.diverged is not None
    assert np.isfinite(one.record.theta).all()


# -------------------------------------------------------------------------------------------------------------------- planes


@pytest.mark.parametrize("name", slices())
@pytest.mark.parametrize("through", [20_000, 0, 31])
def test_what_is_drawn_is_the_loss_on_the_plane(name: str, through: int) -> None:
    found = run(replace(SMALL, slice=pick(name), through=through))
    for one in found.nets:
        assert one.slice is not None, one.missing
        cut, record = one.slice, one.record
        state = tuple(part[cut.through] for part in record.state)
        for i, j in ((0, 0), (7, 19), (24, 24)):
            theta = cut.plane.origin + cut.a[j] * np.asarray(cut.plane.u) + cut.b[i] * np.asarray(cut.plane.v)
            assert cut.grid[i, j] == pytest.approx(loss_at(one, theta, state, train=True), rel=2e-4)
        assert cut.on.distance[cut.through] == pytest.approx(0, abs=1e-6)
        assert cut.plane_loss[cut.through] == pytest.approx(float(record.measured.loss[cut.through]), rel=1e-4)
        assert cut.a[0] <= cut.on.a.min() <= cut.on.a.max() <= cut.a[-1]
        assert cut.b[0] <= cut.on.b.min() <= cut.on.b.max() <= cut.b[-1]
        assert abs(record.update[cut.through] - min(through, 60)) <= 1, "60 updates have a record each"


def test_the_line_between_two_solutions_and_its_barrier() -> None:
    """The other solution is the end of a training of the same rows from the weights of the next seed; the barrier by the network's own
    function on the straight line, in float64."""
    deep = replace(SMALL, slice=pick("line", to="seed"))
    for one in run(deep).nets:
        cut, other = one.slice, one.other
        assert cut is not None
        assert other is not None
        ours, theirs = one.setup, other
        assert ours.split is theirs.split
        weights = initial_theta(training_setup(replace(deep, seed=1), one.picked))
        theirs_recorded = trained(other).result
        np.testing.assert_array_equal(theirs_recorded.theta[0], weights)
        here, there = one.record.theta[-1].astype(np.float64), theirs_recorded.theta[-1].astype(np.float64)
        np.testing.assert_allclose(cut.plane.origin + cut.plane.u, there, atol=1e-12)
        assert cut.a[0] < 0 < 1 < cut.a[-1]
        state = tuple(part[-1] for part in one.record.state)
        line = [loss_at(one, (1 - s) * here + s * there, state, train=True) for s in np.linspace(0, 1, 101)]
        assert cut.barrier == pytest.approx(max(line) - max(line[0], line[-1]), rel=1e-3, abs=1e-5)
        assert cut.barrier is not None
        assert cut.barrier > 0.01, "two solutions of a small network lie in two valleys"


def test_the_other_solution_is_trained_with_the_patience_of_both() -> None:
    deep = replace(SMALL, slice=pick("line", to="seed"), nets=(Pick("none"),), steps=50)
    first = run(deep, 0.0)
    assert first.progress < 1
    assert first.nets[0].other is not None
    trained(first.nets[0].setup).advance()
    assert run(deep).progress == 1
    assert trained(first.nets[0].other).finished


def test_the_plane_of_the_path_holds_most_of_it_and_a_random_one_little(result: DeepResult) -> None:
    random = run(replace(SMALL, slice=pick("random")))
    for chosen, other in zip(result.nets, random.nets, strict=True):
        assert chosen.slice is not None
        assert other.slice is not None
        assert chosen.slice.on.explained_fraction > 0.8
        assert other.slice.on.explained_fraction < 0.3


def test_test_mode_is_another_surface_where_statistics_are_remembered(result: DeepResult) -> None:
    for before, after in zip(result.nets, run(replace(SMALL, mode="test")).nets, strict=True):
        assert before.slice is not None
        assert after.slice is not None
        assert np.array_equal(before.slice.grid, after.slice.grid) == (before.picked.name == "none")
        assert after.slice.plane_loss[-1] == pytest.approx(float(after.record.measured.test_mode_loss[-1]), rel=1e-4)


def test_a_window_is_computed_anew_at_full_resolution_on_the_same_plane() -> None:
    """Every point of a zoomed slice by the network's own function; and the window that fits gives back what was there."""
    before = run(SMALL)
    cut = before.nets[1].slice
    assert cut is not None
    left, right, bottom, top = (0.25 * float(edge) for edge in (cut.a[0], cut.a[-1], cut.b[0], cut.b[-1]))
    zoomed = SMALL.zoomed(1, (left, right, bottom, top))
    found = run(zoomed)
    one = found.nets[1]
    assert one.slice is not None
    assert one.slice.grid.shape == cut.grid.shape
    assert (one.slice.a[0], one.slice.a[-1], one.slice.b[0], one.slice.b[-1]) == (left, right, bottom, top)
    np.testing.assert_array_equal(one.slice.plane.u, cut.plane.u)
    state = tuple(part[one.slice.through] for part in one.record.state)
    for i, j in ((0, 0), (11, 23), (24, 5)):
        theta = cut.plane.origin + one.slice.a[j] * np.asarray(cut.plane.u) + one.slice.b[i] * np.asarray(cut.plane.v)
        assert one.slice.grid[i, j] == pytest.approx(loss_at(one, theta, state, train=True), rel=2e-4)
    assert found.nets[0].slice is before.nets[0].slice, "the other picture stays"
    assert run(zoomed.zoomed(1, None)).nets[1].slice is cut


def test_a_window_goes_where_its_plane_has_moved() -> None:
    zoomed = SMALL.zoomed(1, (0.0, 1.0, 0.0, 1.0))
    assert replace(zoomed, resolution=100, levels="linear").since(zoomed).window(1) == (0.0, 1.0, 0.0, 1.0)
    for changes in ({"seed": 1}, {"slice": pick("random")}, {"nets": (Pick("batch"),)}, {"through": 3}, {"mode": "test"}):
        assert replace(zoomed, **changes).since(zoomed).windows == ()
    assert zoomed.zoomed(0, (1.0, 2.0, 1.0, 2.0)).since(zoomed).windows[:2] == ((1.0, 2.0, 1.0, 2.0), (0.0, 1.0, 0.0, 1.0))


# ----------------------------------------------------------------------------------------------------------------------- why


def test_sharpness_share_and_spectrum_beside_the_whole_hessian() -> None:
    """A network small enough for eigh. Lanczos with 30 steps finds the ends of the spectrum to float32."""
    one = run(replace(SMALL, nets=(Pick("none"),))).nets[0]
    reasons = diagnostics(one.setup).finish()
    assert (reasons.update[0], reasons.update[-1], reasons.update.size) == (0, 60, POINTS)
    assert np.ptp(np.diff(reasons.update)) <= 1
    wide = jax.tree.map(lambda part: jnp.asarray(part, jnp.float64), one.setup.split.train)

    @jax.jit
    def value(at: jax.Array) -> jax.Array:
        return Objective(one.setup.net, "cross_entropy").value(Snapshot({}, (), wide, at))[0]

    slope, hessian = jax.jit(jax.grad(value)), jax.jit(jax.hessian(value))

    for at in (0, -1):
        record = int(np.searchsorted(one.record.update, reasons.update[at]))
        theta = jnp.asarray(one.record.theta[record], jnp.float64)
        values, vectors = np.linalg.eigh(np.asarray(hessian(theta)))
        found = reasons.top[at]
        np.testing.assert_allclose(found[:3], values[::-1][:3], rtol=1e-3)
        g = np.asarray(slope(theta))
        expected = np.sum((vectors[:, ::-1][:, : found.size].T @ g) ** 2) / np.sum(g**2)
        assert float(reasons.share[at]) == pytest.approx(expected, abs=0.02)
        steps = 0.1 * np.linspace(0.5, 4, 8)
        along = [float(value(theta - s * g)) for s in steps]
        slopes = [float(np.linalg.norm(g - np.asarray(slope(theta - s * g)))) for s in steps]
        size = float(np.linalg.norm(g))
        measured = reasons
        assert float(measured.lowest[at]) == pytest.approx(min(along), rel=1e-4)
        assert float(measured.highest[at]) == pytest.approx(max(along), rel=1e-4)
        assert float(measured.gradient_change[at]) == pytest.approx(max(slopes), rel=1e-2)
        assert float(measured.beta[at]) == pytest.approx(max(c / (s * size) for c, s in zip(slopes, steps, strict=True)), rel=2e-2)
    places, density = spectrum(one.setup, len(one.record.update) - 1)
    assert np.trapezoid(density, places) == pytest.approx(1, abs=0.01)


# ------------------------------------------------------------------------------------------------------------------ refusals


def test_newton_is_refused_beyond_its_size_and_says_why() -> None:
    wide = replace(SMALL, width=64, optimizer=Pick("newton"))
    assert training_setup(wide, Pick("none")).net.size > MOST_OF_NEWTON
    said = unfit("newton", 5000)
    assert said is not None
    assert "2000" in said.english.replace(",", "")
    with pytest.raises(Refusal, match="Hessian"):
        run(wide)
    assert run(replace(SMALL, optimizer=Pick("newton"), steps=2)).progress == 1


UNREAD: list[tuple[str, dict[str, Any], Pick]] = [
    ("none", {"memory": 0.5}, Pick("none")),
    ("none", {"place": "after"}, Pick("none")),
    ("none", {"affine": "off"}, Pick("none")),
    ("none", {"frozen": "yes"}, Pick("none")),
    ("layer", {"memory": 0.5}, Pick("layer")),
    ("batch", {"affine": "off"}, pick("batch", gamma=2.0, beta=1.0)),
    ("batch", {"begin": "recovering"}, pick("batch", gamma=2.0)),
    ("local_response", {"affine": "off"}, Pick("local_response")),
    ("batch", {}, pick("batch", gamma=1.0)),
    ("none", {"windows": ((0.0, 1.0, 0.0, 1.0), None, None)}, Pick("none")),
]


@pytest.mark.parametrize(("name", "changes", "picked"), UNREAD)
def test_what_a_network_does_not_read_trains_nothing_anew(name: str, changes: dict[str, Any], picked: Pick) -> None:
    first = {key: value for key, value in changes.items() if key in ("begin", "affine") and name == "batch"}
    assert training_setup(replace(SMALL, **changes), picked) == training_setup(replace(SMALL, **first), Pick(name))


@pytest.mark.parametrize(
    ("changes", "picked"),
    [({"memory": 0.5}, Pick("batch")), ({}, pick("batch", gamma=2.0)), ({}, pick("layer", epsilon=0.1)), ({"place": "after"}, Pick("rms"))],
)
def test_what_a_network_reads_trains_it_anew(changes: dict[str, Any], picked: Pick) -> None:
    assert training_setup(replace(SMALL, **changes), picked) != training_setup(SMALL, Pick(picked.name))


def test_lbfgs_takes_all_rows() -> None:
    assert training_setup(replace(SMALL, optimizer=Pick("lbfgs")), Pick("none")).batch == 0
    assert training_setup(SMALL, Pick("none")).batch == 16


AFTER_TOO = ("batch", "layer", "weight")  # by a batch's statistics, by a row's, and of the weights; the others in the long tests
PLACES = [
    pytest.param(name, place, affine, marks=[pytest.mark.long] * (place == "after" and name not in AFTER_TOO))
    for name in hidden_normalizations()
    for place, affine in (("before", "on"), ("after", "off"))
]


@pytest.mark.parametrize(("name", "place", "affine"), PLACES)
def test_every_normalization_trains_in_every_place_or_says_why_not(name: str, place: str, affine: str) -> None:
    deep = replace(SMALL, nets=(Pick(name),), place=place, affine=affine, steps=20)
    found = run(deep)
    said = senseless(deep, Pick(name))
    assert np.isfinite(found.nets[0].record.measured.loss).all()
    assert (said is None) == (not found.notes)
    if said is None:
        assert found.nets[0].record.measured.loss[-1] < found.nets[0].record.measured.loss[0]


def test_fields_are_those_of_the_record() -> None:
    for name, field in settings_of(Deep).items():
        assert isinstance(field, Number | Option | Count)
        assert field.read(getattr(Deep(), name)) == getattr(Deep(), name)


ENDS: list[dict[str, Any]] = [
    {"depth": 1},
    {"depth": 12},
    {"width": 2},
    {"steps": 1},
    {"batch": 1},
    {"batch": 4000},
    {"held_out_fraction": 0.75},
]


@pytest.mark.parametrize("changes", ENDS)
def test_the_ends_of_the_menus(changes: dict[str, Any]) -> None:
    found = run(replace(SMALL, nets=(Pick("batch"),), **changes))
    assert found.progress == 1
    assert all(one.slice is not None and np.isfinite(one.record.measured.loss).all() for one in found.nets)


def test_what_is_no_number_from_the_first_update_on_is_said() -> None:
    found = run(replace(SMALL, initialization="hundred", depth=12, width=128, activation="relu", nets=(Pick("none"),)))
    one = found.nets[0]
    assert one.slice is None
    assert one.missing is not None
    assert "initial weights" in one.missing.english
    assert one.record.diverged == 0


def test_an_early_explosion_has_a_picture_that_ends_before_it() -> None:
    found = run(replace(SMALL, data=pick("diabetes"), activation="linear", optimizer=pick("gradient_descent", rate=50.0), batch=0))
    one = found.nets[0]
    assert one.missing is not None, "its few records span no plane of their own"
    assert one.slice is not None
    assert one.slice.name == "filter_normalized"
    assert np.isfinite(one.slice.plane.origin).all()
    assert one.record.within_bounds[one.slice.through]


def test_trainings_outlive_any_number_of_other_visitors() -> None:
    """Twenty visitors in turns, each with networks of its own and no patience: everybody gets on, as long as they hold theirs."""
    scenes = [replace(SMALL, steps=30, optimizer=pick("gradient_descent", rate=0.1 + 0.001 * i), nets=(Pick("none"),)) for i in range(20)]
    trainings = [trained(training_setup(scene, Pick("none"))) for scene in scenes]
    held = [run(scene, 0.0) for scene in scenes]
    for _ in range(3):
        memory().clear()  # what is held is all that there is
        let_go()
        before = [found.progress for found in held]
        for training in trainings:
            training.advance()
        held = [run(scene, 0.0) for scene in scenes]
        assert all(found.progress > share for found, share in zip(held, before, strict=True))


def test_the_true_loss_is_that_of_the_mode_of_the_plane() -> None:
    found = run(replace(SMALL, mode="both"))
    assert [one.mode for one in found.pictures] == ["train", "test"]
    assert [one.picked.name for one in found.pictures] == ["batch", "batch"]
    for one in found.pictures:
        assert one.slice is not None
        assert one.slice.plane_loss[one.slice.through] == pytest.approx(float(one.true_loss[one.slice.through]), rel=1e-4)


# ------------------------------------------------------------------------------------------------------------------ facts.md


def test_sigmoids_make_gradients_vanish_and_weights_of_100_make_them_explode() -> None:
    """facts.md G: with 4 hidden layers of 30 sigmoids the first layer's ‖∂C/∂b‖ is about 100 times smaller than the last's. Here with the
    weights of that chapter, N(0, 1/fan_in), on the digits; 0.9³⁰ ≈ 0.042; σ'(0)·100 = 25."""
    chapter = Deep(data=Pick("digits"), nets=(Pick("none"),), depth=4, width=32, activation="sigmoid", initialization="lecun")
    deep = replace(chapter, steps=1, batch=0)
    norms = trained(training_setup(deep, Pick("none"))).finish().measured.bias_gradients[0]
    assert 20 < norms[3] / norms[0] < 500
    assert pytest.approx(0.0424, abs=1e-4) == 0.9**30
    assert jax.grad(jax.nn.sigmoid)(0.0) * 100 == 25


def test_filters_are_scaled_like_the_network() -> None:
    """Li et al.: the direction of each unit is as long as the weights into it, and biases stand still."""
    one = run(replace(SMALL, slice=pick("filter_normalized"))).nets[1]
    assert one.slice is not None
    unit, theta, u = filters(one.setup.net), np.asarray(one.slice.plane.origin), np.asarray(one.slice.plane.u)
    for k in range(unit.max() + 1):
        assert np.linalg.norm(u[unit == k]) == pytest.approx(np.linalg.norm(theta[unit == k]), rel=1e-6)
    assert not u[unit == -1].any()


def test_one_sample_moves_all_others_through_batch_statistics_alone(result: DeepResult) -> None:
    """Beside the difference of two forward passes over the same rows one by one, which no batch couples."""
    plain, normalized = (moved(one.setup, one.record.last, 1.5) for one in result.nets)
    assert not plain[1:].any()
    assert plain[0] > 0.01
    assert normalized[1:].min() > 1e-5
    one = result.nets[0]
    rows, theta = one.setup.split.train, jnp.asarray(one.record.theta[-1])
    first = [Rows(rows.x[:, :1] + shift * jnp.array([[1.0], [0.0]]), rows.y[:1], rows.w[:1]) for shift in (0.0, 1.5)]
    scores = [forward(one.setup.net, Snapshot({}, (), row, theta), True)[0] for row in first]
    assert plain[0] == pytest.approx(float(np.linalg.norm(scores[1] - scores[0])), rel=1e-5)


def test_what_numbers_the_classes_have_changes_no_network() -> None:
    """Its outputs are one-hot: the rows, their classes and the names of the classes stay as they are."""
    usual, other = (split(pick("iris", numbering=order), Pick("standardize"), 0.25, 3) for order in ("012", "201"))
    for mine, theirs in zip((*usual.train, *usual.test), (*other.train, *other.test), strict=True):
        np.testing.assert_array_equal(mine, theirs)
