"""Feature normalizations × tables. The oracle is scikit-learn."""

from compute import backend  # noqa: F401, I001  (float64, before JAX)

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from normalization.feature import FeatureNormalization, morph
from core.catalogue import catalogue

Array = np.ndarray[Any, Any]

NORMALIZATIONS = catalogue("normalization.features", FeatureNormalization)
WHITEN = ("whiten_pca", "whiten_zca")


def _made() -> dict[str, Array]:
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((2, 50))
    iris, diabetes = load_iris().data.T, load_diabetes(scaled=False).data.T
    return {
        "iris": iris[:2],
        "iris, four": iris,
        "diabetes": diabetes[[2, 3]],
        "cancer": load_breast_cancer().data.T[[0, 3]],
        "scales": np.stack([np.arange(1.0, 9.0), 100 * np.array([3.0, 7, 1, 8, 2, 6, 4, 5])]),
        "far from 0": np.stack([1e4 + u, -1e4 + 0.01 * v]),
        "small": 1e-9 * np.stack([u, u + v]),
        "constant": np.stack([u, np.full(50, 0.1)]),
        "all constant": np.stack([np.full(50, 0.1), np.zeros(50)]),
        "collinear": np.stack([u, 3 - 100 * u]),
        "nearly collinear": np.stack([u, u + 1e-8 * v]),
        "correlated": np.stack([u, 0.99 * u + 0.1 * v]),
        "outlier": np.stack([np.append(u, 1e3), np.append(v, -1e3)]),
        "quartiles equal": np.stack([np.append(np.zeros(49), 5.0), v]),
        "digits, 64 pixels": load_digits().data.T,
        "one row": np.array([[3.0], [-2.0]]),
    }


TABLES = _made()
EVERY = [pytest.param(key, table, id=f"{key}-{table}") for key in NORMALIZATIONS for table in TABLES]
PLAIN = [
    table for table in TABLES if table not in ("constant", "all constant", "collinear", "nearly collinear", "digits, 64 pixels", "one row")
]

# what scikit-learn calls each of them; rows are samples there
SKLEARN: dict[str, Callable[[], Any]] = {
    "none": lambda: StandardScaler(with_mean=False, with_std=False),
    "standardize": StandardScaler,
    "center": lambda: StandardScaler(with_std=False),
    "scale": lambda: StandardScaler(with_mean=False),
    "min_max": MinMaxScaler,
    "max_abs": MaxAbsScaler,
    "robust": RobustScaler,
}


def normalized(key: str, x: Array) -> Array:
    return NORMALIZATIONS[key].fit(x)(x)


def close(got: Array, want: Array) -> None:
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * max(1e-30, np.abs(want).max()))


def test_every_normalization_has_an_oracle() -> None:
    assert set(SKLEARN) | set(WHITEN) == set(NORMALIZATIONS)
    assert next(iter(NORMALIZATIONS)) == "none"


@pytest.mark.parametrize("key", NORMALIZATIONS)
def test_says_what_it_is(key: str) -> None:
    item = NORMALIZATIONS[key]
    assert item.label
    assert item.source
    assert item.formula.count("{") == item.formula.count("}") > 0
    assert [field.name for field in item.fields] == ([] if key == "none" else ["amount"])


@pytest.mark.parametrize("table", [t for t in TABLES if t != "small"])
@pytest.mark.parametrize("key", SKLEARN)
def test_equals_scikit_learn(key: str, table: str) -> None:
    x = TABLES[table]
    close(normalized(key, x), SKLEARN[key]().fit_transform(x.T).T)


@pytest.mark.parametrize("table", PLAIN)
def test_pca_equals_scikit_learn_up_to_sign(table: str) -> None:
    x = TABLES[table]
    n = x.shape[1]
    theirs = PCA(whiten=True, svd_solver="full").fit_transform(x.T).T * np.sqrt(n / (n - 1))  # they divide by n − 1
    got = normalized("whiten_pca", x)
    np.testing.assert_allclose(np.abs(got), np.abs(theirs), atol=1e-5 if table == "far from 0" else 1e-8)


@pytest.mark.parametrize("table", PLAIN)
@pytest.mark.parametrize("key", WHITEN)
def test_whitened_features_have_covariance_one(key: str, table: str) -> None:
    x̃ = normalized(key, TABLES[table])
    np.testing.assert_allclose(x̃.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(np.cov(x̃, bias=True), np.eye(len(x̃)), atol=1e-6)


@pytest.mark.parametrize("table", PLAIN)
def test_zca_is_the_symmetric_root_of_the_inverse_covariance(table: str) -> None:
    x = TABLES[table]
    A = NORMALIZATIONS["whiten_zca"].fit(x).matrix
    np.testing.assert_allclose(A, A.T, rtol=1e-12, atol=1e-12 * np.abs(A).max())
    assert np.linalg.eigvalsh(A).min() > 0
    np.testing.assert_allclose(A @ np.cov(x, bias=True) @ A, np.eye(len(x)), atol=1e-6)


@pytest.mark.parametrize("key", WHITEN)
def test_collinear_features_are_not_blown_up(key: str) -> None:
    x = TABLES["collinear"]
    λ = np.sort(np.linalg.eigvalsh(np.cov(normalized(key, x), bias=True)))
    np.testing.assert_allclose(λ, [0, 1], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(NORMALIZATIONS[key].fit(x).matrix, 2), 1, rtol=1e-9)


@pytest.mark.parametrize(("key", "table"), EVERY)
def test_stays_finite_and_can_be_undone(key: str, table: str) -> None:
    x = TABLES[table]
    affine = NORMALIZATIONS[key].fit(x)
    assert affine.shift.dtype == affine.matrix.dtype == np.float64
    x̃ = affine(x)
    assert x̃.shape == x.shape
    assert np.all(np.isfinite(affine.matrix))
    assert np.all(np.isfinite(x̃))
    back = np.linalg.solve(affine.matrix, x̃) + affine.shift[:, None]
    np.testing.assert_allclose(back, x, rtol=1e-9, atol=1e-9 * (np.abs(x).max() + 1e-30))


@pytest.mark.parametrize(("key", "table"), EVERY)
def test_amount_zero_is_raw_and_one_is_all(key: str, table: str) -> None:
    x = TABLES[table]
    affine = NORMALIZATIONS[key].fit(x)
    np.testing.assert_array_equal(morph(affine, 0.0)(x), x)
    np.testing.assert_array_equal(morph(affine, 1.0)(x), affine(x))
    half = morph(affine, 0.5)
    np.testing.assert_allclose(half.shift, affine.shift / 2)
    np.testing.assert_allclose(half.matrix, (np.eye(len(x)) + affine.matrix) / 2)


@pytest.mark.parametrize("key", ["standardize", "scale", "min_max", "robust", "max_abs"])
def test_unit_of_a_feature_does_not_matter(key: str) -> None:
    """Millimeters or nanometers: the same picture, however small the numbers are."""
    x = TABLES["small"]
    close(normalized(key, x * np.array([[1e-6], [1e9]])), normalized(key, x))


def test_standardized_correlation_stays() -> None:
    """κ = (1+|ρ|)/(1−|ρ|) for two standardized features (facts.md F), 1 after whitening."""
    x = TABLES["correlated"]
    ρ = abs(np.corrcoef(x)[0, 1])
    np.testing.assert_allclose(np.linalg.cond(np.cov(normalized("standardize", x), bias=True)), (1 + ρ) / (1 - ρ), rtol=1e-9)
    for key in WHITEN:
        np.testing.assert_allclose(np.linalg.cond(np.cov(normalized(key, x), bias=True)), 1, rtol=1e-9)
