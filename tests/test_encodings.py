"""Class numbers against one-hot: distances in closed form, the three classifiers against NumPy and scikit-learn, renumbering exactly."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from labs.encodings.codes import distances, least_squares, nearest, one_hot
from labs.encodings.comparison import Comparison, compared, numbering, numbers_of, order_of
from labs.plane.setup import Experiment
from core.settings import pick
from labs.plane.run import run
from figures.class_names import with_names
from figures.distances import square
from lessons.scenes import ENCODINGS
from core.settings import Pick
from core.messages import Refusal

PETALS = pick("iris", x1="petal length", x2="petal width", target="species")
TABLES = (PETALS, pick("iris"), pick("school_grades"), pick("school_grades", spread=8.0, seed=3), pick("wine"), pick("rings", classes=3))
CHOICES = {name: menu.choices for name in ("iris", "school_grades") if (menu := numbering(Pick(name))) is not None}
NUMBERED = tuple(pick(name, numbering=choice) for name, choices in CHOICES.items() for choice in choices)


def of(data: Pick, scale1: float = 1.0, scale2: float = 1.0) -> Comparison:
    return compared(Experiment(data=data, scale1=scale1, scale2=scale2))


@pytest.mark.parametrize("numbers", [(0.0, 1.0, 2.0), (2.0, 0.0, 1.0), (4.0, 1.0, 6.0, 2.0, 5.0, 3.0)])
def test_distances(numbers: tuple[float, ...]) -> None:
    c = len(numbers)
    by_number, by_one_hot = distances(np.array(numbers)[:, None]), distances(one_hot(c))
    for i in range(c):
        for j in range(c):
            assert by_number[i, j] == abs(numbers[i] - numbers[j])
            assert by_one_hot[i, j] == pytest.approx(np.sqrt(2) * (i != j), abs=1e-15)


@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_least_squares(m: int, scale: float) -> None:
    """NumPy with a column of ones, and scikit-learn."""
    rng = np.random.default_rng(m)
    x, labels, codes = rng.standard_normal((2, 60)) * [[1.0], [scale]] + 5, rng.integers(0, 4, 60), rng.standard_normal((4, m))
    model = least_squares(x, labels, codes)
    solved = np.linalg.lstsq(np.column_stack([x.T, np.ones(60)]), codes[labels], rcond=None)[0]
    theirs = LinearRegression().fit(x.T, codes[labels])
    for w, b in ((solved[:2].T, solved[2]), (theirs.coef_, theirs.intercept_)):
        np.testing.assert_allclose(model.weights, w, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(model.bias, b, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model(x), model.weights @ x + model.bias[:, None])


def test_nearest_code() -> None:
    rng = np.random.default_rng(0)
    for codes in (np.array([[3.0], [1.0], [2.0]]), one_hot(3), rng.standard_normal((5, 3))):
        outputs = 2 * rng.standard_normal((codes.shape[1], 200))
        by_hand = [min(range(len(codes)), key=lambda i, y=y: float(np.sum((codes[i] - y) ** 2))) for y in outputs.T]  # type: ignore[misc]
        np.testing.assert_array_equal(nearest(outputs, codes), by_hand)
    np.testing.assert_array_equal(nearest(outputs[:3], one_hot(3)), np.argmax(outputs[:3], axis=0))


@pytest.mark.parametrize("data", TABLES, ids=str)
def test_classifiers_are_scikit_learns(data: Pick) -> None:
    """On the rows, and on the raster but for the points that a border runs through: fewer than one in a thousand."""
    found = of(data)
    mean, spread = found.x.mean(axis=1), found.x.std(axis=1)
    x = ((found.x.T - mean) / spread, np.stack(np.meshgrid(found.a, found.b), axis=-1).reshape(-1, 2))
    rows, points = x[0], (x[1] - mean) / spread
    number, c = LinearRegression().fit(rows, found.numbers[found.labels]), len(found.names)
    hot = LinearRegression().fit(rows, np.eye(c)[found.labels])
    ones = [np.column_stack([part, np.ones(len(part))]) for part in (rows, points)]
    decay = 1e-3 * len(rows)
    soft = LogisticRegression(C=1 / decay, fit_intercept=False, solver="newton-cg", tol=1e-8, max_iter=1000).fit(ones[0], found.labels)
    said = {
        "by_number": [np.argmin(np.abs(number.predict(part)[:, None] - found.numbers), axis=1) for part in (rows, points)],
        "by_one_hot": [hot.predict(part).argmax(axis=1) for part in (rows, points)],
        "by_softmax": [soft.predict(part) for part in ones],
    }
    for name, (on_rows, on_raster) in said.items():
        judged = getattr(found, name)
        assert judged.right == pytest.approx(np.mean(on_rows == found.labels), abs=1e-12), name
        assert np.mean(judged.predicted.ravel() != on_raster) < 1e-3, name
        for k, recall in enumerate(judged.recall):
            assert recall == pytest.approx(np.mean(on_rows[found.labels == k] == k), abs=1e-12)


@pytest.mark.parametrize("data", NUMBERED, ids=str)
def test_renumbering_changes_class_numbers_alone(data: Pick) -> None:
    """One-hot and softmax: the very same arrays. By class number: what the table of orders said beforehand."""
    usual, found = of(Pick(data.name)), of(data)
    choice = str(dict(data.settings)["numbering"])
    np.testing.assert_array_equal(found.numbers, [float(digit) for digit in choice])
    for one, other in ((found.by_one_hot, usual.by_one_hot), (found.by_softmax, usual.by_softmax)):
        np.testing.assert_array_equal(one.predicted, other.predicted)
        assert (one.right, one.recall) == (other.right, other.recall)
    assert found.orders == usual.orders
    assert found.by_number.right == pytest.approx(dict(usual.orders)[choice], abs=1e-12)
    assert order_of(data).count("<") == len(found.names) - 1


def test_an_order_that_is_not_there_costs_and_the_reversed_one_does_not() -> None:
    """Versicolor lies between the two others: numbered between them nearly all are right, numbered at an end about half."""
    right = dict(of(PETALS).orders)
    assert right["012"] == right["210"] == pytest.approx(0.96, abs=0.005)
    assert right["021"] == right["201"] < 0.6
    assert right["102"] == right["120"] < 0.6
    grades = dict(of(pick("school_grades")).orders)
    assert grades["123456"] > 0.6
    assert grades["416253"] < 0.1


def test_one_hot_by_squared_error_masks_what_lies_between() -> None:
    """Hastie, Tibshirani & Friedman, The elements of statistical learning, 4.2; a softmax of the same outputs does not."""
    found = of(pick("school_grades"))
    lost = np.array(found.by_softmax.recall) - np.array(found.by_one_hot.recall)
    assert lost[1:-1].max() > 0.4
    assert found.by_one_hot.right < found.by_number.right
    assert lost[[0, -1]].max() < 0.1


@pytest.mark.parametrize(("scale1", "scale2"), [(1.0, 10.0), (0.001, 1000.0)])
def test_units_change_no_class(scale1: float, scale2: float) -> None:
    usual, found = of(PETALS), of(PETALS, scale1, scale2)
    np.testing.assert_allclose(found.x, usual.x * [[scale1], [scale2]])
    for name in ("by_number", "by_one_hot", "by_softmax"):
        assert getattr(found, name).right == getattr(usual, name).right
        assert np.mean(getattr(found, name).predicted != getattr(usual, name).predicted) < 1e-3


@pytest.mark.parametrize("data", NUMBERED, ids=str)
def test_squared_errors_have_one_hessian_whatever_the_numbers(data: Pick) -> None:
    """2·Cov(x), of all numberings and of one-hot to the last digit; the minimum is NumPy's."""
    target = {"iris": "versicolor", "school_grades": "grade 2"}[data.name]
    item = replace(
        ENCODINGS, data=data, panels=tuple(replace(p, data=(("target", target),) if p.data else ()) for p in ENCODINGS.panels[:2])
    )
    item = replace(item, data=item.data.having(target={"iris": "species", "school_grades": "grade"}[data.name]), steps=1)
    found = of(item.data)
    x = (found.x - found.x.mean(axis=1, keepdims=True)) / found.x.std(axis=1, keepdims=True)
    targets = (found.numbers[found.labels], (found.labels == found.names.index(target)).astype(float))
    one, other = run(item).panels
    assert one.fit.hessian is not None
    assert other.fit.hessian is not None
    np.testing.assert_array_equal(one.fit.hessian, other.fit.hessian)
    np.testing.assert_allclose(one.fit.hessian, 2 * np.cov(x, bias=True), rtol=1e-12)
    for panel, y in zip((one, other), targets, strict=True):
        assert panel.fit.theta is not None
        solved = np.linalg.lstsq(np.column_stack([x.T, np.ones(y.size)]), y, rcond=None)[0]
        np.testing.assert_allclose(panel.fit.theta, solved[:2], rtol=1e-8)


def test_the_board_and_the_regions_have_the_same_optimum() -> None:
    """The softmax that is drawn predicts the regions."""
    found, panel = of(ENCODINGS.data), run(replace(ENCODINGS, steps=1)).panels[2]
    assert panel.fit.theta is not None
    assert panel.prepared is not None
    w, b = panel.fit.theta[:6].reshape(3, 2), panel.fit.theta[6:]
    order = np.array([2, 0, 1])  # virginica is drawn, so it comes first
    across, up = np.meshgrid(found.a, found.b)
    scores = w @ panel.prepared.affine(np.stack([across.ravel(), up.ravel()])) + b[:, None]
    assert np.mean(order[np.argmax(scores, axis=0)] != found.by_softmax.predicted.ravel()) < 1e-3


def test_numbers_of_the_classes_where_nothing_can_be_renumbered() -> None:
    np.testing.assert_array_equal(numbers_of(Pick("wine")), [1, 2, 3])
    assert (order_of(Pick("wine")), of(Pick("wine")).orders) == ("", ())
    with pytest.raises(Refusal, match="no classes"):
        of(Pick("pokemon"))


def test_figures() -> None:
    distance = np.array([[0.0, 2.0], [2.0, 0.0]])
    (trace,), layout = square(distance, ("a", "b"), 4.0, str)["data"], square(distance, ("a", "b"), 4.0, str)["layout"]
    assert trace["text"] == [["0.0", "2.0"], ["2.0", "0.0"]]
    assert (trace["zmin"], trace["zmax"]) == (0.0, 4.0)
    assert layout["yaxis"]["autorange"] == "reversed"  # type: ignore[index]
    points, labels = np.array([[0.0, 2.0, 5.0], [1.0, 3.0, 7.0]]), np.array([0, 0, 2])
    written = with_names({"data": [trace], "layout": {}}, points, labels, ("a", "b", "c"))["layout"]["annotations"]
    assert [(one["text"], one["x"], one["y"]) for one in written] == [("a", 1.0, 2.0), ("c", 5.0, 7.0)]  # type: ignore[attr-defined]
