"""Data sets × their properties; scikit-learn's numbers, the Pokémon facts, the exact correlation."""

import backend  # noqa: F401, I001  (float64, before JAX)

import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from subprocess import run
from typing import Any

import numpy as np
import pytest
import sklearn.datasets

from data.dataset import DataSet
from settings import Count, Number, Option, Pick, catalogue, numbers, options

Array = np.ndarray[Any, Any]

DATA = catalogue("data.tables", DataSet)


def loaded(name: str, **own: float) -> Mapping[str, Array]:
    return DATA[name].load(**numbers(Pick(name, tuple(own.items())), DATA[name].own))


def test_menu() -> None:
    assert next(iter(DATA)) == "lecture_scales"
    assert set(DATA) == {"lecture_scales", "correlated_pair", "pokemon", "iris", "diabetes", "wine", "breast_cancer", "digits"}


@pytest.mark.parametrize("name", DATA)
def test_columns_are_what_the_record_says(name: str) -> None:
    data, table = DATA[name], loaded(name)
    assert list(table) == [column.name for column in data.columns]
    assert len(set(table)) == len(data.columns)
    assert len({column.shape for column in table.values()}) == 1
    for column in table.values():
        assert column.ndim == 1
        assert column.dtype == np.float64
        assert np.all(np.isfinite(column))


@pytest.mark.parametrize("name", DATA)
def test_opens_on_three_different_columns_that_vary(name: str) -> None:
    data, table = DATA[name], loaded(name)
    x1, x2, y = (table[key] for key in (data.x1, data.x2, data.target))
    assert len({data.x1, data.x2, data.target}) == 3
    assert min(x1.std(), x2.std(), y.std()) > 0
    assert abs(np.corrcoef(x1, x2)[0, 1]) < 0.999
    assert data.label
    assert data.source


@pytest.mark.parametrize("name", DATA)
def test_fields_are_three_menus_then_its_own(name: str) -> None:
    data = DATA[name]
    x1, x2, target, *own = data.fields
    assert options(Pick(name), (x1, x2, target)) == (("x1", data.x1), ("x2", data.x2), ("target", data.target))
    for menu in (x1, x2, target):
        assert isinstance(menu, Option)
        assert menu.choices == tuple(column.name for column in data.columns)
    assert tuple(own) == data.own
    for field in own:
        assert isinstance(field, Number | Count)
        assert field.read(field.default) == field.default


@pytest.mark.parametrize("name", DATA)
def test_same_call_same_numbers_and_nobody_shares_them(name: str) -> None:
    first, second = loaded(name), loaded(name)
    for key, column in first.items():
        np.testing.assert_array_equal(column, second[key])
        column += 1
        assert not np.array_equal(column, second[key])
    for key, column in loaded(name).items():
        np.testing.assert_array_equal(column, second[key])


@pytest.mark.parametrize("name", [name for name, data in DATA.items() if any(field.name == "seed" for field in data.own)])
def test_another_seed_another_sample(name: str) -> None:
    target = DATA[name].target
    assert not np.array_equal(loaded(name, seed=1)[target], loaded(name, seed=2)[target])


def test_scikit_learn_is_loaded_only_when_asked_for() -> None:
    said = run(
        [
            sys.executable,
            "-c",
            "import sys; from settings import catalogue; from data.dataset import DataSet; catalogue('data.tables', DataSet);"
            "assert not [m for m in sys.modules if m.startswith('sklearn')]",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert said.returncode == 0, said.stderr


# name -> scikit-learn's loader and the name of the class number, if it has classes
SKLEARN = {
    "iris": (sklearn.datasets.load_iris, "species", 0),
    "wine": (sklearn.datasets.load_wine, "class number", 1),
    "breast_cancer": (sklearn.datasets.load_breast_cancer, "diagnosis", 0),
    "digits": (sklearn.datasets.load_digits, "digit", 0),
}


@pytest.mark.parametrize("name", SKLEARN)
def test_equals_scikit_learn(name: str) -> None:
    load, number, first = SKLEARN[name]
    theirs, ours = load(), list(loaded(name).values())
    d = theirs.data.shape[1]
    np.testing.assert_array_equal(np.stack(ours[:d], axis=1), theirs.data)
    assert DATA[name].columns[d].name == number
    np.testing.assert_array_equal(ours[d], theirs.target + first)
    np.testing.assert_array_equal(np.stack(ours[d + 1 :], axis=1), np.eye(len(theirs.target_names))[theirs.target])


def test_names_of_features_and_classes_stand_where_scikit_learn_has_them() -> None:
    def names(name: str) -> list[str]:
        return [column.name for column in DATA[name].columns]

    iris, cancer, wine = (load() for load in (sklearn.datasets.load_iris, sklearn.datasets.load_breast_cancer, sklearn.datasets.load_wine))
    assert [f"{column.name} ({column.unit})" for column in DATA["iris"].columns[:4]] == list(iris.feature_names)
    assert names("iris")[5:] == list(iris.target_names)
    assert names("breast_cancer")[:30] == list(cancer.feature_names)
    assert names("breast_cancer")[31:] == list(cancer.target_names)
    same = [name.lower().replace(" ", "_") for name in names("wine")[:13]]
    theirs = [name.replace("od280/od315_of_diluted_wines", "od280/od315") for name in wine.feature_names]
    assert same == theirs
    table = loaded("digits")
    np.testing.assert_array_equal(table["pixel 3,4"], sklearn.datasets.load_digits().images[:, 3, 4])


def test_iris_opens_as_the_lessons_expect() -> None:
    iris = DATA["iris"]
    assert (iris.x1, iris.x2, iris.target) == ("sepal length", "sepal width", "petal length")
    assert {iris.unit(name) for name in ("sepal length", "sepal width", "petal length", "petal width")} == {"cm"}
    assert iris.unit("species") == ""


def test_diabetes_is_in_its_own_units() -> None:
    theirs, table = sklearn.datasets.load_diabetes(scaled=False), loaded("diabetes")
    np.testing.assert_array_equal(np.stack(list(table.values())[:10], axis=1), theirs.data)
    np.testing.assert_array_equal(table["disease progression"], theirs.target)
    assert 18 <= table["body mass index"].min() < table["body mass index"].max() < 43
    assert table["age"].min() == 19


def test_pokemon_facts() -> None:
    """facts.md D."""
    table = loaded("pokemon")
    x, y = table["CP before"], table["CP after"]
    np.testing.assert_array_equal(table["CP before²"], x * x)
    X = np.stack([np.ones(10), x], axis=1)
    (b, w), (sum_of_squares,), *_ = np.linalg.lstsq(X, y, rcond=None)
    np.testing.assert_allclose([b, w, sum_of_squares / 10], [-188.433197, 2.669455, 10193.673], rtol=3e-7)
    H = 2 * X.T @ X
    np.testing.assert_array_equal(H, [[20, 5020], [5020, 1746816]])
    λ = np.linalg.eigvalsh(H)
    np.testing.assert_allclose([*λ, λ[1] / λ[0], 2 / λ[1]], [5.5735, 1746830, 313418, 1.144931e-6], rtol=1e-5)


def test_lecture_scales() -> None:
    table = loaded("lecture_scales", noise=0.0)
    x1, x2, y = table.values()
    np.testing.assert_array_equal(x1, [1, 2, 3, 4, 5, 6, 7, 8])
    np.testing.assert_array_equal(x2, [300, 700, 100, 800, 200, 600, 400, 500])
    np.testing.assert_allclose(y, 1 + 2 * x1 + 0.03 * x2, rtol=1e-15)
    one, two = (loaded("lecture_scales", noise=noise, seed=5)["y"] - y for noise in (1.0, 2.0))
    np.testing.assert_allclose(2 * one, two, atol=1e-12)
    assert one.std() > 0.1


RHO = (-0.999, -0.9, -0.5, -1e-6, 0.0, 0.123456789, 0.7, 0.99, 0.999)


@pytest.mark.parametrize("rho", RHO)
def test_sample_correlation_is_exact(rho: float) -> None:
    for samples, seed in product((4, 5, 17, 200, 4000), (0, 1, 2, 9999)):
        table = loaded("correlated_pair", rho=rho, samples=samples, seed=seed)
        x = np.stack([table["x₁"], table["x₂"]])
        assert x.shape == (2, samples)
        np.testing.assert_allclose(x.mean(axis=1), 0, atol=1e-12)
        np.testing.assert_allclose(x @ x.T / samples, [[1, rho], [rho, 1]], atol=1e-12)
        np.testing.assert_allclose(np.corrcoef(x)[0, 1], rho, atol=1e-12)


@pytest.mark.parametrize("rho", RHO)
def test_standardized_condition_number(rho: float) -> None:
    table = loaded("correlated_pair", rho=rho, m1=100.0, m2=-3.0)
    x = np.stack([table["x₁"], table["x₂"]])
    np.testing.assert_allclose(x.mean(axis=1), [100, -3], atol=1e-12)
    z = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
    np.testing.assert_allclose(np.linalg.cond(z @ z.T), (1 + abs(rho)) / (1 - abs(rho)), rtol=1e-6)


def test_correlated_pair_target_and_one_cloud() -> None:
    still, moved = (loaded("correlated_pair", rho=rho, m1=5.0, m2=-7.0, noise=0.0) for rho in (0.0, 0.6))
    np.testing.assert_array_equal(still["x₁"], moved["x₁"])
    for table in (still, moved):
        np.testing.assert_allclose(table["y"], (table["x₁"] - 5) - (table["x₂"] + 7), atol=1e-12)
    np.testing.assert_allclose(moved["x₂"] + 7, 0.6 * (still["x₁"] - 5) + 0.8 * (still["x₂"] + 7), atol=1e-12)
    noisy = loaded("correlated_pair", noise=3.0, samples=4000)
    np.testing.assert_allclose((noisy["y"] - noisy["x₁"] + noisy["x₂"]).std(), 3, rtol=0.05)
