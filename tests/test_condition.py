"""κ by all weights and the bias beside κ by the drawn weights: by NumPy's cond, from the rows of the data sets themselves."""

import numpy as np
import pytest
from jaxtyping import Float
from sklearn.datasets import load_iris

from compute import backend  # noqa: F401  (float64, before JAX is used)
from core.settings import Pick, pick
from labs.plane.run import PanelResult, run
from labs.plane.setup import Experiment, Panel
from views.plane.board import facts_of

COLUMNS = ("sepal length", "sepal width", "petal length", "petal width")
FIRST, SECOND, TARGET = "sepal width", "petal length", "petal width"
DATA = pick("iris", x1=FIRST, x2=SECOND, target=TARGET)


def columns(scale: float, standardized: bool) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, " n"]]:
    """Two features and a column of ones; the target."""
    table = load_iris().data
    x, y = (table[:, [COLUMNS.index(name) for name in names]] for names in ((FIRST, SECOND), (TARGET,)))
    x = x * [1, scale]
    x = (x - x.mean(axis=0)) / x.std(axis=0) if standardized else x
    return np.column_stack([x, np.ones(len(x))]), y[:, 0]


def panel(surface: Pick, scale: float = 1.0, features: str = "none") -> PanelResult:
    panels = (Panel(pick(features)),)
    return run(Experiment(data=DATA, surface=surface, scale2=scale, panels=panels, steps=1, resolution=50)).panels[0]


@pytest.mark.parametrize("features", ["none", "standardize"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 10.0, 1e3])
@pytest.mark.parametrize("bias", ["best", "trained"])
def test_of_a_squared_error_it_is_that_of_the_rows_with_a_column_of_ones(bias: str, scale: float, features: str) -> None:
    """XᵀX, as cond says where float64 can tell; and everywhere the square of cond X."""
    found, (x, _) = panel(pick("linear", bias=bias), scale, features).fit, columns(scale, features == "standardize")
    assert found.whole_condition == pytest.approx(np.linalg.cond(x) ** 2, rel=1e-7)
    if np.linalg.cond(x.T @ x) < 1e9:
        assert found.whole_condition == pytest.approx(np.linalg.cond(x.T @ x), rel=1e-4)
    assert found.condition is not None
    drawn = (x - x.mean(axis=0))[:, :2] if bias == "best" else x[:, :2]  # a bias at its best is the projection onto what has mean 0
    assert found.condition == pytest.approx(np.linalg.cond(drawn) ** 2, rel=1e-6)


def test_on_raw_features_it_is_far_larger_and_on_standardized_ones_the_same() -> None:
    raw, standardized = panel(pick("linear")).fit, panel(pick("linear"), 1.0, "standardize").fit
    assert raw.condition is not None
    assert raw.whole_condition is not None
    assert raw.whole_condition > 100 * raw.condition
    assert standardized.whole_condition == pytest.approx(standardized.condition)


def test_of_the_cross_entropy_rows_count_by_how_unsure_they_are() -> None:
    """Σ p(1 − p)[x; 1][x; 1]ᵀ at the minimum that Newton's method finds in NumPy."""
    (x, y), theta = columns(1.0, False), np.zeros(3)
    label = y > y.mean()
    found = panel(pick("logistic"))
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ theta))
        theta -= np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (p - label))
    assert found.fit.theta is not None
    np.testing.assert_allclose(found.fit.theta, theta[:2], rtol=1e-5)
    p = 1 / (1 + np.exp(-x @ theta))
    assert found.fit.whole_condition == pytest.approx(np.linalg.cond(x.T @ (x * (p * (1 - p))[:, None])), rel=1e-4)


@pytest.mark.parametrize("surface", [pick("linear", bias="fixed"), pick("linear", bias="axis"), pick("rosenbrock")])
def test_where_no_bias_is_trained_beside_the_plane_there_is_one_number(surface: Pick) -> None:
    found = panel(surface)
    assert found.fit.whole_condition is None
    assert [fact["label"] for fact in facts_of(found) if "κ" in fact["label"]] == ["condition number κ"]


def test_the_page_names_both() -> None:
    facts = {fact["label"]: fact["value"] for fact in facts_of(panel(pick("linear")))}
    x, _ = columns(1.0, False)
    assert float(facts["κ with the bias"]) == pytest.approx(np.linalg.cond(x) ** 2, rel=1e-3)
    assert float(facts["condition number κ"]) == pytest.approx(np.linalg.cond((x - x.mean(axis=0))[:, :2]) ** 2, rel=1e-3)
