"""Deep networks: training and slices beside PyTorch and the machine's bound, and what a first compilation costs."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from inspect import unwrap
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.conftest import Row, Table, Work
from benchmarks.test_grids import both, elementwise, products
from core.settings import Pick, pick
from labs.deep.measures import measure
from labs.deep.races import training_setup
from labs.deep.setup import Deep
from labs.deep.slices import slicer
from labs.deep.trainer import beginner, trainer
from labs.deep.training import initial_theta, start
from labs.deep.training_setup import TrainingSetup
from landscape.grid import Plane
from networks.architecture import Architecture
from networks.forward import Snapshot, states

DEPTH, WIDTH, ROWS, BATCH, STEPS, SIDE = 6, 32, 1000, 64, 200, 75
# A quarter is held out, so that the training rows are 1,000.
SPIRALS = Deep(
    data=pick("spirals", samples=1333), nets=(Pick("batch"),), depth=DEPTH, width=WIDTH, batch=BATCH, steps=STEPS,
    optimizer=pick("gradient_descent", rate=0.1),
)  # fmt: skip


def training(setup: TrainingSetup) -> Work:
    """The product's: so many updates, in one call."""
    return partial(trainer(setup.structure), setup.input(1.0), start(setup), np.int64(STEPS))


def torch_training(setup: TrainingSetup) -> dict[str, Work]:
    """The same network, optimizer and batch size, as one writes it in PyTorch; nothing where it is not installed."""
    try:
        import torch
    except ImportError:
        return {}
    x = torch.from_numpy(np.asarray(setup.split.train.x).T[: setup.split.n].copy())
    y = torch.from_numpy(np.asarray(setup.split.train.y)[: setup.split.n].astype(np.int64))
    sizes = [setup.net.inputs, *[WIDTH] * DEPTH]
    hidden = [
        layer
        for before, after in pairwise(sizes)
        for layer in (torch.nn.Linear(before, after, bias=False), torch.nn.BatchNorm1d(after), torch.nn.ReLU())
    ]
    net = torch.nn.Sequential(*hidden, torch.nn.Linear(WIDTH, setup.net.outputs))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def loop() -> None:
        done = 0
        while done < STEPS:
            for part in torch.randperm(len(x)).split(BATCH):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(x[part]), y[part]).backward()
                optimizer.step()
                done += 1
                if done == STEPS:
                    return

    return {"PyTorch's eager loop": loop}


def test_training(table: Table) -> None:
    setup = training_setup(SPIRALS, Pick("batch"))
    assert setup.split.n == ROWS
    name = f"{DEPTH} × {WIDTH}, batch normalization, {STEPS} updates with batches of {BATCH} of {ROWS} rows"
    ways = {key: (work, 5.0, False) for key, work in torch_training(setup).items()}
    table.measure(name, training(setup), ways, rounds=15)


def slice_of(setup: TrainingSetup) -> tuple[Work, Plane]:
    rng, p = np.random.default_rng(0), setup.net.size
    theta = initial_theta(setup)
    plane = Plane(theta, *(rng.normal(size=p).astype(np.float32) / 10 for _ in range(2)))
    a = np.linspace(-1, 1, SIDE, dtype=np.float32)
    at = Snapshot(setup.numbers, states(setup.net, np.float32), setup.split.train, jnp.asarray(theta))
    nothing, every = np.zeros((SIDE, SIDE), np.float32), (np.int64(0), np.int64(SIDE * SIDE))
    kernel = slicer(setup.objective)
    return lambda: kernel(at, plane, a, a, nothing, *every)[0], plane


def slice_bound(net: Architecture) -> Work:
    """Its products, and its activation of every unit for every row, at every point."""
    points = SIDE * SIDE * ROWS
    flops = 2.0 * points * ((DEPTH - 1) * WIDTH * WIDTH + WIDTH * net.outputs)
    return both(elementwise(jax.nn.relu, points * DEPTH * WIDTH, np.float32), products(flops, np.float32))


def torch_slice(setup: TrainingSetup, plane: Plane, expected: np.ndarray) -> dict[str, Work]:
    """torch.func.vmap over the points, all at once and in chunks."""
    try:
        import torch
    except ImportError:
        return {}
    net = setup.net
    n = setup.split.n
    x, y = (
        torch.from_numpy(np.asarray(setup.split.train.x)[:, :n].copy()),
        torch.from_numpy(np.asarray(setup.split.train.y)[:n].astype(int)),
    )
    a = np.linspace(-1, 1, SIDE, dtype=np.float32)
    thetas = torch.from_numpy(
        np.asarray(plane.origin + a[None, :, None] * plane.u + a[:, None, None] * plane.v, np.float32).reshape(-1, net.size)
    )
    k, c, deeper = WIDTH, net.outputs, DEPTH - 1
    sizes = [k * net.inputs, k, deeper * k * k, deeper * k, c * k, c, DEPTH * k]

    def loss(theta: torch.Tensor) -> torch.Tensor:
        first, first_bias, inner, biases, out, out_bias, gamma = theta.split(sizes)
        matrices = [first.reshape(k, -1), *inner.reshape(deeper, k, k)]
        shifts = [first_bias, *biases.reshape(deeper, k)]
        h = x
        for matrix, shift, scale in zip(matrices, shifts, gamma.reshape(DEPTH, k), strict=True):
            z = matrix @ h
            z = (z - z.mean(-1, keepdim=True)) * torch.rsqrt(z.var(-1, keepdim=True, correction=0) + 1e-5)
            h = torch.relu(scale[:, None] * z + shift[:, None])
        return torch.nn.functional.cross_entropy((out.reshape(c, k) @ h + out_bias[:, None]).T, y)

    def vmapped(chunk: int) -> Work:
        def work() -> torch.Tensor:
            with torch.no_grad():
                return torch.func.vmap(loss, chunk_size=chunk)(thetas)

        return work

    np.testing.assert_allclose(np.asarray(vmapped(64)()).reshape(SIDE, SIDE), expected, rtol=2e-3)
    return {f"torch.func.vmap, chunks of {chunk}": vmapped(chunk) for chunk in (16, 64)}


def test_slice(table: Table) -> None:
    setup = training_setup(SPIRALS, Pick("batch"))
    product, plane = slice_of(setup)
    beside: dict[str, tuple[Work, float, bool]] = {"bound: its products and activations": (slice_bound(setup.net), 2.5, True)}
    beside |= {name: (work, 4.0, False) for name, work in torch_slice(setup, plane, np.asarray(product())).items()}
    table.measure(f"{DEPTH} × {WIDTH}, batch normalization, {SIDE}×{SIDE} slice of {ROWS} rows, float32", product, beside, rounds=7)


# The slowest ones of the menu: every normalization that does more than divide, in twelve wide layers; what adds the most to any of them.
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "none": ("none", {}),
    "batch": ("batch", {}),
    "batch renormalization": ("batch_renormalization", {}),
    "group": ("group", {}),
    "spectral": ("spectral", {}),
    "local response": ("local_response", {}),
    "batch, residual": ("batch", {"residual": "residual"}),
    "batch, GELU": ("batch", {"activation": "gelu"}),
    "batch, orthogonal weights": ("batch", {"initialization": "orthogonal"}),
    "batch, after the activation": ("batch", {"place": "after"}),
    "spectral, GELU, after the activation, residual": (
        "spectral", {"activation": "gelu", "place": "after", "residual": "residual", "initialization": "orthogonal"},
    ),
}  # fmt: skip


def compiled(depth: int, width: int, normalization: str, changes: Mapping[str, Any]) -> float:
    """Seconds of processor time until the first record and the first update of a model that nobody has asked for."""
    deep = replace(SPIRALS, depth=depth, width=width, nets=(Pick(normalization),), steps=1, **changes)
    setup = training_setup(deep, Pick(normalization), deep.residual == "residual")
    jax.clear_caches()
    begun = time.process_time()
    rows = setup.split
    first = unwrap(beginner)(setup.net, "gradient_descent")(setup.hyper, initial_theta(setup), rows.train)
    after = unwrap(trainer)(setup.structure)(setup.input(1.0), first, np.int64(1))
    measure(setup.net, setup.loss.name, Snapshot(setup.numbers, after.state, rows.train, after.theta), rows)
    return time.process_time() - begun


@pytest.mark.parametrize("name", MODELS)
def test_first_compilation(name: str, table: Table) -> None:
    """Beside that of the smallest model of the menu, without the compilation cache."""
    normalization, changes = MODELS[name]
    jax.config.update("jax_enable_compilation_cache", False)
    try:
        pairs = [(compiled(1, 2, "none", {}), compiled(12, 128, normalization, changes)) for _ in range(2)]
    finally:
        jax.config.update("jax_enable_compilation_cache", True)
    least, found = (min(times) for times in zip(*pairs, strict=True))
    table.time(lambda: None)
    table.add(Row(f"first compilation and update, 12 layers of 128, {name}", "1 layer of 2 units, none", found / least, 3.0, True))
