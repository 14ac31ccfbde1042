"""Losses of classes raced: gradients, softmax regression, flat parts, decision regions, the likelihood, each beside NumPy."""

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.special import log_softmax, softmax

from compute import backend  # noqa: F401  (float64, before JAX)
from core.settings import Pick, numbers, pick
from figures.flat import _between, shaded
from labs.deep.flat import FLAT, HIGH, flat
from labs.deep.likelihood import both, holds, likelihood
from labs.deep.objective import Objective
from labs.deep.predictions import MOMENTS
from labs.deep.races import entrants, training_setup
from labs.deep.regions import SIDE, chart_of, class_names, regions
from labs.deep.rows import parts
from labs.deep.run import DeepResult, run
from labs.deep.setup import MOST_LOSSES, MOST_RACED, Deep
from labs.deep.trainer import trainer
from labs.deep.training import initial_theta, snapshot
from lessons.deep_scene import CLASSIFIER
from networks.architecture import Architecture, filters, layers
from networks.forward import Snapshot, forward, states
from networks.losses import costs
from networks.parameters import initial_parameters
from surfaces.class_loss import class_losses
from surfaces.surface import Rows
from tests.oracle import once
from verdict.deep import _falls_for_ever

Array = np.ndarray[Any, Any]

SOFTMAX = Deep(
    data=Pick("iris"),
    nets=(Pick("none"),),
    losses=(Pick("mean_squared"), Pick("cross_entropy")),
    optimizer=pick("gradient_descent", rate=0.1),
    initialization="standard_normal",
    planes="shared",
    depth=0,
    batch=16,
    steps=40,
    resolution=25,
    seed=1,
)
SMALL = replace(SOFTMAX, data=pick("moons", samples=120), depth=2, width=4, activation="tanh")


@pytest.fixture(scope="module")
def result() -> DeepResult:
    return run(SOFTMAX)


# ------------------------------------------------------------------------------------------------------------- the losses


def cost(name: str, scores: Array, labels: Array, focus: float, smoothing: float) -> Array:
    """Of every row, as the papers have it, in float64."""
    one_hot, p = np.eye(len(scores))[:, labels], softmax(scores, axis=0)
    right = p[labels, np.arange(labels.size)]
    match name:
        case "mean_squared":
            return ((p - one_hot) ** 2).sum(axis=0)
        case "cross_entropy":
            return -np.log(right)
        case "focal":
            return -((1 - right) ** focus) * np.log(right)
        case "hinge":
            other = np.where(one_hot == 1, -np.inf, scores).max(axis=0)
            return np.maximum(0, 1 + other - scores[labels, np.arange(labels.size)])
        case "label_smoothing":
            return -(((1 - smoothing) * one_hot + smoothing / len(scores)) * log_softmax(scores, axis=0)).sum(axis=0)
    raise ValueError(name)


def network(net: Architecture, theta: Array, x: Array) -> Array:
    """Scores of a tanh network without a normalization, by its docstring."""
    sizes = [*(() if not net.depth else (net.inputs,)), *[net.width] * net.depth]
    at, h = 0, x

    def take(*shape: int) -> Array:
        nonlocal at
        at += int(np.prod(shape))
        return theta[at - int(np.prod(shape)) : at].reshape(shape)

    if net.depth:
        first, bias = take(net.width, net.inputs), take(net.width)
        deeper, biases = take(net.depth - 1, net.width, net.width), take(net.depth - 1, net.width)
        for matrix, offset in zip([first, *deeper], [bias, *biases], strict=True):
            h = np.tanh(matrix @ h + offset[:, None])
    assert len(sizes) == net.depth + bool(net.depth)
    out = take(net.outputs, len(h))
    return out @ h + take(net.outputs)[:, None]


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("name", class_losses())
def test_every_loss_goes_through_a_network_as_in_numpy(name: str, depth: int) -> None:
    """Value and gradient, by central differences of the NumPy network; rows beyond the 15 that count do not."""
    rng, net = np.random.default_rng(depth), Architecture(3, 4, depth, "tanh", outputs=4)
    theta, x, labels = rng.normal(size=net.size), rng.normal(size=(3, 20)), rng.integers(0, 4, 20)
    rows = Rows(jnp.asarray(x), jnp.asarray(labels, jnp.float64), jnp.asarray(np.arange(20) < 15, jnp.float64))
    settings = {"focus": 1.5, "smoothing": 0.2}

    def ours(at: jax.Array) -> jax.Array:
        numbers = {key: jnp.float64(value) for key, value in settings.items()}
        return Objective(net, name).value(Snapshot(numbers, states(net, np.float64), rows, at))[0]

    def theirs(at: Array) -> float:
        return float(cost(name, network(net, at, x[:, :15]), labels[:15], **settings).mean())

    value, gradient = once(jax.value_and_grad(ours))(jnp.asarray(theta))
    assert float(value) == pytest.approx(theirs(theta), rel=1e-12)
    step = 1e-6  # error ~ 1e-10: h² of the third derivative, and rounding / h
    found = [(theirs(theta + step * e) - theirs(theta - step * e)) / (2 * step) for e in np.eye(net.size)]
    np.testing.assert_allclose(gradient, found, rtol=1e-6, atol=2e-9)


def test_all_that_a_network_can_be_trained_with() -> None:
    assert list(costs()) == ["squared_error", *class_losses()]


@pytest.mark.parametrize(
    ("name", "says"), [("mean_squared", True), ("cross_entropy", True), ("focal", True), ("hinge", False), ("label_smoothing", False)]
)
def test_which_losses_fall_for_ever(name: str, says: bool) -> None:
    """A minimum at infinity is said of those alone."""
    assert _falls_for_ever(training_setup(SOFTMAX, Pick("none"), False, Pick(name))) == says


# -------------------------------------------------------------------------------------------------------------- the race


def test_what_is_raced() -> None:
    """Nets times losses, four at most; of a target that is no class, and where none are picked, the usual loss alone."""
    two = replace(SMALL, nets=(Pick("none"), Pick("batch")))
    assert [(one.hidden.name, one.loss.name) for one in entrants(two)] == [
        ("none", "mean_squared"),
        ("none", "cross_entropy"),
        ("batch", "mean_squared"),
        ("batch", "cross_entropy"),
    ]
    three = replace(two, losses=tuple(Pick(name) for name in ("focal", "hinge", "cross_entropy")))
    assert len(entrants(three)) == MOST_RACED > MOST_LOSSES
    assert [one.loss.name for one in entrants(replace(SMALL, data=Pick("diabetes")))] == ["squared_error"]
    assert [one.loss.name for one in entrants(replace(SMALL, losses=()))] == ["cross_entropy"]
    bare = replace(two, depth=0, residual="both")
    assert [(one.hidden.name, one.residual) for one in entrants(bare)] == [("none", False)] * 2, "no layer, nothing in it"


def test_losses_start_alike_and_are_measured_alike(result: DeepResult) -> None:
    first, second = result.nets
    assert (first.key, second.key) == ("none mean_squared", "none cross_entropy")
    np.testing.assert_array_equal(first.record.theta[0], second.record.theta[0])
    assert first.setup == replace(second.setup, loss=first.setup.loss)
    for one in result.nets:
        record, rows = one.record, one.setup.split
        for at in (0, 20, -1):
            for part, n, entropy in ((rows.train, rows.n, record.measured.entropy), (rows.test, rows.m, record.measured.held_out_entropy)):
                scores = network(one.setup.net, record.theta[at].astype(np.float64), np.asarray(part.x, np.float64)[:, :n])
                labels = np.asarray(part.y)[:n].astype(int)
                assert float(entropy[at]) == pytest.approx(cost("cross_entropy", scores, labels, 0, 0).mean(), rel=2e-6)
            scores = network(one.setup.net, record.theta[at].astype(np.float64), np.asarray(rows.train.x, np.float64)[:, : rows.n])
            own = cost(one.setup.loss.name, scores, np.asarray(rows.train.y)[: rows.n].astype(int), 0, 0).mean()
            assert float(record.measured.loss[at]) == pytest.approx(own, rel=2e-6)
    np.testing.assert_array_equal(second.record.measured.loss, second.record.measured.entropy)


def test_a_number_of_a_loss_compiles_nothing() -> None:
    setups = [training_setup(SMALL, Pick("none"), False, pick("focal", focus=focus)) for focus in (1.0, 3.0)]
    assert setups[0] != setups[1]
    assert numbers(setups[1].loss, class_losses()["focal"].fields) == {"focus": 3.0}
    assert float(setups[1].numbers["focus"]) == 3.0
    before = run(replace(SMALL, losses=(setups[0].loss,), steps=3)).nets[0].record.measured.loss
    compiled = trainer(setups[0].structure)._cache_size()  # type: ignore[attr-defined]
    after = run(replace(SMALL, losses=(setups[1].loss,), steps=3)).nets[0].record.measured.loss
    assert trainer(setups[0].structure)._cache_size() == compiled == 1  # type: ignore[attr-defined]
    assert np.all(before != after)


def test_one_plane_for_all(result: DeepResult) -> None:
    """Its points are the same parameters in every picture, and the grid is each network's own loss there."""
    cuts = [one.slice for one in result.pictures]
    first = cuts[0]
    assert first is not None
    assert cuts[1] is not None
    for part, other in zip((*first.plane, first.a, first.b), (*cuts[1].plane, cuts[1].a, cuts[1].b), strict=True):
        np.testing.assert_array_equal(part, other)
    paths = np.concatenate([one.record.theta.astype(np.float64) for one in result.nets])
    # The two directions are the leading right singular vectors of all paths together.
    _, _, vt = np.linalg.svd(paths - paths.mean(axis=0), full_matrices=False)
    for direction in (first.plane.u, first.plane.v):
        assert np.linalg.norm(vt[:2] @ np.asarray(direction)) == pytest.approx(1, abs=1e-6)
    for one, cut in zip(result.pictures, cuts, strict=True):
        assert cut is not None
        x, labels = np.asarray(one.setup.split.train.x, np.float64), np.asarray(one.setup.split.train.y).astype(int)
        n = one.setup.split.n
        for i, j in ((0, 0), (7, 20), (24, 24)):
            theta = np.asarray(cut.plane.origin + cut.a[j] * cut.plane.u + cut.b[i] * cut.plane.v)
            there = cost(one.setup.loss.name, network(one.setup.net, theta, x[:, :n]), labels[:n], 0, 0).mean()
            assert cut.grid[i, j] == pytest.approx(there, rel=2e-5)
        assert cut.a[0] <= cut.on.a.min()
        assert cut.on.a.max() <= cut.a[-1]


def test_networks_with_other_parameters_share_no_plane() -> None:
    found = run(replace(SMALL, nets=(Pick("none"), Pick("batch")), losses=(Pick("cross_entropy"),), steps=12))
    planes = [one.slice.plane for one in found.pictures if one.slice is not None]
    assert planes[0].u.shape != planes[1].u.shape
    own = run(replace(SMALL, planes="own", steps=12))
    first, second = (one.slice for one in own.pictures)
    assert first is not None
    assert second is not None
    assert not np.array_equal(np.asarray(first.plane.u), np.asarray(second.plane.u))


# ---------------------------------------------------------------------------------------------------- softmax regression


def test_theta_of_softmax_regression_is_a_matrix_and_a_bias() -> None:
    net = Architecture(5, 32, 0, outputs=3)
    theta = jnp.arange(float(net.size))
    part = layers(net, theta)
    assert net.size == 3 * 5 + 3
    np.testing.assert_array_equal(part.output, np.arange(15.0).reshape(3, 5))
    np.testing.assert_array_equal(part.output_bias, [15, 16, 17])
    np.testing.assert_array_equal(filters(net), [*np.repeat(np.arange(3), 5), -1, -1, -1])
    weights = initial_parameters(net, "standard_normal", jax.random.key(0), np.float64)
    assert weights.shape == (18,)
    assert np.all(np.asarray(weights[15:]) == 0)
    x = np.random.default_rng(0).normal(size=(5, 7))
    rows = Rows(jnp.asarray(x), jnp.zeros(7), jnp.ones(7))
    scores, state, hidden = forward(net, Snapshot({}, states(net, np.float64), rows, theta), True, keep=4)
    np.testing.assert_allclose(scores, np.arange(15.0).reshape(3, 5) @ x + np.array([[15], [16], [17]]), rtol=1e-12)
    assert state == ()
    assert hidden is not None
    assert hidden.shape[0] == 0


def test_softmax_regression_arrives_where_scikit_learn_does() -> None:
    """Moons that overlap: a minimum that is not at infinity. Only differences of scores count; float32, gradient descent to its end."""
    from sklearn.linear_model import LogisticRegression

    deep = replace(
        SOFTMAX,
        data=pick("moons", samples=200, noise=0.4),
        losses=(Pick("cross_entropy"),),
        optimizer=pick("gradient_descent", rate=1.0),
        batch=0,
        steps=3000,
    )
    one = run(deep).nets[0]
    rows = one.setup.split
    x, y = np.asarray(rows.train.x, np.float64)[:, : rows.n].T, np.asarray(rows.train.y)[: rows.n]
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y)
    part = layers(one.setup.net, jnp.asarray(one.record.theta[-1], jnp.float64))
    np.testing.assert_allclose(part.output[1] - part.output[0], fitted.coef_[0], rtol=1e-3)
    assert float(part.output_bias[1] - part.output_bias[0]) == pytest.approx(float(fitted.intercept_[0]), rel=1e-2, abs=1e-3)
    best = -np.log(fitted.predict_proba(x)[np.arange(y.size), y.astype(int)]).mean()
    assert float(one.record.measured.loss[-1]) == pytest.approx(best, rel=1e-5)


# -------------------------------------------------------------------------------------------------------------- flat parts


def test_gradients_over_the_plane_and_what_is_flat(result: DeepResult) -> None:
    """Softmax regression by hand: ∂L/∂W = Σ dL/ds xᵀ, at every ninth point; then the share, by its definition, point by point."""
    for one in result.pictures:
        cut, rows = one.slice, one.setup.split
        assert cut is not None
        assert cut.slopes is not None
        x, y = np.asarray(rows.train.x, np.float64)[:, : rows.n], np.asarray(rows.train.y)[: rows.n].astype(int)
        one_hot = np.eye(rows.outputs)[:, y]
        for i in range(0, 25, 9):
            for j in range(0, 25, 9):
                theta = np.asarray(cut.plane.origin + cut.slopes.a[j] * cut.plane.u + cut.slopes.b[i] * cut.plane.v)
                p = softmax(network(one.setup.net, theta, x), axis=0)
                ahead = 2 * (p - one_hot)
                back = p * (ahead - (p * ahead).sum(axis=0)) if one.setup.loss.name == "mean_squared" else p - one_hot
                norm = np.linalg.norm(np.concatenate([(back @ x.T).ravel(), back.sum(axis=1)])) / rows.n
                assert cut.slopes.norm[i, j] == pytest.approx(norm, rel=1e-4, abs=1e-6)
        found = flat(cut.slopes.loss, cut.slopes.norm)
        low, high = cut.slopes.loss.min(), cut.slopes.loss.max()
        count = sum(
            slope < FLAT * cut.slopes.norm.max() and loss > low + HIGH * (high - low)
            for loss, slope in zip(cut.slopes.loss.ravel(), cut.slopes.norm.ravel(), strict=True)
        )
        assert found.share == pytest.approx(count / 625)
        assert found.steepest == cut.slopes.norm.max()


def test_the_lectures_figure_is_flat_for_one_loss_and_not_for_the_other() -> None:
    """Target 1 of 2, logits on [−10, 10], p = σ(d): MSE 2(1−p)², slope √2·4p(1−p)²; cross-entropy ln(1+e⁻ᵈ), slope √2(1−p)."""
    y1, y2 = np.meshgrid(*[np.linspace(-10, 10, 201)] * 2)
    d = y1 - y2
    q = 1 / (1 + np.exp(d))
    mse = flat(2 * q**2, np.sqrt(2) * 4 * (1 - q) * q**2)
    entropy = flat(np.logaddexp(0, -d), np.sqrt(2) * q)
    assert entropy.share == 0
    # 4p(1−p)² is largest at p = 1/3: 16/27; below a hundredth of it, on the high side, where p < 0.0014860 or so.
    edge = np.log(0.0014860 / (1 - 0.0014860))
    assert mse.share == pytest.approx(float(np.mean(d < edge)), abs=0.005)
    assert mse.share > 0.2


@pytest.mark.parametrize(
    ("loss", "slope"),
    [(np.full((3, 3), np.nan), np.ones((3, 3))), (np.ones((3, 3)), np.zeros((3, 3))), (np.ones((3, 3)), np.ones((3, 3)))],
    ids=["no number", "no slope", "level"],
)
def test_nothing_is_flat_and_high_where_nothing_is_high(loss: Array, slope: Array) -> None:
    assert flat(loss, slope).share == 0


def test_shading_covers_what_is_flat_and_nothing_else() -> None:
    from tests.test_figures import accepted

    a, b = np.linspace(-2, 4, 13), np.linspace(0, 1, 9)
    margin = np.add.outer(b - 0.5, 0.1 * a)
    i, j = np.random.default_rng(0).uniform(0, [[8], [12]], (2, 40))
    np.testing.assert_allclose(_between(margin, i, j), map_coordinates(margin, [i, j], order=1), atol=1e-12)
    veil, hatch = shaded(a, b, margin, "flat")
    accepted({"data": [veil, hatch], "layout": {}})
    x, y = np.asarray(hatch["x"], np.float64), np.asarray(hatch["y"], np.float64)
    inked = np.isfinite(x)
    assert inked.sum() > 200
    assert np.all(y[inked] - 0.5 + 0.1 * x[inked] < 1e-6)
    assert shaded(a, b, np.abs(margin) + 0.1, "flat") == []


# ---------------------------------------------------------------------------------------------------------- decision regions


def test_regions_are_what_the_network_predicts(result: DeepResult) -> None:
    """On the plane of two principal components, by scikit-learn's; classes by the NumPy network. Cells on an edge may round either way."""
    from sklearn.decomposition import PCA

    one = result.nets[1]
    found = regions(one.setup, len(one.record.update))
    rows = parts(one.setup.data, one.setup.features, one.setup.held_out_fraction, one.setup.seed)
    x = rows.x[:, rows.train]
    mean, spread = x.mean(axis=1), x.std(axis=1)
    pca = PCA(2).fit(((x - mean[:, None]) / spread[:, None]).T)
    assert found.chart.names is None
    assert found.chart.share == pytest.approx(pca.explained_variance_ratio_.sum(), rel=1e-9)
    np.testing.assert_allclose(np.abs(found.points), np.abs(pca.transform(((x - mean[:, None]) / spread[:, None]).T).T), atol=1e-9)
    assert found.predicted.shape == (MOMENTS + 1, SIDE, SIDE)
    assert (found.update[0], found.update[-1]) == (0, 40)
    across, up = np.meshgrid(found.a, found.b)
    axes = pca.components_ * np.where(np.sign(pca.components_.sum(axis=1)) < 0, -1, 1)[:, None]
    raw = mean[:, None] + spread[:, None] * (axes.T @ np.stack([across.ravel(), up.ravel()]))
    for at in (0, 15, MOMENTS):
        theta = one.record.theta[np.searchsorted(one.record.update, found.update[at])].astype(np.float64)
        scores = network(one.setup.net, theta, rows.affine(raw))
        ordered = np.sort(scores, axis=0)
        sure = ordered[-1] - ordered[-2] > 1e-4
        assert sure.mean() > 0.99
        np.testing.assert_array_equal(found.predicted[at].ravel()[sure], scores.argmax(axis=0)[sure])
    assert found.names == ("setosa", "versicolor", "virginica")
    assert found.a[0] < found.points[0].min() < found.points[0].max() < found.a[-1]


def test_two_features_are_drawn_as_they_are() -> None:
    one = run(SMALL).nets[1]
    found = regions(one.setup, len(one.record.update))
    rows = parts(one.setup.data, one.setup.features, one.setup.held_out_fraction, one.setup.seed)
    assert found.chart.names == ("x₁", "x₂")
    np.testing.assert_array_equal(found.points, rows.x[:, rows.train])
    across, up = np.meshgrid(found.a, found.b)
    x = rows.affine(np.stack([across.ravel(), up.ravel()]))
    scores = network(one.setup.net, one.record.theta[-1].astype(np.float64), x)
    sure = np.abs(scores[0] - scores[1]) > 1e-4
    np.testing.assert_array_equal(found.predicted[-1].ravel()[sure], scores.argmax(axis=0)[sure])
    np.testing.assert_array_equal(np.unique(found.labels), [0, 1])
    chart = chart_of(rows, ("", ""))
    np.testing.assert_allclose(chart.at(chart.of(rows.x)), rows.x, rtol=1e-12)


@pytest.mark.parametrize("data", ["iris", "wine", "breast_cancer", "digits", "spirals", "moons", "rings", "xor"])
def test_every_data_set_with_classes_names_them(data: str) -> None:
    setup = training_setup(replace(SOFTMAX, data=Pick(data)), Pick("none"))
    assert len(set(class_names(setup))) == setup.split.outputs


# ------------------------------------------------------------------------------------------------------------- likelihood


@pytest.mark.parametrize("size", [1.0, 30.0, 1e4])
def test_the_likelihood_and_the_cross_entropy_are_one_number(size: float) -> None:
    rng = np.random.default_rng(3)
    scores, labels = size * rng.normal(size=(5, 400)), rng.integers(0, 5, 400)
    found, known = both(scores, labels), -log_softmax(scores, axis=0)[labels, np.arange(400)].mean()
    assert found.entropy == pytest.approx(known, rel=1e-12)
    assert found.nll == pytest.approx(known, rel=1e-12)
    assert found.power == pytest.approx(-400 * known / np.log(10), rel=1e-12)
    assert found.difference <= 1e-12 * known


def test_the_likelihood_of_a_few_rows_by_hand() -> None:
    found = both(np.log(np.array([[0.5, 0.2], [0.25, 0.3], [0.25, 0.5]])), np.array([0, 2]))
    assert 10**found.power == pytest.approx(0.25, rel=1e-12)
    assert found.nll == pytest.approx(np.log(4) / 2, rel=1e-12)


def test_the_likelihood_of_a_training_is_that_of_its_record(result: DeepResult) -> None:
    for one in result.nets:
        found = likelihood(one.setup, one.record.last)
        assert found is not None
        assert found.n == one.setup.split.n
        assert found.entropy == pytest.approx(float(one.record.measured.entropy[-1]), rel=1e-5)
    assert snapshot(result.nets[0].setup, result.nets[0].record, 0).state == ()


# ------------------------------------------------------------------------------------------------------------------ the scene


def test_the_scene_of_the_page_begins_sure_and_wrong_and_one_loss_stays_so() -> None:
    """What the page is for: from the same weights one loss learns all rows, the other none, since it is flat where it begins."""
    squared, entropy = run(CLASSIFIER).nets
    np.testing.assert_array_equal(initial_theta(squared.setup), initial_theta(entropy.setup))
    accuracy = [float(one.record.measured.held_out_accuracy[at]) for one in (squared, entropy) for at in (0, -1)]
    assert accuracy[0] == accuracy[2] == pytest.approx(0.5, abs=0.1)
    assert accuracy[1] < 0.6
    assert accuracy[3] > 0.97
    assert float(entropy.record.measured.gradient[0]) > 30 * float(squared.record.measured.gradient[0])
    assert squared.slice is not None
    assert squared.slice.slopes is not None
    assert entropy.slice is not None
    assert entropy.slice.slopes is not None
    assert flat(squared.slice.slopes.loss, squared.slice.slopes.norm).share > 0.1
    assert flat(entropy.slice.slopes.loss, entropy.slice.slopes.norm).share < 0.01


def test_scores_that_have_exploded_have_no_likelihood() -> None:
    """Beyond what e to their power can be, or no numbers at all; ordinary ones have."""
    assert holds(np.array([[3.0, -2.0], [1.0, 4.0]]))
    assert not holds(np.array([[3.0, np.inf], [1.0, 4.0]]))
    assert not holds(np.array([[1e10, 0.0], [-1e10, 0.0]]))
