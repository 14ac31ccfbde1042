"""Softmax regression as a surface: loss, gradient and Hessian against NumPy, its minimum against scikit-learn, whose weights are drawn."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from itertools import product

import numpy as np
import pytest
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression

from labs.plane.setup import Experiment, Panel
from core.settings import pick
from labs.plane.run import problem_of, run, start_at
from labs.plane.minimum import fitted
from labs.plane.problem import Problem, probed
from labs.plane.rows import class_names, class_of_rows, target_class_first, prepared, table
from labs.plane.start import started
from core.settings import Pick
from core.messages import Refusal

Vector = Float[np.ndarray, " n"]
Matrix = Float[np.ndarray, "d n"]
TABLES = (
    pick("iris", target="species"),
    pick("iris", target="versicolor", numbering="201"),
    pick("school_grades", target="grade 4", samples=60),
    pick("wine", target="class 3"),
    pick("spirals", classes=4, samples=80),
    pick("breast_cancer", target="malignant"),
)


def problem(data: Pick, decay: float = 0.01, features: str = "standardize") -> Problem:
    return problem_of(Experiment(data=data, surface=pick("softmax", decay=decay), scale2=1.0), Panel(features=pick(features)))


def rows(of: Problem) -> tuple[Matrix, Int[np.ndarray, " n"]]:
    assert of.source is not None
    found = prepared(of.source)
    return np.asarray(found.rows.x)[:, : found.n], np.asarray(found.rows.y)[: found.n].astype(int)


def oracle(θ: Vector, x: Matrix, k: Int[np.ndarray, " n"], c: int, λ: float) -> tuple[float, Vector, Matrix]:
    """The loss and its derivatives: with p = softmax(Wx+b) and z = (x, 1), ∂L/∂w_i = mean (p_i − 1[k = i]) z, and
    ∂²L/∂w_i∂w_j = mean p_i (1[i = j] − p_j) z zᵀ; in the order of θ."""
    n = k.size
    z = np.vstack([x, np.ones(n)])
    order = np.array([[2 * i, 2 * i + 1, 2 * c + i] for i in range(c)]).ravel()  # (W_i, b_i) of class i in θ
    scores = θ[order].reshape(c, 3) @ z
    p = np.exp(scores) / np.exp(scores).sum(axis=0)
    right = np.eye(c)[:, k]
    gradient, hessian = np.zeros(3 * c), np.zeros((3 * c, 3 * c))
    gradient[order] = ((p - right) @ z.T / n).ravel()
    blocks = np.array([[(z * p[i] * ((i == j) - p[j])) @ z.T / n for j in range(c)] for i in range(c)])
    hessian[np.ix_(order, order)] = blocks.transpose(0, 2, 1, 3).reshape(3 * c, 3 * c)
    loss = -np.mean(np.log(p[k, np.arange(n)])) + λ / 2 * θ @ θ
    return float(loss), gradient + λ * θ, hessian + λ * np.eye(3 * c)


@pytest.mark.parametrize("data", TABLES, ids=str)
def test_loss_gradient_and_hessian(data: Pick) -> None:
    """float64 on both sides; what is left is rounding."""
    of, c = problem(data), len(class_names(data))
    x, k = rows(of)
    for seed, size in product((0, 1), (0.3, 3.0)):
        θ = size * np.random.default_rng(seed).standard_normal(3 * c)
        (loss, gradient, hessian), wanted = probed(of, tuple(θ)), oracle(θ, x, k, c, 0.01)
        np.testing.assert_allclose(loss, wanted[0], rtol=1e-9)
        np.testing.assert_allclose(gradient, wanted[1], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(hessian, wanted[2], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("data", "decay"), list(product(TABLES, (1e-3, 0.1))), ids=str)
def test_the_minimum_is_scikit_learns(data: Pick, decay: float) -> None:
    """Its C is 1/(n·λ) for the mean; the bias is a feature there, as it decays too here. Its own tolerance is what limits this."""
    of, c = problem(data, decay), len(class_names(data))
    x, k = rows(of)
    θ, loss = fitted(of, (0.0, 0.0)).theta, fitted(of, (0.0, 0.0)).loss
    assert θ is not None
    np.testing.assert_allclose(oracle(θ, x, k, c, decay)[1], 0, atol=1e-9)
    z = np.vstack([x, np.ones(k.size)]).T
    theirs = LogisticRegression(C=1 / (k.size * decay), fit_intercept=False, solver="newton-cg", tol=1e-10, max_iter=1000).fit(z, k)
    coef = theirs.coef_ if c > 2 else np.vstack([-theirs.coef_, theirs.coef_]) / 2
    if c > 2:
        np.testing.assert_allclose(np.column_stack([θ[: 2 * c].reshape(c, 2), θ[2 * c :]]), coef, atol=1e-5)
    assert loss is not None
    assert loss < oracle(θ + 1e-3, x, k, c, decay)[0]


def test_separable_classes_have_a_minimum_all_the_same() -> None:
    """Setosa can be told from the others by a line, so without decay its weights would grow for ever; less decay, larger weights."""
    data = pick("iris", x1="petal length", x2="petal width", target="setosa")
    minima = [fitted(problem(data, decay), (0.0, 0.0)).theta for decay in (1e-1, 1e-3, 1e-6)]
    sizes = [float(np.linalg.norm(θ)) for θ in minima if θ is not None]
    assert len(sizes) == 3
    assert sizes == sorted(sizes)
    assert sizes[-1] < 1e3


@pytest.mark.parametrize("data", TABLES, ids=str)
def test_baseline_is_the_entropy_of_the_shares(data: Pick) -> None:
    share = np.bincount(class_of_rows(data)) / class_of_rows(data).size
    assert fitted(problem(data), (0.0, 0.0)).baseline == pytest.approx(-np.sum(share * np.log(share)), rel=1e-12)


@pytest.mark.parametrize("numbering", ["012", "120", "210"])
@pytest.mark.parametrize("name", ["setosa", "versicolor", "virginica"])
def test_the_drawn_class_comes_first(name: str, numbering: str) -> None:
    """Whatever numbers the classes have; the others keep their order."""
    data = pick("iris", target=name, numbering=numbering)
    others = [other for other in class_names(data) if other != name]
    columns = table(data)
    for place, one in enumerate((name, *others)):
        np.testing.assert_array_equal(target_class_first(data) == place, columns[one] == 1)


def test_which_class_is_drawn_changes_no_minimum() -> None:
    """The same optimum, the classes in another order."""
    weights = {}
    for name in ("setosa", "versicolor", "virginica"):
        θ = fitted(problem(pick("iris", target=name)), (0.0, 0.0)).theta
        assert θ is not None
        order = (name, *(other for other in ("setosa", "versicolor", "virginica") if other != name))
        weights[name] = {one: θ[[2 * i, 2 * i + 1, 6 + i]] for i, one in enumerate(order)}
    for name in ("versicolor", "virginica"):
        for one, found in weights[name].items():
            np.testing.assert_allclose(found, weights["setosa"][one], atol=1e-7)  # Newton stops where the loss no longer falls


@pytest.mark.parametrize("name", ["pokemon", "diabetes", "correlated_pair"])
def test_rows_without_classes_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="no classes"):
        run(Experiment(data=pick(name), surface=pick("softmax")))


def test_a_panel_may_have_another_model() -> None:
    """Its own pictures are those of an experiment with that surface; the others' stay as they were."""
    data, plain, other = pick("iris", target="setosa"), Panel(), Panel(model="softmax", surface=(("decay", 0.01),))
    both = run(Experiment(data=data, panels=(plain, other), steps=50)).panels
    (alone,) = run(Experiment(data=data, panels=(plain,), surface=pick("softmax", decay=0.01), steps=50)).panels
    (linear,) = run(Experiment(data=data, panels=(plain,), steps=50)).panels
    for mine, theirs in zip(both, (linear, alone), strict=True):
        assert mine.problem == theirs.problem
        np.testing.assert_array_equal(mine.grid, theirs.grid)
        np.testing.assert_array_equal(mine.walks[0].points.path, theirs.walks[0].points.path)
    assert run(Experiment(surface=pick("lecture_toy"), panels=(other,))).panels[0].problem.structure.surface == "lecture_toy"


@pytest.mark.parametrize("features", ["none", "standardize", "whiten_pca"])
def test_a_start_is_put_where_a_hand_puts_it(features: str) -> None:
    """In the panel's own drawn weights; all other weights start at 0."""
    experiment = Experiment(data=pick("iris", target="setosa"), surface=pick("softmax"), scale2=10.0)
    panel = Panel(features=pick(features))
    _, theta = started(problem_of(experiment, panel), start_at(experiment, panel, (0.7, -1.3)))
    np.testing.assert_allclose(theta, [0.7, -1.3, *np.zeros(7)], atol=1e-9)
