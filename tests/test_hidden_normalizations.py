"""Every normalization inside the network against NumPy written from its paper, against PyTorch where it is installed, and facts.md F."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import importlib
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from normalization.hidden import batch, group, spectral
from normalization.hidden_layer import HiddenNormalization, LayerInput
from core.catalogue import catalogue

Values = Float[np.ndarray, "..."]
Parts = tuple[Values, ...]

ITEMS = catalogue("normalization.hidden", HiddenNormalization)
K, J, N = 6, 4, 9  # units, inputs, rows that count


class Case(NamedTuple):
    """An item with its numbers."""

    name: str
    numbers: tuple[tuple[str, float], ...] = ()

    @property
    def item(self) -> HiddenNormalization:
        return ITEMS[self.name]

    def having(self, **changes: float) -> "Case":
        return Case(self.name, tuple((dict(self.numbers) | changes).items()))

    @property
    def every(self) -> dict[str, float]:
        defaults = {field.name: float(field.default) for field in self.item.fields}
        return {"memory": 0.8} | defaults | dict(self.numbers)

    def traced(self, dtype: DTypeLike = np.float64) -> dict[str, Float[Array, ""]]:
        return {name: jnp.asarray(value, dtype) for name, value in self.every.items()}


def case(name: str, **numbers: float) -> Case:
    return Case(name, tuple(numbers.items()))


CASES = (
    case("none"),
    case("batch", epsilon=1e-3),
    case("batch_renormalization", epsilon=1e-3),
    case("batch_renormalization", epsilon=1e-3, r_max=1.5, d_max=0.42),  # some units at the limits, some within
    case("layer", epsilon=1e-3),
    case("rms", epsilon=1e-3),
    case("group", epsilon=1e-3, groups=1.0),
    case("group", epsilon=1e-3, groups=2.0),
    case("group", epsilon=1e-3, groups=4.0),  # 2, 1, 2 and 1 units
    case("instance"),
    case("weight"),
    case("spectral"),
    case("local_response"),
    case("local_response", kappa=0.7, alpha=0.9, neighbors=3.0, exponent=1.3),
    case("local_response", kappa=0.7, alpha=0.9, neighbors=4.0, exponent=0.4),
)


def name_of(one: Case) -> str:
    return " ".join([one.name, *(f"{name}={value:g}" for name, value in one.numbers)])


every_case = pytest.mark.parametrize("one", CASES, ids=name_of)
modes = pytest.mark.parametrize("train", [True, False], ids=["train", "test"])


def test_the_table_has_every_item() -> None:
    """And the ranks that order the menu."""
    assert {one.name for one in CASES} == set(ITEMS)
    assert [item.rank for item in ITEMS.values()] == [0, 10, 15, 20, 25, 30, 35, 40, 45, 50]
    assert [name for name, item in ITEMS.items() if item.two_units] == ["none", "batch"]
    assert [name for name, item in ITEMS.items() if item.remembers] == ["batch", "batch_renormalization"]


@pytest.mark.parametrize("name", ITEMS)
def test_fields(name: str) -> None:
    """First what it needs, γ and β last where they belong to it; and every name once."""
    names = [field.name for field in ITEMS[name].fields]
    assert len(set(names)) == len(names)
    assert (names[-2:] == ["gamma", "beta"]) is ITEMS[name].affine
    assert "epsilon" not in names[1:]
    assert ("epsilon" in names) is (name in {"batch", "batch_renormalization", "layer", "rms", "group"})


# ----------------------------------------------------------------------------------------------------------------- the oracles


class Oracle(NamedTuple):
    """What a paper's formula gives: the values, what is remembered from then on, and what of it has no gradient."""

    values: Values
    state: Parts
    held: Parts = ()


def standardized(z: Values, mean: Values, variance: Values, epsilon: float) -> Values:
    return (z - mean) / np.sqrt(variance + epsilon)


def running(state: Parts, z: Values, p: float) -> Parts:
    return p * state[0] + (1 - p) * np.mean(z, axis=1), p * state[1] + (1 - p) * np.mean((z.T - np.mean(z, axis=1)) ** 2, axis=0)


def by_batch(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    mean, variance = (z.mean(axis=1), z.var(axis=1)) if train else state
    return Oracle(standardized(z.T, mean, variance, n["epsilon"]).T, running(state, z, n["memory"]) if train else state)


def by_batch_renormalization(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    """Algorithm 1 of the paper, with what is remembered as the variance."""
    remembered_mean, remembered_std = state[0], np.sqrt(state[1] + n["epsilon"])
    if not train:
        return Oracle(((z.T - remembered_mean) / remembered_std).T, state)
    mean, std = z.mean(axis=1), np.sqrt(z.var(axis=1) + n["epsilon"])
    r = np.minimum(np.maximum(std / remembered_std, 1 / n["r_max"]), n["r_max"])
    d = np.minimum(np.maximum((mean - remembered_mean) / remembered_std, -n["d_max"]), n["d_max"])
    r, d = (r, d) if held is None else held
    return Oracle(((z.T - mean) / std * r + d).T, running(state, z, n["memory"]), (r, d))


def by_group(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    k, groups = len(z), int(n.get("groups", 1))
    found = np.empty_like(z)
    for which in range(groups):
        units = [i for i in range(k) if i * groups // k == which]
        found[units] = standardized(z[units], z[units].mean(axis=0), z[units].var(axis=0), n["epsilon"])
    return Oracle(found, state)


def by_rms(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    return Oracle(np.stack([row / math.sqrt(np.mean(row**2) + n["epsilon"]) for row in z.T]).T, state)


def by_weight(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    return Oracle(np.stack([values / np.linalg.norm(row) for values, row in zip(z, w, strict=True)]), state)


def by_spectrum(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    """Algorithm 1 of the paper: ṽ ← Wᵀũ/‖Wᵀũ‖, ũ ← Wṽ/‖Wṽ‖, σ = ũᵀWṽ; last a ṽ of the ũ that is remembered."""
    u = state[0]
    for _ in range(spectral.ITERATIONS if train else 0):
        v = w.T @ u / np.linalg.norm(w.T @ u)
        u = w @ v / np.linalg.norm(w @ v)
    u, v = (u, w.T @ u / np.linalg.norm(w.T @ u)) if held is None else held
    return Oracle(z / (u @ w @ v), (u,), (u, v))


def by_local_response(z: Values, w: Values, n: Mapping[str, float], state: Parts, train: bool, held: Parts | None) -> Oracle:
    """The paper's sum, from max(0, i − n/2) to min(k − 1, i + n/2)."""
    found, half = np.empty_like(z), math.floor(n["neighbors"] / 2)
    for i in range(len(z)):
        squares = (z[max(0, i - half) : min(len(z) - 1, i + half) + 1] ** 2).sum(axis=0)
        found[i] = z[i] / (n["kappa"] + n["alpha"] * squares) ** n["exponent"]
    return Oracle(found, state)


ORACLES: dict[str, Callable[[Values, Values, Mapping[str, float], Parts, bool, Parts | None], Oracle]] = {
    "none": lambda z, w, n, state, train, held: Oracle(z, state),
    "batch": by_batch,
    "batch_renormalization": by_batch_renormalization,
    "layer": by_group,
    "rms": by_rms,
    "group": by_group,
    "instance": lambda z, w, n, state, train, held: Oracle(0 * z, state),
    "weight": by_weight,
    "spectral": by_spectrum,
    "local_response": by_local_response,
}

# ------------------------------------------------------------------------------------------------------ values and their slopes

DRAWS = np.random.default_rng(11)
MATRIX = DRAWS.standard_normal((K, J)) * np.array([0.3, 1.0, 2.0, 0.7, 1.5, 1.0])[:, None]
Z = DRAWS.standard_normal((K, N)) * np.array([0.4, 1.0, 2.0, 0.8, 1.3, 0.6])[:, None] + np.array([0.0, 1.0, -1.5, 0.2, 0.5, -0.7])[:, None]
ABOVE = DRAWS.standard_normal((K, N))  # dL/dẑ
REMEMBERED = (np.array([0.3, 0.8, -0.5, 0.1, 0.0, -0.2]), np.array([0.3, 1.1, 1.5, 0.9, 1.6, 0.2]))
DIRECTION = DRAWS.standard_normal(K)
COUNTS = np.array([0, 1, 3, 4, 5, 6, 9, 10, 11])  # where the rows that count stand; the others are garbage of weight 0
ROWS = 13
W = np.isin(np.arange(ROWS), COUNTS).astype(float)


def among_garbage(values: Values, garbage: float = 37.0) -> Values:
    """Rows of weight 0 before, between and after those that count."""
    found = garbage * np.cos(np.arange(values.shape[0] * ROWS)).reshape(values.shape[0], ROWS)
    found[:, COUNTS] = values
    return found


def some_state(name: str) -> Parts:
    if ITEMS[name].remembers:
        return REMEMBERED
    return (DIRECTION / np.linalg.norm(DIRECTION),) if name == "spectral" else ()


def layer(one: Case, matrix: Array, z: Array, w: Array, state: tuple[Array, ...], train: bool) -> tuple[Array, tuple[Array, ...]]:
    """normalize(gain(W) ⊙ z): what a hidden layer does with z = Wh before γ and β."""
    numbers = one.traced(z.dtype)
    gain, state = one.item.gain(matrix, numbers, state, train)
    assert gain.shape == (z.shape[0],)
    return one.item.normalize(LayerInput(gain[:, None] * z, w, numbers, state, train))


def computed(
    one: Case, train: bool, dtype: DTypeLike = np.float64, garbage: float = 37.0, matrix: Values = MATRIX, z: Values = Z
) -> tuple[Values, Parts, Values, Values]:
    """Values and what is remembered; the slopes of Σ ABOVE ⊙ values along W and z."""
    state = tuple(jnp.asarray(part, dtype) for part in some_state(one.name))
    weights, above = jnp.asarray(W, dtype), jnp.asarray(among_garbage(ABOVE, 0.0), dtype)

    def total(matrix: Array, z: Array) -> tuple[Array, tuple[Array, tuple[Array, ...]]]:
        values, after = layer(one, matrix, z, weights, state, train)
        return jnp.sum(above * values), (values, after)

    slopes, (values, after) = jax.grad(total, argnums=(0, 1), has_aux=True)(
        jnp.asarray(matrix, dtype), jnp.asarray(among_garbage(z, garbage), dtype)
    )
    assert {part.dtype for part in (values, *after, *slopes)} == {np.dtype(dtype)}
    assert np.all(np.asarray(slopes[1])[:, W == 0] == 0)  # no row of weight 0 has a slope
    return np.asarray(values)[:, COUNTS], tuple(np.asarray(part) for part in after), np.asarray(slopes[0]), np.asarray(slopes[1])[:, COUNTS]


def close(found: Values, expected: Values, tolerance: float) -> None:
    """To `tolerance` of the largest of the expected values (of 1, where all are 0)."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * (np.abs(expected).max() or 1.0))


def alike(found: tuple[Values | Parts, ...], expected: tuple[Values | Parts, ...], tolerance: float) -> None:
    """Values, what is remembered, and slopes, all to `tolerance`."""
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        close(one, other, tolerance)


def single(values: Values) -> Values:
    """What float32 holds of it, for an oracle of the same input."""
    return values.astype(np.float32).astype(np.float64)


@modes
@every_case
def test_values(one: Case, train: bool) -> None:
    """To 1e-10 in float64 and 1e-6 in float32, whatever stands in the rows of weight 0."""
    expected = ORACLES[one.name](Z, MATRIX, one.every, some_state(one.name), train, None)
    for garbage in (37.0, -4e3, 0.0):
        values, state, _, _ = computed(one, train, garbage=garbage)
        close(values, expected.values, 1e-10)
        assert len(state) == len(expected.state)
        for part, right in zip(state, expected.state, strict=True):
            close(part, right, 1e-10)
    expected = ORACLES[one.name](single(Z), single(MATRIX), one.every, some_state(one.name), train, None)
    values, state, _, _ = computed(one, train, np.float32)
    close(values, expected.values, 1e-6)
    for part, right in zip(state, expected.state, strict=True):
        close(part, right, 1e-6)


def slope(f: Callable[[Values], float], at: Values, h: float = 1e-3) -> Values:
    """Central differences of the fourth order, off by h⁴/30 of the fifth derivative and 1e-13 of rounding."""
    found = np.empty_like(at)
    for i in np.ndindex(*at.shape):
        step = np.zeros_like(at)
        step[i] = h
        found[i] = (8 * (f(at + step) - f(at - step)) - (f(at + 2 * step) - f(at - 2 * step))) / (12 * h)
    return found


@modes
@every_case
def test_slopes(one: Case, train: bool) -> None:
    """Against differences of the oracle, to 1e-8 in float64 and 1e-5 in float32; what has no gradient is held fixed there."""

    def slopes(z: Values, matrix: Values) -> tuple[Values, Values]:
        oracle, state, numbers = ORACLES[one.name], some_state(one.name), one.every
        held = oracle(z, matrix, numbers, state, train, None).held

        def total(z: Values, matrix: Values) -> float:
            return float(np.sum(ABOVE * oracle(z, matrix, numbers, state, train, held).values))

        return slope(lambda m: total(z, m), matrix), slope(lambda values: total(values, matrix), z)

    for dtype, inputs, tolerance in ((np.float64, (Z, MATRIX), 1e-8), (np.float32, (single(Z), single(MATRIX)), 1e-5)):
        along_matrix, along_z = slopes(*inputs)
        _, _, found_matrix, found_z = computed(one, train, dtype)
        close(found_matrix, along_matrix, tolerance)
        close(found_z, along_z, tolerance)


def test_what_has_no_gradient_would_change_it() -> None:
    """The test above could not tell, if r, d, u and v had no slope: with them free, differences give something else."""
    for one in (CASES[2], case("spectral")):
        oracle, state, numbers = ORACLES[one.name], some_state(one.name), one.every
        along = slope(lambda z: float(np.sum(ABOVE * oracle(z, MATRIX, numbers, state, True, None).values)), Z)  # noqa: B023
        turned = slope(lambda m: float(np.sum(ABOVE * oracle(Z, m, numbers, state, True, None).values)), MATRIX)  # noqa: B023
        _, _, found_matrix, found_z = computed(one, True)
        assert max(np.abs(found_matrix - turned).max(), np.abs(found_z - along).max()) > 1e-6  # u and v had almost settled


def test_the_limits_are_met() -> None:
    """Of the second batch renormalization some units are at r_max, some at d_max, some at neither."""
    r, d = by_batch_renormalization(Z, MATRIX, CASES[3].every, REMEMBERED, True, None).held
    assert 0 < np.sum((r == 1.5) | (r == 1 / 1.5)) < K
    assert 0 < np.sum(np.abs(d) == 0.42) < K


# --------------------------------------------------------------------------------------------------------------- degenerate rows


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("epsilon", [1e-12, 1e-5])
@modes
@every_case
def test_nothing_is_ever_nan(one: Case, train: bool, epsilon: float, dtype: DTypeLike) -> None:
    """All units equal in a row, all rows equal, all 0; a unit without weights, no weights at all."""
    one = one.having(epsilon=epsilon) if "epsilon" in one.every else one
    equal_units, no_weights = Z.copy(), MATRIX.copy()
    equal_units[:, 0], equal_units[:, 1], no_weights[2] = 3.3, 0.0, 0.0
    for matrix in (MATRIX, no_weights, np.zeros_like(MATRIX)):
        for z in (equal_units, np.full_like(Z, -0.7), np.zeros_like(Z)):
            for part in computed(one, train, dtype, matrix=matrix, z=z):
                assert all(np.isfinite(values).all() for values in (part if isinstance(part, tuple) else (part,)))


@pytest.mark.parametrize("name", ["layer", "group", "rms"])
def test_a_row_of_equal_units(name: str) -> None:
    """0 over the units' own mean; over the root mean square 1."""
    z = Z.copy()
    z[:, 3] = 5.0
    values, _, _, _ = computed(case(name, epsilon=1e-12), True, z=z)
    close(values[:, 3], np.full(K, 1.0 if name == "rms" else 0.0), 1e-9)


def test_a_unit_without_weights_can_get_some() -> None:
    """Weight normalization of w = 0: the values are 0 and their slope along w is that of a plain unit, 1 for what it is fed."""
    fed = np.array([1.0, 2.0, -1.0, 0.5])

    def value(matrix: Array) -> Array:
        gain, _ = ITEMS["weight"].gain(matrix, {}, (), True)
        return (gain * (matrix @ fed))[0]

    np.testing.assert_array_equal(jax.grad(value)(jnp.zeros((2, 4)))[0], fed)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-12])
def test_a_batch_of_one(epsilon: float) -> None:
    """Batch normalization gives 0 for every unit, with the slope 0; batch renormalization what its limits let through."""
    z, w = jnp.array(among_garbage(Z)), jnp.zeros(ROWS).at[4].set(1.0)
    one = case("batch", epsilon=epsilon)
    state = tuple(jnp.array(part) for part in REMEMBERED)

    def normalized(z: Array) -> Array:
        return layer(one, jnp.array(MATRIX), z, w, state, True)[0][:, 4]

    np.testing.assert_array_equal(normalized(z), 0)
    np.testing.assert_array_equal(jax.jacobian(normalized)(z)[..., 4], 0)
    one = case("batch_renormalization", epsilon=epsilon, d_max=0.5)
    away = (np.asarray(z)[:, 4] - REMEMBERED[0]) / np.sqrt(REMEMBERED[1] + epsilon)
    np.testing.assert_allclose(normalized(z), np.clip(away, -0.5, 0.5), rtol=1e-12)


# ----------------------------------------------------------------------------------------------------------------- what it keeps


@pytest.mark.parametrize("name", ["batch", "batch_renormalization"])
@pytest.mark.parametrize("p", [0.0, 0.9, 0.99])
def test_running_statistics(name: str, p: float) -> None:
    """After t batches μ̄ = pᵗ·0 + (1 − p) Σ pᵗ⁻ˢ μˢ, and from 1 the same for σ²; a test in between changes nothing."""
    one, draws, t = case(name, memory=p), np.random.default_rng(3), 7
    state = one.item.state(K, np.float64)
    np.testing.assert_array_equal(state, [np.zeros(K), np.ones(K)])
    batches = [draws.standard_normal((K, N)) * 2 + draws.standard_normal((K, 1)) for _ in range(t)]
    for z in batches:
        _, state = layer(one, jnp.array(MATRIX), jnp.array(among_garbage(z)), jnp.array(W), state, True)
        _, same = layer(one, jnp.array(MATRIX), jnp.array(among_garbage(z)), jnp.array(W), state, False)
        np.testing.assert_array_equal(state, same)
    decay = (1 - p) * np.array([p ** (t - 1 - s) for s in range(t)])
    np.testing.assert_allclose(state[0], sum(a * z.mean(axis=1) for a, z in zip(decay, batches, strict=True)), rtol=1e-12)
    np.testing.assert_allclose(state[1], p**t + sum(a * z.var(axis=1) for a, z in zip(decay, batches, strict=True)), rtol=1e-12)


def test_without_limits_renormalization_is_the_test_mode_and_with_none_left_batch_normalization() -> None:
    wide, tight = case("batch_renormalization", r_max=1e9, d_max=1e9), case("batch_renormalization", r_max=1.0, d_max=0.0)
    close(computed(wide, True)[0], computed(wide, False)[0], 1e-12)
    alike(computed(tight, True), computed(case("batch"), True), 1e-12)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (1, 3), (3, 1)])
def test_spectral_norm_is_one_once_it_has_settled(shape: tuple[int, int]) -> None:
    """The largest singular value of gain ⊙ W, to 1e-6, against the decomposition itself; test mode divides by the same, and keeps u."""
    item, matrix = ITEMS["spectral"], jnp.array(np.random.default_rng(shape).standard_normal(shape) * 3)
    state = item.state(shape[0], np.float64)
    for _ in range(200):
        gain, state = item.gain(matrix, {}, state, True)
    assert np.linalg.svd(np.asarray(gain[:, None] * matrix), compute_uv=False)[0] == pytest.approx(1, rel=1e-6)
    tested, same = item.gain(matrix, {}, state, False)
    np.testing.assert_allclose(tested, gain, rtol=1e-12)
    np.testing.assert_array_equal(state, same)


def test_spectral_norm_of_a_new_network_is_near() -> None:
    """σ is never above the largest singular value, and for a drawn matrix of 32 units not far below after the first batch."""
    item = ITEMS["spectral"]
    for seed in range(20):
        matrix = np.random.default_rng(seed).standard_normal((32, 32)) / np.sqrt(32)
        gain, _ = item.gain(jnp.array(matrix), {}, item.state(32, np.float64), True)
        assert 1 - 1e-12 <= np.linalg.norm(np.asarray(gain)[:, None] * matrix, 2) < 1.25


@pytest.mark.parametrize("units", [1, 2, 3, 8, 32])
def test_power_iteration_finds_every_special_direction(units: int) -> None:
    """W = aaᵀ/‖a‖ for a unit, a difference of two, an alternating one, and the mean: none is orthogonal to the first u."""
    (u,) = ITEMS["spectral"].state(units, np.float64)
    assert np.linalg.norm(u) == pytest.approx(1, rel=1e-12)
    one = np.eye(units)
    differences = [one[i] - one[j] for i in range(units) for j in range(i)]
    for a in (*one, *differences, np.ones(units), (-1.0) ** np.arange(units)):
        assert abs(a @ u) > 1e-3 * np.linalg.norm(a)
        gain, _ = ITEMS["spectral"].gain(jnp.array(np.outer(a, a) / np.linalg.norm(a)), {}, (u,), True)
        np.testing.assert_allclose(gain, 1 / np.linalg.norm(a), rtol=1e-12)


def test_power_iteration_survives_no_weights() -> None:
    """A u that became 0 would stay 0 for ever."""
    item, matrix = ITEMS["spectral"], jnp.array(MATRIX)
    state = item.state(K, np.float64)
    gain, after = item.gain(jnp.zeros((K, J)), {}, state, True)
    np.testing.assert_array_equal(gain, 1)
    np.testing.assert_array_equal(after, state)
    for _ in range(100):
        gain, after = item.gain(matrix, {}, after, True)
    np.testing.assert_allclose(gain, 1 / np.linalg.norm(MATRIX, 2), rtol=1e-9)


# ------------------------------------------------------------------------------------------------------------- groups and windows


def test_groups_are_as_equal_as_they_can_be() -> None:
    """Unit i of k in group ⌊i·groups/k⌋, in whole numbers; the number of groups is traced: one program for all of them."""
    for dtype in (np.float32, np.float64):
        for k in (1, 2, 3, 7, 12, 31, 49):
            traces: list[int] = []

            def averaging(groups: Array, k: int = k, dtype: DTypeLike = dtype, traces: list[int] = traces) -> Array:
                traces.append(k)
                return group.averaging(k, groups, dtype)

            matrix = jax.jit(averaging)
            for groups in range(1, k + 1):
                where = [math.floor(Fraction(i * groups, k)) for i in range(k)]
                sizes = np.bincount(where)
                assert len(sizes) == groups
                assert sizes.max() - sizes.min() <= 1
                right = [[1 / sizes[a] if a == b else 0.0 for b in where] for a in where]
                np.testing.assert_allclose(matrix(jnp.asarray(groups, dtype)), right, rtol=1e-7)
            assert traces == [k]


def test_groups_between_layer_and_instance() -> None:
    one, every = case("group", groups=1.0), case("group", groups=float(K))
    alike(computed(one, True), computed(case("layer"), True), 1e-12)
    alike(computed(every, True), computed(case("instance"), True), 0.0)
    np.testing.assert_array_equal(computed(every, True)[0], 0)
    close(computed(case("group", groups=2.4), True)[0], computed(case("group", groups=2.0), True)[0], 1e-15)
    close(computed(case("group", groups=32.0), True)[0], computed(every, True)[0], 1e-15)


@pytest.mark.parametrize("name", ["group", "local_response"])
def test_no_number_compiles(name: str) -> None:
    """Neither the groups nor the window."""
    traces: list[str] = []

    @jax.jit
    def normalized(numbers: dict[str, Array]) -> Array:
        traces.append(name)
        return ITEMS[name].normalize(LayerInput(jnp.array(Z), jnp.ones(N), numbers, (), True))[0]

    found = [np.asarray(normalized(case(name, alpha=1.0, groups=n, neighbors=n).traced())) for n in (1.0, 2.0, 3.0, 5.0)]
    assert traces == [name]
    assert np.abs(found[0] - found[1]).max() > 1e-3
    assert np.abs(found[1] - found[3]).max() > 1e-3


# ------------------------------------------------------------------------------------------------------------------- what it gives

UNDOES = [one for one in CASES if one.item.recover is not None]


def test_which_can_be_undone() -> None:
    """Where each row is divided by something else, no γ and β can."""
    assert {one.name for one in UNDOES} == {"none", "batch", "weight", "spectral"}


@pytest.mark.parametrize("one", UNDOES, ids=name_of)
def test_gamma_and_beta_give_the_values_back(one: Case) -> None:
    """γ·normalized + β = z: for batch normalization γ = √(σ² + ε) and β = μ, for weights γ = ‖w‖, for their spectrum σ(W), once settled."""
    assert one.item.recover is not None
    matrix, z, w = jnp.array(MATRIX), jnp.array(among_garbage(Z)), jnp.array(W)
    state = tuple(jnp.array(part) for part in some_state(one.name))
    for _ in range(100):
        normalized, state = layer(one, matrix, z, w, state, True)
    gamma, beta = one.item.recover(z, w, matrix, one.traced())
    np.testing.assert_allclose((gamma[:, None] * normalized + beta[:, None])[:, COUNTS], Z, rtol=1e-9, atol=1e-9)
    right: dict[str, tuple[Values, Values]] = {
        "none": (np.ones(K), np.zeros(K)),
        "batch": (np.sqrt(Z.var(axis=1) + 1e-3), Z.mean(axis=1)),
        "weight": (np.sqrt((MATRIX**2).sum(axis=1)), np.zeros(K)),
        "spectral": (np.full(K, np.linalg.svd(MATRIX, compute_uv=False)[0]), np.zeros(K)),
    }
    for found, expected in zip((gamma, beta), right[one.name], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def tiny(one: Case) -> Case:
    """Its ε so small that it does not count."""
    return one.having(epsilon=1e-12) if "epsilon" in one.every else one


@every_case
def test_scale_free(one: Case) -> None:
    """Weights c·W, so values c·z, change nothing in train mode; to 1e-7, as ε/σ² is. Of the others c changes something."""
    one = tiny(one)
    plain = computed(one, True)[0]
    for c in (0.3, 20.0):
        scaled = computed(one, True, matrix=c * MATRIX, z=c * Z)[0]
        if one.item.scale_free:
            close(scaled, plain, 1e-7)
        else:
            assert np.abs(scaled - plain).max() > 1e-4 * np.abs(plain).max()


COUPLES = [CASES[1], CASES[3]]  # renormalization where it meets its limits; within them it is the test mode


@modes
@every_case
def test_one_row_moves_the_others(one: Case, train: bool) -> None:
    """ "One large network" where statistics are of the batch, and only in training; of all others each row is by itself."""
    changed = Z.copy()
    changed[:, 0] += np.linspace(2, 4, K)
    difference = np.abs(computed(one, train, z=changed)[0] - computed(one, train)[0])
    if one in COUPLES and train:
        assert difference[:, 1:].max() > 1e-3
    else:
        np.testing.assert_allclose(difference[:, 1:], 0, atol=1e-14)
        assert bool(difference[:, 0].max() > 1e-3) is (one.name != "instance")


# ----------------------------------------------------------------------------------------- facts F: the loss along a ray of weights

H = np.random.default_rng(4).standard_normal((J, N))
TARGET = np.random.default_rng(5).standard_normal((K, N))


def along_weights(one: Case, matrix: Values) -> Values:
    """∇_W of L = mean (tanh(1.3·ẑ + 0.2) − target)², ẑ of Wh."""
    h, target, w = among_garbage(H), among_garbage(TARGET), jnp.array(W)
    state = tuple(jnp.array(part) for part in some_state(one.name))

    def loss(matrix: Array) -> Array:
        values, _ = layer(one, matrix, matrix @ h, w, state, True)
        return jnp.sum((jnp.tanh(1.3 * values + 0.2) - target) ** 2 * w) / N

    return np.asarray(jax.grad(loss)(jnp.array(matrix)))


@every_case
def test_the_gradient_is_orthogonal_and_shrinks_with_the_weights(one: Case) -> None:
    """W·∇_W L = 0 and ‖∇L(cW)‖ = ‖∇L(W)‖/c where the scale is free, to 1e-7; and not where it is not."""
    one = tiny(one)
    g = along_weights(one, MATRIX)
    if one.item.senseless(K, one.every):  # values that are 0, 1 or −1 whatever the weights
        assert np.linalg.norm(g) < 1e-8
        return
    assert np.linalg.norm(g) > 1e-3
    share = abs(np.sum(MATRIX * g)) / np.linalg.norm(MATRIX) / np.linalg.norm(g)
    if not one.item.scale_free:
        if one.name != "batch_renormalization":  # r and d have no gradient, so what it has is orthogonal too
            assert share > 1e-3
        assert np.abs(along_weights(one, 3.0 * MATRIX) - g / 3.0).max() > 1e-3 * np.abs(g).max()
        return
    assert share < 1e-7
    for c in (0.5, 3.0):
        close(along_weights(one, c * MATRIX), g / c, 1e-7)


@pytest.mark.parametrize("name", ["batch", "weight", "batch_renormalization"])
def test_every_unit_has_a_ray_of_its_own(name: str) -> None:
    """w_k·∇_{w_k} L = 0 for every unit; layer normalization has only that of the whole layer."""
    g = along_weights(tiny(case(name)), MATRIX)
    assert np.all(np.linalg.norm(g, axis=1) > 1e-4)
    assert np.all(np.abs(np.sum(MATRIX * g, axis=1)) < 1e-7 * np.linalg.norm(MATRIX, axis=1) * np.linalg.norm(g, axis=1))
    g = along_weights(tiny(case("layer")), MATRIX)
    assert np.abs(np.sum(MATRIX * g, axis=1)).max() > 1e-3


# ------------------------------------------------------------------------------------------------------------------- what is said

SENSELESS = [
    ("layer", 1, {}),
    ("layer", 2, {}),
    ("rms", 1, {}),
    ("group", 1, {"groups": 1.0}),
    ("group", 2, {"groups": 1.0}),
    ("group", 8, {"groups": 3.0}),
    ("group", 8, {"groups": 5.0}),
    ("group", 8, {"groups": 8.0}),
    ("group", 8, {"groups": 32.0}),
    ("instance", 1, {}),
    ("instance", 64, {}),
    ("local_response", 1, {}),
]
SENSIBLE = [
    ("layer", 3, {}),
    ("rms", 2, {}),
    ("group", 3, {"groups": 1.0}),
    ("group", 8, {"groups": 2.0}),
    ("group", 9, {"groups": 3.0}),
    ("local_response", 2, {}),
    *((name, units, {}) for name in ("none", "batch", "batch_renormalization", "weight", "spectral") for units in (1, 2, 64)),
]


@pytest.mark.parametrize(("name", "units", "numbers"), SENSELESS)
def test_what_makes_no_sense_is_said_with_what_to_do_instead(name: str, units: int, numbers: dict[str, float]) -> None:
    said = ITEMS[name].senseless(units, case(name, **numbers).every)
    assert said is not None
    assert any(do in said.english for do in ("Give the layer", "Take at most", "Take layer"))
    assert "{" not in said.english


@pytest.mark.parametrize(("name", "units", "numbers"), SENSIBLE)
def test_what_makes_sense_is_not_refused(name: str, units: int, numbers: dict[str, float]) -> None:
    assert ITEMS[name].senseless(units, case(name, **numbers).every) is None


@pytest.mark.parametrize(("name", "units", "numbers"), [one for one in SENSELESS if one[0] != "local_response"])
def test_what_makes_no_sense_does_not(name: str, units: int, numbers: dict[str, float]) -> None:
    """Of some unit at most the sign is left: its values are 0, 1 and −1 alone."""
    one, z = (
        case(name, **({"epsilon": 1e-12} if name != "instance" else {}), **numbers),
        np.random.default_rng(1).standard_normal((units, 5)),
    )
    values, _ = layer(one, jnp.ones((units, 1)), jnp.array(z), jnp.ones(5), (), True)
    away = np.min(np.abs(np.abs(np.asarray(values))[..., None] - [0.0, 1.0]), axis=-1).max(axis=1)
    assert away.min() < 1e-6


def test_what_is_advised_is_no_longer_refused() -> None:
    """Every sentence about too many groups names the most there can be."""
    senseless = ITEMS["group"].senseless
    for units in range(3, 40):
        refused = [groups for groups in range(1, 33) if senseless(units, {"groups": float(groups)}) is not None]
        assert refused == list(range(units // 3 + 1, 33))
        for groups in refused:
            said = senseless(units, {"groups": float(groups)})
            assert said is not None
            assert dict(said.values)["most"] == units // 3


# ------------------------------------------------------------------------------------------------------------------ a second opinion


@pytest.fixture(scope="module")
def torch() -> Any:  # noqa: ANN401  (its types are not installed with the product)
    pytest.importorskip("torch")
    return importlib.import_module("torch")


TORCH: dict[str, Callable[[Any, Any, Mapping[str, float], bool], Any]] = {
    "batch": lambda F, x, n, train: F.batch_norm(
        x, *(x.new_tensor(part) for part in REMEMBERED), training=train, momentum=1 - n["memory"], eps=n["epsilon"]
    ),
    "layer": lambda F, x, n, train: F.layer_norm(x, (K,), eps=n["epsilon"]),
    "rms": lambda F, x, n, train: F.rms_norm(x, (K,), eps=n["epsilon"]),
    "group": lambda F, x, n, train: F.group_norm(x, int(n["groups"]), eps=n["epsilon"]),
    "local_response": lambda F, x, n, train: F.local_response_norm(
        x[..., None], int(n["neighbors"]), n["alpha"] * n["neighbors"], n["exponent"], n["kappa"]
    )[..., 0],  # PyTorch divides α by n
}
# PyTorch wants groups of one size, and of an even window it takes one unit less than the paper.
SAME = [one for one in CASES if one.name in TORCH and K % one.every.get("groups", 1) == 0 and one.every.get("neighbors", 1) % 2 == 1]


@modes
@pytest.mark.parametrize("one", SAME, ids=name_of)
def test_values_and_slopes_are_those_of_pytorch(one: Case, train: bool, torch: Any) -> None:  # noqa: ANN401
    x = torch.tensor(Z.T.copy(), requires_grad=True)
    found = TORCH[one.name](torch.nn.functional, x, one.every, train)
    (found * torch.tensor(ABOVE.T.copy())).sum().backward()
    values, _, _, along = computed(one, train)
    close(values, found.detach().numpy().T, 1e-10)
    close(along, x.grad.numpy().T, 1e-10)


def test_pytorch_is_asked_about_all_that_it_has() -> None:
    assert {one.name for one in SAME} == set(TORCH)


def test_running_statistics_are_those_of_pytorch(torch: Any) -> None:  # noqa: ANN401
    """Its momentum is 1 − p, and its running variance the unbiased one: ours but for n/(n − 1) in what was seen, so p = 0.9 is its 0.1."""
    one, draws = case("batch", memory=0.9), np.random.default_rng(6)
    theirs, ours = (torch.zeros(K, dtype=torch.float64), torch.ones(K, dtype=torch.float64)), one.item.state(K, np.float64)
    for t in range(1, 6):
        z = draws.standard_normal((K, N)) * 2 + 1
        torch.nn.functional.batch_norm(torch.tensor(z.T.copy()), *theirs, training=True, momentum=0.1)
        _, ours = layer(one, jnp.array(MATRIX), jnp.array(z), jnp.ones(N), ours, True)
        np.testing.assert_allclose(ours[0], theirs[0].numpy(), rtol=1e-12)
        began = 0.9**t  # what is left of the 1 at first, which no factor belongs to
        np.testing.assert_allclose((np.asarray(ours[1]) - began) * N / (N - 1), theirs[1].numpy() - began, rtol=1e-10)


def test_weights_are_those_of_pytorch(torch: Any) -> None:  # noqa: ANN401
    """Its weight normalization with g = 1, and its spectral one once u has settled; values and slopes along W."""
    parametrizations = torch.nn.utils.parametrizations
    h, above = torch.tensor(H), torch.tensor(ABOVE)
    for name in ("weight", "spectral"):
        linear = torch.nn.Linear(J, K, bias=False, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(MATRIX))
        if name == "weight":
            parametrizations.weight_norm(linear, dim=0)
            linear.parametrizations.weight.original0.data.fill_(1.0)
            original = linear.parametrizations.weight.original1
        else:
            parametrizations.spectral_norm(linear, n_power_iterations=300)
            original = linear.parametrizations.weight.original
        found = linear.weight @ h
        (found * above).sum().backward()
        one = case(name)
        state = one.item.state(K, np.float64)
        for _ in range(100):
            _, state = one.item.gain(jnp.array(MATRIX), {}, state, True)

        def total(matrix: Array, one: Case = one, state: tuple[Array, ...] = state) -> tuple[Array, Array]:
            values, _ = layer(one, matrix, matrix @ H, jnp.ones(N), state, True)
            return jnp.sum(values * ABOVE), values

        along, values = jax.grad(total, has_aux=True)(jnp.array(MATRIX))
        close(np.asarray(values), found.detach().numpy(), 1e-9)
        close(np.asarray(along), original.grad.numpy(), 1e-9)


def test_pytorch_refuses_instance_normalization_of_one_value(torch: Any) -> None:  # noqa: ANN401
    """Its reason is the one that is said here."""
    with pytest.raises(ValueError, match="more than 1 spatial element"):
        torch.nn.functional.instance_norm(torch.tensor(Z.T[..., None].copy()))


def test_the_network_with_two_units_gets_the_same() -> None:
    """`applied` is γ·normalized + β in train mode, without a memory."""
    numbers = {name: value for name, value in case("batch", gamma=1.4, beta=-0.3).traced().items() if name != "memory"}
    found = batch.normalization.applied(jnp.array(among_garbage(Z)), jnp.array(W), numbers)
    close(np.asarray(found)[:, COUNTS], 1.4 * by_batch(Z, MATRIX, case("batch").every, REMEMBERED, True, None).values - 0.3, 1e-12)
