"""Slices: each against what defines it, on a ReLU network and on matrices; and what a slice hides against least squares."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from sklearn.decomposition import PCA

from landscape.directions import Around, Slice
from landscape.grid import Plane
from landscape.honesty import projected
from landscape.lanczos import hessian_product
from core.messages import Refusal
from core.catalogue import catalogue

Vector = Float[np.ndarray, " p"]

SLICES = catalogue("landscape.slices", Slice)

# A network of 3 inputs, 5 ReLU units and 2 outputs: W₁ (5 × 3), b₁, W₂ (2 × 5), b₂
SHAPES = ((5, 3), (5,), (2, 5), (2,))
SIZES = [int(np.prod(shape)) for shape in SHAPES]
P = sum(SIZES)
FILTERS = np.r_[np.repeat(np.arange(5), 3), np.full(5, -1), np.repeat([5, 6], 5), np.full(2, -1)]
_DRAWS = np.random.default_rng(0)
THETA = _DRAWS.standard_normal(P)
X, Y = _DRAWS.standard_normal((3, 30)), _DRAWS.standard_normal((2, 30))
PATH = THETA + np.cumsum(_DRAWS.standard_normal((9, P)), axis=0)[::-1]


def parts(theta: Vector) -> list[Float[np.ndarray, "..."]]:
    return [part.reshape(shape) for part, shape in zip(np.split(theta, np.cumsum(SIZES)[:-1]), SHAPES, strict=True)]


def loss(theta: Vector) -> float:
    w1, b1, w2, b2 = parts(theta)
    return float(np.mean((w2 @ np.maximum(w1 @ X + b1[:, None], 0) + b2[:, None] - Y) ** 2))


def smooth(theta: Float[Array, " p"]) -> Float[Array, ""]:
    return jnp.sum(jnp.cosh(theta) * jnp.arange(1, theta.size + 1)) + jnp.sum(theta) ** 2


AROUND = Around(
    origin=THETA,
    path=PATH,
    gradient=_DRAWS.standard_normal(P),
    momentum=_DRAWS.standard_normal(P),
    product=hessian_product(smooth, jnp.array(THETA)),
    other=_DRAWS.standard_normal(P),
    filters=FILTERS,
    key=jax.random.key(0),
)
FREE = AROUND._replace(free_biases=True)


def lengths(x: Vector) -> Vector:
    """‖x‖ filter by filter, one at a time."""
    return np.array([np.linalg.norm(x[unit == FILTERS]) for unit in range(7)])


# --------------------------------------------------------------------------------------------------------------- every item

ORTHONORMAL = {"random", "principal", "hessian", "gradient_momentum"}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SLICES)
def test_every_slice(name: str, dtype: type[np.floating[Any]]) -> None:
    """float64 from either, finite, the same when asked again; and what it does not name in `needs` it does not read."""
    item = SLICES[name]
    around = AROUND._replace(**{field: value.astype(dtype) for field, value in AROUND._asdict().items() if field in VECTORS})
    around = around._replace(product=hessian_product(smooth, jnp.array(THETA, dtype)))
    u, v = item.directions(around)
    for direction in (u, v):
        assert direction.shape == (P,)
        assert direction.dtype == np.float64
        assert np.isfinite(direction).all()
    if name in ORTHONORMAL:  # Ritz vectors in float32 to its rounding; all else is computed in float64
        atol = 1e-13 if dtype == np.float64 or name != "hessian" else 1e-5
        np.testing.assert_allclose(np.array([u, v]) @ np.array([u, v]).T, np.eye(2), atol=atol)
    needed = {"origin", "key", "free_biases", *item.needs}
    np.testing.assert_array_equal(item.directions(EMPTY._replace(**{k: x for k, x in around._asdict().items() if k in needed})), (u, v))


VECTORS = {"origin", "path", "gradient", "momentum", "other"}
EMPTY = Around(THETA, np.zeros((0, P)), np.zeros(0), None, None, None, np.zeros(0, int), jax.random.key(1))


# ----------------------------------------------------------------------------------------------------------- drawn directions


@pytest.mark.parametrize("name", ["random", "filter_normalized"])
def test_biases_stay_unless_they_are_free(name: str) -> None:
    for direction in SLICES[name].directions(AROUND):
        assert np.array_equal(direction != 0, FILTERS >= 0)
    for direction in SLICES[name].directions(FREE):
        assert np.all(direction != 0)


@pytest.mark.parametrize("name", ["random", "filter_normalized", "line"])
def test_another_key_another_direction(name: str) -> None:
    ours, theirs = (SLICES[name].directions(AROUND._replace(key=jax.random.key(seed)))[1] for seed in (0, 1))
    assert abs(ours @ theirs) < 0.9 * np.linalg.norm(ours) * np.linalg.norm(theirs)


@pytest.mark.parametrize("around", [AROUND, FREE])
def test_every_filter_is_as_long_as_the_network_s(around: Around) -> None:
    for direction in SLICES["filter_normalized"].directions(around):
        np.testing.assert_allclose(lengths(direction), lengths(THETA), rtol=1e-12)
    np.testing.assert_allclose(lengths(SLICES["line"].directions(around)[1]), lengths(THETA), rtol=1e-12)


def test_within_a_filter_the_direction_is_the_random_one() -> None:
    """Only lengths change; a free bias is a standard normal number times |θ|, here the same numbers for any θ."""
    _, v = SLICES["filter_normalized"].directions(FREE)
    _, of_ones = SLICES["filter_normalized"].directions(FREE._replace(origin=np.ones(P)))
    for unit in range(7):
        ours, plain = v[unit == FILTERS], of_ones[unit == FILTERS]
        np.testing.assert_allclose(ours / np.linalg.norm(ours), plain / np.linalg.norm(plain), rtol=1e-12)
    np.testing.assert_allclose(v[FILTERS < 0], of_ones[FILTERS < 0] * np.abs(THETA[FILTERS < 0]), rtol=1e-14)


def test_a_dead_filter_gets_no_direction() -> None:
    theta = np.where(FILTERS == 2, 0.0, THETA)
    u, _ = SLICES["filter_normalized"].directions(AROUND._replace(origin=theta))
    assert np.array_equal(u != 0, (FILTERS >= 0) & (FILTERS != 2))


@pytest.mark.parametrize("free_biases", [False, True])
def test_filter_normalized_curves_do_not_see_the_scale_of_relu_layers(free_biases: bool) -> None:
    """facts.md H: the first layer times 10, the next by 1/10 is the same function. Its filter-normalized curve is the same to 1e-10;
    the plain random one is another."""
    w1, b1, w2, b2 = parts(THETA)
    scaled = np.concatenate([10 * w1.ravel(), 10 * b1, w2.ravel() / 10, b2])
    assert loss(scaled) == pytest.approx(loss(THETA), rel=1e-13)

    def curves(name: str, theta: Vector) -> list[list[float]]:
        directions = SLICES[name].directions(AROUND._replace(origin=theta, free_biases=free_biases))
        return [[loss(theta + a * d) for a in np.linspace(-1, 1, 21)] for d in directions]

    np.testing.assert_allclose(curves("filter_normalized", scaled), curves("filter_normalized", THETA), rtol=1e-10)
    moved = np.abs(np.subtract(curves("random", scaled), curves("random", THETA))).max(axis=1)
    assert np.all(moved > 0.1 * loss(THETA))


def test_the_line_ends_at_the_other_solution() -> None:
    assert AROUND.other is not None
    u, v = SLICES["line"].directions(AROUND)
    np.testing.assert_allclose(THETA + u, AROUND.other, rtol=1e-14, atol=1e-14)
    assert abs(u @ v) < 0.9 * np.linalg.norm(u) * np.linalg.norm(v)


# -------------------------------------------------------------------------------------------------------- computed directions


@pytest.mark.parametrize(("k", "p"), [(3, 5), (9, P), (60, 12), (200, 1000)])
@pytest.mark.parametrize("spread", [1.0, 1e-3])
def test_principal_components_are_those_of_scikit_learn(k: int, p: int, spread: float) -> None:
    """Up to sign. Far from the origin, and with a second component that is `spread` of the first: a rounding of that, over the spread."""
    draws = np.random.default_rng(k)
    scale = np.r_[1.0, spread * 0.5 ** np.arange(p - 1)]
    path = 1e3 + draws.standard_normal((k, p)) * scale
    found = SLICES["principal"].directions(AROUND._replace(path=path))
    components = PCA(2, svd_solver="full").fit(path - path[-1]).components_
    cosines = np.array(found) @ components.T
    np.testing.assert_allclose(np.abs(cosines), np.eye(2), atol=1e-13 / spread)
    begin = path[0] - path[-1]
    assert np.all(np.array(found) @ begin >= 0)


def test_principal_components_hold_what_scikit_learn_says() -> None:
    """And no other plane of these holds more: 40 % or more of a random walk; a random plane holds almost nothing."""
    walk = np.cumsum(np.random.default_rng(1).standard_normal((50, 2000)), axis=0)
    around = AROUND._replace(path=walk, origin=walk[-1], filters=np.zeros(2000, int))
    held = projected(walk, Plane(walk[-1], *SLICES["principal"].directions(around))).explained_fraction
    assert held == pytest.approx(PCA(2, svd_solver="full").fit(walk).explained_variance_ratio_.sum(), rel=1e-12)
    assert held > 0.4
    assert projected(walk, Plane(walk[-1], *SLICES["random"].directions(around))).explained_fraction < 0.02


@pytest.mark.parametrize(("dtype", "atol"), [(np.float64, 1e-8), (np.float32, 1e-3)])
def test_leading_eigenvectors_of_the_hessian(dtype: type[np.floating[Any]], atol: float) -> None:
    """H = diag(i·cosh θᵢ) + 2·11ᵀ by hand. An eigenvector is as exact as the rounding over the gap between eigenvalues allows."""
    hessian = np.diag(np.arange(1, P + 1) * np.cosh(THETA)) + 2
    values, vectors = np.linalg.eigh(hessian)
    assert np.all(np.diff(values)[-2:] > 0.01 * values[-1])
    origin = THETA.astype(dtype)
    found = SLICES["hessian"].directions(AROUND._replace(origin=origin, product=hessian_product(smooth, jnp.array(origin))))
    np.testing.assert_allclose(np.abs(np.array(found) @ vectors[:, :-3:-1]), np.eye(2), atol=atol)
    assert np.all(np.array(found) @ AROUND.gradient >= 0)


def test_gradient_and_momentum_span_their_plane() -> None:
    assert AROUND.momentum is not None
    u, v = SLICES["gradient_momentum"].directions(AROUND)
    np.testing.assert_allclose(u * np.linalg.norm(AROUND.gradient), AROUND.gradient, rtol=1e-13)
    np.testing.assert_allclose((u @ AROUND.momentum) * u + (v @ AROUND.momentum) * v, AROUND.momentum, rtol=0, atol=1e-13)
    assert v @ AROUND.momentum > 0


def test_gradient_and_momentum_that_are_almost_parallel() -> None:
    """1e-5 apart: taken off once, the part along the gradient would leave 1e-16/1e-5 of itself."""
    assert AROUND.momentum is not None
    u, v = SLICES["gradient_momentum"].directions(AROUND._replace(momentum=AROUND.gradient + 1e-5 * AROUND.momentum))
    assert abs(u @ v) < 1e-15
    np.testing.assert_allclose(v, SLICES["gradient_momentum"].directions(AROUND)[1], atol=1e-10)


@pytest.mark.parametrize("length", [1e-200, 1e-30, 1e200])
def test_gradient_and_momentum_of_any_length(length: float) -> None:
    assert AROUND.momentum is not None
    ours = SLICES["gradient_momentum"].directions(AROUND._replace(gradient=length * AROUND.gradient, momentum=AROUND.momentum / length))
    np.testing.assert_allclose(ours, SLICES["gradient_momentum"].directions(AROUND), rtol=0, atol=1e-14)


# ------------------------------------------------------------------------------------------------------------------ refusals

LINE = THETA + np.linspace(0, 1, 9)[:, None] * AROUND.gradient
REFUSED: dict[str, tuple[str, Around, str]] = {
    "no path": ("principal", AROUND._replace(path=PATH[:0]), "three different points"),
    "two points": ("principal", AROUND._replace(path=PATH[:2]), "three different points"),
    "two different points": ("principal", AROUND._replace(path=PATH[[0, 0, 1, 1, 1]]), "three different points"),
    "one point": ("principal", AROUND._replace(path=PATH[[0, 0, 0, 0]]), "three different points"),
    "a straight path": ("principal", AROUND._replace(path=LINE), "not on one line"),
    "a straight path in float32": ("principal", AROUND._replace(path=LINE.astype(np.float32)), "not on one line"),
    "a path that diverged": ("principal", AROUND._replace(path=np.vstack([PATH, np.full(P, np.inf)])), "range of numbers"),
    "a path that is no number": ("principal", AROUND._replace(path=np.vstack([PATH, np.full(P, np.nan)])), "range of numbers"),
    "no momentum": ("gradient_momentum", AROUND._replace(momentum=None), "keeps no momentum"),
    "no momentum yet": ("gradient_momentum", AROUND._replace(momentum=np.zeros(P)), "no plane"),
    "parallel": ("gradient_momentum", AROUND._replace(momentum=-0.1 * AROUND.gradient), "parallel"),
    "parallel in float32": ("gradient_momentum", AROUND._replace(momentum=(0.1 * AROUND.gradient).astype(np.float32)), "parallel"),
    "no gradient": ("gradient_momentum", AROUND._replace(gradient=np.zeros(P)), "gradient is 0"),
    "no Hessian": ("hessian", AROUND._replace(product=None), "no Hessian"),
    "a Hessian that is no number": ("hessian", AROUND._replace(product=lambda v: v * jnp.nan), "not finite"),
    "one parameter": ("hessian", AROUND._replace(origin=THETA[:1], gradient=THETA[:1]), "two parameters"),
    "no other solution": ("line", AROUND._replace(other=None), "second solution"),
    "the same solution": ("line", AROUND._replace(other=THETA), "same point"),
    "a line with nothing across": ("line", AROUND._replace(origin=np.zeros(P)), "across"),
    "weights of 0": ("filter_normalized", AROUND._replace(origin=np.where(FILTERS < 0, THETA, 0)), "no plane"),
    "no weights": ("random", AROUND._replace(filters=np.full(P, -1)), "two weights"),
    "one weight": ("random", AROUND._replace(filters=np.where(np.arange(P) == 3, 0, -1)), "two weights"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_say_what_is_missing(case: str) -> None:
    name, around, said = REFUSED[case]
    with pytest.raises(Refusal, match=said) as refused:
        SLICES[name].directions(around)
    assert refused.value.reason.english.endswith(".")


def test_a_path_that_is_just_no_line_is_not_refused() -> None:
    bent = LINE.copy()
    assert AROUND.momentum is not None
    bent[4] += 1e-3 * AROUND.momentum
    u, v = SLICES["principal"].directions(AROUND._replace(path=bent))
    assert projected(bent, Plane(bent[-1], u, v)).explained_fraction == pytest.approx(1, abs=1e-12)


# --------------------------------------------------------------------------------------------------- what a slice does not show

SKEWED: dict[str, Callable[[Vector, Vector], tuple[Vector, Vector]]] = {
    "any two": lambda u, v: (u, v),
    "almost parallel": lambda u, v: (u, u + 1e-3 * v),
    "of very different lengths": lambda u, v: (1e6 * u, 1e-6 * v),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SKEWED)
def test_projection_by_least_squares(name: str, dtype: type[np.floating[Any]]) -> None:
    """NumPy's lstsq, one point at a time. Almost parallel directions magnify rounding a thousandfold."""
    draws = np.random.default_rng(4)
    u, v = SKEWED[name](*draws.standard_normal((2, P)))
    path, origin = (3 * draws.standard_normal((9, P))).astype(dtype), draws.standard_normal(P)
    found = projected(path, Plane(jnp.array(origin), u, v))
    directions = np.stack([u, v], axis=1)
    for i, point in enumerate(path.astype(np.float64)):
        coefficients, squared, *_ = np.linalg.lstsq(directions, point - origin, rcond=1e-16)
        np.testing.assert_allclose([found.a[i], found.b[i]], coefficients, rtol=1e-9)
        assert found.distance[i] == pytest.approx(np.sqrt(squared[0]), rel=1e-12)
    hat = directions @ np.linalg.pinv(directions, rcond=1e-16)
    centered = path.astype(np.float64) - path.astype(np.float64).mean(axis=0)
    assert found.explained_fraction == pytest.approx(np.sum((centered @ hat) ** 2) / np.sum(centered**2), rel=1e-9)


def test_points_of_the_plane_are_where_they_are() -> None:
    """Distance 0 to rounding, all of the variance held; the origin itself is exactly on the plane."""
    draws = np.random.default_rng(5)
    origin, u, v = draws.standard_normal((3, P))
    a, b = np.r_[0.0, draws.standard_normal(7)], np.r_[0.0, draws.standard_normal(7)]
    found = projected(origin + a[:, None] * u + b[:, None] * v, Plane(origin, u, v))
    np.testing.assert_allclose([found.a, found.b], [a, b], rtol=1e-12)
    assert found.distance[0] == 0
    np.testing.assert_allclose(found.distance, 0, atol=1e-14)
    assert found.explained_fraction == pytest.approx(1, abs=1e-14)


def test_points_at_right_angles_to_the_plane_are_all_off() -> None:
    axes = np.eye(5)
    found = projected(np.stack([2 * axes[2], -3 * axes[4]]), Plane(np.zeros(5), axes[0], axes[0] + axes[1]))
    assert [found.a.tolist(), found.b.tolist()] == [[0, 0], [0, 0]]
    assert found.distance.tolist() == [2, 3]
    assert found.explained_fraction == 0


def test_a_path_that_does_not_move_is_held() -> None:
    found = projected(np.ones((4, P)), Plane(np.zeros(P), *np.eye(P)[:2]))
    assert found.explained_fraction == 1
    np.testing.assert_allclose(found.distance, np.sqrt(P - 2), rtol=1e-14)


def test_projecting_leaves_the_path_as_it_was() -> None:
    path = PATH.copy()
    projected(path, Plane(np.zeros(P), *np.eye(P)[:2]))
    SLICES["principal"].directions(AROUND._replace(path=path))
    np.testing.assert_array_equal(path, PATH)


@pytest.mark.parametrize("second", [0.0, 2.0, 1.0 + 1e-14])
def test_two_directions_on_one_line_span_no_plane(second: float) -> None:
    with pytest.raises(ValueError, match="no plane"):
        projected(PATH, Plane(THETA, AROUND.gradient, second * AROUND.gradient))
