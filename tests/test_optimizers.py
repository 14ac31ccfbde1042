"""Every optimizer against its paper's formula, written anew in NumPy, and the facts that its record claims."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import scipy.optimize
from jaxtyping import Array, Float

from optim.optimizer import Optimizer
from core.catalogue import catalogue

CATALOGUE = catalogue("optim.optimizers", Optimizer)
EVERY = pytest.mark.parametrize("name", CATALOGUE)
STEPS = 600

Vector = Float[np.ndarray, " d"]
Path = Float[np.ndarray, "t d"]
Hyper = dict[str, float]


class Problem(NamedTuple):
    """½θᵀAθ + c((1 − θ₀)² + 100(θ₁ − θ₀²)²), its gradient and its Hessian by hand."""

    A: Float[np.ndarray, "2 2"]
    c: float
    start: Vector

    def value(self, θ: Vector) -> float:
        a, b = θ
        return float(θ @ self.A @ θ / 2 + self.c * ((1 - a) ** 2 + 100 * (b - a**2) ** 2))

    def gradient(self, θ: Vector) -> Vector:
        a, b = θ
        return self.A @ θ + self.c * np.array([2 * (a - 1) - 400 * a * (b - a**2), 200 * (b - a**2)])

    def hessian(self, θ: Vector) -> Float[np.ndarray, "2 2"]:
        a, b = θ
        return self.A + self.c * np.array([[2 - 400 * (b - 3 * a**2), -400 * a], [-400 * a, 200.0]])


ROSENBROCK = Problem(np.zeros((2, 2)), 1.0, np.array([-1.2, 1.0]))
LEAST_SQUARES = Problem(np.array([[0.002, 0.502], [0.502, 174.6816]]), 0.0, np.array([68.4, -6.7]))  # the lecture's regression, κ = 313418
FLAT = Problem(np.zeros((2, 2)), 0.0, np.array([1.5, -2.0]))


def bowl(smallest: float, largest: float) -> Problem:
    """A quadratic with these two eigenvalues, turned by one radian."""
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    return Problem(turn @ np.diag([smallest, largest]) @ turn.T, 0.0, turn @ np.array([1.0, 1.0]))


Walk = Callable[[dict[str, np.float64], Float[np.ndarray, " t"], Vector, Float[np.ndarray, "2 2"], np.float64], Float[Array, "t 2"]]


def loss(θ: Float[Array, " 2"], A: Float[Array, "2 2"], c: Float[Array, ""]) -> Float[Array, ""]:
    a, b = θ
    return θ @ A @ θ / 2 + c * ((1 - a) ** 2 + 100 * (b - a**2) ** 2)


@functools.cache
def walker(name: str) -> Walk:
    """One compiled walk of STEPS updates an optimizer: every hyper-parameter, the schedule and the problem are traced."""

    @jax.jit
    def walk(
        hyper: Mapping[str, Float[Array, ""]],
        schedule: Float[Array, " t"],
        start: Float[Array, " 2"],
        A: Float[Array, "2 2"],
        c: Float[Array, ""],
    ) -> Float[Array, "t 2"]:
        def f(θ: Float[Array, " 2"]) -> Float[Array, ""]:
            return loss(θ, A, c)

        def step(
            at: tuple[Float[Array, " 2"], optax.OptState], factor: Float[Array, ""]
        ) -> tuple[tuple[Float[Array, " 2"], optax.OptState], Float[Array, " 2"]]:
            θ, memory = at
            value, g = jax.value_and_grad(f)(θ)
            tx = optax.with_extra_args_support(CATALOGUE[name].make(**{**hyper, "rate": hyper["rate"] * factor}))
            update, memory = tx.update(g, memory, θ, value=value, grad=g, value_fn=f)
            return (θ + update, memory), θ + update

        memory = optax.with_extra_args_support(CATALOGUE[name].make(**hyper)).init(start)
        return jax.lax.scan(step, (start, memory), schedule)[1]

    return walk


def path(name: str, problem: Problem, hyper: Hyper, schedule: Float[np.ndarray, " t"] | None = None) -> Path:
    """θ⁰, θ¹ … of the optimizer."""
    factors = np.ones(STEPS) if schedule is None else schedule
    chosen = {key: np.float64(value) for key, value in (defaults(name) | hyper).items()}
    return np.vstack([problem.start, walker(name)(chosen, factors, problem.start, problem.A, np.float64(problem.c))])


def defaults(name: str) -> Hyper:
    return {field.name: field.default for field in CATALOGUE[name].fields}


# ---- The oracles: the formulas of the papers, one step a `yield`, in plain NumPy.

Oracle = Callable[..., Iterator[Vector]]


def gradient_descent(p: Problem, θ: Vector, *, rate: float) -> Iterator[Vector]:
    while True:
        θ = θ - rate * p.gradient(θ)
        yield θ


def momentum(p: Problem, θ: Vector, *, rate: float, momentum: float) -> Iterator[Vector]:
    m = np.zeros(2)  # as the lecture writes it
    while True:
        m = momentum * m - rate * p.gradient(θ)
        θ = θ + m
        yield θ


def nesterov(p: Problem, θ: Vector, *, rate: float, momentum: float) -> Iterator[Vector]:
    x = θ  # as Nesterov writes it: x steps from the point that looks ahead
    while True:
        x, before = θ - rate * p.gradient(θ), x
        θ = x + momentum * (x - before)
        yield θ


def rmsprop(p: Problem, θ: Vector, *, rate: float, decay: float, eps: float) -> Iterator[Vector]:
    v = np.zeros(2)
    while True:
        g = p.gradient(θ)
        v = decay * v + (1 - decay) * g**2
        θ = θ - rate * g / (np.sqrt(v) + eps)
        yield θ


def rmsprop_root(p: Problem, θ: Vector, *, rate: float, decay: float, eps: float) -> Iterator[Vector]:
    v = np.zeros(2)
    while True:
        g = p.gradient(θ)
        v = decay * v + (1 - decay) * g**2
        θ = θ - rate * g / np.sqrt(v + eps)
        yield θ


def adam(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float, decay: float = 0.0) -> Iterator[Vector]:
    m, v = np.zeros(2), np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        θ = θ - rate * (m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + decay * θ)
        yield θ


def adagrad(p: Problem, θ: Vector, *, rate: float, eps: float) -> Iterator[Vector]:
    G = np.zeros(2)
    while True:
        g = p.gradient(θ)
        G = G + g**2
        θ = θ - rate * g / np.sqrt(G + eps)
        yield θ


def root_mean_square(p: Problem, θ: Vector, *, rate: float) -> Iterator[Vector]:
    seen: list[Vector] = []
    while True:
        seen.append(p.gradient(θ))
        θ = θ - rate * seen[-1] / np.sqrt(np.mean(np.square(seen), axis=0))
        yield θ


def adadelta(p: Problem, θ: Vector, *, rate: float, rho: float, eps: float) -> Iterator[Vector]:
    v, s = np.zeros(2), np.zeros(2)
    while True:
        g = p.gradient(θ)
        v = rho * v + (1 - rho) * g**2
        u = np.sqrt(s + eps) / np.sqrt(v + eps) * g
        s = rho * s + (1 - rho) * u**2
        θ = θ - rate * u
        yield θ


def amsgrad(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float) -> Iterator[Vector]:
    m, v, top = np.zeros(2), np.zeros(2), np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        top = np.maximum(top, v / (1 - b2**t))
        θ = θ - rate * m / (1 - b1**t) / (np.sqrt(top) + eps)
        yield θ


def nadam(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float) -> Iterator[Vector]:
    m, v = np.zeros(2), np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
        θ = θ - rate * ahead / (np.sqrt(v / (1 - b2**t)) + eps)
        yield θ


def radam(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float) -> Iterator[Vector]:
    m, v = np.zeros(2), np.zeros(2)
    longest = 2 / (1 - b2) - 1
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        length = longest - 2 * t * b2**t / (1 - b2**t)
        step = m / (1 - b1**t)
        if length >= 5:
            r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            step = r * step / (np.sqrt(v / (1 - b2**t)) + eps)
        θ = θ - rate * step
        yield θ


def adabelief(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float) -> Iterator[Vector]:
    m, s = np.zeros(2), np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        θ = θ - rate * m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)
        yield θ


def lion(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, decay: float) -> Iterator[Vector]:
    m = np.zeros(2)
    while True:
        g = p.gradient(θ)
        θ = θ - rate * (np.sign(b1 * m + (1 - b1) * g) + decay * θ)
        m = b2 * m + (1 - b2) * g
        yield θ


def yogi(p: Problem, θ: Vector, *, rate: float, b1: float, b2: float, eps: float) -> Iterator[Vector]:
    m, v = np.zeros(2), np.zeros(2)
    for t in itertools.count(1):
        g = p.gradient(θ)
        m = b1 * m + (1 - b1) * g
        v = v - (1 - b2) * np.sign(v - g**2) * g**2
        θ = θ - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
        yield θ


def rprop(p: Problem, θ: Vector, *, rate: float, shrink: float, grow: float) -> Iterator[Vector]:
    Δ, before = np.full(2, rate), np.zeros(2)
    while True:
        g = p.gradient(θ)
        for i in range(2):
            if g[i] * before[i] > 0:
                Δ[i] = min(Δ[i] * grow, 50)
            elif g[i] * before[i] < 0:
                Δ[i], g[i] = max(Δ[i] * shrink, 1e-6), 0
        θ, before = θ - np.sign(g) * Δ, g
        yield θ


def sign_sgd(p: Problem, θ: Vector, *, rate: float) -> Iterator[Vector]:
    while True:
        θ = θ - rate * np.sign(p.gradient(θ))
        yield θ


def newton(p: Problem, θ: Vector, *, rate: float) -> Iterator[Vector]:
    while True:
        θ = θ - rate * np.linalg.solve(p.hessian(θ), p.gradient(θ))
        yield θ


ORACLES: dict[str, Oracle] = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "rmsprop_root": rmsprop_root,
    "adam": adam,
    "adagrad": adagrad,
    "root_mean_square": root_mean_square,
    "adadelta": adadelta,
    "amsgrad": amsgrad,
    "adamw": adam,
    "nadam": nadam,
    "radam": radam,
    "adabelief": adabelief,
    "lion": lion,
    "yogi": yogi,
    "rprop": rprop,
    "sign_sgd": sign_sgd,
    "newton": newton,
}
RATES = {"gradient_descent": 1e-3, "momentum": 1e-3, "nesterov": 1e-3, "radam": 1e-3, "adadelta": 1.0, "newton": 0.7}


def odd(name: str) -> Hyper:
    """Values that no default hides: halfway down, or halfway up where the setting is logarithmic."""
    return {
        field.name: float(np.sqrt(field.default * field.high)) if field.log else (field.default + field.low) / 2 or field.high / 3
        for field in CATALOGUE[name].fields
    }


def test_every_optimizer_has_an_oracle() -> None:
    assert set(CATALOGUE) == {*ORACLES, "lbfgs"}  # L-BFGS has its own test below


@pytest.mark.parametrize("problem", [ROSENBROCK, LEAST_SQUARES], ids=["Rosenbrock", "least squares"])
@pytest.mark.parametrize("chosen", [defaults, odd], ids=["defaults", "odd values"])
@pytest.mark.parametrize("name", ORACLES)
def test_ten_steps_are_those_of_the_paper(name: str, chosen: Callable[[str], Hyper], problem: Problem) -> None:
    hyper = chosen(name) | {"rate": RATES.get(name, 0.02)}
    expected = np.array([*itertools.islice(ORACLES[name](problem, problem.start, **hyper), 10)])
    np.testing.assert_allclose(path(name, problem, hyper)[1:11] - problem.start, expected - problem.start, rtol=1e-10, atol=1e-13)


# ---- L-BFGS. Its line search has no formula to repeat, its direction has one: the paper's matrix P, which optax never forms (it
# uses the two loops). P is built here from the recorded points, so each recorded step must be a positive multiple of −Pg; that
# multiple must satisfy the strong Wolfe conditions; and the walk must end where SciPy's does.


def inverse_hessian(points: Path, gradients: Path) -> Float[np.ndarray, "2 2"]:
    """P after the last ten pairs s = Δθ, y = Δg."""
    if len(points) == 1:
        return np.eye(2) / max(1.0, float(np.linalg.norm(gradients[0])))
    pairs = [*zip(np.diff(points, axis=0), np.diff(gradients, axis=0), strict=True)][-10:]
    s, y = pairs[-1]
    P = np.eye(2) * (s @ y) / (y @ y)
    for s, y in pairs:
        V = np.eye(2) - np.outer(y, s) / (y @ s)
        P = V.T @ P @ V + np.outer(s, s) / (y @ s)
    np.testing.assert_allclose(P @ y, s, rtol=1e-8)  # the secant equation
    return P


@pytest.mark.parametrize("rate", [1.0, 0.5])
@pytest.mark.parametrize("problem", [ROSENBROCK, LEAST_SQUARES], ids=["Rosenbrock", "least squares"])
def test_lbfgs_steps_along_the_papers_direction(problem: Problem, rate: float) -> None:
    points = path("lbfgs", problem, {"rate": rate})
    gradients = np.array([problem.gradient(θ) for θ in points])
    checked = [t for t in range(14) if np.linalg.norm(gradients[t]) > 1e-6 * np.linalg.norm(gradients[0])]
    assert len(checked) >= (3 if problem is LEAST_SQUARES else 14)
    for t in checked:
        step, direction = points[t + 1] - points[t], -inverse_hessian(points[: t + 1], gradients[: t + 1]) @ gradients[t]
        a = step @ direction / (direction @ direction)
        assert a > 0
        np.testing.assert_allclose(step, a * direction, rtol=1e-7, atol=1e-9 * float(np.linalg.norm(step)))
        if rate == 1:
            slope = gradients[t] @ step
            assert problem.value(points[t + 1]) <= problem.value(points[t]) + 1e-4 * slope
            assert abs(gradients[t + 1] @ step) <= 0.9 * abs(slope)


@pytest.mark.parametrize("problem", [ROSENBROCK, LEAST_SQUARES], ids=["Rosenbrock", "least squares"])
def test_lbfgs_ends_where_scipy_does(problem: Problem) -> None:
    found = scipy.optimize.minimize(problem.value, problem.start, jac=problem.gradient, method="BFGS", options={"gtol": 1e-9})
    points = path("lbfgs", problem, {})
    np.testing.assert_allclose(points[-1], found.x, atol=1e-5)
    assert problem.value(points[60]) < 1e-12


# ---- What holds for every optimizer.


@EVERY
def test_the_record_is_whole(name: str) -> None:
    optimizer = CATALOGUE[name]
    assert optimizer.fields[0].name == "rate"
    assert [field.name for field in optimizer.fields] == list(inspect.signature(optimizer.make).parameters)
    for field in optimizer.fields:
        assert field.read(field.default) == field.default
        assert field.symbol
        assert field.low > 0 or not field.log
    assert optimizer.label
    assert optimizer.source
    assert optimizer.formula.count("{") == optimizer.formula.count("}")


def test_the_front_of_the_menu() -> None:
    common = [name for name, optimizer in CATALOGUE.items() if optimizer.common]
    assert common == ["gradient_descent", "momentum", "nesterov", "rmsprop", "adam", "adagrad"] == [*CATALOGUE][:6]
    assert {name for name, optimizer in CATALOGUE.items() if optimizer.full_batch_only} == {"lbfgs", "newton"}


def corners(name: str) -> list[Hyper]:
    """The defaults, then every setting alone at its lowest, its highest and between."""
    moved = [{field.name: value} for field in CATALOGUE[name].fields for value in (field.low, field.high, (field.low + field.high) / 2)]
    return [{}, *moved]


@EVERY
def test_a_gradient_of_zero_gives_a_step_of_zero(name: str) -> None:
    at_the_minimum = LEAST_SQUARES._replace(start=np.zeros(2))
    for hyper in corners(name):
        assert not path(name, at_the_minimum, hyper).any()
        if (defaults(name) | hyper).get("decay") == 0 or name not in ("adamw", "lion"):  # decay moves θ, as it should
            np.testing.assert_array_equal(path(name, FLAT, hyper), np.tile(FLAT.start, (STEPS + 1, 1)))


COMPILED: list[float] = []


def listen(event: str, duration_secs: float, **_: str | int) -> None:
    if event == "/jax/core/compile/backend_compile_duration":
        COMPILED.append(duration_secs)


jax.monitoring.register_event_duration_secs_listener(listen)


def test_the_counter_of_compilations_counts() -> None:
    before = len(COMPILED)
    jax.jit(lambda x: x + 1)(np.float64(1))
    assert len(COMPILED) == before + 1


@EVERY
def test_no_setting_recompiles(name: str) -> None:
    path(name, ROSENBROCK, {})
    before = len(COMPILED)
    for hyper in corners(name):
        path(name, ROSENBROCK, hyper)
    assert len(COMPILED) == before


@EVERY
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_the_dtype_of_theta_is_kept(name: str, dtype: jnp.dtype) -> None:
    """A loop carries θ and the memory: neither may change its shape or dtype."""

    def once(hyper: Hyper, θ: Float[Array, " 2"]) -> tuple[optax.OptState, optax.OptState, Float[Array, " 2"]]:
        def f(q: Float[Array, " 2"]) -> Float[Array, ""]:
            return jnp.sum(q**4)

        tx = optax.with_extra_args_support(CATALOGUE[name].make(**hyper))
        memory = tx.init(θ)
        update, after = tx.update(jax.grad(f)(θ), memory, θ, value=f(θ), grad=jax.grad(f)(θ), value_fn=f)
        return memory, after, update

    hyper = {key: jax.ShapeDtypeStruct((), dtype) for key in defaults(name)}
    memory, after, update = jax.eval_shape(once, hyper, jax.ShapeDtypeStruct((2,), dtype))
    assert update.dtype == dtype
    kept = jax.tree.map(lambda a, b: (a.shape, a.dtype) == (b.shape, b.dtype), memory, after)
    assert all(jax.tree.leaves(kept))


# ---- Facts that belong to one.


def test_the_lectures_rule_with_a_decaying_rate_is_adagrad() -> None:
    decaying = 1 / np.sqrt(np.arange(STEPS) + 1)
    for problem in (ROSENBROCK, LEAST_SQUARES):
        lecture = path("root_mean_square", problem, {"rate": 0.3}, decaying)
        np.testing.assert_allclose(lecture, path("adagrad", problem, {"rate": 0.3}), rtol=1e-9)


def test_the_lectures_first_step_is_the_rate() -> None:
    step = path("root_mean_square", ROSENBROCK, {"rate": 0.25})[1] - ROSENBROCK.start
    np.testing.assert_array_equal(step, [0.25, 0.25])


@EVERY
def test_a_schedule_scales_the_first_step(name: str) -> None:
    half = path(name, ROSENBROCK, {"rate": 1e-3}, np.full(STEPS, 0.5))[1] - ROSENBROCK.start
    np.testing.assert_allclose(half, path(name, ROSENBROCK, {"rate": 5e-4})[1] - ROSENBROCK.start, rtol=1e-9)


def test_rprop_takes_a_rate_of_zero() -> None:
    assert np.isfinite(path("rprop", ROSENBROCK, {}, np.linspace(1, 0, STEPS))).all()


def test_newton_is_at_the_minimum_of_a_quadratic_in_one_step_and_stops_in_flat_directions() -> None:
    assert np.abs(path("newton", bowl(1, 1e4), {})[1]).max() < 1e-12
    valley = Problem(np.diag([1.0, 0.0]), 0.0, np.array([3.0, 4.0]))
    np.testing.assert_allclose(path("newton", valley, {})[-1], [0, 4], atol=1e-15)


LIMITED = pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov"])


@LIMITED
@pytest.mark.parametrize("λ", [0.0, 0.5, 0.9])
def test_the_speed_limit(name: str, λ: float) -> None:
    limit = CATALOGUE[name].limit
    assert limit is not None
    hyper = {"momentum": λ} if name != "gradient_descent" else {}
    inside, outside = (np.linalg.norm(path(name, bowl(1, 10), hyper | {"rate": share * limit(hyper, 10)})[-1]) for share in (0.99, 1.01))
    assert inside < 1e-4
    assert outside > 1e4


def spectral_radius(
    name: str, rate: Float[np.ndarray, " *s"], λ: Float[np.ndarray, " *s"], eigenvalues: tuple[float, ...]
) -> Float[np.ndarray, " *s"]:
    """The slower of the two ends: the larger root of z² − bz + c, written for θᵗ⁺¹ = bθᵗ − cθᵗ⁻¹ along an eigenvector."""
    worst = np.zeros(np.broadcast(rate, λ).shape)
    for h in eigenvalues:
        b, c = (1 + λ - rate * h, λ) if name == "momentum" else ((1 + λ) * (1 - rate * h), λ * (1 - rate * h))
        root = np.sqrt(np.asarray(b**2 - 4 * c, dtype=complex))
        worst = np.maximum(worst, np.maximum(abs(b + root), abs(b - root)) / 2)
    return worst


FACTOR: dict[str, Callable[[float], float]] = {
    "gradient_descent": lambda κ: (κ - 1) / (κ + 1),
    "momentum": lambda κ: (np.sqrt(κ) - 1) / (np.sqrt(κ) + 1),
    "nesterov": lambda κ: 1 - 2 / np.sqrt(3 * κ + 1),
}


@LIMITED
@pytest.mark.parametrize("κ", [1.0, 4.0, 100.0])
def test_the_best_rate_is_reached_and_none_is_better(name: str, κ: float) -> None:
    best = CATALOGUE[name].best
    assert best is not None
    hyper, factor, ends = best(0.5, 0.5 * κ), FACTOR[name](κ), (0.5, 0.5 * κ)

    length = np.linalg.norm(path(name, bowl(*ends), hyper), axis=1)
    if κ == 1:
        assert length[1] < 1e-15
    else:
        k = 100  # a double root decays as k·zᵏ, so the growth with k is divided out
        growth = 1 if name == "gradient_descent" else 2
        assert (length[2 * k] / length[k] / growth) ** (1 / k) == pytest.approx(factor, rel=2e-3)

    λ = np.linspace(0, 0.999, 400) if name != "gradient_descent" else np.zeros(1)
    rates = np.linspace(0.001, 4 / ends[1], 400)
    assert spectral_radius(name, rates[:, None], λ, ends).min() >= factor - 1e-7
    reached = spectral_radius(name, np.array(hyper["rate"]), np.array(hyper.get("momentum", 0.0)), ends)
    assert reached == pytest.approx(factor, abs=1e-6)


@LIMITED
@pytest.mark.parametrize("ends", [(5.5735, 1746830.0), (1e-12, 1e12), (1e-9, 1e-9), (1e12, 1e12), (3.0, 3.0)])
def test_the_best_settings_are_in_range_and_stable(name: str, ends: tuple[float, float]) -> None:
    """All within their sliders, but the rate: where the limit lies below the slider, a rate raised to its low end would explode."""
    best, limit = CATALOGUE[name].best, CATALOGUE[name].limit
    assert best is not None
    assert limit is not None
    found = best(*ends)
    rate, *others = CATALOGUE[name].fields
    assert list(found) == [field.name for field in CATALOGUE[name].fields]
    assert 0 < found["rate"] <= min(rate.high, limit(found, ends[1])) * (1 + 1e-12)  # at κ = 1e24 the two are one number but for rounding
    for field in others:
        assert field.read(found[field.name]) == found[field.name]


def test_the_limit_of_the_lectures_regression() -> None:
    limit = CATALOGUE["gradient_descent"].limit
    assert limit is not None
    assert limit({}, 1746830) == pytest.approx(1.144931e-6, rel=1e-6)
