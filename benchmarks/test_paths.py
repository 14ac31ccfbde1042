"""Walks: the lecture's regression for 100,000 updates by every optimizer, four at once as a page does it, and networks."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from benchmarks.conftest import Row, Table, seconds
from benchmarks.test_grids import both, elementwise, products
from core.messages import message
from core.settings import pick
from labs.plane import kernels, walks
from labs.plane.minimum import fitted
from labs.plane.problem import Problem, rows_of
from labs.plane.run import problem_of
from labs.plane.setup import Experiment, Panel, optimizers
from networks.architecture import Architecture
from networks.forward import Snapshot, states
from networks.losses import network_loss
from optim.descent import Carry, Descent, Target, begin, descend
from surfaces.surface import Rows
from tests.test_optimizers import ORACLES

STEPS = 100_000
START = (-120.0, -4.0)
POKEMON = Experiment(data=pick("pokemon"), surface=pick("linear", bias="axis"), panels=(Panel(),), steps=STEPS, mode="same")
UPDATES = walks.Updates(STEPS, 0, 0, pick("constant"), 0)
Vector = np.ndarray


class Plain(NamedTuple):
    """The ten rows, and the mean squared error as one writes it in NumPy."""

    x: Vector
    y: Vector

    def value(self, θ: Vector) -> float:
        return float(np.mean((θ[0] + θ[1] * self.x - self.y) ** 2))

    def gradient(self, θ: Vector) -> Vector:
        r = θ[0] + θ[1] * self.x - self.y
        return 2 / self.x.size * np.array([r.sum(), r @ self.x])

    def hessian(self, θ: Vector) -> Vector:
        return 2 / self.x.size * np.array([[self.x.size, self.x.sum()], [self.x.sum(), self.x @ self.x]])


def root_mean_square(p: Plain, θ: Vector, *, rate: float) -> Iterator[Vector]:
    """With a running mean; the test's oracle keeps all gradients."""
    mean = np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        mean = mean + (g**2 - mean) / t
        θ = θ - rate * g / np.sqrt(mean)
        yield θ


def lbfgs(p: Plain, θ: Vector, *, rate: float) -> Iterator[Vector]:
    """Two loops over the last ten pairs, and a line search that halves the step."""
    pairs: list[tuple[Vector, Vector]] = []
    g = p.gradient(θ)
    while True:
        q, weights = g, []
        for s, y in reversed(pairs):
            weights.append(s @ q / (y @ s))
            q = q - weights[-1] * y
        q = q * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1])) if pairs else q / max(1.0, float(np.linalg.norm(g)))
        for (s, y), a in zip(pairs, reversed(weights), strict=True):
            q = q + (a - y @ q / (y @ s)) * s
        length, here = 1.0, p.value(θ)
        while p.value(θ - length * q) > here - 1e-4 * length * (g @ q) and length > 1e-3:
            length /= 2
        there = θ - rate * length * q
        after = p.gradient(there)
        if (after - g) @ (there - θ) > 0:
            pairs = [*pairs[-9:], (there - θ, after - g)]
        θ, g = there, after
        yield θ


LOOPS: dict[str, Callable[..., Iterator[Vector]]] = {**ORACLES, "root_mean_square": root_mean_square, "lbfgs": lbfgs}


def chosen(name: str, problem: Problem) -> dict[str, float]:
    """The defaults; half of the limit where the method has one."""
    optimizer, fit = optimizers()[name], fitted(problem, START)
    hyper = {field.name: float(field.default) for field in optimizer.fields}
    if optimizer.limit is not None and fit.eigenvalues is not None:
        hyper["rate"] = 0.5 * optimizer.limit(hyper, float(fit.eigenvalues[-1]))
    return hyper | ({"rate": 1e-9} if name == "radam" else {})  # its first steps are plain momentum, which explodes at the default


def walker(name: str, problem: Problem) -> Callable[[], tuple[Carry, object]]:
    """The product's kernel: the whole walk, with loss and gradient norm at each update."""
    setup, hyper = walks.WalkSetup(problem, START, START, pick(name), UPDATES), chosen(name, problem)
    kernel = kernels.walker(problem.structure, name, 0)
    return partial(kernel, walks.not_begun(setup, hyper), np.int64(STEPS + 1), walks.walk_input(setup, hyper))


@pytest.mark.parametrize("name", list(optimizers()))
def test_regression_of_the_lecture(name: str, table: Table) -> None:
    problem = problem_of(POKEMON, POKEMON.panels[0])
    rows = rows_of(problem)
    assert rows is not None
    count = int(np.sum(rows.w))
    plain = Plain(np.asarray(rows.x)[0, :count], np.asarray(rows.y)[:count])
    product, hyper = walker(name, problem), chosen(name, problem)
    assert int(product()[0].t) == STEPS + 1, "the whole walk was walked"

    def loop() -> list[Vector]:
        return list(itertools.islice(LOOPS[name](plain, np.array(START), **hyper), STEPS // 10))

    with np.errstate(all="ignore"):
        once = min(10 * seconds(loop) for _ in range(2))
        table.measure(f"{optimizers()[name].label}, 100,000 updates", product, {}, rounds=10)
    table.add(Row(f"{optimizers()[name].label}, 100,000 updates", "NumPy loop (10,000 timed)", once / table.least, 100, False))


def test_four_paths_of_a_page(table: Table) -> None:
    """All that happens when the rate is dragged: four new walks of 100,000 updates, thinned for the picture."""
    problem, rates = problem_of(POKEMON, POKEMON.panels[0]), itertools.count(1)

    def product() -> list[walks.Walk]:
        turn, drawn = next(rates), []
        for name in ("gradient_descent", "momentum", "rmsprop", "adam"):
            hyper = chosen(name, problem)
            rate = hyper["rate"] * (1 - 1e-6 * turn)
            rated = walks.Rated(tuple(sorted((hyper | {"rate": rate}).items())), message(""))
            drawn.append(walks.walk(walks.WalkSetup(problem, START, START, pick(name), UPDATES), rated))
        return drawn

    table.measure("four paths of 100,000 updates, thinned", product, {}, rounds=15)
    table.add(Row("four paths of 100,000 updates, thinned", "ten pictures a second", table.least / 0.1, 1, True))


@pytest.mark.parametrize("width", [16, 32, 64, 128, 256])
def test_network(width: int, table: Table) -> None:
    """Gradient descent on a tanh network with three hidden layers and 256 rows, float32, nothing recorded."""
    steps, n, rng = 100, 256, np.random.default_rng(0)
    net = Architecture(2, width, 3)
    method = optimizers()["gradient_descent"]
    rows = Rows(*(jnp.asarray(part.astype(np.float32)) for part in (rng.normal(size=(2, n)), rng.normal(size=n), np.ones(n))))
    theta = jnp.asarray((rng.normal(size=net.size) / np.sqrt(width)).astype(np.float32))

    @jax.jit
    def product(theta: Array, rows: Rows, hyper: dict[str, Array]) -> Array:
        def loss(theta: Array, rows: object) -> Array:
            assert isinstance(rows, Rows)
            return network_loss(net, "squared_error", Snapshot({}, states(net, theta.dtype), rows, theta), True)[0]

        target = Target(np.float32(-np.inf), np.float32(0), np.float32(1e12))
        carry = begin(method.make, hyper, theta, n)
        ones = jnp.ones(steps + 1, np.float32)
        descent = Descent(loss, rows, None, method, hyper, ones, target, jnp.asarray(steps))
        carry, _ = descend(descent, carry, jnp.asarray(steps + 1), room=0)
        return carry.theta

    flops = 2.0 * n * (2 * width + 2 * width * width + width)  # there; and twice as much on the way back
    bound = both(elementwise(jnp.tanh, (steps + 1) * n * 3 * width, np.float32), products(3 * flops * (steps + 1), np.float32))
    work = partial(product, theta, rows, {"rate": np.float32(1e-3)})
    name = f"network 2-{width}-{width}-{width}-1, {steps} steps on {n} rows, float32"
    table.measure(name, work, {"bound: its tanh and its products, there and back": (bound, 2.0, True)}, rounds=10)
