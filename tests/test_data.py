"""Data sets × their properties; scikit-learn's numbers, the Pokémon facts, the exact correlation."""

from compute import backend  # noqa: F401, I001  (float64, before JAX)

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
from core.settings import Count, Number, Option, Pick, numbers, options
from core.catalogue import catalogue

Array = np.ndarray[Any, Any]

DATA = catalogue("data.tables", DataSet)

# What can be drawn anew: the points of classes in the plane, and how many classes each may have.
CLOUDS = {"xor": (2,), "moons": (2,), "rings": (2, 3, 4, 5), "spirals": (2, 3, 4, 5)}
ONE_INPUT = ("chebyshev", "sine", "stairs")
EVERY_CLOUD = [(name, c) for name, most in CLOUDS.items() for c in most]
SAMPLES = (4, 5, 6, 7, 17, 200, 1000, 4000)


def loaded(name: str, **own: float | str) -> Mapping[str, Array]:
    picked, fields = Pick(name, tuple(own.items())), DATA[name].own
    return DATA[name].load(**numbers(picked, fields), **dict(options(picked, fields)))


def test_menu() -> None:
    tables = ["lecture_scales", "correlated_pair", "pokemon", "iris", "school_grades", "diabetes", "wine", "breast_cancer", "digits"]
    assert list(DATA) == [*tables, *CLOUDS, *ONE_INPUT]


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
        assert isinstance(field, Number | Count) or field.name == "numbering"
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
            "import sys; from core.catalogue import catalogue; from data.dataset import DataSet; catalogue('data.tables', DataSet);"
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


# name -> the column of the class number, "" for a regression, and how many features there are
LABELS = {
    "lecture_scales": ("", 2),
    "correlated_pair": ("", 2),
    "pokemon": ("", 2),
    "diabetes": ("", 10),
    "school_grades": ("grade", 2),
    **{name: (number, load().data.shape[1]) for name, (load, number, _) in SKLEARN.items()},
    **dict.fromkeys(CLOUDS, ("class", 2)),
    **dict.fromkeys(ONE_INPUT, ("", 2)),
}


@pytest.mark.parametrize("name", DATA)
def test_label_and_features(name: str) -> None:
    """No feature is the label, and none follows from it alone unless it is constant, as some pixels are."""
    data, table = DATA[name], loaded(name)
    number, d = LABELS[name]
    label = table[number or data.target]
    assert data.classes == number
    assert len(data.features) == len(set(data.features)) == d
    assert set(data.features) | {number or data.target, *data.one_hot} == set(table)
    assert [column.name for column in data.columns if column.name in data.features] == list(data.features)
    for feature in data.features:
        assert not np.array_equal(table[feature], label)
        if number and np.ptp(table[feature]):
            assert any(np.ptp(table[feature][label == k]) for k in np.unique(label)), feature
    if number:
        assert label.min() in (0, 1)
        np.testing.assert_array_equal(np.unique(label), label.min() + np.arange(np.ptp(label) + 1))
    for k, one in enumerate(data.one_hot):
        np.testing.assert_array_equal(table[one], label == label.min() + k)


def test_features_are_those_of_scikit_learn() -> None:
    loaders = {"iris": 4, "wine": 13, "breast_cancer": 30, "digits": 64, "diabetes": 10}
    assert {name: len(DATA[name].features) for name in loaders} == loaders
    for name, (load, *_) in SKLEARN.items():
        table = loaded(name)
        np.testing.assert_array_equal(np.stack([table[feature] for feature in DATA[name].features], axis=1), load().data)
        assert len(DATA[name].one_hot) == len(load().target_names)


def cloud(name: str, c: int, **own: float) -> tuple[Array, Array]:
    """Points "2 n" and their classes, of c classes where their number can be set."""
    table = loaded(name, **own, **({"classes": c} if len(CLOUDS[name]) > 1 else {}))
    return np.stack([table["x₁"], table["x₂"]]), table["class"]


@pytest.mark.parametrize(("name", "c"), EVERY_CLOUD)
def test_classes_are_of_one_size(name: str, c: int) -> None:
    for samples, seed in product(SAMPLES, (0, 9999)):
        x, y = cloud(name, c, samples=samples, seed=seed)
        sizes = [np.count_nonzero(y == k) for k in range(c)]
        assert x.shape == (2, samples)
        assert sum(sizes) == samples
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("name", "c"), EVERY_CLOUD)
def test_noise_is_as_large_as_it_says_and_moves_one_cloud(name: str, c: int) -> None:
    (still, y), (one, y1), (two, y2) = (cloud(name, c, noise=noise, samples=4000, seed=3) for noise in (0.0, 0.1, 0.2))
    np.testing.assert_array_equal([y1, y2], [y, y])
    np.testing.assert_allclose(two - still, 2 * (one - still), atol=1e-12)
    np.testing.assert_allclose((one - still).std(axis=1), 0.1, rtol=5 / np.sqrt(2 * 4000))  # five standard errors
    assert abs(np.corrcoef(one - still)[0, 1]) < 5 / np.sqrt(4000)


@pytest.mark.parametrize("name", CLOUDS)
def test_rows_come_in_random_order_and_the_seed_decides(name: str) -> None:
    """The first half of the rows holds each class about as often as the second; without noise another seed has the same points."""
    (x, y), (x2, y2) = (cloud(name, 2, noise=0.0, seed=seed) for seed in (1, 2))
    assert abs(np.count_nonzero(y[:500]) - 250) < 5 * np.sqrt(500 / 8)  # five deviations of the hypergeometric distribution
    assert not np.array_equal(x, x2)
    np.testing.assert_allclose(by_place(x, y), by_place(x2, y2), atol=1e-12)
    assert not np.array_equal(cloud(name, 2, seed=1)[0], cloud(name, 2, seed=2)[0])


def by_place(x: Array, y: Array) -> Array:
    """Class and point of every row, sorted; rounded, so that rounding does not decide the order."""
    rows = np.round(np.stack([y, *x], axis=1), 9) + 0.0
    return rows[np.lexsort(rows.T[::-1])]


@pytest.mark.parametrize("samples", SAMPLES)
def test_moons_are_those_of_scikit_learn(samples: int) -> None:
    theirs, labels = sklearn.datasets.make_moons(samples, noise=None, random_state=0)
    np.testing.assert_allclose(by_place(*cloud("moons", 2, noise=0.0, samples=samples)), by_place(theirs.T, labels), atol=1e-12)


def test_two_rings_are_those_of_scikit_learn() -> None:
    theirs, labels = sklearn.datasets.make_circles(1000, noise=None, factor=0.5, random_state=0)  # class 0 is outside there
    np.testing.assert_allclose(by_place(*cloud("rings", 2, noise=0.0)), by_place(2 * theirs.T, 1 - labels), atol=1e-12)


@pytest.mark.parametrize("c", CLOUDS["rings"])
def test_rings_have_their_radii_and_no_gap(c: int) -> None:
    x, y = cloud("rings", c, noise=0.0)
    np.testing.assert_allclose(np.hypot(*x), y + 1, rtol=1e-12)
    for k in range(c):
        angles = np.sort(np.arctan2(x[1], x[0])[y == k] % (2 * np.pi))
        gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
        np.testing.assert_allclose(gaps, 2 * np.pi / angles.size, rtol=1e-6)


@pytest.mark.parametrize(("c", "turns"), list(product(CLOUDS["spirals"], (0.25, 1.0, 1.75, 3.3))))
def test_arms_follow_their_polar_equation(c: int, turns: float) -> None:
    """z = r·exp(2πi(turns·r + k/c)), r evenly up to 1."""
    x, y = cloud("spirals", c, turns=turns, noise=0.0)
    z = x[0] + 1j * x[1]
    np.testing.assert_allclose(z, abs(z) * np.exp(2j * np.pi * turns * abs(z)) * np.exp(2j * np.pi / c) ** y, atol=1e-12)
    for k in range(c):
        radii = np.sort(abs(z[y == k]))
        np.testing.assert_allclose(radii, np.linspace(0, 1, radii.size + 1)[1:], atol=1e-12)


def test_xor_has_its_quadrants() -> None:
    for samples in SAMPLES:
        x, y = cloud("xor", 2, noise=0.0, samples=samples)
        np.testing.assert_array_equal(abs(x), 1)
        np.testing.assert_array_equal(y, (x[0] > 0) ^ (x[1] > 0))
        corners, sizes = np.unique(x, axis=1, return_counts=True)
        assert corners.shape == (2, 4)
        assert max(sizes) - min(sizes) <= 1
    x, y = cloud("xor", 2, noise=0.1, samples=4000)  # ten deviations from either axis
    np.testing.assert_array_equal(y, x[0] * x[1] < 0)
    x, y = cloud("xor", 2, noise=0.3, samples=4000)
    assert np.mean(y == (x[0] * x[1] < 0)) > 0.99


def test_grades_grow_as_the_reference_does() -> None:
    """Without spread every grade has its mean, 5 to 6.5 cm more each year as in the reference; with it, as much as it says."""
    table = loaded("school_grades", samples=4000, spread=3.0)
    grade = table["grade"].astype(int)
    height, weight = (np.array([table[name][grade == k].mean() for k in range(1, 7)]) for name in ("height", "weight"))
    assert np.all((np.diff(height) > 4.5) & (np.diff(height) < 6.5))
    assert np.all((np.diff(weight) > 1.5) & (np.diff(weight) < 5))
    still = loaded("school_grades", samples=4000, spread=0.5)
    off = table["height"] - (table["height"] - still["height"]) * 3.0 / 2.5  # the same draws: without any spread
    np.testing.assert_allclose(off, np.array([118, 124, 130, 135, 141, 147])[grade - 1], atol=1e-9)
    np.testing.assert_allclose((table["height"] - off).std(), 3.0, rtol=5 / np.sqrt(2 * 4000))  # five standard errors
    index = np.log(table["weight"] / table["height"] ** 2)
    within = np.concatenate([index[grade == k] - index[grade == k].mean() for k in range(1, 7)])
    np.testing.assert_allclose(within.std(), 0.09, rtol=5 / np.sqrt(2 * 4000))
    assert abs(np.bincount(grade)[1:] - 4000 / 6).max() < 1


NUMBERED = {name: field for name, data in DATA.items() for field in data.own if isinstance(field, Option) and field.name == "numbering"}


@pytest.mark.parametrize(("name", "chosen"), [(name, str(choice)) for name, field in NUMBERED.items() for choice in field.choices])
def test_numbers_of_the_classes(name: str, chosen: str) -> None:
    """Another numbering changes the numbers, one for one, and nothing else; its label is the order that it makes."""
    data, usual, table = DATA[name], loaded(name), loaded(name, numbering=chosen)
    for column in set(usual) - {data.classes}:
        np.testing.assert_array_equal(table[column], usual[column])
    first = usual[data.classes].min()
    wanted = np.array([int(digit) for digit in chosen])[(usual[data.classes] - first).astype(int)]
    np.testing.assert_array_equal(table[data.classes], wanted)
    ordered = [data.one_hot[chosen.index(digit)] for digit in sorted(chosen)]
    assert NUMBERED[name].label_of(chosen).removeprefix("grades ").split(" < ") == [said.removeprefix("grade ") for said in ordered]


def test_what_one_input_is_mapped_to() -> None:
    """NumPy's Chebyshev series; a sine that is 0 at both ends of whole waves; steps of 1, as many as levels."""
    for degree in (1, 3, 4, 12):
        table = loaded("chebyshev", degree=degree, points=20)
        np.testing.assert_array_equal(table["x"], np.linspace(-1, 1, 20))
        np.testing.assert_allclose(table["y"], np.polynomial.Chebyshev.basis(degree)(table["x"]), atol=1e-13)
    sine = loaded("sine", waves=2.0, points=41)
    np.testing.assert_allclose(sine["y"][[0, 5, 10, 15, 20, 40]], [0, 1, 0, -1, 0, 0], atol=1e-12)
    stairs = loaded("stairs", levels=3, points=100)["y"]
    assert set(stairs) == {0.0, 1.0, 2.0}
    assert np.count_nonzero(np.diff(stairs)) == 2
