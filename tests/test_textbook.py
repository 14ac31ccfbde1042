"""Textbook surfaces × their properties. The oracle is each formula written anew in NumPy, differentiated by complex steps."""

from compute import backend  # noqa: F401, I001  (float64, before JAX)

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
import pytest
import scipy.optimize

from core.settings import Pick, numbers
from core.catalogue import catalogue
from surfaces.surface import Structure, Surface

Array = np.ndarray[Any, Any]
Jet = Callable[[Array, dict[str, float]], tuple[Array, Array, Array]]
Jets = Callable[[str], Jet]

SURFACES = catalogue("surfaces.textbook", Surface)


def _ackley(x: Array, y: Array) -> Array:
    far = np.exp(-0.2 * np.sqrt(0.5 * (x * x + y * y)))
    return -20 * far - np.exp(0.5 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y))) + np.exp(1.0) + 20


def _bowl(x: Array, y: Array, kappa: float, angle: float) -> Array:
    c, s = np.cos(np.pi * angle / 180), np.sin(np.pi * angle / 180)
    h11, h12, h22 = c * c + kappa * s * s, (1 - kappa) * c * s, s * s + kappa * c * c
    return 0.5 * (h11 * x * x + 2 * h12 * x * y + h22 * y * y)


ORACLE: Mapping[str, Callable[..., Array]] = {
    "lecture_toy": lambda x, y: 1 - 2 * x * y + x * x * y * y,
    "quadratic_bowl": _bowl,
    "rosenbrock": lambda x, y, b: 1 - 2 * x + x**2 + b * (y * y - 2 * x * x * y + x**4),
    "himmelblau": lambda x, y: x**4 + y**4 + 2 * x**2 * y + 2 * x * y**2 - 21 * x**2 - 13 * y**2 - 14 * x - 22 * y + 170,
    "beale": lambda x, y: sum((a - x * (1 - y**k)) ** 2 for a, k in ((1.5, 1), (2.25, 2), (2.625, 3))),
    "booth": lambda x, y: 5 * x * x + 5 * y * y + 8 * x * y - 34 * x - 38 * y + 74,
    "three_hump_camel": lambda x, y: 2 * x * x - 21 / 20 * x**4 + x**6 / 6 + x * y + y * y,
    "styblinski_tang": lambda x, y: sum(0.5 * t**4 - 8 * t**2 + 2.5 * t for t in (x, y)),
    "rastrigin": lambda x, y, A: sum(A + t * t - A * np.cos(2 * np.pi * t) for t in (x, y)),
    "ackley": _ackley,
    "monkey_saddle": lambda x, y: x * (x * x - 3 * y * y),
    "plateau": lambda x, y, s: 1 - np.exp(-0.5 * (x / s) ** 2 - 0.5 * (y / s) ** 2),
    "ravine_with_cliff": lambda x, y, h: 0.5 * y * y - 0.5 * x + (0.5 + h) * np.log(1 + np.exp(10 * x)) / 10,
}

# the defaults, and other numbers for those that have any
SETTINGS: Mapping[str, tuple[dict[str, float], ...]] = {
    "quadratic_bowl": ({}, {"kappa": 1.0, "angle": 70.0}, {"kappa": 1e6, "angle": 0.0}, {"kappa": 300.0, "angle": 135.0}),
    "rosenbrock": ({}, {"b": 1.0}, {"b": 1000.0}),
    "rastrigin": ({}, {"A": 0.0}, {"A": 3.0}),
    "plateau": ({}, {"s": 0.5}, {"s": 2.0}),
    "ravine_with_cliff": ({}, {"h": 1.0}, {"h": 1000.0}),
}
CASES = [pytest.param(name, set_, id=f"{name}-{set_}") for name in SURFACES for set_ in SETTINGS.get(name, ({},))]


def chosen(name: str, set_: dict[str, float]) -> dict[str, float]:
    return numbers(Pick(name, tuple(set_.items())), SURFACES[name].fields)


@pytest.fixture(scope="module")
def jets() -> Jets:
    """name -> (points "n 2", numbers) -> values, gradients and Hessians by JAX; compiled once a surface."""
    made: dict[str, Jet] = {}

    def jet(name: str) -> Jet:
        if name not in made:

            def loss(theta: jax.Array, n: dict[str, float]) -> jax.Array:
                return SURFACES[name].at(Structure(name), n, theta, None)

            kernel = jax.jit(jax.vmap(lambda t, n: (loss(t, n), jax.grad(loss)(t, n), jax.hessian(loss)(t, n)), (0, None)))

            def ask(points: Array, n: dict[str, float]) -> tuple[Array, Array, Array]:
                value, gradient, hessian = kernel(np.asarray(points, np.float64), n)
                return np.asarray(value), np.asarray(gradient), np.asarray(hessian)

            made[name] = ask
        return made[name]

    return jet


def oracle_gradient(f: Callable[[Array, Array], Array], x: Array, y: Array) -> Array:
    """Exact to rounding: ∂f/∂x = Im f(x + ih)/h."""
    h = 1e-30
    return np.stack([np.imag(f(x + 1j * h, y + 0j)), np.imag(f(x + 0j, y + 1j * h))], axis=-1) / h


def oracle_hessian(f: Callable[[Array, Array], Array], x: Array, y: Array) -> Array:
    """Central differences, of fourth order, of the exact gradient."""
    h = 1e-3

    def difference(dx: float, dy: float) -> Array:
        def g(k: int) -> Array:
            return oracle_gradient(f, x + k * dx, y + k * dy)

        return (8 * (g(1) - g(-1)) - (g(2) - g(-2))) / (12 * h)

    return np.stack([difference(h, 0), difference(0, h)], axis=-1)


def scattered(surface: Surface, n: int) -> tuple[Array, Array]:
    x0, x1, y0, y1 = surface.window
    u = np.random.default_rng(0).random((2, n))
    return x0 + (x1 - x0) * u[0], y0 + (y1 - y0) * u[1]


def test_every_surface_has_an_oracle() -> None:
    assert set(ORACLE) == set(SURFACES)


def test_menu_opens_with_the_lecture_then_the_bowl() -> None:
    assert list(SURFACES)[:2] == ["lecture_toy", "quadratic_bowl"]
    assert len({surface.rank for surface in SURFACES.values()}) == len(SURFACES)


@pytest.mark.parametrize("name", SURFACES)
def test_says_what_it_is(name: str) -> None:
    surface = SURFACES[name]
    assert surface.label
    assert surface.source
    assert surface.formula.count("{") == surface.formula.count("}")
    assert not surface.needs_data
    x0, x1, y0, y1 = surface.window
    x, y = surface.begin(Structure(name))
    assert x0 < x < x1
    assert y0 < y < y1
    for field in surface.fields:
        assert field.read(field.default) == field.default


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_value_gradient_and_hessian(name: str, set_: dict[str, float], jets: Jets) -> None:
    n = chosen(name, set_)

    def f(x: Array, y: Array) -> Array:
        return ORACLE[name](x, y, **n)

    x, y = scattered(SURFACES[name], 100)
    value, gradient, hessian = jets(name)(np.stack([x, y], -1), n)
    expected = f(x, y), oracle_gradient(f, x, y), oracle_hessian(f, x, y)
    for got, want, tolerance in zip((value, gradient, hessian), expected, (1e-12, 1e-12, 1e-7), strict=True):
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * np.abs(want).max())


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_minima_are_minima(name: str, set_: dict[str, float], jets: Jets) -> None:
    surface, n = SURFACES[name], chosen(name, set_)
    minima = surface.minima(Structure(name), n)
    if minima is None:
        assert name == "monkey_saddle"
        return
    points = np.array(minima.points)
    value, gradient, hessian = jets(name)(points, n)
    x0, x1, y0, y1 = surface.window
    assert np.all((points >= (x0, y0)) & (points <= (x1, y1)))
    scale = 1 + np.abs(hessian).max()
    np.testing.assert_allclose(value, minima.value, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(gradient, 0, atol=1e-14 * scale)
    eigenvalues = np.linalg.eigvalsh(hessian)
    if surface.smooth(Structure(name)):
        assert np.all(eigenvalues >= -1e-14 * scale)
        assert minima.valley == bool(np.any(np.abs(eigenvalues) < 1e-12 * scale))


@pytest.mark.parametrize(("name", "set_"), CASES)
def test_nothing_is_lower_than_the_minima(name: str, set_: dict[str, float]) -> None:
    surface, n = SURFACES[name], chosen(name, set_)
    minima = surface.minima(Structure(name), n)
    if minima is None:
        return

    def f(x: Array, y: Array) -> Array:
        return ORACLE[name](x, y, **n)

    x0, x1, y0, y1 = surface.window
    grid = f(*np.meshgrid(np.linspace(x0, x1, 401), np.linspace(y0, y1, 401)))
    assert grid.min() >= minima.value - 1e-12
    ends = []
    for start in np.stack(scattered(surface, 12), -1):
        found = scipy.optimize.minimize(
            lambda t: (float(f(*t)), oracle_gradient(f, *t)), start, jac=True, bounds=[(x0, x1), (y0, y1)], options={"maxiter": 200}
        )
        assert found.fun >= minima.value - 1e-12 * (1 + abs(minima.value))
        ends.append(found.fun)
    if name not in ("rastrigin", "ackley"):  # among so many dimples twelve starts need not find the lowest
        assert min(ends) <= minima.value + 1e-6


@pytest.mark.parametrize("name", SURFACES)
def test_plain_gradient_descent_makes_visible_progress(name: str, jets: Jets) -> None:
    surface, n = SURFACES[name], chosen(name, {})
    x0, x1, y0, y1 = surface.window
    theta = np.array(surface.begin(Structure(name)))[None]
    losses = []
    for _ in range(200):
        value, gradient, _ = jets(name)(theta, n)
        losses.append(float(value[0]))
        assert x0 <= theta[0, 0] <= x1
        assert y0 <= theta[0, 1] <= y1
        theta = theta - surface.rate * gradient
    lowest = float(losses[-1]) if (minima := surface.minima(Structure(name), n)) is None else minima.value
    assert losses[-1] - lowest < 0.75 * (losses[0] - lowest)


class TestLectureToy:
    """facts.md A."""

    def test_saddle_at_the_origin(self, jets: Jets) -> None:
        value, gradient, hessian = jets("lecture_toy")(np.zeros((1, 2)), {})
        assert value[0] == 1
        assert np.all(gradient == 0)
        np.testing.assert_array_equal(hessian[0], [[0, -2], [-2, 0]])
        eigenvalues, eigenvectors = np.linalg.eigh(hessian[0])
        np.testing.assert_allclose(eigenvalues, [-2, 2])
        np.testing.assert_allclose(abs(eigenvectors[:, 0] @ (np.ones(2) / np.sqrt(2))), 1)

    def test_corners(self, jets: Jets) -> None:
        value, _, _ = jets("lecture_toy")(np.array([(2.0, -2.0), (-2.0, 2.0), (2.0, 2.0)]), {})
        np.testing.assert_array_equal(value, [25, 25, 9])

    def test_gradient_and_hessian_by_hand(self, jets: Jets) -> None:
        w1, w2 = scattered(SURFACES["lecture_toy"], 50)
        _, gradient, hessian = jets("lecture_toy")(np.stack([w1, w2], -1), {})
        np.testing.assert_allclose(gradient, (-2 * (1 - w1 * w2) * np.stack([w2, w1])).T, rtol=1e-13, atol=1e-13)
        off = -2 + 4 * w1 * w2
        np.testing.assert_allclose(hessian.T, [[2 * w2**2, off], [off, 2 * w1**2]], rtol=1e-13, atol=1e-13)

    def test_valley_is_flat_along_and_steep_across(self, jets: Jets) -> None:
        minima = SURFACES["lecture_toy"].minima(Structure("lecture_toy"), {})
        assert minima is not None
        assert minima.valley
        w = np.array(minima.points)
        np.testing.assert_allclose(w[:, 0] * w[:, 1], 1, rtol=1e-15)
        assert {tuple(p) for p in np.sign(w)} == {(1, 1), (-1, -1)}
        _, _, hessian = jets("lecture_toy")(w, {})
        eigenvalues = np.linalg.eigvalsh(hessian)
        np.testing.assert_allclose(eigenvalues[:, 0], 0, atol=1e-14)
        np.testing.assert_allclose(eigenvalues[:, 1], 2 * np.sum(w**2, axis=1))
        assert eigenvalues[:, 1].min() >= 4 - 1e-14


@pytest.mark.parametrize(("kappa", "angle"), [(1.0, 0.0), (10.0, 30.0), (1e3, 90.0), (1e6, 180.0)])
def test_bowl_has_the_chosen_condition_number_and_axes(kappa: float, angle: float, jets: Jets) -> None:
    _, _, hessian = jets("quadratic_bowl")(np.array([(0.3, -0.7)]), {"kappa": kappa, "angle": angle})
    φ = np.deg2rad(angle)
    gentle, steep = np.array([np.cos(φ), np.sin(φ)]), np.array([-np.sin(φ), np.cos(φ)])
    np.testing.assert_allclose(hessian[0] @ gentle, gentle, atol=1e-15 * kappa + 1e-14)
    np.testing.assert_allclose(hessian[0] @ steep, kappa * steep, atol=1e-15 * kappa + 1e-14)


def test_ackley_has_a_finite_gradient_at_its_kink(jets: Jets) -> None:
    assert not SURFACES["ackley"].smooth(Structure("ackley"))
    value, gradient, hessian = jets("ackley")(np.array([(0.0, 0.0), (1e-200, 0.0), (1e-9, 0.0)]), {})
    np.testing.assert_allclose(value, 0, atol=1e-8)
    assert np.all(gradient[0] == 0)
    np.testing.assert_allclose(gradient[1], 0, atol=1e-100)
    np.testing.assert_allclose(gradient[2], [20 * 0.2 / np.sqrt(2), 0], rtol=1e-6)  # the slope of the funnel's tip
    assert np.all(np.isfinite(hessian[:2]))


def test_monkey_saddle_is_flat_to_second_order_and_unbounded(jets: Jets) -> None:
    value, gradient, hessian = jets("monkey_saddle")(np.array([(0.0, 0.0), (-1e3, 0.0)]), {})
    assert np.all(gradient[0] == 0)
    assert np.all(hessian[0] == 0)
    assert value[1] == -1e9


def test_plateau_is_nearly_flat_far_out(jets: Jets) -> None:
    _, gradient, _ = jets("plateau")(np.array([(4.0, 4.0), (1.0, 0.0)]), {"s": 1.0})
    assert np.linalg.norm(gradient[0]) < 1e-6
    np.testing.assert_allclose(gradient[1], [np.exp(-0.5), 0])


def test_cliff_is_steep_and_floor_gentle(jets: Jets) -> None:
    _, gradient, _ = jets("ravine_with_cliff")(np.array([(-4.0, 0.0), (3.0, 0.0)]), {"h": 50.0})
    np.testing.assert_allclose(gradient[:, 0], [-0.5, 50.0], rtol=1e-9)
