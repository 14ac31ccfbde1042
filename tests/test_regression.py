"""Losses, places of the bias, gradients, Hessians and minima of linear and logistic regression, against NumPy, SciPy, scikit-learn."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import math
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from scipy.optimize import brentq, linprog, minimize
from sklearn.linear_model import LogisticRegression

from labs.plane import kernels
from labs.plane.setup import Experiment, Panel
from labs.plane.run import problem_of, run
from labs.plane.minimum import Fit, fitted
from labs.plane.problem import Problem, probed
from labs.plane.rows import prepared
from core.settings import pick
from surfaces.loss import best_bias, losses
from surfaces.surface import Rows, Structure

Vector = Float[np.ndarray, " n"]
Matrix = Float[np.ndarray, "d n"]

LOSSES = ("mean_squared", "mean_absolute", "huber", "cross_entropy")
SMOOTH = ("mean_squared", "huber", "cross_entropy")
BIAS = ("best", "fixed", "trained", "axis")
DELTA, FIXED = 0.8, 0.35
NUMBERS = {"bias_value": np.float64(FIXED), "delta": np.float64(DELTA)}


# ------------------------------------------------------------------------------------------------------------- the oracle


def sigmoid(s: Vector) -> Vector:
    return 1 / (1 + np.exp(-s))


def cost(loss: str, s: Vector, y: Vector) -> Vector:
    """What each row costs, from the textbook."""
    r = s - y
    match loss:
        case "mean_squared":
            return r**2
        case "mean_absolute":
            return np.abs(r)
        case "huber":
            return np.array([e * e / 2 if abs(e) <= DELTA else DELTA * (abs(e) - DELTA / 2) for e in r])
        case _:
            p = sigmoid(s)
            return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def slope(loss: str, s: Vector, y: Vector) -> Vector:
    """∂cost/∂score of each row."""
    r = s - y
    return {"mean_squared": 2 * r, "mean_absolute": np.sign(r), "huber": np.clip(r, -DELTA, DELTA), "cross_entropy": sigmoid(s) - y}[loss]


def bend(loss: str, s: Vector, y: Vector) -> Vector:
    """∂²cost/∂score² of each row."""
    match loss:
        case "mean_squared":
            return np.full_like(s, 2.0)
        case "huber":
            return (np.abs(s - y) < DELTA).astype(float)
        case _:
            return sigmoid(s) * (1 - sigmoid(s))


def at_best(loss: str, s: Vector, y: Vector, w: Vector) -> float:
    """The best bias: a mean, a median, or a root of the slope."""
    if loss == "mean_squared":
        return float(np.average(y - s, weights=w))
    if loss == "mean_absolute":
        return float(np.median(np.repeat(y - s, w.astype(int))))
    return float(brentq(lambda b: w @ slope(loss, s + b, y), -50, 50, xtol=1e-14, rtol=1e-14))


def scores(loss: str, bias: str, θ: Vector, x: Matrix, y: Vector, w: Vector) -> Vector:
    if bias == "axis":
        return θ[0] + θ[1] * x[0]
    s = θ[:2] @ x
    return s + {"best": lambda: at_best(loss, s, y, w), "fixed": lambda: FIXED, "trained": lambda: float(θ[2])}[bias]()


def oracle(loss: str, reduce: str, bias: str, θ: Vector, x: Matrix, y: Vector, w: Vector) -> float:
    total = float(w @ cost(loss, scores(loss, bias, θ, x, y, w), y))
    return total / float(w.sum()) if reduce == "mean" else total


def derivatives(loss: str, reduce: str, bias: str, θ: Vector, x: Matrix, y: Vector, w: Vector) -> tuple[Vector, Matrix]:
    """Gradient and Hessian in closed form; of the profile over the best bias by the Schur complement H_ww − H_wb H_bw/H_bb."""
    s = scores(loss, bias, θ, x, y, w)
    one = np.ones_like(y)
    z = {"best": np.vstack([x, one]), "fixed": x, "trained": np.vstack([x, one]), "axis": np.vstack([one, x[:1]])}[bias]
    g, h = z @ (w * slope(loss, s, y)), (z * (w * bend(loss, s, y))) @ z.T
    if bias == "best":
        g, h = g[:2], h[:2, :2] - np.outer(h[:2, 2], h[2, :2]) / h[2, 2]
    n = w.sum() if reduce == "mean" else 1.0
    return g / n, h / n


# ----------------------------------------------------------------------------------------------------------------- losses


def structure(loss: str, reduce: str, bias: str) -> Structure:
    if loss == "cross_entropy":
        return Structure("logistic", (("reduce", reduce), ("bias", bias)))
    return Structure("linear", (("loss", loss), ("reduce", reduce), ("bias", bias)))


def draw(loss: str, n: int = 37, seed: int = 5) -> tuple[Matrix, Vector]:
    draws = np.random.default_rng(seed)
    x = draws.standard_normal((2, n)) * [[1.0], [2.5]] + [[0.4], [-1.0]]
    y = x[0] - 0.5 * x[1] + 0.7 + 1.5 * draws.standard_t(3, n)
    return x, (y > y.mean()).astype(float) if loss == "cross_entropy" else y


def points(bias: str) -> list[Vector]:
    draws = np.random.default_rng(11)
    p = 3 if bias == "trained" else 2
    return [np.zeros(p), *(draws.standard_normal((4, p)) * 1.3)]


def probe(loss: str, reduce: str, bias: str, x: Matrix, y: Vector, w: Vector, θ: Vector, pad: bool = True) -> tuple[float, Vector, Matrix]:
    """Loss, gradient and Hessian of the code, the rows padded to 64 with zeros, so that one kernel does for all sizes."""
    room = max(64 - y.size, 0) if pad else 0
    x = np.pad(x[:1] if bias == "axis" else x, ((0, 0), (0, room)))
    rows = Rows(jnp.array(x), jnp.array(np.pad(y, (0, room))), jnp.array(np.pad(w, (0, room))))
    value, gradient, hessian = kernels.prober(structure(loss, reduce, bias))(NUMBERS, rows, jnp.array(θ))
    return float(value), np.asarray(gradient), np.asarray(hessian)


def close(found: float | Matrix, expected: float | Matrix, what: object, tolerance: float = 1e-9) -> None:
    """1e-9 of the size of the thing: the best bias is searched to 1e-10."""
    size = float(np.max(np.abs(np.asarray(expected)))) + 1e-3
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * size, err_msg=str(what))


ASKED = [*product(LOSSES, ("mean",), BIAS), *product(LOSSES, ("sum",), ("best",))]  # one kernel each: a second or two to compile


@pytest.mark.parametrize(("loss", "reduce", "bias"), ASKED)
def test_loss_is_numpys(loss: str, reduce: str, bias: str) -> None:
    """At five points; weights 0, 1 and 2, where 2 is a row that stands twice and 0 is padding."""
    x, y = draw(loss)
    w = np.arange(37) % 3.0
    twice = np.repeat(np.arange(37), w.astype(int))
    for θ in points(bias):
        found = probe(loss, reduce, bias, x, y, w, θ)[0]
        close(found, oracle(loss, reduce, bias, θ, x, y, w), θ)
        close(found, oracle(loss, reduce, bias, θ, x[:, twice], y[twice], np.ones(twice.size)), θ)


@pytest.mark.parametrize(("loss", "reduce", "bias"), [asked for asked in ASKED if asked[0] in SMOOTH])
def test_gradient_and_hessian_are_exact(loss: str, reduce: str, bias: str) -> None:
    x, y = draw(loss)
    w = np.ones(37)
    for θ in points(bias):
        _, gradient, hessian = probe(loss, reduce, bias, x, y, w, θ)
        expected_gradient, expected_hessian = derivatives(loss, reduce, bias, θ, x, y, w)
        close(gradient, expected_gradient, θ, 1e-8)
        close(hessian, expected_hessian, θ, 1e-8)
        close(hessian, hessian.T, θ, 1e-12)


@pytest.mark.parametrize(("loss", "bias"), list(product(LOSSES, BIAS)))
def test_gradient_is_the_difference_quotient(loss: str, bias: str) -> None:
    """Of the NumPy loss, central: error of order 1e-10 from h² and of 1e-10 from rounding; 1e-6 leaves room. No draw is at a kink."""
    x, y = draw(loss)
    w, h = np.ones(37), 1e-5
    for θ in points(bias)[1:]:
        gradient = probe(loss, "mean", bias, x, y, w, θ)[1]
        steps = h * np.eye(θ.size)
        quotient = [(oracle(loss, "mean", bias, θ + e, x, y, w) - oracle(loss, "mean", bias, θ - e, x, y, w)) / (2 * h) for e in steps]
        np.testing.assert_allclose(gradient, quotient, atol=1e-6)


@pytest.mark.parametrize(("loss", "bias"), list(product(LOSSES, ("best", "trained"))))
def test_padding_changes_nothing(loss: str, bias: str) -> None:
    reduce, (x, y) = "mean", draw(loss)
    padded = np.pad(x, ((0, 0), (0, 27))), np.pad(y, (0, 27)), np.pad(np.ones(37), (0, 27))
    garbage = np.pad(x, ((0, 0), (0, 27)), constant_values=99.0), np.pad(y, (0, 27), constant_values=-7.0), padded[2]
    for θ in points(bias)[:3]:
        plain = probe(loss, reduce, bias, x, y, np.ones(37), θ, pad=False)
        for other in (padded, garbage):
            found = probe(loss, reduce, bias, *other, θ)
            for part in range(3):  # loss, gradient, Hessian
                close(np.asarray(found[part]), np.asarray(plain[part]), (part, θ))


@pytest.mark.parametrize("loss", LOSSES)
def test_best_bias_under_scores_of_any_size(loss: str) -> None:
    """Scores from 1e-3 to 1e3 in one draw: the bracket has to hold the bias, and the search to end there."""
    x, y = draw(loss)
    for size in (1e-3, 1.0, 30.0, 1e3):
        θ = np.array([size, -0.3 * size])
        s, w = θ @ x, np.ones(37)
        found = probe(loss, "mean", "best", x, y, w, θ)[0]
        if loss == "cross_entropy":
            b = float(brentq(lambda b, s=s: np.sum(1 / (1 + np.exp(-np.clip(s + b, -700, 700))) - y), -1e4, 1e4, xtol=1e-13))
            expected = float(np.mean(np.logaddexp(0, s + b) - y * (s + b)))
        elif loss == "huber":
            b = float(brentq(lambda b, s=s: np.sum(np.clip(s + b - y, -DELTA, DELTA)), -1e4, 1e4, xtol=1e-13))
            expected = float(np.mean(cost(loss, s + b, y)))
        else:
            expected = oracle(loss, "mean", "best", θ, x, y, w)
        assert found == pytest.approx(expected, rel=1e-8), size


# ----------------------------------------------------------------------------------------------------------------- minima


def fit(problem: Problem) -> Fit:
    return fitted(problem, (0.0, 0.0))


def problem(loss: str, bias: str = "best", data: str = "iris", features: str = "none", **changes: float) -> Problem:
    more = {name: value for name, value in changes.items() if name in ("delta", "bias_value")}
    surface = pick("logistic", bias=bias, **more) if loss == "cross_entropy" else pick("linear", loss=loss, bias=bias, **more)
    return problem_of(Experiment(data=pick(data), surface=surface, scale2=changes.get("scale2", 1.0)), Panel(pick(features)))


def rows(problem: Problem) -> tuple[Matrix, Vector]:
    assert problem.source is not None
    data = prepared(problem.source)
    return np.asarray(data.rows.x)[:, : data.n], np.asarray(data.rows.y)[: data.n]


def design(bias: str, x: Matrix) -> Matrix:
    one = np.ones((1, x.shape[1]))
    return {"best": np.vstack([x, one]), "fixed": x, "trained": np.vstack([x, one]), "axis": np.vstack([one, x[:1]])}[bias]


@pytest.mark.parametrize("bias", BIAS)
@pytest.mark.parametrize("data", ["iris", "diabetes", "wine", "pokemon", "correlated_pair", "lecture_scales"])
def test_least_squares(data: str, bias: str) -> None:
    """Columns scaled to norm 1 before lstsq, so that the oracle itself is good for units that are far apart."""
    asked = problem("mean_squared", bias, data, bias_value=0.5)
    x, y = rows(asked)
    z, target = design(bias, x).T, y - 0.5 if bias == "fixed" else y
    norm = np.linalg.norm(z, axis=0)
    expected = np.linalg.lstsq(z / norm, target, rcond=None)[0] / norm
    residual = z @ expected - target
    found = fit(asked)
    assert found.theta is not None
    # two weights of κ up to 1e9: the loss is exact to rounding, the place of the minimum to √κ·rounding
    assert found.loss == pytest.approx(float(np.mean(residual**2)), rel=1e-9)
    np.testing.assert_allclose(found.theta, expected[: len(found.theta)], rtol=1e-5)
    assert found.baseline == pytest.approx(float(np.var(y)), rel=1e-10)


@pytest.mark.parametrize(
    ("data", "features", "bias"),
    [
        ("iris", "none", "best"),
        ("wine", "none", "best"),
        ("correlated_pair", "standardize", "trained"),
        ("correlated_pair", "standardize", "fixed"),
        ("iris", "none", "axis"),
    ],
)
def test_logistic(data: str, features: str, bias: str) -> None:
    """scikit-learn without a penalty, on features that it likes (its own scaling undone); compared by the loss and by the weights."""
    asked = problem("cross_entropy", bias, data, features)
    found, (x, y) = fit(asked), rows(asked)
    z = design(bias, x)
    size = np.abs(z).max(axis=1)
    learner = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10, max_iter=1000)
    expected = learner.fit((z / size[:, None]).T, y).coef_[0] / size
    s = expected @ z
    assert found.theta is not None
    assert found.loss == pytest.approx(float(np.mean(np.logaddexp(0, s) - y * s)), rel=1e-9)
    np.testing.assert_allclose(found.theta, expected[: len(found.theta)], rtol=1e-4)
    share = y.mean()
    assert found.baseline == pytest.approx(-share * math.log(share) - (1 - share) * math.log(1 - share), rel=1e-9)


@pytest.mark.parametrize("bias", ["best", "trained"])
def test_separable_classes_have_no_minimum(bias: str) -> None:
    surface = pick("logistic", bias=bias)
    experiment = Experiment(data=pick("iris", target="setosa"), surface=surface, scale2=1.0, steps=20, resolution=20)
    for panel in run(experiment).panels:
        assert panel.fit.theta is None
        assert panel.condition is None
        assert panel.limit is None
        assert panel.goal is None
        assert panel.fit.reason is not None
        assert "can be separated" in panel.fit.reason.english
        assert panel.walks[0].settled is None


def huber_oracle(z: Matrix, y: Vector, delta: float) -> float:
    """The convex program min Σ ½u² + δ(p + q) with z·θ + u + p − q = y by L-BFGS from least squares, then polished by Newton."""
    norm = np.linalg.norm(z, axis=1, keepdims=True)
    z = z / norm

    def value(q: Vector) -> tuple[float, Vector]:
        r = q @ z - y
        clipped = np.clip(r, -delta, delta)
        return float(np.sum(clipped * (r - clipped / 2))), z @ clipped

    start = np.linalg.lstsq(z.T, y, rcond=None)[0]
    ends = [minimize(value, start, jac=True, method=method, options={"maxiter": 20000}) for method in ("BFGS", "L-BFGS-B")]
    return min(float(end.fun) for end in ends) / y.size


@pytest.mark.parametrize("bias", ["best", "trained"])
@pytest.mark.parametrize(("data", "delta"), [("iris", 1.0), ("iris", 1e-3), ("diabetes", 1.0), ("pokemon", 1.0)])
def test_huber(data: str, delta: float, bias: str) -> None:
    """No point that SciPy finds may be lower than the reported minimum (its loss is good to 1e-6)."""
    found = fit(problem("huber", bias, data, delta=delta))
    x, y = rows(problem("huber", bias, data, delta=delta))
    expected = huber_oracle(design(bias, x), y, delta)
    assert found.loss is not None
    assert found.loss <= expected * (1 + 1e-6)
    assert found.loss >= expected * (1 - 1e-2)  # SciPy may stop early where δ is small; lower is no fault, far lower is


@pytest.mark.parametrize("bias", BIAS)
@pytest.mark.parametrize(("data", "scale2"), [("iris", 10.0), ("diabetes", 1.0), ("wine", 1.0), ("pokemon", 1.0)])
def test_absolute_error(data: str, scale2: float, bias: str) -> None:
    """Against the primal linear program; the kink leaves no κ, and that is said."""
    asked = problem("mean_absolute", bias, data, scale2=scale2, bias_value=0.5)
    found, (x, y) = fit(asked), rows(asked)
    z = design(bias, x)
    z, target, n = z / np.abs(z).max(axis=1, keepdims=True), y - 0.5 if bias == "fixed" else y, y.size
    program = linprog(
        np.r_[np.zeros(len(z)), np.ones(2 * n)],
        A_eq=np.hstack([z.T, np.eye(n), -np.eye(n)]),
        b_eq=target,
        bounds=[(None, None)] * len(z) + [(0, None)] * (2 * n),
        method="highs",
    )
    assert found.loss == pytest.approx(program.fun / n, rel=1e-7)
    assert found.baseline == pytest.approx(float(np.mean(np.abs(y - np.median(y)))), rel=1e-9)
    assert found.condition is None
    assert found.limit is None
    assert found.reason is not None
    assert "kink" in found.reason.english


@pytest.mark.parametrize("loss", SMOOTH)
def test_the_gradient_vanishes_at_the_minimum(loss: str) -> None:
    """A gradient of 1e-6 of the one at the start."""
    for bias in ("best", "trained"):
        asked = problem(loss, bias, "correlated_pair", "standardize")
        found = fit(asked)
        assert found.theta is not None
        here, there = (np.linalg.norm(probed(asked, tuple(θ))[1]) for θ in (found.theta, found.theta + 1.0))
        assert here < 1e-6 * there, bias


@pytest.mark.parametrize(
    ("loss", "bias"), [("mean_squared", bias) for bias in BIAS] + [("cross_entropy", "best"), ("cross_entropy", "axis")]
)
def test_curvature_is_that_of_the_closed_form(loss: str, bias: str) -> None:
    """The Hessian of the two drawn weights at the minimum, and of all that are trained; the fixed bias is set to the oracle's."""
    asked = problem(loss, bias, "iris", bias_value=FIXED)
    found, (x, y) = fit(asked), rows(asked)
    assert found.theta is not None
    hessian = derivatives(loss, "mean", bias, found.theta, x, y, np.ones(y.size))[1]
    np.testing.assert_allclose(np.asarray(found.eigenvalues), np.linalg.eigvalsh(hessian), rtol=1e-6)
    np.testing.assert_allclose(np.asarray(found.plane_eigenvalues), np.linalg.eigvalsh(hessian[:2, :2]), rtol=1e-6)


STEEP: dict[str, tuple[str, dict[str, float], float]] = {
    "cross-entropy": ("cross_entropy", {}, 1.0),
    "cross-entropy, large scores": ("cross_entropy", {}, 1e3),
    "Huber": ("huber", {"delta": 1.0}, 1.0),
    "Huber, nearly the absolute error": ("huber", {"delta": 1e-3}, 1e6),
    "Huber, nearly the squared error": ("huber", {"delta": 1e3}, 1.0),
}


@pytest.mark.parametrize("n", [2, 3, 16, 150])
@pytest.mark.parametrize("name", STEEP)
def test_the_best_bias_is_best_wherever_the_search_begins(name: str, n: int) -> None:
    """Against two hundred halvings of the bracket. Classes are mixed, so that the loss is far from 0 and relative errors mean something."""
    loss_name, chosen, scale = STEEP[name]
    loss, rng = losses()[loss_name], np.random.default_rng(n)
    numbers = {key: jnp.asarray(value) for key, value in chosen.items()}
    assert loss.bracket is not None

    @jax.jit
    def slope(b: Array, score: Array, rows: Rows) -> Array:
        return jax.grad(lambda b: jnp.sum(loss.value(score + b, rows.y, numbers)))(b)

    best = jax.jit(lambda score, rows: best_bias(loss, numbers, score, rows))
    for _ in range(8):
        score, y = scale * rng.normal(size=n), scale * rng.normal(size=n)
        if loss.labels:
            y = (np.argsort(np.argsort(score)) < n // 2).astype(float)  # the lowest scores are the positives: nobody can separate them
        rows = Rows(jnp.asarray(score)[None], jnp.asarray(y), jnp.ones(n))
        low, high = (float(end) for end in loss.bracket(jnp.asarray(score), rows))
        for _ in range(200):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if float(slope(jnp.asarray(middle), jnp.asarray(score), rows)) > 0 else (middle, high)
        found = float(best(jnp.asarray(score), rows))
        of_found, of_best = (float(jnp.mean(loss.value(rows.x[0] + b, rows.y, numbers))) for b in (found, 0.5 * (low + high)))
        assert of_found <= of_best * (1 + 1e-12)


@pytest.mark.parametrize("features", ["whiten_pca", "whiten_zca"])
def test_a_spread_that_is_rounding_is_zero(features: str) -> None:
    """The same column twice: one direction holds all, the other nothing, and no weight of rounding stretches the picture."""
    twice = Experiment(data=pick("iris", x1="petal length", x2="petal length"), panels=(Panel(features=pick(features)),), steps=1)
    panel = run(twice).panels[0]
    assert panel.fit.hessian is not None
    ends = np.linalg.eigvalsh(panel.fit.hessian)
    assert abs(ends[0]) <= 1e-12 * ends[1]
    assert panel.condition is None
    assert max(np.abs(panel.a).max(), np.abs(panel.b).max()) < 100
    if features == "whiten_pca":
        assert panel.inputs is not None
        assert not panel.inputs[1].any()


def test_an_exact_fit_has_a_loss_of_zero() -> None:
    panel = run(Experiment(data=pick("iris", x1="petal length", x2="petal width", target="petal width"), steps=1)).panels[0]
    assert panel.fit.loss == 0.0
