"""The losses of classes: closed forms, hundreds of digits of decimal arithmetic as an oracle, and what holds for any loss."""

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compute import backend  # noqa: F401
from core.settings import numbers, pick
from surfaces.class_loss import class_losses
from surfaces.softmax import sigmoid, softmax, softplus

DIGITS = 150
LOSSES = class_losses()
# Easy and hard, the corners of the lecture's figure, and corners where 1 − p rounds to 1.
LOGITS = (
    (0.3, -1.2, 0.7),
    (-10.0, 10.0, -1000.0),
    (10.0, -10.0, -1000.0),
    (-50.0, 10.0, -30.0),
    (60.0, -20.0, 5.0),
    (-300.0, 300.0, 0.0),
    (2.0, 2.0, 2.5),
)


def settings_of(name: str) -> Mapping[str, np.ndarray]:
    return {key: np.asarray(value) for key, value in numbers(pick(name), LOSSES[name].fields).items()}


@cache
def values_and_gradients(name: str) -> Callable[..., tuple[jax.Array, jax.Array]]:
    """(logits "classes rows", labels, settings) -> the loss of each row, and the gradient of their sum. One program for each shape."""

    def cost(logits: jax.Array, labels: jax.Array, settings: Mapping[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        values = LOSSES[name].value(logits, labels, settings)
        return jnp.sum(values), values

    def found(logits: jax.Array, labels: jax.Array, settings: Mapping[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        (_, values), gradient = jax.value_and_grad(cost, has_aux=True)(logits, labels, settings)
        return values, gradient

    return jax.jit(found)


def of_one_row(name: str, logits: tuple[float, ...], label: int) -> tuple[float, np.ndarray]:
    value, gradient = values_and_gradients(name)(np.array(logits)[:, None], np.array([label]), settings_of(name))
    return float(value[0]), np.asarray(gradient)[:, 0]


def exp(y: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    raised = [value.exp() for value in y]
    return tuple(value / sum(raised) for value in raised)


def mean_squared(y: tuple[Decimal, ...], t: int) -> Decimal:
    return sum(((p - (j == t)) ** 2 for j, p in enumerate(exp(y))), Decimal(0))


def cross_entropy(y: tuple[Decimal, ...], t: int) -> Decimal:
    return -exp(y)[t].ln()


def focal(y: tuple[Decimal, ...], t: int) -> Decimal:
    p = exp(y)[t]
    return -((1 - p) ** 2) * p.ln()


def hinge(y: tuple[Decimal, ...], t: int) -> Decimal:
    return max(Decimal(0), 1 + max(value for j, value in enumerate(y) if j != t) - y[t])


def label_smoothing(y: tuple[Decimal, ...], t: int) -> Decimal:
    spread = Decimal("0.1")
    return -sum((((1 - spread) * (j == t) + spread / len(y)) * p.ln() for j, p in enumerate(exp(y))), Decimal(0))


ORACLES: dict[str, Callable[[tuple[Decimal, ...], int], Decimal]] = {
    "mean_squared": mean_squared,
    "cross_entropy": cross_entropy,
    "focal": focal,
    "hinge": hinge,
    "label_smoothing": label_smoothing,
}
STEP = Decimal(10) ** -15  # the error of a central difference is of the order of its square


def slope(oracle: Callable[[tuple[Decimal, ...], int], Decimal], y: tuple[Decimal, ...], t: int, j: int) -> Decimal:
    moved = [tuple(value + sign * STEP * (i == j) for i, value in enumerate(y)) for sign in (1, -1)]
    return (oracle(moved[0], t) - oracle(moved[1], t)) / (2 * STEP)


def test_every_loss_has_its_oracle() -> None:
    assert set(ORACLES) == set(LOSSES)


@pytest.mark.parametrize("y", LOGITS, ids=str)
@pytest.mark.parametrize("target", range(3))
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradient_have_the_digits_that_float64_can_hold(name: str, target: int, y: tuple[float, ...]) -> None:
    """Relative to each number itself, also where it is 1e-260: nowhere a wrong zero."""
    value, gradient = of_one_row(name, y, target)
    exact = tuple(Decimal(part) for part in y)
    with localcontext() as context:
        context.prec = 1000 if max(y) - min(y) > 100 else DIGITS  # 1 − p needs the digits of p
        expected = float(ORACLES[name](exact, target))
        slopes = [float(slope(ORACLES[name], exact, target, j)) for j in range(3)]
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-300)
    tied = name == "hinge" and y == (2.0, 2.0, 2.5)  # on the kink between two equal logits any split of the slope is one
    if not tied:
        assert gradient == pytest.approx(slopes, rel=1e-9, abs=1e-300)


SOFTMAX, FORWARD, REVERSE = jax.jit(softmax), jax.jit(jax.jacfwd(softmax)), jax.jit(jax.jacrev(softmax))
SIGMOID, SECOND, THIRD = (
    jax.jit(slope) for slope in (jax.grad(sigmoid), jax.grad(jax.grad(softplus)), jax.grad(jax.grad(jax.grad(softplus))))
)


@pytest.mark.parametrize("y", LOGITS, ids=str)
def test_softmax_and_its_slopes(y: tuple[float, ...]) -> None:
    exact = tuple(Decimal(part) for part in y)
    slopes = FORWARD(np.array(y)), REVERSE(np.array(y))
    with localcontext() as context:
        context.prec = 1000
        p = exp(exact)
        expected = [[float(p[i] * ((i == j) - p[j])) for j in range(3)] for i in range(3)]
    assert SOFTMAX(np.array(y)) == pytest.approx([float(part) for part in p], rel=1e-12, abs=1e-300)
    for found in slopes:
        assert np.asarray(found).ravel() == pytest.approx(np.ravel(expected), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("s", [-700.0, -40.0, -1.0, 0.0, 3.0, 40.0, 700.0])
def test_sigmoid_and_softplus_to_the_third_derivative(s: float) -> None:
    """σ' = σ(s)σ(−s), σ'' = σ'·(σ(−s) − σ(s)); softplus' = σ."""
    p, q = (float(1 / (1 + (-Decimal(sign * s)).exp())) for sign in (1, -1))
    assert float(SIGMOID(s)) == pytest.approx(p * q, rel=1e-14)
    assert float(SECOND(s)) == pytest.approx(p * q, rel=1e-14)
    assert float(THIRD(s)) == pytest.approx(p * q * (q - p), rel=1e-14)


@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("classes", range(2, 11))
def test_probabilities_sum_to_one(classes: int, scale: float) -> None:
    logits = scale * np.random.default_rng(classes).uniform(-1, 1, (classes, 200))
    p = np.asarray(SOFTMAX(logits))
    assert np.all(np.isfinite(p))
    assert np.all(p >= 0)
    assert p.sum(axis=0) == pytest.approx(np.ones(200), abs=4e-16 * classes)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_many_rows_against_numpy(name: str, classes: int) -> None:
    """Central differences of the textbook formulas, in NumPy."""
    rng = np.random.default_rng(0)
    logits, labels = 2 * rng.standard_normal((classes, 30)), rng.integers(0, classes, 30)
    one_hot = np.eye(classes)[labels].T

    def formula(y: np.ndarray) -> np.ndarray:
        p = np.exp(y) / np.exp(y).sum(axis=0)
        at = (p * one_hot).sum(axis=0)
        return {
            "mean_squared": ((p - one_hot) ** 2).sum(axis=0),
            "cross_entropy": -np.log(at),
            "focal": -((1 - at) ** 2) * np.log(at),
            "hinge": np.maximum(0, 1 + np.where(one_hot == 1, -np.inf, y).max(axis=0) - (y * one_hot).sum(axis=0)),
            "label_smoothing": -((0.9 * one_hot + 0.1 / classes) * np.log(p)).sum(axis=0),
        }[name]

    value, gradient = values_and_gradients(name)(logits, labels, settings_of(name))
    step = 1e-6
    slopes = np.zeros_like(logits)
    for i in range(classes):
        aside = step * (np.arange(classes) == i)[:, None]
        slopes[i] = (formula(logits + aside) - formula(logits - aside)) / (2 * step)
    assert float(np.sum(value)) == pytest.approx(formula(logits).sum(), rel=1e-12)
    assert np.asarray(gradient) == pytest.approx(slopes, abs=2e-9)


def test_without_focus_and_without_smoothing_both_are_cross_entropy() -> None:
    logits, labels = jnp.array(np.random.default_rng(1).standard_normal((4, 20))), jnp.arange(20) % 4
    plain = LOSSES["cross_entropy"].value(logits, labels, {})
    assert LOSSES["focal"].value(logits, labels, {"focus": jnp.zeros(())}) == pytest.approx(np.asarray(plain), rel=1e-12)
    assert LOSSES["label_smoothing"].value(logits, labels, {"smoothing": jnp.zeros(())}) == pytest.approx(np.asarray(plain), rel=1e-12)


@cache
def derivatives(name: str) -> Callable[[float], tuple[jax.Array, ...]]:
    """d = y₁ − y₂ -> loss, slope and curvature of the right first class."""

    def cost(d: jax.Array) -> jax.Array:
        return LOSSES[name].value(jnp.array([[d / 2], [-d / 2], [-1000.0]]), jnp.array([0]), {})[0]

    return jax.jit(lambda d: (cost(d), jax.grad(cost)(d), jax.grad(jax.grad(cost))(d)))


@pytest.mark.parametrize("d", [-20.0, -5.0, -np.log(2.0) - 1e-3, -np.log(2.0) + 1e-3, 0.0, 3.0, 20.0])
def test_the_lectures_figure(d: float) -> None:
    """facts: with p = σ(d), MSE = 2(1 − p)², cross-entropy = ln(1 + e⁻ᵈ); the MSE is concave for d < −ln 2."""
    miss = 1 / (1 + np.exp(d))
    (square, gentle, curvature), (entropy, steep, _) = (map(float, derivatives(name)(d)) for name in ("mean_squared", "cross_entropy"))
    assert square == pytest.approx(2 * miss**2, rel=1e-12)
    assert entropy == pytest.approx(np.log1p(np.exp(-d)), rel=1e-12)
    assert gentle == pytest.approx(-4 * miss**2 * (1 - miss), rel=1e-9)
    assert steep == pytest.approx(-miss, rel=1e-9)
    assert curvature == pytest.approx(4 * miss**2 * (1 - miss) * (2 - 3 * miss), rel=1e-9)  # m = σ(−d), m' = −m(1 − m)
    assert (curvature < 0) == (d < -np.log(2.0))


def test_in_the_far_corner_one_is_stuck_and_the_other_is_not() -> None:
    """At (−10, 10): cross-entropy 20 with slope 1, MSE 2 with slope 8.24e-9 in each logit."""
    (entropy, steep), (square, gentle) = (of_one_row(name, (-10.0, 10.0, -1000.0), 0) for name in ("cross_entropy", "mean_squared"))
    assert [entropy, square] == pytest.approx([20.0, 2.0], rel=1e-8)
    assert steep[:2] == pytest.approx([-1.0, 1.0], rel=1e-8)
    assert gentle[:2] == pytest.approx([-8.2446144e-9, 8.2446144e-9], rel=1e-7)
