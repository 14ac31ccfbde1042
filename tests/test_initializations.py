"""Initializations × their properties: shape and dtype, keys, the moments that the formula says, orthonormality."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike

from core.catalogue import catalogue
from networks.initialization import Initialization

Array = np.ndarray[Any, Any]

CATALOGUE = catalogue("networks.initializations", Initialization)
DTYPES = (jnp.float32, jnp.float64)
EVERY = pytest.mark.parametrize(("name", "dtype"), list(product(CATALOGUE, DTYPES)))

FAN_OUT, FAN_IN = 400, 300
N = FAN_OUT * FAN_IN
SIGMAS = 5  # a deviation of five standard errors: by chance once in two million draws, and the key is fixed

# What the formulas say of an entry's variance at 400×300.
GAUSSIAN = {"glorot": 2 / 700, "he": 2 / 300, "lecun": 1 / 300, "standard_normal": 1.0}
RANDOM = (*GAUSSIAN, "orthogonal")


def drawn(name: str, dtype: DTypeLike = jnp.float64, seed: int = 0, fan_out: int = FAN_OUT, fan_in: int = FAN_IN) -> Array:
    return np.asarray(CATALOGUE[name].draw(jax.random.key(seed), fan_out, fan_in, dtype))


def test_menu() -> None:
    assert list(CATALOGUE) == ["he", "glorot", "lecun", "orthogonal", "standard_normal", "hundred"]
    assert {*RANDOM, "hundred"} == set(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_record_is_whole(name: str) -> None:
    item = CATALOGUE[name]
    assert item.label
    assert item.source
    assert item.formula.count("{") == item.formula.count("}") > 0


@EVERY
@pytest.mark.parametrize(("fan_out", "fan_in"), [(FAN_OUT, FAN_IN), (5, 7), (7, 5), (1, 4), (4, 1), (1, 1)])
def test_shape_and_dtype(name: str, dtype: DTypeLike, fan_out: int, fan_in: int) -> None:
    w = drawn(name, dtype, fan_out=fan_out, fan_in=fan_in)
    assert w.shape == (fan_out, fan_in)
    assert w.dtype == dtype
    assert np.isfinite(w).all()


@EVERY
def test_the_key_alone_decides(name: str, dtype: DTypeLike) -> None:
    first = drawn(name, dtype, seed=1)
    np.testing.assert_array_equal(first, drawn(name, dtype, seed=1))
    assert np.array_equal(first, drawn(name, dtype, seed=2)) == (name == "hundred")


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_same_compiled(name: str) -> None:
    compiled = jax.jit(CATALOGUE[name].draw, static_argnums=(1, 2, 3))(jax.random.key(3), 30, 40, jnp.float64)
    np.testing.assert_allclose(compiled, drawn(name, seed=3, fan_out=30, fan_in=40), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("name", "dtype"), list(product(GAUSSIAN, DTYPES)))
def test_moments_of_a_gaussian(name: str, dtype: DTypeLike) -> None:
    """Mean, variance and w⁴/σ⁴ of n entries: standard errors σ/√n, σ²√(2/n) and √(96/n). Cut off at two deviations, w⁴/σ⁴ would be 2.4."""
    w, variance = drawn(name, dtype).astype(np.float64), GAUSSIAN[name]
    assert abs(w.mean()) < SIGMAS * np.sqrt(variance / N)
    assert abs(w.var() - variance) < SIGMAS * variance * np.sqrt(2 / N)
    assert abs(np.mean(w**4) / variance**2 - 3) < SIGMAS * np.sqrt(96 / N)


@pytest.mark.parametrize(("name", "fan_out", "fan_in"), list(product(("glorot", "he", "lecun"), (1, 9, 1000), (2000,))))
def test_fans_are_not_mistaken_for_each_other(name: str, fan_out: int, fan_in: int) -> None:
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[name]
    found = np.mean(drawn(name, fan_out=fan_out, fan_in=fan_in) ** 2)
    assert abs(found - variance) < SIGMAS * variance * np.sqrt(2 / (fan_out * fan_in))


@pytest.mark.parametrize(("dtype", "rounding"), [(jnp.float32, 1e-6), (jnp.float64, 1e-12)])
@pytest.mark.parametrize(("fan_out", "fan_in"), [(400, 300), (300, 400), (64, 64), (2, 5), (1, 1)])
def test_orthonormal(fan_out: int, fan_in: int, dtype: DTypeLike, rounding: float) -> None:
    w = drawn("orthogonal", dtype, fan_out=fan_out, fan_in=fan_in).astype(np.float64)  # multiplied without rounding of its own
    gram = w @ w.T if fan_out <= fan_in else w.T @ w
    np.testing.assert_allclose(gram, np.eye(min(fan_out, fan_in)), atol=rounding)
    # Entries are uncorrelated and of variance 1/max(fans), so the mean's standard error is as above.
    assert abs(w.mean()) <= SIGMAS / np.sqrt(max(fan_out, fan_in) * w.size)


def test_orthogonal_is_uniform_over_the_group() -> None:
    """Traces of uniform 3×3 matrices have the moments 0, 1, 0, 3 and determinants are ±1 equally often; LAPACK's Q alone is neither."""
    keys = jax.random.split(jax.random.key(0), 20_000)
    w = np.asarray(jax.vmap(lambda key: CATALOGUE["orthogonal"].draw(key, 3, 3, jnp.float64))(keys))
    trace = np.trace(w, axis1=1, axis2=2)
    for power, moment in enumerate((0, 1, 0, 3), start=1):
        found = trace**power
        assert abs(found.mean() - moment) < SIGMAS * found.std() / np.sqrt(len(keys))
    assert abs(np.linalg.det(w).mean()) < SIGMAS / np.sqrt(len(keys))
    plain = np.linalg.qr(np.random.default_rng(0).standard_normal((20_000, 3, 3))).Q
    assert abs(np.trace(plain, axis1=1, axis2=2).mean()) > SIGMAS * np.sqrt(1 / 20_000)  # so the test can tell


@pytest.mark.parametrize("dtype", DTYPES)
def test_all_are_100(dtype: DTypeLike) -> None:
    np.testing.assert_array_equal(drawn("hundred", dtype), np.full((FAN_OUT, FAN_IN), 100.0))
