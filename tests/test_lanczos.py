"""Lanczos against the eigenvalues of dense matrices, quadrature against traces, products against SciPy's Rosenbrock."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import functools
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from scipy.linalg import expm
from scipy.optimize import rosen_hess

from landscape.lanczos import Product, density, hessian_product, lanczos, leading, share_in_top, smoothed

Matrix = Float[np.ndarray, "p p"]

P = 48
DRAWS = np.random.default_rng(0)
START = DRAWS.standard_normal(P)


def rotated(eigenvalues: Float[np.ndarray, " p"]) -> Matrix:
    q, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((len(eigenvalues), len(eigenvalues))))
    return (q * eigenvalues) @ q.T


MATRICES: dict[str, Matrix] = {
    "indefinite": rotated(DRAWS.standard_normal(P)),
    "negative definite": rotated(-DRAWS.uniform(1, 5, P)),
    "two outliers": rotated(np.r_[100.0, 30.0, DRAWS.uniform(-1, 1, P - 2)]),
    "graded": rotated(10.0 ** np.linspace(-8, 4, P)),
    "rank 6": rotated(np.r_[5.0, 4.0, 3.0, 2.0, 1.0, -7.0, np.zeros(P - 6)]),  # invariant after 7 steps
    "a double eigenvalue": rotated(np.r_[5.0, 5.0, 2.0, np.ones(P - 3)]),  # invariant after 3 steps, with one 5 found
    "identity": np.eye(P),  # invariant after 1 step
    "minus identity": -np.eye(P),
    "diagonal": np.diag(np.arange(P) - 10.0),
    "zero": np.zeros((P, P)),
    "2 × 2": np.array([[2.0, 1.0], [1.0, -3.0]]),  # fewer parameters than steps
    "1 × 1": np.array([[-4.0]]),
}
STARTS = {"random": START, "a coordinate": np.eye(P)[0], "zero": np.zeros(P)}


@jax.jit
def all_of(h: Float[Array, "p p"], start: Float[Array, " p"]) -> tuple[Float[Array, " p"], Float[Array, "p p"]]:
    """One compilation a size."""
    return leading(lambda v: h @ v, start, P + 12, len(start))


def times(h: Matrix) -> Product:
    matrix = jnp.array(h)
    return lambda v: matrix @ v


def norm(h: Matrix) -> float:
    """‖H‖₂; of the zero matrix a number that is not 0, to compare with."""
    return float(np.linalg.norm(h, 2)) or 1e-30


def tolerance(h: Matrix, dtype: type[np.floating[Any]]) -> float:
    """Rounding of a product and of an orthogonalization is √p·ε‖H‖ or so a step; p steps of it, √p·√p·ε‖H‖, times 10."""
    return 10 * len(h) * float(np.finfo(dtype).eps) * norm(h)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", MATRICES)
def test_all_steps_give_all_eigenvalues(name: str, start: str, dtype: type[np.floating[Any]]) -> None:
    """From every start, as every invariant subspace is left again. Steps beyond p change nothing. Also eigenvectors and their order."""
    h = MATRICES[name]
    p, atol = len(h), tolerance(h, dtype)
    values, vectors = all_of(h.astype(dtype), STARTS[start][:p].astype(dtype))
    assert values.dtype == vectors.dtype == dtype
    np.testing.assert_allclose(values, np.linalg.eigvalsh(h)[::-1], atol=atol, rtol=0)
    found = np.asarray(vectors, np.float64)
    np.testing.assert_allclose(found @ found.T, np.eye(p), atol=10 * p * float(np.finfo(dtype).eps))
    np.testing.assert_allclose(found @ h, np.asarray(values)[:, None] * found, atol=atol)


@pytest.mark.parametrize("name", ["two outliers", "rank 6", "a double eigenvalue", "identity", "zero"])
def test_few_steps_find_what_stands_out(name: str) -> None:
    """20 of 48. Where the start's subspace ends earlier, the next vectors find what it left out (the second 5)."""
    h = MATRICES[name]
    values, vectors = leading(times(h), jnp.array(START), 20, 2)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(h)[:-3:-1], atol=tolerance(h, np.float64))
    np.testing.assert_allclose(vectors @ h, np.asarray(values)[:, None] * vectors, atol=1e-6 * norm(h))


def test_basis_stays_orthonormal_where_plain_lanczos_loses_it() -> None:
    """Once an outlier has converged, the three-term recurrence alone finds it again and again."""
    h = rotated(np.r_[1e6, 1e5, DRAWS.uniform(-1, 1, P - 2)])
    found = lanczos(times(h), jnp.array(START), P)
    np.testing.assert_allclose(found.basis @ found.basis.T, np.eye(P), atol=1e-13)
    plain, before, size = [START / np.linalg.norm(START)], np.zeros(P), 0.0
    for _ in range(P - 1):
        w = h @ plain[-1] - size * before
        before = plain[-1]
        w -= (w @ before) * before
        size = float(np.linalg.norm(w))
        plain.append(w / size)
    assert np.abs(np.array(plain) @ np.array(plain).T - np.eye(P)).max() > 0.1


def test_where_a_subspace_ends_the_matrix_falls_apart() -> None:
    """β is exactly 0 there, and a start of 0 is no start: the identity has a new subspace at every step."""
    for start in STARTS.values():
        found = lanczos(lambda v: v, jnp.array(start), 6)
        assert found.beside.tolist() == [0] * 5
        np.testing.assert_allclose(found.diagonal, 1, rtol=1e-14)


def test_a_ritz_value_is_never_above_the_largest_eigenvalue_and_rises_with_the_steps() -> None:
    h = MATRICES["indefinite"]
    largest = np.linalg.eigvalsh(h)[-1]
    found = [float(leading(times(h), jnp.array(START), steps, 1)[0][0]) for steps in (1, 2, 4, 8, 16, 32, P)]
    assert found[0] == pytest.approx(START @ h @ START / (START @ START), rel=1e-12)
    assert np.all(np.diff(found) > -1e-13)
    assert found[2] < largest - 0.01
    assert found[-1] == pytest.approx(largest, abs=tolerance(h, np.float64))


def test_the_smallest_by_the_largest_of_the_negative() -> None:
    h = MATRICES["rank 6"]
    values, _ = leading(times(-h), jnp.array(START), 20, 1)
    assert -float(values[0]) == pytest.approx(-7.0, abs=tolerance(h, np.float64))


@pytest.mark.parametrize(("steps", "count"), [(10, 11), (100, P + 1), (10, 0)])
def test_no_more_eigenvalues_than_steps_or_parameters(steps: int, count: int) -> None:
    with pytest.raises(ValueError, match="eigenvalues"):
        leading(lambda v: v, jnp.array(START), steps, count)


def test_what_is_not_a_number_is_not_hidden() -> None:
    assert np.isnan(leading(lambda v: v * jnp.nan, jnp.array(START), 10, 1)[0]).all()


# ---------------------------------------------------------------------------------------------------------- Hessian products


def rosenbrock(theta: Float[Array, " p"]) -> Float[Array, ""]:
    return jnp.sum(100 * (theta[1:] - theta[:-1] ** 2) ** 2 + (1 - theta[:-1]) ** 2)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_hessian_product_and_its_largest_eigenvalue(dtype: type[np.floating[Any]], rtol: float) -> None:
    theta, v = (np.random.default_rng(2).uniform(-1.5, 1.5, (2, 40))).astype(dtype)
    h = rosen_hess(theta.astype(np.float64))
    product = jax.jit(lambda theta, v: hessian_product(rosenbrock, theta)(v))(theta, v)
    assert product.dtype == dtype
    np.testing.assert_allclose(product, h @ v, atol=rtol * float(np.linalg.norm(h @ v)), rtol=0)
    found = jax.jit(lambda theta, v: leading(hessian_product(rosenbrock, theta), v, 40, 1)[0][0])(theta, v)
    assert float(found) == pytest.approx(np.linalg.eigvalsh(h)[-1], rel=10 * rtol)


def shapes(jaxpr: Any) -> Iterator[tuple[int, ...]]:  # noqa: ANN401  (JAX has no public type for it)
    """Of everything that a program computes, loops and branches included."""
    for equation in jaxpr.eqns:
        yield from (variable.aval.shape for variable in equation.outvars)
        for inner in jax.tree.leaves(list(equation.params.values()), is_leaf=lambda part: hasattr(part, "eqns") or hasattr(part, "jaxpr")):
            inner = getattr(inner, "jaxpr", inner)
            if hasattr(inner, "eqns"):
                yield from shapes(inner)


def test_no_hessian_is_built() -> None:
    """Nothing is larger than the basis, and nothing is p × p."""
    p, steps = 300, 8
    spectrum = jax.make_jaxpr(lambda theta: leading(hessian_product(rosenbrock, theta), theta, steps, 2))(jnp.ones(p))
    assert max(int(np.prod(shape)) for shape in shapes(spectrum.jaxpr)) == p * steps
    assert (p, p) in set(shapes(jax.make_jaxpr(jax.hessian(rosenbrock))(jnp.ones(p)).jaxpr))  # the reader sees one where there is one


# ------------------------------------------------------------------------------------------------------------------- density


@functools.partial(jax.jit, static_argnames="steps")
def density_of(h: Float[Array, "p p"], starts: Float[Array, "s p"], steps: int) -> tuple[Float[Array, "s m"], Float[Array, "s m"]]:
    return density(lambda v: h @ v, starts, steps)


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("steps", [3, P])
def test_moments_from_unit_vectors_are_traces(name: str, steps: int) -> None:
    """Over all eᵢ the mean of eᵢᵀHᵏeᵢ is tr Hᵏ/p; three steps are exact up to k = 5."""
    h = MATRICES[name]
    p = len(h)
    nodes, weights = density_of(h, jnp.eye(p), steps)
    assert nodes.shape == weights.shape == (p, min(steps, p))
    np.testing.assert_allclose(np.sum(weights, axis=1), 1, rtol=1e-13)
    for k in range(6):
        expected = np.trace(np.linalg.matrix_power(h, k)) / p
        assert float(np.mean(np.sum(weights * nodes**k, axis=1))) == pytest.approx(expected, abs=1e-12 * norm(h) ** k), k


@pytest.mark.parametrize("name", ["indefinite", "rank 6", "a double eigenvalue", "identity", "zero", "1 × 1"])
def test_all_steps_give_the_measure_of_the_start(name: str) -> None:
    """Σw·exp(ν) = vᵀ exp(H) v, also where the subspace of v ends early: what is found beyond it has no weight."""
    h = MATRICES[name]
    starts = np.stack([START[: len(h)], np.eye(len(h))[0]])
    nodes, weights = density_of(h, starts, P)
    units = starts / np.linalg.norm(starts, axis=1, keepdims=True)
    np.testing.assert_allclose(np.sum(weights * np.exp(nodes), axis=1), np.einsum("sp,pq,sq->s", units, expm(h), units), rtol=1e-11)


def test_random_starts_estimate_the_trace() -> None:
    """A sum over p = 48 eigenvalues from 200 Gaussian starts: its standard error is about √(2/p)·rms(λ)/√200 = 0.014 rms(λ)."""
    h = MATRICES["indefinite"]
    nodes, weights = density(times(h), jnp.array(np.random.default_rng(5).standard_normal((200, P))), 10)
    rms = np.sqrt(np.trace(h @ h) / P)
    assert float(np.mean(np.sum(weights * nodes, axis=1))) == pytest.approx(np.trace(h) / P, abs=4 * 0.015 * rms)


def test_smoothed_density_integrates_to_one_and_has_the_moments() -> None:
    """The trapezoidal rule is exact to rounding for Gaussians sampled thrice a width; their variance is added to that of the nodes."""
    h, width = MATRICES["indefinite"], 0.3
    nodes, weights = (np.asarray(part) for part in density(times(h), jnp.eye(P), 10))
    at = np.arange(-9, 9, 0.1)
    found = smoothed(nodes, weights, at, width)
    assert found.shape == at.shape
    assert np.trapezoid(found, at) == pytest.approx(1, abs=1e-12)
    assert np.trapezoid(found * at, at) == pytest.approx(np.trace(h) / P, abs=1e-12)
    assert np.trapezoid(found * at**2, at) == pytest.approx(np.trace(h @ h) / P + width**2, abs=1e-12)
    peak = smoothed(np.array([[2.0]]), np.array([[1.0]]), np.array([2.0, 2.5]), 0.5)
    np.testing.assert_allclose(peak, np.array([1, np.exp(-0.5)]) / (0.5 * np.sqrt(2 * np.pi)), rtol=1e-14)


# --------------------------------------------------------------------------------------------------- the gradient in the top


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("length", [1.0, 1e-30, 1e25])
def test_share_of_the_gradient_in_the_top(length: float, dtype: type[np.floating[Any]], rtol: float) -> None:
    """cos² by the angles, at any length: the squares of 1e-30 and 1e25 are not in float32."""
    _, vectors = np.linalg.eigh(MATRICES["indefinite"])
    gradient = length * (3 * vectors[:, -1] + 2 * vectors[:, -2] - 6 * vectors[:, 0])
    shares = [float(share_in_top(jnp.array(gradient, dtype), jnp.array(vectors[:, : -1 - k : -1].T, dtype))) for k in (1, 2, P)]
    assert shares == pytest.approx([9 / 49, 13 / 49, 1.0], rel=rtol)


def test_share_of_no_gradient() -> None:
    assert float(share_in_top(jnp.zeros(3), jnp.eye(3)[:1])) == 0
