"""Grids: how far from what the machine needs at least, and beside other ways of computing them."""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import PartitionSpec
from jaxtyping import Array, Float

from benchmarks.conftest import Table, Work
from core.settings import Pick, pick
from labs.plane import kernels
from labs.plane.problem import summarized
from labs.plane.run import problem_of
from labs.plane.setup import Experiment, Panel
from landscape.grid import Plane, on_grid
from landscape.points import mesh
from networks.architecture import Architecture
from networks.forward import Snapshot, preactivation, states
from networks.losses import network_loss
from surfaces.surface import Rows

SIDE, ROWS = 100, 256
PARTS = np.cumsum([32, 16, 256, 16, 16])  # where the parts of θ end: W, b, W, b, v, and one output bias
NORMALIZED = {"epsilon": 1e-5, "gamma": 1.0, "beta": 0.0}


def on_every_core(work: Callable[[Array], Array], parts: Array) -> Array:
    """The best that the machine can do: each core on its own share of the parts, one part at a time, in its own cache."""
    spread = jax.shard_map(
        lambda mine: jax.lax.map(work, mine),
        mesh=mesh(tuple(jax.devices())),
        in_specs=PartitionSpec("points"),
        out_specs=PartitionSpec("points"),
        check_vma=False,
    )
    return spread(parts)


def elementwise(function: Callable[[Array], Array], count: int, dtype: type) -> Work:
    """That function, `count` times, on numbers that lie in the cache, added up in the same loop."""
    size = 2**14
    numbers = jnp.asarray(np.random.default_rng(0).normal(size=size).astype(dtype) * 3)
    parts = max(1, round(count / size / jax.device_count())) * jax.device_count()
    work = jax.jit(lambda scales: on_every_core(lambda scale: jnp.sum(function(numbers * scale)), scales))
    return partial(work, jnp.linspace(0.5, 1.5, parts, dtype=dtype))


def products(flops: float, dtype: type) -> Work:
    """So many floating-point operations in products of matrices of 512 × 512."""
    matrix = jnp.asarray(np.random.default_rng(0).normal(size=(512, 512)).astype(dtype))
    parts = max(1, round(flops / (2 * 512**3) / jax.device_count())) * jax.device_count()
    work = jax.jit(lambda scales: on_every_core(lambda scale: jnp.sum(matrix @ (matrix * scale)), scales))
    return partial(work, jnp.linspace(0.5, 1.5, parts, dtype=dtype))


def both(one: Work, other: Work) -> Work:
    return lambda: (jax.block_until_ready(one()), other())


class Reference:
    """A tanh network 2-16-16-1 on 256 rows, and a random plane of its parameters, float32."""

    def __init__(self, normalization: str) -> None:
        rng = np.random.default_rng(0)
        self.net = Architecture(2, 16, 2, "tanh", normalization)
        self.x, self.y = (rng.normal(size=shape).astype(np.float32) for shape in ((2, ROWS), ROWS))
        self.plane = Plane(*((rng.normal(size=self.net.size) / 3).astype(np.float32) for _ in range(3)))
        self.rows = Rows(jnp.asarray(self.x), jnp.asarray(self.y), jnp.ones(ROWS, np.float32))
        self.numbers = {name: np.float32(value) for name, value in NORMALIZED.items()}

    def grid(self, side: int) -> Work:
        """The product's."""
        a = np.linspace(-1, 1, side, dtype=np.float32)
        net = self.net

        @jax.jit
        def grid(numbers: dict[str, Array], plane: Plane, rows: Rows, a: Array) -> Array:
            return on_grid(
                lambda theta, shared, z: network_loss(
                    net, "squared_error", Snapshot(shared[0], states(net, theta.dtype), shared[1], theta), True, z=z
                )[0],
                lambda theta, shared: preactivation(net, theta, shared[1]),
                plane,
                (numbers, rows),
                a,
                a,
            )

        return partial(grid, self.numbers, self.plane, self.rows, a)

    def bound(self, side: int) -> Work:
        """tanh of every unit and row, and the products of all layers, at every point."""
        points = side * side * ROWS
        return both(elementwise(jnp.tanh, points * 32, np.float32), products(2.0 * points * (2 * 16 + 16 * 16 + 16), np.float32))

    def thetas(self) -> Float[np.ndarray, "m p"]:
        a = np.linspace(-1, 1, SIDE, dtype=np.float32)
        origin, u, v = self.plane
        return np.asarray(origin + a[None, :, None] * u + a[:, None, None] * v).reshape(-1, self.net.size)

    def numpy_loop(self) -> Float[np.ndarray, " m"]:
        """Point by point, as one would write it."""

        def activate(z: np.ndarray) -> np.ndarray:
            if self.net.normalization == "batch":
                z = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + np.float32(1e-5))
            return np.tanh(z)

        def loss(theta: np.ndarray) -> float:
            w1, b1, w2, b2, v, c = np.split(theta, PARTS)
            h = activate(w1.reshape(16, 2) @ self.x + b1[:, None])
            h = activate(w2.reshape(16, 16) @ h + b2[:, None])
            return float(np.mean((v @ h + c - self.y) ** 2))

        return np.array([loss(theta) for theta in self.thetas()], np.float32)

    def torch_ways(self) -> dict[str, Work]:
        """torch.func.vmap in chunks of the best size, and a loop over the points; nothing where torch is not installed."""
        try:
            import torch
        except ImportError:
            return {}
        x, y, thetas = torch.from_numpy(self.x), torch.from_numpy(self.y), torch.from_numpy(self.thetas())

        def activate(z: torch.Tensor) -> torch.Tensor:
            if self.net.normalization == "batch":
                z = (z - z.mean(-1, keepdim=True)) * torch.rsqrt(z.var(-1, keepdim=True, correction=0) + 1e-5)
            return torch.tanh(z)

        def loss(theta: torch.Tensor) -> torch.Tensor:
            w1, b1, w2, b2, v, c = theta.split([32, 16, 256, 16, 16, 1])
            h = activate(w1.reshape(16, 2) @ x + b1[:, None])
            h = activate(w2.reshape(16, 16) @ h + b2[:, None])
            return torch.mean((v @ h + c - y) ** 2)

        def vmapped(chunk: int | None) -> Callable[[], torch.Tensor]:
            def work() -> torch.Tensor:
                with torch.no_grad():
                    return torch.func.vmap(loss, chunk_size=chunk)(thetas)

            return work

        def looped() -> list[float]:
            with torch.no_grad():
                return [float(loss(theta)) for theta in thetas]

        expected = np.asarray(self.grid(SIDE)()).ravel()
        np.testing.assert_allclose(vmapped(256)().numpy(), expected, rtol=1e-4)
        ways: dict[str, Work] = {"torch.func.vmap": vmapped(None), "PyTorch loop over the points": looped}
        return ways | {f"torch.func.vmap, chunks of {chunk}": vmapped(chunk) for chunk in (64, 256)}


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_reference_grid(normalization: str, table: Table) -> None:
    reference = Reference(normalization)
    product = reference.grid(SIDE)
    np.testing.assert_allclose(np.asarray(product()).ravel(), reference.numpy_loop(), rtol=1e-4)
    ways = {name: (work, 15.0 if "loop" in name else 5.0, False) for name, work in reference.torch_ways().items()}
    bound = {"bound: its tanh and its products": (reference.bound(SIDE), 1.5, True)}
    loop = {"NumPy loop over the points": (reference.numpy_loop, 5.0, False)}
    table.measure(f"2-16-16-1 tanh, {normalization}, 100×100, float32", product, bound | loop | ways, rounds=25)


def test_least_squares_do_not_feel_the_number_of_rows(table: Table) -> None:
    """From the moments, which the page computes once for the data: the same work for 100 and for 100,000 rows."""

    def grid(n: int) -> Work:
        structure = problem_of(Experiment(surface=pick("linear")), Panel()).structure
        rng = np.random.default_rng(0)
        rows = Rows(*(jnp.asarray(part) for part in (rng.normal(size=(2, n)), rng.normal(size=n), np.ones(n))))
        summary, a = jax.device_get(kernels.summarizer(structure)(rows)), np.linspace(-2, 2, 400)
        plane = Plane(np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        return partial(kernels.gridder(structure), {"bias_value": np.float64(0), "delta": np.float64(1)}, summary, plane, a, a)

    table.measure(
        "linear, squared error, 400×400, 100,000 rows", grid(100_000), {"the same with 100 rows": (grid(100), 1.1, True)}, rounds=40
    )


def softplus(s: Array) -> Array:
    return jnp.maximum(s, 0) + jnp.log1p(jnp.exp(-jnp.abs(s)))


# a two-parameter model on data -> (how, the function that it must at least evaluate, how often for a row and a point)
MODELS: dict[str, tuple[Pick, Callable[[Array], Array], float]] = {
    "logistic, bias fixed": (pick("logistic", bias="fixed"), softplus, 1),
    "absolute error, bias fixed": (pick("linear", loss="mean_absolute", bias="fixed"), jnp.abs, 1),
    "Huber, bias fixed": (pick("linear", loss="huber", bias="fixed"), lambda r: jnp.where(jnp.abs(r) < 1, r * r, 2 * jnp.abs(r) - 1), 1),
    "network, into a hidden unit, tanh": (pick("network", plane="hidden", activation="tanh"), jnp.tanh, 2),
    "network, out of the hidden units": (pick("network", plane="output", activation="tanh"), lambda r: r * r, 1),
}


@pytest.mark.parametrize("data", ["iris", "digits"])
@pytest.mark.parametrize("name", MODELS)
def test_models_on_data(name: str, data: str, table: Table) -> None:
    surface, function, times = MODELS[name]
    experiment = Experiment(data=pick(data), surface=surface, panels=(Panel(pick("standardize")),))
    problem = problem_of(experiment, experiment.panels[0])
    summary, a = summarized(problem), np.linspace(-3, 3, SIDE)
    n = int(np.sum(summary.w))  # type: ignore[attr-defined]
    plane = Plane(np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    product = partial(kernels.gridder(problem.structure), problem.traced, summary, plane, a, a)
    work = elementwise(function, int(times * n * SIDE * SIDE), np.float64)
    table.measure(f"{name}, {data} ({n} rows), 100×100, float64", product, {"bound: its function of every row": (work, 2.0, True)})
