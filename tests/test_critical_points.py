"""The atlas: surfaces × what is known of their critical points, in closed form or from SciPy's root finders."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.optimize

from labs.plane import kernels
from labs.plane.atlas import atlas_of, expand_of
from labs.plane.setup import Experiment, Panel
from labs.plane.run import problem_of, run
from landscape.critical.atlas import Atlas, atlas
from landscape.critical.expansions import Expand, Expansions, Window, eigen
from landscape.critical.winding import circle, winding
from labs.plane.minimum import fitted
from labs.plane.problem import Problem, probed
from labs.plane.rows import prepared
from core.settings import Pick, pick
from core.catalogue import catalogue
from surfaces.surface import Structure, Surface
from tests.test_textbook import CASES, ORACLE, chosen, oracle_gradient, oracle_hessian

Array = np.ndarray[Any, Any]
SURFACES = catalogue("surfaces.textbook", Surface)
SQUARE: Window = (-1.0, 1.0, -1.0, 1.0)


def problem(picked: Pick, panel: Panel = Panel(), **settings: Any) -> Problem:  # noqa: B008, ANN401
    return problem_of(Experiment(surface=picked, panels=(panel,), **settings), panel)


def textbook(name: str, set_: dict[str, float] | None = None, window: Window | None = None) -> Atlas:
    asked = problem(pick(name, **(set_ or {})))
    return atlas_of(asked, (), window or asked.surface.window)


def expanding(f: Callable[[Array, Array], Array]) -> Expand:
    """By complex steps and differences of fourth order, as the oracle of the textbook surfaces: no JAX, nothing to compile."""

    def expand(points: Array) -> Expansions:
        x, y = points.T
        return Expansions(np.real(f(x, y)) + 0 * x, oracle_gradient(f, x, y), oracle_hessian(f, x, y))

    return expand


def kinds(found: Atlas) -> dict[str, int]:
    return dict(Counter(point.kind for point in found.points))


def at(found: Atlas, kind: str) -> Array:
    return np.array([point.position for point in found.points if point.kind == kind]).reshape(-1, 2)


def farthest(some: Array, others: Array) -> float:
    """How far the farthest of `some` is from the nearest of `others`."""
    if not len(some):
        return 0.0
    return float(np.linalg.norm(some[:, None] - others[None], axis=2).min(axis=1).max()) if len(others) else np.inf


# ------------------------------------------------------------------------------------------------------------- the expander


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_expander_is_exact(name: str, set_: dict[str, float]) -> None:
    n = chosen(name, set_)

    def f(x: Array, y: Array) -> Array:
        return ORACLE[name](x, y, **n)

    low, high = np.array(SURFACES[name].window).reshape(2, 2).T
    points = low + (high - low) * np.random.default_rng(1).random((50, 2))
    found = expand_of(problem(pick(name, **set_)), ())(points)
    expected = f(*points.T), oracle_gradient(f, *points.T), oracle_hessian(f, *points.T)
    for got, want, tolerance in zip(found, expected, (1e-12, 1e-12, 1e-7), strict=True):
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * np.abs(want).max())


def test_any_number_of_points_with_one_program() -> None:
    asked = problem(pick("himmelblau"))
    expand, kernel = expand_of(asked, ()), kernels.expander(asked.structure)
    points = np.random.default_rng(2).uniform(-5, 5, (kernels.EXPANDED + 300, 2))
    whole = expand(points)
    for count in (0, 1, 127, 128, 129, 1000, kernels.EXPANDED):
        some = expand(points[:count])
        for part, all_ in zip(some, whole, strict=True):
            np.testing.assert_array_equal(part, all_[:count])
    assert kernel._cache_size() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "picked",
    [
        pick("linear", bias="trained"),
        pick("linear", bias="trained", loss="huber"),
        pick("logistic", bias="trained"),
        pick("network", plane="hidden", activation="tanh"),
        pick("network", plane="output", loss="cross_entropy"),
    ],
    ids=str,
)
def test_a_plane_of_data_is_what_the_prober_says(picked: Pick) -> None:
    asked = problem(picked, Panel(pick("standardize"), pick("batch")))
    rest = (0.7,) * (len(asked.axes) - 2)
    points = np.random.default_rng(3).uniform(-2, 2, (3, 2))
    found = expand_of(asked, rest)(points)
    for i, point in enumerate(points):
        loss, gradient, hessian = probed(asked, (*(float(value) for value in point), *rest))
        for got, want in ((found.loss[i], loss), (found.gradient[i], gradient[:2]), (found.hessian[i], hessian[:2, :2])):
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11)


# --------------------------------------------------------------------------------------------------------- textbook surfaces


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_known_minima_are_found(name: str, set_: dict[str, float]) -> None:
    """To 1e-8 of the window's width: a step of Newton's method at a minimum is rounding over curvature, below 1e-9 on all of them."""
    surface, found = SURFACES[name], textbook(name, set_)
    minima = surface.minima(Structure(name), chosen(name, set_))
    if minima is None:
        assert not len(at(found, "minimum"))
        return
    points = np.array(minima.points)
    if minima.valley:
        curves = [valley.points for valley in found.valleys if valley.kind == "minimum"]
        assert farthest(points, np.concatenate(curves)) < 0.02 * 4  # half a step along the curve
        return
    kind = "minimum" if surface.smooth(problem(pick(name)).structure) else "kink"
    assert farthest(points, at(found, kind)) < 1e-8 * (surface.window[1] - surface.window[0])
    lowest = min(point.loss for point in found.points)
    assert lowest == pytest.approx(minima.value, abs=1e-9)


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_every_point_is_what_it_says(name: str, set_: dict[str, float]) -> None:
    """The gradient is 0 to rounding, the eigenvalues are those of the oracle's Hessian, the vectors belong to them."""
    n, found = chosen(name, set_), textbook(name, set_)

    def f(x: Array, y: Array) -> Array:
        return ORACLE[name](x, y, **n)

    for point in found.points:
        if point.kind == "kink":
            assert np.isnan(point.values).all()
            continue
        x, y = point.position[:1], point.position[1:]
        hessian = oracle_hessian(f, x, y)[0]
        scale = 1 + np.abs(hessian).max()
        np.testing.assert_allclose(oracle_gradient(f, x, y)[0], 0, atol=1e-13 * scale * 10)
        np.testing.assert_allclose(point.values, np.linalg.eigvalsh(hessian), atol=1e-7 * scale)
        np.testing.assert_allclose(hessian @ point.vectors, point.vectors * point.values, atol=1e-7 * scale)
        signs = (1 if point.values[0] > 0 else -1, 1 if point.values[1] > 0 else -1)
        named = {(1, 1): ("minimum", 1), (-1, -1): ("maximum", 1), (-1, 1): ("saddle", -1)}[signs]
        assert (point.kind, point.index) == named or name == "monkey_saddle"


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_indices_add_up_to_the_winding_number(name: str, set_: dict[str, float]) -> None:
    found = textbook(name, set_)
    if name == "lecture_toy":
        assert (found.reason, found.agrees) == ("valley", None)
    elif (name, set_) == ("plateau", {"s": 0.5}):  # far out its gradient is 0 in floating point
        assert (found.reason, found.agrees, len(found.flats)) == ("flat", None, 1)
        assert kinds(found) == {"minimum": 1}
    else:
        assert found.reason is None
        assert found.agrees is True
        assert (found.valleys, found.flats) == ((), ())


COUNTS = {
    "himmelblau": {"minimum": 4, "saddle": 4, "maximum": 1},
    "styblinski_tang": {"minimum": 4, "saddle": 4, "maximum": 1},
    "three_hump_camel": {"minimum": 3, "saddle": 2},
    "monkey_saddle": {"monkey saddle": 1},
    "lecture_toy": {"saddle": 1},
    "rosenbrock": {"minimum": 1},
    "booth": {"minimum": 1},
    "quadratic_bowl": {"minimum": 1},
    "beale": {"minimum": 1, "saddle": 2},
    "plateau": {"minimum": 1},
    "ravine_with_cliff": {"minimum": 1},
    "ackley": {"minimum": 120, "kink": 1, "saddle": 220, "maximum": 100},
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str) -> None:
    assert kinds(textbook(name)) == COUNTS[name]


def test_beale_has_a_saddle_in_closed_form() -> None:
    """At (0, 1) the three terms are 1.5, 2.25 and 2.625 whatever x does, and ∂L/∂y = 2x(…) = 0."""
    saddles = at(textbook("beale"), "saddle")
    assert farthest(np.array([[0.0, 1.0]]), saddles) < 1e-12


def test_monkey_saddle() -> None:
    (point,) = textbook("monkey_saddle").points
    assert (point.kind, point.index) == ("monkey saddle", -2)
    np.testing.assert_allclose(point.position, 0, atol=1e-9)


@pytest.mark.parametrize("height", [10.0, 3.0, 0.5])
def test_rastrigin_is_a_product(height: float) -> None:
    """Its critical points are all pairs of those in one dimension, 2t + 2πA sin 2πt = 0; a pair's kind is told by the two curvatures."""

    def slope(t: float) -> float:
        return 2 * t + 2 * np.pi * height * np.sin(2 * np.pi * t)

    side = np.linspace(-5.12, 5.12, 2001) + 1e-7
    roots = np.array([scipy.optimize.brentq(slope, a, b) for a, b in pairwise(side) if slope(a) * slope(b) < 0])
    up = 2 + 4 * np.pi**2 * height * np.cos(2 * np.pi * roots) > 0
    found = textbook("rastrigin", {"A": height})
    x, y = (part.ravel() for part in np.meshgrid(roots, roots))
    a, b = (part.ravel() for part in np.meshgrid(up, up))
    for kind, which in (("minimum", a & b), ("maximum", ~a & ~b), ("saddle", a != b)):
        expected = np.stack([x, y], axis=1)[which]
        assert len(at(found, kind)) == len(expected)
        assert farthest(expected, at(found, kind)) < 1e-10
    if height == 10:
        assert len(found.points) == 441


def test_lecture_toy_has_a_saddle_and_two_branches() -> None:
    """facts.md A: λ = ±2, the escape along (1, 1)/√2; minima on w₁w₂ = 1, from rim to rim."""
    found = textbook("lecture_toy")
    (saddle,) = found.points
    np.testing.assert_allclose(saddle.position, 0, atol=1e-12)
    np.testing.assert_allclose(saddle.values, [-2, 2], atol=1e-12)
    np.testing.assert_allclose(np.abs(saddle.vectors[:, 0]), np.sqrt(0.5), atol=1e-12)
    assert saddle.vectors[:, 0].prod() > 0
    assert len(found.valleys) == 2
    for valley in found.valleys:
        assert (valley.kind, valley.closed, valley.exact) == ("minimum", False, True)
        np.testing.assert_allclose(valley.points.prod(axis=1), 1, atol=1e-8)
        ends = np.sort(np.abs(valley.points[[0, -1]]), axis=1)
        np.testing.assert_allclose(ends, [[0.5, 2.0], [0.5, 2.0]], atol=1e-8)
        steps = np.linalg.norm(np.diff(valley.points, axis=0), axis=1)
        assert steps.max() < 0.15  # of a window of 4: drawn without corners
        assert np.all(np.diff(valley.points[:, 0]) * np.sign(np.diff(valley.points[:, 0]))[0] > 0)  # in order
    assert {tuple(np.sign(valley.points[0])) for valley in found.valleys} == {(1.0, 1.0), (-1.0, -1.0)}


def test_ackley_ends_in_a_kink() -> None:
    found = textbook("ackley")
    (kink,) = [point for point in found.points if point.kind == "kink"]
    np.testing.assert_allclose(kink.position, 0, atol=1e-9)
    assert (kink.index, found.winding, found.indices) == (1, 1, 1)
    off_center = textbook("ackley", window=(-0.73, 1.19, -0.61, 0.83))  # no corner of the grid hits it
    np.testing.assert_allclose(at(off_center, "kink"), [[0, 0]], atol=1e-9)


@pytest.mark.parametrize("window", [(-6.1, 7.3, -5.2, 8.8), (2.9, 3.2, 1.5, 2.5), (-1.0, 1.0, -4.0, 0.5), (-100.0, 90.0, -70.0, 80.0)])
def test_other_windows(window: Window) -> None:
    """All nine of Himmelblau's, from another window; only those inside are listed."""
    whole, found = textbook("himmelblau"), textbook("himmelblau", window=window)
    low, high = np.array(window).reshape(2, 2).T
    positions = np.array([point.position for point in whole.points])
    expected = positions[np.all((positions > low) & (positions < high), axis=1)]
    got = np.array([point.position for point in found.points]).reshape(-1, 2)
    assert len(got) == len(expected)
    assert farthest(expected, got) < 1e-9
    assert found.agrees is True


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("shape", [(1.0, 1.0), (1e3, 1e-2), (1e-4, 1e4)])
def test_units_of_axes_and_loss_do_not_matter(shape: tuple[float, float], unit: float) -> None:
    whole = textbook("himmelblau")
    known = expand_of(problem(pick("himmelblau")), ())
    s = np.array(shape)

    def expand(points: Array) -> Expansions:
        loss, gradient, hessian = known(points / s)
        return Expansions(unit * loss, unit * gradient / s, unit * hessian / np.outer(s, s))

    found = atlas(expand, (-5 * s[0], 5 * s[0], -5 * s[1], 5 * s[1]))
    assert kinds(found) == kinds(whole)
    np.testing.assert_allclose(
        [point.position / s for point in found.points], [point.position for point in whole.points], atol=1e-9
    )  # in one order
    assert found.agrees is True


# ----------------------------------------------------------------------------------------------- shapes that a Hessian does not tell

Formula = Callable[[Array, Array], Array]
DEGENERATE: dict[str, tuple[Formula, str, int]] = {
    "x⁴ + y⁴": (lambda x, y: x**4 + y**4, "degenerate minimum", 1),
    "x⁴ + y²": (lambda x, y: x**4 + y**2, "degenerate minimum", 1),
    "−x⁴ − y²": (lambda x, y: 3 - x**4 - y**2, "degenerate maximum", 1),
    "y² − x⁴": (lambda x, y: y**2 - x**4, "degenerate saddle", -1),
    "x³ + y²": (lambda x, y: 1 + x**3 + y**2, "degenerate", 0),
    "x³ − 3xy²": (lambda x, y: x**3 - 3 * x * y**2, "monkey saddle", -2),
    "its mirror, askew": (lambda x, y: (x + y) ** 3 - 3 * (x + y) * (x - 2 * y) ** 2, "monkey saddle", -2),
}


@pytest.mark.parametrize("center", [(0.0, 0.0), (0.123, -0.357)])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_points(name: str, center: tuple[float, float]) -> None:
    f, kind, index = DEGENERATE[name]
    found = atlas(expanding(lambda x, y: f(x - center[0], y - center[1])), SQUARE)
    assert [(point.kind, point.index) for point in found.points] == [(kind, index)]
    np.testing.assert_allclose(found.points[0].position, center, atol=1e-4)  # the difference of the oracle's Hessian is what limits it
    assert (found.winding, found.valleys) == (index, ())


def turned(f: Formula, angle: float) -> Formula:
    c, s = np.cos(angle), np.sin(angle)
    return lambda x, y: f(c * x + s * y, c * y - s * x)


LINES: dict[str, tuple[Formula, str, Callable[[Array], Array]]] = {
    "singular bowl": (turned(lambda u, v: 3 * v**2, 0.4), "minimum", lambda p: p @ (-np.sin(0.4), np.cos(0.4))),
    "along an axis": (lambda x, y: 2 + (x - 0.3) ** 2, "minimum", lambda p: p[:, 0] - 0.3),
    "ridge": (turned(lambda u, v: 1 - v**2, 1.1), "maximum", lambda p: p @ (-np.sin(1.1), np.cos(1.1))),
    "shoulder": (turned(lambda u, v: v**3, 0.7), "degenerate", lambda p: p @ (-np.sin(0.7), np.cos(0.7))),
    "quartic": (turned(lambda u, v: v**4, -0.3), "minimum", lambda p: p @ (np.sin(0.3), np.cos(0.3))),
}


@pytest.mark.parametrize("name", LINES)
def test_lines(name: str) -> None:
    """One line from rim to rim, no points beside it."""
    f, kind, off = LINES[name]
    found = atlas(expanding(f), SQUARE)
    assert found.points == ()
    assert [valley.kind for valley in found.valleys] == [kind]
    (valley,) = found.valleys
    np.testing.assert_allclose(off(valley.points), 0, atol=1e-3 if name in ("shoulder", "quartic") else 1e-8)
    np.testing.assert_allclose(np.abs(valley.points[[0, -1]]).max(axis=1), 1, atol=1e-9)
    assert found.reason == "valley"


def test_a_ring_is_closed() -> None:
    """L = (r² − ½)²: a circle of minima around a maximum. The rim's winding number is that of both."""
    found = atlas(expanding(lambda x, y: (x**2 + y**2 - 0.5) ** 2), SQUARE)
    assert kinds(found) == {"maximum": 1}
    (valley,) = found.valleys
    assert valley.closed
    np.testing.assert_array_equal(valley.points[0], valley.points[-1])
    np.testing.assert_allclose(np.hypot(*valley.points.T), np.sqrt(0.5), atol=1e-8)
    angle = np.unwrap(np.arctan2(valley.points[:, 1], valley.points[:, 0]))
    assert abs(angle[-1] - angle[0]) == pytest.approx(2 * np.pi)
    assert (found.winding, found.reason) == (1, "valley")


def test_nothing_changes() -> None:
    found = atlas(lambda points: Expansions(*(np.zeros((len(points), *shape)) for shape in ((), (2,), (2, 2)))), SQUARE)
    assert (found.points, found.valleys) == ((), ())
    assert [flat.share for flat in found.flats] == [1.0]
    assert (found.winding, found.reason) == (None, "flat")


def test_not_a_number_anywhere() -> None:
    found = atlas(lambda points: Expansions(*(np.full((len(points), *shape), np.nan) for shape in ((), (2,), (2, 2)))), SQUARE)
    assert (found.points, found.valleys, found.flats, found.winding) == ((), (), (), None)


def test_half_of_it_is_flat() -> None:
    """A ramp's foot: max(x, 0)²(1 + y²), flat left of 0."""

    def expand(points: Array) -> Expansions:
        x, y = points.T
        r = np.maximum(x, 0)
        gradient = np.stack([2 * r * (1 + y**2), 2 * r**2 * y], axis=1)
        hessian = np.array([[2 * (x > 0) * (1 + y**2), 4 * r * y], [4 * r * y, 2 * r**2]])
        return Expansions(r**2 * (1 + y**2), gradient, np.moveaxis(hessian, 2, 0))

    found = atlas(expand, SQUARE)
    assert found.points == ()
    (flat,) = found.flats
    assert flat.share == pytest.approx(0.5, abs=0.03)
    assert flat.position[0] < 0
    assert found.reason == "flat"


@pytest.mark.parametrize(("kappa", "angle"), [(1e6, 0.0), (1e6, 33.0), (1e4, 45.0), (1e6, 90.0)])
def test_a_narrow_bowl_is_a_point(kappa: float, angle: float) -> None:
    found = textbook("quadratic_bowl", {"kappa": kappa, "angle": angle}, (-1.3, 2.1, -0.7, 1.9))
    assert kinds(found) == {"minimum": 1}
    assert found.valleys == ()
    np.testing.assert_allclose(found.points[0].values, [1, kappa], rtol=1e-9)


# ------------------------------------------------------------------------------------------------------------ random surfaces


class Waves:
    """Σ cₖ cos(aₖx + bₖy + φₖ) with its derivatives, of wavelengths that a window of 2 shows two to four times."""

    def __init__(self, seed: int) -> None:
        draws = np.random.default_rng(seed)
        self.k, self.phase, self.c = draws.normal(size=(8, 2)) * 5, draws.uniform(0, 2 * np.pi, 8), draws.normal(size=8)

    def __call__(self, points: Array) -> Expansions:
        angle = points @ self.k.T + self.phase
        cos, sin = self.c * np.cos(angle), self.c * np.sin(angle)
        return Expansions(cos.sum(axis=1), -sin @ self.k, -np.einsum("nk,ki,kj->nij", cos, self.k, self.k))


@pytest.mark.parametrize("seed", range(20))
def test_random_waves(seed: int) -> None:
    """All that SciPy's root finder finds from 400 starts, and the rim agrees."""
    waves, roots = Waves(seed), np.zeros((0, 2))
    side = np.linspace(-1, 1, 20)
    for start in np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2):
        end = scipy.optimize.root(lambda z: waves(z[None]).gradient[0], start, jac=lambda z: waves(z[None]).hessian[0], tol=1e-12)
        if end.success and np.abs(end.x).max() < 1 and not np.any(np.linalg.norm(roots - end.x, axis=1) < 1e-6):
            roots = np.vstack([roots, end.x])
    found = atlas(waves, SQUARE)
    points = np.array([point.position for point in found.points]).reshape(-1, 2)
    assert farthest(roots, points) < 1e-8
    assert len(points) >= len(roots)
    assert np.abs(waves(points).gradient).max(initial=0) < 1e-11
    assert found.agrees is True


# ----------------------------------------------------------------------------------------------------------------------- data


def shown(picked: Pick, panel: Panel = Panel(), **settings: Any) -> tuple[Problem, Atlas]:  # noqa: B008, ANN401
    """The panel's own window, as the page asks for it."""
    result = run(Experiment(surface=picked, panels=(panel,), steps=1, resolution=20, mode="same", **settings)).panels[0]
    window = tuple(float(edge) for edge in (result.a[0], result.a[-1], result.b[0], result.b[-1]))
    rest = tuple(float(value) for value in (result.start if result.fit.theta is None else result.fit.theta)[2:])
    assert len(window) == 4
    return result.problem, atlas_of(result.problem, rest, window)


def rows(asked: Problem) -> tuple[Array, Array]:
    assert asked.source is not None
    data = prepared(asked.source)
    return data.affine(data.raw), np.asarray(data.rows.y)[: data.n]


STANDARD = Panel(pick("standardize"))


@pytest.mark.parametrize("unit", [1e-3, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("bias", ["best", "trained"])
def test_least_squares(bias: str, unit: float) -> None:
    """One minimum, NumPy's, however far apart the units of the features lie."""
    asked, found = shown(pick("linear", bias=bias), scale2=unit)
    x, y = rows(asked)
    expected = np.linalg.lstsq(np.vstack([x, np.ones_like(y)]).T, y, rcond=None)[0][:2]
    assert kinds(found) == {"minimum": 1}
    np.testing.assert_allclose(found.points[0].position, expected, rtol=1e-7)
    assert found.agrees is True


def test_collinear_features_leave_a_valley() -> None:
    asked = problem(pick("linear"), data=pick("iris", x1="petal length", x2="petal length"), scale2=2.0)
    found = atlas_of(asked, (), (-2.0, 2.0, -1.0, 1.0))
    x, y = rows(asked)
    slope = float(np.cov(x[0], y, bias=True)[0, 1] / np.var(x[0]))  # w₁ + 2w₂ is all that counts
    assert found.points == ()
    (valley,) = found.valleys
    assert (valley.kind, valley.exact) == ("minimum", True)
    np.testing.assert_allclose(valley.points @ (1, 2), slope, atol=1e-8)
    np.testing.assert_allclose(np.abs(valley.points[[0, -1]] / (2, 1)).max(axis=1), 1, atol=1e-9)


def huber(w: Array, x: Array, y: Array) -> float:
    r = np.abs(y - w[:2] @ x - w[2])
    return float(np.mean(np.where(r <= 1, r**2 / 2, r - 0.5)))


def cross_entropy(w: Array, x: Array, y: Array) -> float:
    score = w[:2] @ x + w[2]
    return float(np.mean(np.logaddexp(0, score) - y * score))


@pytest.mark.parametrize(("name", "formula"), [("huber", huber), ("logistic", cross_entropy)])
def test_convex_losses_have_one_minimum(name: str, formula: Callable[[Array, Array, Array], float]) -> None:
    picked = pick("logistic") if name == "logistic" else pick("linear", loss=name)
    asked, found = shown(picked, STANDARD)
    x, y = rows(asked)
    expected = scipy.optimize.minimize(formula, np.zeros(3), args=(x, y), method="BFGS", options={"gtol": 1e-9}).x
    assert kinds(found) == {"minimum": 1}
    np.testing.assert_allclose(found.points[0].position, expected[:2], rtol=1e-4)  # BFGS differentiates by differences
    assert found.agrees is True


def test_separable_classes_have_no_minimum() -> None:
    asked, found = shown(pick("logistic"), STANDARD, data=pick("iris", target="setosa"))
    assert fitted(asked, (0.0, 0.0)).theta is None
    assert [point for point in found.points if point.kind != "degenerate"] == []
    assert found.winding in (0, None)


def test_least_absolute_deviations_is_a_kink() -> None:
    """Where the linear program says."""
    asked, found = shown(pick("linear", loss="mean_absolute"), STANDARD)
    fit = fitted(asked, (0.0, 0.0))
    assert kinds(found) == {"kink": 1}
    assert fit.theta is not None
    np.testing.assert_allclose(found.points[0].position, fit.theta, atol=1e-7)


def test_least_absolute_deviations_is_found_without_being_told() -> None:
    asked = problem(pick("linear", loss="mean_absolute"), STANDARD)
    fit = fitted(asked, (0.0, 0.0))
    found = atlas(expand_of(asked, ()), (-1.0, 4.0, -3.0, 1.7))
    assert kinds(found) == {"kink": 1}
    assert fit.loss is not None
    assert found.points[0].loss == pytest.approx(fit.loss, rel=1e-9)


SMOOTH = {
    "tanh": pick("network", plane="hidden", activation="tanh"),
    "sigmoid, cross-entropy": pick("network", plane="hidden", activation="sigmoid", loss="cross_entropy"),
    "output weights": pick("network", plane="output", activation="tanh"),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_planes_of_smooth_networks(name: str) -> None:
    """Every point that SciPy's root finder reaches from a lattice is listed; the rim agrees."""
    asked = problem(SMOOTH[name], STANDARD)
    found = atlas_of(asked, (), (-3.0, 3.5, -3.2, 3.0))
    assert found.agrees is True
    points = np.array([point.position for point in found.points]).reshape(-1, 2)
    for start in np.stack(np.meshgrid(np.linspace(-2.5, 3, 3), np.linspace(-2.7, 2.5, 3)), axis=-1).reshape(-1, 2):
        options = {"maxfev": 60, "xtol": 1e-10}
        end = scipy.optimize.root(lambda z: probed(asked, tuple(z))[1], start, jac=lambda z: probed(asked, tuple(z))[2], options=options)
        if end.success and -3 < end.x[0] < 3.5 and -3.2 < end.x[1] < 3:
            assert farthest(end.x[None], points) < 1e-6


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_batch_normalization_makes_rays(activation: str) -> None:
    """A valley that points at the origin, flat but for ε; of ReLU it lies in a crease."""
    _, found = shown(pick("network", plane="hidden", activation=activation), Panel(pick("standardize"), pick("batch")))
    assert found.valleys
    for valley in found.valleys:
        assert not valley.exact
        assert valley.kind == {"tanh": "minimum", "relu": "kink"}[activation]
        angle = np.arctan2(valley.points[:, 1], valley.points[:, 0])
        assert np.ptp(angle) < 1e-3
        assert valley.fall < 1e-3 * valley.loss


def test_dead_units_are_a_flat_region() -> None:
    """Iris without normalization: all features positive, so for weights that are negative enough the unit never fires."""
    asked = problem(pick("network", plane="hidden"))
    found = atlas_of(asked, (), (-2.0, 2.0, -2.0, 2.0))
    x, _ = rows(asked)
    assert found.flats
    assert np.all(np.array([[-1.0, -1.0]]) @ x <= 0)
    centers = found.flats[0].cells
    assert np.all(centers @ x <= 0)
    side = np.linspace(-2, 2, 400)
    lattice = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert found.flats[0].share == pytest.approx(float(np.mean(np.all(lattice @ x <= 0, axis=1))), abs=0.03)


# ------------------------------------------------------------------------------------------------------------ winding, algebra


@pytest.mark.parametrize("n", range(1, 8))
def test_winding_of_powers(n: int) -> None:
    """L = Re zⁿ: ∇L is the conjugate of nzⁿ⁻¹, which turns 1 − n times around 0, and not at all around a circle beside it."""
    expand = expanding(lambda x, y: sum(_binomial(n, k) * x ** (n - k) * y**k for k in range(0, n + 1, 2)))
    assert winding(expand, circle(np.array([0.1, 0.0]), 0.5), 16).turns == 1 - n
    assert winding(expand, circle(np.array([0.7, 0.0]), 0.5), 16).turns == 0


def _binomial(n: int, k: int) -> float:
    """Of Re (x + iy)ⁿ, k even."""
    return float(scipy.special.comb(n, k)) * (-1) ** (k // 2)


def test_winding_is_refused_where_the_gradient_vanishes_or_jumps() -> None:
    zero = np.zeros(2)
    assert winding(expanding(lambda x, y: x**2 + 0 * y), circle(zero, 0.5)).reason == "vanishes"
    flipped = winding(lambda p: Expansions(np.abs(p[:, 0]), np.sign(p) * (1, 0) + (0, 1e-3), np.zeros((len(p), 2, 2))), circle(zero, 0.5))
    assert (flipped.turns, flipped.reason) == (None, "jumps")


def test_eigenvectors_of_a_stack() -> None:
    draws = np.random.default_rng(5).normal(size=(200, 2, 2))
    symmetric = draws + draws.transpose(0, 2, 1)
    values, vectors = eigen(symmetric)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(symmetric), atol=1e-13)
    np.testing.assert_allclose(symmetric @ vectors, vectors * values[:, None, :], atol=1e-13)
    np.testing.assert_allclose(vectors.transpose(0, 2, 1) @ vectors, np.broadcast_to(np.eye(2), (200, 2, 2)), atol=1e-14)
