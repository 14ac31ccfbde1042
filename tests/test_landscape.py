"""The grid point by point, eigenvalues against exact arithmetic, minima against SciPy, linear programs against their primals."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from scipy.optimize import linprog, minimize

from labs.plane.setup import Experiment, Panel
from labs.plane.run import run
from landscape.curvature import eigenvalues
from landscape.grid import Plane, on_grid
from landscape.linear_programs import least_absolute, separable
from landscape.minimum import lowest, newton
from landscape.points import MOST, chunk_of
from labs.plane.rows import prepared
from core.settings import Pick, pick

Vector = Float[np.ndarray, " n"]
Matrix = Float[np.ndarray, "d n"]
Formula = Callable[[float, float, Matrix, Vector], float]

# ---------------------------------------------------------------------------------------------------------------- the grid


def best_bias_squares(a: float, b: float, x: Matrix, y: Vector) -> float:
    return float(np.var(y - a * x[0] - b * x[1]))


def absolute(a: float, b: float, x: Matrix, y: Vector) -> float:
    residual = y - a * x[0] - b * x[1]
    return float(np.mean(np.abs(residual - np.median(residual))))


def axis(a: float, b: float, x: Matrix, y: Vector) -> float:
    return float(np.sum((y - a - b * x[0]) ** 2))


def two_units(a: float, b: float, x: Matrix, y: Vector) -> float:
    z = np.array([[1.0, 1.0], [3.0, -3.0]]) / np.sqrt(2) @ x
    z = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)
    hidden = np.tanh(z)
    return float(np.var(y - a * hidden[0] - b * hidden[1]))


def camel(a: float, b: float, x: Matrix, y: Vector) -> float:
    return 2 * a**2 - 1.05 * a**4 + a**6 / 6 + a * b + b**2


def rosenbrock(a: float, b: float, x: Matrix, y: Vector) -> float:
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


GRIDS: dict[str, tuple[Pick, Panel, Formula]] = {
    "linear": (pick("linear"), Panel(pick("standardize")), best_bias_squares),
    "absolute": (pick("linear", loss="mean_absolute"), Panel(), absolute),
    "b and w, sum": (pick("linear", bias="axis", reduce="sum"), Panel(), axis),
    "network": (pick("network", gain=3.0, activation="tanh"), Panel(pick("standardize"), pick("batch")), two_units),
    "camel": (pick("three_hump_camel"), Panel(), camel),
    "rosenbrock": (pick("rosenbrock"), Panel(), rosenbrock),
}


@pytest.mark.parametrize("name", GRIDS)
def test_grid_point_by_point(name: str) -> None:
    """The median of 150 residuals is found by bisection to 1e-10 of b, hence the tolerance of 1e-9."""
    surface, panel, formula = GRIDS[name]
    window = (-1.5, 2.0, -0.5, 1.25)
    shown = run(Experiment(surface=surface, panels=(panel,), window=window, resolution=21, steps=1, mode="same", scale2=1.0)).panels[0]
    assert (shown.a[0], shown.a[-1], shown.b[0], shown.b[-1]) == window
    for axis in (shown.a, shown.b):  # not always even: a thin valley is sampled more finely
        assert axis.shape == (21,)
        assert np.all(np.diff(axis) > 0)
    x, y = np.zeros((2, 0)), np.zeros(0)
    if shown.problem.source is not None:
        data = prepared(shown.problem.source)
        x, y = data.affine(data.raw), np.asarray(data.rows.y)[: data.n]
    expected = [[formula(float(a), float(b), x, y) for a in shown.a] for b in shown.b]  # rows along b
    np.testing.assert_allclose(shown.grid, expected, rtol=1e-9, atol=1e-12)


def test_grid_with_a_trained_bias_holds_it_at_the_minimum() -> None:
    shown = run(Experiment(surface=pick("linear", bias="trained"), panels=(Panel(),), steps=1, resolution=20)).panels[0]
    assert shown.problem.source is not None
    assert shown.fit.theta is not None
    data = prepared(shown.problem.source)
    y, bias = np.asarray(data.rows.y)[: data.n], float(shown.fit.theta[2])
    expected = [[np.mean((a * data.raw[0] + b * data.raw[1] + bias - y) ** 2) for a in shown.a] for b in shown.b]
    np.testing.assert_allclose(shown.grid, expected, rtol=1e-9)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (3, 5), (64, MOST // 64), (64, MOST // 64 + 1), (1, 2 * MOST + 1)])
def test_any_plane_and_any_number_of_points(m: int, n: int) -> None:
    """Around the size of a chunk, on a plane that lies askew in three parameters; the second term is given as an affine part."""
    origin, u, v = np.array([1.0, -2.0, 0.5]), np.array([0.3, 1.0, -1.0]), np.array([2.0, 0.0, 0.25])
    a, b = np.linspace(-1, 1, n), np.linspace(0, 3, m)
    plane = Plane(jnp.array(origin), jnp.array(u), jnp.array(v))
    s, side = jnp.array(0.5), (jnp.array(a), jnp.array(b))
    values = on_grid(lambda θ, s, z: θ[0] ** 3 - s * z, lambda θ, s: θ[1] + s * θ[2] + 4.0, plane, s, *side)
    at = origin + a[None, :, None] * u + b[:, None, None] * v
    np.testing.assert_allclose(values, at[..., 0] ** 3 - 0.5 * (at[..., 1] + 0.5 * at[..., 2] + 4.0), rtol=1e-13, atol=1e-13)


def test_a_chunk_fits_the_cache() -> None:
    assert chunk_of(16) == MOST
    assert chunk_of(16 * 256 * 4) * 16 * 256 * 4 == 2**19  # the first layer of 16 units on 256 rows in float32
    assert chunk_of(10**12) == 1


# ------------------------------------------------------------------------------------------------------------- eigenvalues


def exact(matrix: Matrix) -> tuple[float, float]:
    """Of the 2×2 matrix of just these floating-point numbers: fractions, and one square root to 120 digits."""
    (a, b), (_, c) = [[Fraction(float(entry)) for entry in row] for row in matrix]
    with localcontext() as context:
        context.prec = 120
        square = (a - c) ** 2 + 4 * b * b
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
        trace = Decimal((a + c).numerator) / Decimal((a + c).denominator)
        return float((trace - root) / 2), float((trace + root) / 2)


GRADED = list(product((1e-3, 1.0, 31.0, 1e3), (1e-3, 1.0, 17.0, 1e3), (-0.9, 0.0, 0.3, 0.7)))


@pytest.mark.parametrize("indefinite", [False, True])
def test_eigenvalues_of_graded_matrices_are_exact(indefinite: bool) -> None:
    """D·C·D, D of the units (scaled squares: up to 1e12 apart), C of a moderate correlation: both eigenvalues to 20 roundings.

    eigvalsh loses the small one: its error is a rounding of the LARGE one. Correlation costs 1/(1 − ρ²) more.
    """
    for s, t, ρ in GRADED:
        matrix = np.array([[s * s, ρ * s * t], [ρ * s * t, (-1 if indefinite else 1) * t * t]])
        found, (low, high) = eigenvalues(matrix), exact(matrix)
        np.testing.assert_allclose(found, [low, high], rtol=20 * np.finfo(float).eps / (1 - ρ**2), err_msg=f"{s} {t} {ρ}")
        np.testing.assert_allclose(found, np.linalg.eigvalsh(matrix), atol=1e-14 * np.abs(matrix).max())


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[0, 0], [0, 0]], [0, 0]),
        ([[0, -2], [-2, 0]], [-2, 2]),  # the lecture's saddle, facts.md A
        ([[2, 2], [2, 2]], [0, 4]),  # a degenerate minimum
        ([[-3, 0], [0, -5]], [-5, -3]),
        ([[0, 0], [0, 7]], [0, 7]),
        ([[1e300, 0], [0, 1e-300]], [1e-300, 1e300]),
    ],
)
def test_eigenvalues_of_special_matrices(matrix: list[list[float]], expected: list[float]) -> None:
    assert eigenvalues(np.array(matrix, dtype=float)).tolist() == pytest.approx(expected, rel=1e-15, abs=0)


def test_eigenvalues_of_larger_matrices() -> None:
    draws = np.random.default_rng(0).standard_normal((20, 3, 3))
    for draw in draws:
        np.testing.assert_allclose(eigenvalues(draw + draw.T), np.linalg.eigvalsh(draw + draw.T), rtol=1e-12, atol=1e-13)


# ------------------------------------------------------------------------------------------------------------------ minima

SMOOTH: dict[str, tuple[Callable[[Float[Array, " 2"]], Float[Array, ""]], tuple[float, float]]] = {
    "rosenbrock": (lambda θ: (1 - θ[0]) ** 2 + 100 * (θ[1] - θ[0] ** 2) ** 2, (-1.2, 1.0)),
    "graded bowl": (lambda θ: 1e-6 * (θ[0] - 300.0) ** 2 + 1e6 * (θ[1] - 0.02) ** 2, (0.0, 0.0)),
    "logistic": (lambda θ: jnp.logaddexp(0, θ[0] + 2 * θ[1]) + jnp.logaddexp(0, -3 * θ[0] + θ[1]) + 0.1 * θ @ θ - θ[1], (4.0, -4.0)),
    "leaves a saddle": (lambda θ: θ[0] ** 4 - 2 * θ[0] ** 2 + θ[1] ** 2, (1e-3, 1.0)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_newton_finds_what_scipy_finds(name: str) -> None:
    loss, start = SMOOTH[name]
    theta, value = newton(loss, jnp.array(start))
    other = minimize(lambda q: float(loss(jnp.array(q))), theta, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-16})
    assert value == loss(theta)
    assert float(value) <= other.fun + 1e-12 * (1 + abs(other.fun))
    # a loss is flat to rounding within √ε of its minimum, so no comparison of losses tells points closer than that apart
    np.testing.assert_allclose(theta, other.x, rtol=1e-5, atol=1e-6)


def test_lowest_picks_the_deepest_valley() -> None:
    """x⁴/4 − x²/2 − 0.1x: two valleys, the right one deeper; its bottom is the largest root of x³ − x − 0.1."""
    root = np.roots([1.0, 0.0, -1.0, -0.1]).real.max()
    theta, value = lowest(
        lambda θ: θ[0] ** 4 / 4 - θ[0] ** 2 / 2 - 0.1 * θ[0] + θ[1] ** 2, jnp.array([[-2.0, 1.0], [-1.0, 0.0], [2.0, -1.0]])
    )
    np.testing.assert_allclose(theta, [root, 0.0], atol=1e-9)
    assert float(value) == pytest.approx(root**4 / 4 - root**2 / 2 - 0.1 * root, rel=1e-12)


def test_lowest_passes_over_a_walk_that_is_not_a_number() -> None:
    theta, value = lowest(lambda θ: jnp.where(θ[0] > 5, jnp.nan, (θ[0] - 1) ** 2 + θ[1] ** 2), jnp.array([[9.0, 0.0], [0.0, 2.0]]))
    np.testing.assert_allclose(theta, [1.0, 0.0], atol=1e-9)
    assert float(value) == pytest.approx(0.0, abs=1e-15)


def test_nearest_minimum_of_a_textbook_surface() -> None:
    """Himmelblau's four minima: the one next to the start, gradient zero and κ from its exact Hessian."""
    for start, minimum in {(3.1, 1.9): (3.0, 2.0), (-3.0, 3.0): (-2.805118086952745, 3.131312518250573)}.items():
        fit = run(Experiment(surface=pick("himmelblau"), start=start, steps=1, resolution=20)).panels[0].fit
        np.testing.assert_allclose(np.asarray(fit.theta), minimum, atol=1e-8)
        x, y = minimum
        hessian = np.array([[12 * x**2 + 4 * y - 42, 4 * (x + y)], [4 * (x + y), 4 * x + 12 * y**2 - 26]])
        np.testing.assert_allclose(np.asarray(fit.plane_eigenvalues), np.linalg.eigvalsh(hessian), rtol=1e-7)


# --------------------------------------------------------------------------------------------------------- linear programs

LINE = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
LOW_HIGH = np.array([0.0, 0, 0, 1, 1, 1])
XOR = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
CIRCLE = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 12, endpoint=False)]).T

# features, labels, separable with a free bias, separable through the origin
SEPARABLE: dict[str, tuple[Matrix, Vector, bool, bool]] = {
    "complete": (np.stack([LINE, LINE**2]), LOW_HIGH, True, True),  # x² − 2.5x through 0: 0, −1.5, −1, then 1.5, 6, 12.5
    "complete only with a bias": (LINE[None] + 1, LOW_HIGH, True, False),
    "one feature, raw": (LINE[None], LOW_HIGH, True, False),
    "quasi-complete: a tie at the border": (np.array([[0.0, 1, 2, 2, 3, 4]]), np.array([0.0, 0, 0, 1, 1, 1]), True, False),
    "overlap": (LINE[None], np.array([0.0, 0, 1, 0, 1, 1]), False, False),
    "xor": (XOR, np.array([0.0, 1, 1, 0]), False, False),
    "xor and": (XOR, np.array([0.0, 0, 0, 1]), True, False),
    "inside and outside": (np.hstack([CIRCLE, 2 * CIRCLE]), np.repeat([0.0, 1.0], 12), False, False),
    "ties only": (np.array([[1.0, 1, 2, 2]]), np.array([0.0, 1, 0, 1]), False, False),
    "a constant column": (np.array([[0.0, 1, 2, 3], [7, 7, 7, 7]]), np.array([0.0, 1, 0, 1]), False, False),
    "a column of zeros": (np.array([[0.0, 1, 2, 3], [0, 0, 0, 0]]), np.array([0.0, 0, 1, 1]), True, False),
}


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("name", SEPARABLE)
def test_separable(name: str, unit: float) -> None:
    """In any unit of the first feature, and whichever class is called 1."""
    x, labels, free, origin = SEPARABLE[name]
    scaled = x * np.array([unit, *np.ones(len(x) - 1)])[:, None]
    for flipped in (labels, 1 - labels):
        assert separable(scaled, flipped, True) is free
        assert separable(scaled, flipped, False) is origin


@pytest.mark.parametrize("center", [0.0, 100.0, 1e4])
def test_one_row_decides(center: float) -> None:
    """200 rows split at a threshold; then one row beyond it has the other label. Far from 0 as features in their own units are."""
    x = center + np.linspace(-1, 1, 200)
    labels = (x > center).astype(float)
    noise = np.random.default_rng(3).standard_normal(200)
    features = np.stack([x, noise])
    assert separable(features, labels, True)
    labels[150] = 0
    assert not separable(features, labels, True)


def primal(x: Matrix, y: Vector, free_bias: bool) -> float:
    """min Σ(p + q) over w, b, p ≥ 0, q ≥ 0 with w·x + b + p − q = y: the textbook's program, not the dual that the code solves."""
    n = x.shape[1]
    columns = np.vstack([x, np.ones(n)]) if free_bias else x
    k = len(columns)
    found = linprog(
        np.r_[np.zeros(k), np.ones(2 * n)],
        A_eq=np.hstack([columns.T, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * k + [(0, None)] * (2 * n),
        method="highs",
    )
    return float(found.fun)


@pytest.mark.parametrize("free_bias", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_least_absolute_deviations(seed: int, free_bias: bool) -> None:
    """The primal's value is reached (1e-7: HiGHS' own tolerance). The optimum need not be unique, so values are compared."""
    draws = np.random.default_rng(seed)
    n = (5, 30, 31, 150)[seed]
    x = draws.standard_normal((2, n)) * [[1.0], [(1.0, 1e3, 1e-3, 50.0)[seed]]] + [[3.0], [0.0]]
    y = 2 * x[0] - x[1] + 4 + draws.standard_t(2, n)
    found = least_absolute(x, y, free_bias)
    assert found.shape == (3 if free_bias else 2,)
    value = float(np.sum(np.abs(found[:2] @ x + (found[2] if free_bias else 0.0) - y)))
    assert value == pytest.approx(primal(x, y, free_bias), rel=1e-7)


def test_least_absolute_of_a_constant_is_a_median() -> None:
    y = np.array([1.0, 2.0, 3.0, 10.0, 100.0])
    slope, bias = least_absolute(np.zeros((1, 5)), y, True)
    assert (slope, bias) == pytest.approx((0.0, 3.0))


def test_window_that_is_asked_for_is_drawn() -> None:
    shown = run(replace(Experiment(steps=1, resolution=20), window=(0.0, 1.0, 2.0, 4.0))).panels
    for panel in shown:
        assert (panel.a[0], panel.a[-1], panel.b[0], panel.b[-1]) == (0.0, 1.0, 2.0, 4.0)
