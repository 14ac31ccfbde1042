"""Every fast path against the plain vmap of the loss: random networks, models, planes and data."""

from collections.abc import Callable
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Array

from compute import backend  # noqa: F401  (sets up JAX before it is used)
from core.catalogue import catalogue
from core.settings import Option, numbers, options, pick
from labs.plane import kernels
from landscape.grid import Plane, on_grid
from networks.architecture import Architecture
from networks.forward import Snapshot, forward, preactivation, states
from networks.losses import network_loss
from normalization.hidden_layer import HiddenNormalization
from surfaces.catalogue import surfaces
from surfaces.surface import Rows, Structure

SIDE = 7
PRECISIONS = {"float32": (np.float32, 1e-5), "float64": (np.float64, 1e-10)}


def table(rng: np.random.Generator, dtype: type, d: int, n: int, room: int) -> Rows:
    """n rows that count among `room`; what stands in the padding must not matter, so it is not zero."""
    w = np.arange(room) < n
    return Rows(*(jnp.asarray(part.astype(dtype)) for part in (rng.normal(size=(d, room)), rng.normal(size=room), w)))


def plane_of(rng: np.random.Generator, dtype: type, p: int) -> Plane:
    return Plane(*(jnp.asarray(rng.normal(size=p).astype(dtype) * scale) for scale in (0.5, 0.3, 0.3)))


def plain(loss: Callable[[Array], Array], plane: Plane, a: Array, b: Array) -> Array:
    """The same grid without chunks, devices or a part computed ahead."""
    return jax.vmap(lambda b: jax.vmap(lambda a: loss(plane.at(a, b)))(a))(b)


NETWORKS = (
    Architecture(2, 16, 2),
    Architecture(2, 16, 2, "tanh", "batch"),
    Architecture(1, 2, 1, "sigmoid"),
    Architecture(4, 5, 4, "relu", "batch"),
    Architecture(3, 8, 3, "linear"),
)


@lru_cache(16)
def grids(net: Architecture) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """(numbers, plane, rows, side) -> the grid, the fast way and the plain one."""

    def loss(theta: Array, shared: tuple[dict[str, Array], Rows], z: Array) -> Array:
        return network_loss(net, "squared_error", Snapshot(shared[0], states(net, theta.dtype), shared[1], theta), True, z=z)[0]

    def linear(theta: Array, shared: tuple[dict[str, Array], Rows]) -> Array:
        return preactivation(net, theta, shared[1])

    def fast(numbers: dict[str, Array], plane: Plane, rows: Rows, side: Array) -> Array:
        return on_grid(loss, linear, plane, (numbers, rows), side, side)

    def slow(numbers: dict[str, Array], plane: Plane, rows: Rows, side: Array) -> Array:
        shared = (numbers, rows)
        return plain(lambda theta: loss(theta, shared, linear(theta, shared)), plane, side, side)

    return jax.jit(fast), jax.jit(slow)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("net", NETWORKS)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 32), epsilon=st.floats(1e-2, 1.0), gamma=st.floats(0.1, 3.0))
def test_a_network_on_a_random_plane(precision: str, net: Architecture, seed: int, n: int, epsilon: float, gamma: float) -> None:
    """The tolerance is of the grid's largest value: where a loss is far below it, the terms of its sum are not."""
    dtype, tolerance = PRECISIONS[precision]
    rng, (fast, slow) = np.random.default_rng(seed), grids(net)
    numbers = {name: jnp.asarray(value, dtype) for name, value in {"epsilon": epsilon, "gamma": gamma, "beta": 0.1}.items()}
    rows, plane, side = table(rng, dtype, net.inputs, n, 32), plane_of(rng, dtype, net.size), jnp.linspace(-1, 1, SIDE, dtype=dtype)
    found, expected = fast(numbers, plane, rows, side), np.asarray(slow(numbers, plane, rows, side))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * float(np.abs(expected).max()))


MODELS: dict[str, Structure] = {}
for _name, _surface in surfaces().items():
    MODELS[_name] = Structure(_name, options(pick(_name), _surface.fields))
    for _field in _surface.fields if _surface.needs_data else ():
        for _choice in _field.choices if isinstance(_field, Option) else ():
            _picked = pick(_name, **{_field.name: _choice})
            MODELS[f"{_name}, {_field.name} {_choice}"] = Structure(_name, options(_picked, _surface.fields))
MODELS["network, hidden, batch"] = Structure("network", options(pick("network", plane="hidden"), surfaces()["network"].fields), "batch")


def traced_of(structure: Structure) -> dict[str, Array]:
    fields = (*surfaces()[structure.surface].fields, *catalogue("normalization.hidden", HiddenNormalization)[structure.hidden].fields)
    return {name: jnp.asarray(value) for name, value in numbers(pick(structure.surface), fields).items()}


@lru_cache(len(MODELS))
def plainly(structure: Structure) -> Callable[..., Array]:
    """(numbers, rows, plane, side) -> the grid by the plain vmap."""
    surface = surfaces()[structure.surface]

    def slow(numbers: dict[str, Array], rows: Rows, plane: Plane, side: Array) -> Array:
        data = surface.summary(structure, rows) if surface.needs_data else None
        return plain(lambda theta: surface.at(structure, numbers, theta, data), plane, side, side)

    return jax.jit(slow)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 32))
def test_every_surface_on_a_random_plane(name: str, seed: int, n: int) -> None:
    """The product's own grid kernel, with its summary of the rows, against the loss of the rows at every point."""
    structure, rng = MODELS[name], np.random.default_rng(seed)
    surface, traced = surfaces()[structure.surface], traced_of(structure)
    rows = table(rng, np.float64, 1 if "axis" in dict(structure.options).values() else 2, n, 32)
    if structure.surface == "logistic" or dict(structure.options).get("loss") == "cross_entropy":
        rows = rows._replace(y=(rows.y > np.median(np.asarray(rows.y)[:n])).astype(np.float64))
    plane, side = plane_of(rng, np.float64, len(surface.axes(structure))), np.linspace(-1, 1, SIDE)
    summary = kernels.summarizer(structure)(rows) if surface.needs_data else None
    found = np.asarray(kernels.gridder(structure)(traced, summary, plane, side, side))
    expected = np.asarray(plainly(structure)(traced, rows, plane, side))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * float(np.abs(expected).max()))


@pytest.mark.parametrize("name", [name for name, s in MODELS.items() if surfaces()[s.surface].needs_data])
def test_the_affine_part_is_affine(name: str) -> None:
    """z((1−t)θ + tη) = (1−t)·z(θ) + t·z(η), also for t outside [0, 1]: the grid relies on it."""
    structure, rng = MODELS[name], np.random.default_rng(3)
    surface, traced = surfaces()[structure.surface], traced_of(structure)
    rows = table(rng, np.float64, 1 if "axis" in dict(structure.options).values() else 2, 20, 32)
    data = surface.summary(structure, rows)
    one, other = (jnp.asarray(rng.normal(size=len(surface.axes(structure)))) for _ in range(2))
    for t in (0.3, -2.0, 7.0):
        between = surface.linear(structure, traced, (1 - t) * one + t * other, data)
        ends = (surface.linear(structure, traced, theta, data) for theta in (one, other))
        expected = jax.tree.map(lambda p, q, t=t: (1 - t) * p + t * q, *ends)
        jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-11, atol=1e-11), between, expected)


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_a_network_in_numpy(normalization: str) -> None:
    """Layer by layer, row by row of θ as the docstring of Layers lists its parts; padding does not count."""
    rng, net = np.random.default_rng(5), Architecture(3, 4, 3, "tanh", normalization)
    rows, theta = table(rng, np.float64, 3, 20, 32), rng.normal(size=net.size)
    x, y = np.asarray(rows.x)[:, :20], np.asarray(rows.y)[:20]
    parts = np.split(theta, np.cumsum([4 * 3, 4, 2 * 4 * 4, 2 * 4, 4]))
    matrices = [parts[0].reshape(4, 3), *parts[2].reshape(2, 4, 4)]
    biases = [parts[1], *parts[3].reshape(2, 4)]
    h = x
    for matrix, bias in zip(matrices, biases, strict=True):
        z = matrix @ h + bias[:, None]
        if normalization == "batch":
            z = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-3)
        h = np.tanh(z)
    expected = parts[4] @ h + parts[5]
    chosen = {"epsilon": jnp.asarray(1e-3)}
    at = Snapshot(chosen, states(net, np.float64), rows, jnp.asarray(theta))
    scores, _, _ = forward(net, at, True)
    np.testing.assert_allclose(scores[0, :20], expected, rtol=1e-12)
    found, _ = network_loss(net, "squared_error", at, True)
    assert float(found) == pytest.approx(float(np.mean((expected - y) ** 2)), rel=1e-12)
    assert net.size == theta.size == 61
