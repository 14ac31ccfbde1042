"""Deep networks beside a float64 NumPy implementation: values, exact derivatives by complex steps, running statistics, training."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from compute import backend  # noqa: F401  (float64, before JAX)
from core.catalogue import catalogue
from core.settings import numbers, pick
from networks.architecture import Architecture, filters, layers
from networks.forward import Snapshot, forward, states
from networks.losses import mean_cost, network_loss
from networks.parameters import completed, initial_parameters, recovering
from normalization.hidden.batch import normalization as batch_normalization
from optim.batches import drawing
from optim.optimizer import Optimizer
from optim.training import Problem, begin, train
from surfaces.surface import Rows
from tests.oracle import once

Array = np.ndarray[Any, Any]

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.where(z.real > 0, z, 0),  # by the real part, so that a complex step goes through
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "gelu": lambda z: 0.5 * z * (1 + erf(z / np.sqrt(2))),
    "linear": lambda z: z,
}
EPSILON = 1e-3
NUMBERS = {"epsilon": EPSILON, "memory": 0.8, "gamma": 1.0, "beta": 0.0}
D, K, C, N, ROOM = 3, 4, 3, 20, 32


def oracle(
    net: Architecture, theta: Array, x: Array, remembered: list[tuple[Array, Array]] | None = None
) -> tuple[Array, list[Array], list[Any]]:
    """Layer by layer as the docstring of networks/forward.py has it: scores, every hidden layer's values, each layer's μ and σ²."""
    k, m, c = net.width, net.depth, net.outputs
    sizes = [k * net.inputs, k, (m - 1) * k * k, (m - 1) * k, c * k, c]
    first, bias, deeper, biases, out, out_bias, rest = np.split(theta, np.cumsum(sizes))
    matrices = [first.reshape(k, net.inputs), *deeper.reshape(m - 1, k, k)]
    offsets = [bias, *biases.reshape(m - 1, k)]
    affine = net.affine and net.normalization == "batch"
    gammas = rest[: m * k].reshape(m, k) if affine else None
    betas = rest[m * k :].reshape(m, k) if affine and net.place == "after" else None
    phi, kept, statistics = ACTIVATIONS[net.activation], [], []

    def normalized(z: Array, i: int) -> Array:
        if net.normalization == "none":
            return z
        mean, variance = z.mean(axis=1), ((z - z.mean(axis=1, keepdims=True)) ** 2).mean(axis=1)
        statistics.append((mean, variance))
        if remembered is not None:
            mean, variance = remembered[i]
        return (z - mean[:, None]) / np.sqrt(variance + EPSILON)[:, None]

    h = x
    for i, (matrix, offset) in enumerate(zip(matrices, offsets, strict=True)):
        before, z = h, matrix @ h
        if net.place == "after":
            h = normalized(phi(z + offset[:, None]), i)
            if gammas is not None and betas is not None:
                h = gammas[i][:, None] * h + betas[i][:, None]
        elif gammas is not None:
            h = phi(gammas[i][:, None] * normalized(z, i) + offset[:, None])
        else:
            h = phi(normalized(z + offset[:, None], i))
        if net.residual and i > 0:
            h = before + h / (m - 1 if net.scaled else 1)
        kept.append(h)
    return out.reshape(c, k) @ h + out_bias[:, None], kept, statistics


def squared(scores: Array, y: Array) -> Any:  # noqa: ANN401  (real, or complex in a complex step)
    return ((scores[0] - y) ** 2).mean()


def entropy(scores: Array, y: Array) -> Any:  # noqa: ANN401
    top = scores.real.max(axis=0)
    return (np.log(np.exp(scores - top).sum(axis=0)) + top - scores[y.astype(int), np.arange(y.size)]).mean()


NETS = [
    Architecture(D, K, depth, activation, normalization, C, place, affine, residual)
    for depth, activation, normalization, place, affine, residual in [
        *((depth, "tanh", normalization, "before", True, False) for depth in (1, 2, 5) for normalization in ("none", "batch")),
        *((3, activation, "batch", "before", True, False) for activation in ACTIVATIONS),
        *(
            (3, "gelu", "batch", place, affine, residual)
            for place in ("before", "after")
            for affine in (True, False)
            for residual in (True, False)
        ),
        (3, "relu", "none", "before", False, True),
    ]
] + [Architecture(D, K, 3, "gelu", "batch", C, "after", True, True, scaled=True)]


def named(net: Architecture) -> str:
    words = (
        net.depth,
        net.activation,
        net.normalization,
        net.place,
        "affine" * net.affine,
        "residual" * net.residual,
        "scaled" * net.scaled,
    )
    return "-".join(str(word) for word in words if word)


def data(dtype: type = np.float64) -> Rows:
    """What stands in the padding must not matter, so it is not zero."""
    rng, w = np.random.default_rng(3), np.arange(ROOM) < N
    parts = (rng.normal(size=(D, ROOM)), rng.integers(0, C, ROOM), w)
    return Rows(*(jnp.asarray(np.asarray(part, dtype)) for part in parts))


def parameters(net: Architecture) -> Array:
    return np.random.default_rng(4).normal(size=net.size) * 0.7


def remembered(net: Architecture) -> list[tuple[Array, Array]]:
    rng = np.random.default_rng(5)
    return [(rng.normal(size=K) * 0.3, rng.uniform(0.3, 2.0, K)) for _ in range(net.depth)]


def stacked(net: Architecture, dtype: type) -> tuple[jax.Array, ...]:
    if net.normalization == "none":
        return ()
    return tuple(jnp.asarray(np.stack(part).astype(dtype)) for part in zip(*remembered(net), strict=True))


def traced(dtype: type) -> dict[str, jax.Array]:
    return {name: jnp.asarray(value, dtype) for name, value in NUMBERS.items()}


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
@pytest.mark.parametrize("train_mode", [True, False])
@pytest.mark.parametrize("net", NETS, ids=named)
def test_values(net: Architecture, train_mode: bool, dtype: type, tolerance: float) -> None:
    """float32: five layers of sums of four; measured 4e-6 at most, of the scores' size."""
    rows, theta = data(dtype), jnp.asarray(parameters(net).astype(dtype))
    state = stacked(net, dtype)
    scores, after, hidden = forward(net, Snapshot(traced(dtype), state, rows, theta), train_mode, keep=ROOM)
    x = np.asarray(data().x)[:, :N]
    expected, kept, statistics = oracle(net, parameters(net), x, None if train_mode or not state else remembered(net))
    assert hidden is not None
    size = float(np.abs(expected).max())
    np.testing.assert_allclose(np.asarray(scores)[:, :N], expected, atol=tolerance * size, rtol=tolerance)
    np.testing.assert_allclose(np.asarray(hidden)[:, :, :N], np.stack(kept), atol=tolerance * size, rtol=tolerance)
    for i, (mean, variance) in enumerate(statistics if state else []):
        old = remembered(net)[i]
        for part, (before, batch) in zip(after, zip(old, (mean, variance), strict=True), strict=True):
            now = 0.8 * before + 0.2 * batch if train_mode else before
            np.testing.assert_allclose(part[i], now, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("net", [net for net in NETS if net.depth <= 3], ids=named)
def test_gradients_by_complex_steps(net: Architecture) -> None:
    """Im L(θ + ih·e)/h with h = 1e-30: exact to rounding, as nothing is subtracted. Both losses in one program."""
    rows, theta, measures = data(), parameters(net), {"squared_error": squared, "cross_entropy": entropy}
    x, y = np.asarray(rows.x)[:, :N], np.asarray(rows.y)[:N]
    step = 1e-30

    def values(at: jax.Array) -> tuple[jax.Array, jax.Array]:
        point = Snapshot(traced(np.float64), stacked(net, np.float64), rows, at)
        losses = jnp.stack([network_loss(net, name, point, True)[0] for name in measures])
        return losses, losses

    gradients, found = once(jax.jacrev(values, has_aux=True))(jnp.asarray(theta))
    scores, moved = oracle(net, theta, x)[0], [oracle(net, theta + 1j * step * one, x)[0] for one in np.eye(net.size)]
    for measure, value, gradient in zip(measures.values(), found, gradients, strict=True):
        expected = np.array([measure(one, y).imag / step for one in moved])
        assert float(value) == pytest.approx(measure(scores, y), rel=1e-10)
        np.testing.assert_allclose(gradient, expected, atol=1e-10 * np.abs(expected).max(), rtol=1e-10)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("residual", [False, True])
def test_gamma_sigma_and_beta_mu_give_the_plain_network_back(place: str, residual: bool) -> None:
    plain = Architecture(D, K, 4, "gelu", "none", C, place, True, residual)
    net = replace(plain, normalization="batch")
    rows, key = data(), jax.random.key(0)
    before = initial_parameters(plain, "he", key, np.float64)
    theta = completed(net, traced(np.float64), initial_parameters(net, "he", key, np.float64))
    assert net.size - plain.size == 4 * K * (2 if place == "after" else 1)
    expected = forward(plain, Snapshot({}, (), rows, before), True)[0]

    def scores(at: jax.Array) -> Array:
        return np.asarray(forward(net, Snapshot(traced(np.float64), states(net, np.float64), rows, at), True)[0])[:, :N]

    assert not np.allclose(scores(theta), np.asarray(expected)[:, :N], rtol=1e-2)
    np.testing.assert_allclose(
        scores(recovering(net, traced(np.float64), theta, rows)), np.asarray(expected)[:, :N], rtol=1e-10, atol=1e-10
    )


def test_nothing_takes_layerwise_statistics_back() -> None:
    net = Architecture(D, K, 2, "relu", "none", C, "before", True)
    with pytest.raises(TypeError, match="none"):
        recovering(net, {}, jnp.zeros(net.size), data())


def test_weights_before_a_batch_normalization() -> None:
    """facts.md F: w·∇L = 0, and a gradient that falls as the weights grow. With ε these hold as far as ε is small beside σ²."""
    net = Architecture(D, K, 3, "tanh", "batch", C, "before", True)
    theta, rows, exact = parameters(net), data(), traced(np.float64) | {"epsilon": jnp.asarray(1e-14)}

    def gradient(at: Array) -> Array:
        def value(theta: jax.Array) -> jax.Array:
            return network_loss(net, "cross_entropy", Snapshot(exact, states(net, np.float64), rows, theta), True)[0]

        return np.asarray(jax.grad(value)(jnp.asarray(at)))

    unit = filters(net)
    inside = (unit >= 0) & (unit < K * net.depth)
    g = gradient(theta)
    for one in range(3 * K):
        of = unit == one
        assert abs(theta[of] @ g[of]) <= 1e-11 * np.linalg.norm(theta[of]) * np.linalg.norm(g[of])
    scaled = np.where(inside, 7.0 * theta, theta)
    np.testing.assert_allclose(7.0 * gradient(scaled)[inside], g[inside], rtol=1e-9, atol=1e-12)


def test_the_parts_of_theta() -> None:
    net = Architecture(D, K, 3, "relu", "batch", C, "after", True)
    part = jax.tree.map(lambda at: np.asarray(at, int), layers(net, jnp.arange(net.size, dtype=jnp.float32)))
    unit = filters(net)
    assert net.size == K * D + K + 2 * (K * K + K) + C * K + C + 2 * 3 * K
    for name in ("first_bias", "deeper_bias", "output_bias", "gamma", "beta"):
        assert set(unit[np.asarray(getattr(part, name)).ravel()]) == {-1}
    rows = [row for matrix in (part.first, *part.deeper, part.output) for row in np.asarray(matrix)]
    assert [set(unit[row]) for row in rows] == [{i} for i in range(3 * K + C)], "a filter is all that goes into one unit"
    entries = np.concatenate([np.asarray(entries).ravel() for entries in part])
    np.testing.assert_array_equal(entries, np.arange(net.size))


# ------------------------------------------------------------------------------------------------------------------ training

HYPER = {"rate": jnp.asarray(0.1)}
DESCENT = catalogue("optim.optimizers", Optimizer)["gradient_descent"]
TRAINED = Architecture(D, K, 2, "tanh", "batch", C, "before", True)


def objective(theta: jax.Array, state: tuple[jax.Array, ...], rows: Rows) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    return network_loss(TRAINED, "cross_entropy", Snapshot(traced(np.float64), state, rows, theta), True)


def trained(until: list[int], size: int, ceiling: float = 1e9) -> Any:  # noqa: ANN401  (a Training)
    rows = data()
    training = begin(DESCENT, HYPER, jnp.asarray(parameters(TRAINED)), states(TRAINED, np.float64), ROOM)
    for t in until:
        draw = drawing(rows, jnp.asarray(N), jnp.asarray(size), 16, jax.random.key(0)) if size else None
        problem = Problem(objective, rows, draw, DESCENT, HYPER, jnp.ones(100), jnp.asarray(ceiling))
        training = train(problem, training, jnp.asarray(t))
    return training


@pytest.mark.parametrize("size", [0, 7])
def test_training_and_its_running_statistics(size: int) -> None:
    """Twelve updates in NumPy: θ ← θ − ηg with exact gradients, μ̄ ← pμ̄ + (1 − p)μ; batches as they were drawn."""
    rows, theta, step = data(), parameters(TRAINED), 1e-30
    kept = [(np.zeros(K), np.ones(K)) for _ in range(2)]
    x, y, order = np.asarray(rows.x), np.asarray(rows.y), jnp.zeros(ROOM, jnp.int64)
    for t in range(12):
        take = np.arange(N)
        if size:
            draw = drawing(rows, jnp.asarray(N), jnp.asarray(size), 16, jax.random.key(0))
            order = draw(jnp.asarray(t), order)[1]
            begun = (t % 3) * size
            take = np.asarray(order)[begun : min(begun + size, N)]
        here, there = x[:, take], y[take]
        gradient = np.array([entropy(oracle(TRAINED, theta + 1j * step * one, here)[0], there).imag / step for one in np.eye(TRAINED.size)])
        statistics = oracle(TRAINED, theta, here)[2]
        kept = [tuple(0.8 * a + 0.2 * b for a, b in zip(old, new, strict=True)) for old, new in zip(kept, statistics, strict=True)]
        theta = theta - 0.1 * gradient
    found = trained([12], size)
    np.testing.assert_allclose(found.theta, theta, rtol=1e-9, atol=1e-10)
    for i, (mean, variance) in enumerate(kept):
        np.testing.assert_allclose(found.state[0][i], mean, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(found.state[1][i], variance, rtol=1e-9)


@pytest.mark.parametrize("size", [0, 7])
def test_in_several_calls_it_is_the_same_to_the_last_bit(size: int) -> None:
    once, often = trained([40], size), trained([1, 2, 17, 17, 40], size)
    jax.tree.map(np.testing.assert_array_equal, once, often)


def test_a_training_stops_where_its_loss_leaves_all_bounds() -> None:
    rows = data()
    first = float(objective(jnp.asarray(parameters(TRAINED)), states(TRAINED, np.float64), rows)[0])
    stopped = trained([40], 0, ceiling=0.5 * first)
    assert not bool(stopped.alive)
    assert int(stopped.t) == 0
    np.testing.assert_array_equal(stopped.theta, parameters(TRAINED))


def test_losses_beside_numpy() -> None:
    rows, scores = data(), np.random.default_rng(8).normal(size=(C, ROOM)) * 50
    x, y = scores[:, :N], np.asarray(rows.y)[:N]
    assert float(mean_cost("squared_error", {}, jnp.asarray(scores), rows)) == pytest.approx(squared(x, y), rel=1e-12)
    assert float(mean_cost("cross_entropy", {}, jnp.asarray(scores), rows)) == pytest.approx(float(entropy(x, y)), rel=1e-12)


def test_fields_of_batch_normalization() -> None:
    assert set(numbers(pick("batch"), batch_normalization.fields)) == {"epsilon", "gamma", "beta"}
