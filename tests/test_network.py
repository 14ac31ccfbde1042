"""The two-unit network against plain NumPy, and what batch normalization promises (facts.md F)."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float
from scipy.special import erf

from labs.plane import kernels
from labs.plane.setup import Experiment, Panel
from labs.plane.run import problem_of, run
from normalization.hidden.batch import normalization as batch
from labs.plane.minimum import fitted
from labs.plane.problem import probed, rows_of, inputs_and_predictions
from labs.plane.rows import prepared
from labs.plane.start import started
from core.settings import pick
from surfaces.models.network import surface
from surfaces.surface import Rows, Structure
from tests.oracle import once

Vector = Float[np.ndarray, " n"]
Matrix = Float[np.ndarray, "d n"]

ACTIVATION: dict[str, Callable[[Matrix], Matrix]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
    "gelu": lambda z: 0.5 * z * (1 + erf(z / np.sqrt(2))),
}
GAIN, V = 3.0, (0.8, -1.7)
NUMBERS = {"gain": GAIN, "v1": V[0], "v2": V[1], "delta": 0.5, "epsilon": 1e-3, "gamma": 1.4, "beta": -0.3}
THETA = (0.6, -1.1)


def structure(plane: str, activation: str, place: str, hidden: str, loss: str = "mean_squared") -> Structure:
    options = {"plane": plane, "activation": activation, "place": place, "loss": loss, "reduce": "mean"}
    return Structure("network", tuple(options.items()), hidden)


def draw(n: int = 24) -> tuple[Matrix, Vector]:
    draws = np.random.default_rng(2)
    return draws.standard_normal((2, n)) + np.array([[0.5], [-0.2]]), draws.standard_normal(n) * 2 + 1


def rows(x: Matrix, y: Vector, padding: int = 0) -> Rows:
    """Padding that must not count: large numbers of weight 0."""
    return Rows(
        jnp.array(np.pad(x, ((0, 0), (0, padding)), constant_values=50.0)),
        jnp.array(np.pad(y, (0, padding), constant_values=-9.0)),
        jnp.array(np.pad(np.ones(y.size), (0, padding))),
    )


def traced(**changes: float) -> dict[str, Float[Array, ""]]:
    return {name: jnp.array(float(value)) for name, value in (NUMBERS | changes).items()}


def batch_normalized(z: Matrix, n: dict[str, float]) -> Matrix:
    centered = z - z.mean(axis=1, keepdims=True)
    return n["gamma"] * centered / np.sqrt(z.var(axis=1, keepdims=True) + n["epsilon"]) + n["beta"]


def forward(s: Structure, θ: tuple[float, float], x: Matrix) -> tuple[Vector, Matrix]:
    """The score without its bias, and what the drawn weights multiply."""
    w = np.array([[1.0, 1.0], [GAIN, -GAIN]]) / np.sqrt(2)
    v = np.array(θ)
    if s.option("plane") == "hidden":
        w[0], v = θ, np.array(V)
    z, φ = w @ x, ACTIVATION[s.option("activation")]

    def norm(values: Matrix) -> Matrix:
        return batch_normalized(values, NUMBERS) if s.hidden == "batch" else values

    hidden = norm(φ(z)) if s.option("place") == "after" else φ(norm(z))
    return v @ hidden, x if s.option("plane") == "hidden" else hidden


EVERY = list(product(("output", "hidden"), ACTIVATION, ("before", "after"), ("none", "batch")))


@pytest.mark.parametrize(("plane", "activation", "place", "hidden"), EVERY)
def test_forward_pass(plane: str, activation: str, place: str, hidden: str) -> None:
    s, (x, y) = structure(plane, activation, place, hidden), draw()
    score, inputs = forward(s, THETA, x)
    score = score + np.mean(y - score)
    assert surface.predict is not None
    assert surface.inputs is not None
    for padding in (0, 8):
        data, θ = rows(x, y, padding), jnp.array(THETA)
        np.testing.assert_allclose(surface.predict(s, traced(), θ, data)[:24], score, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(surface.inputs(s, traced(), θ, data)[:, :24], inputs, rtol=1e-12, atol=1e-12)
        assert float(surface.at(s, traced(), θ, data)) == pytest.approx(float(np.mean((score - y) ** 2)), rel=1e-12)


@pytest.mark.parametrize("loss", ["mean_absolute", "huber", "cross_entropy"])
def test_other_losses(loss: str) -> None:
    """At the best bias no bias nearby is better, and the loss is the one of the formula."""
    s, (x, y) = structure("output", "tanh", "before", "batch", loss), draw()
    y = (y > y.mean()).astype(float) if loss == "cross_entropy" else y
    score, _ = forward(s, THETA, x)
    formulas: dict[str, Callable[[Vector, Vector], Vector]] = {
        "mean_absolute": lambda r, t: np.abs(r - t),
        "huber": lambda r, t: np.where(np.abs(r - t) <= 0.5, (r - t) ** 2 / 2, 0.5 * (np.abs(r - t) - 0.25)),
        "cross_entropy": lambda r, t: np.logaddexp(0, r) - t * r,
    }
    formula = formulas[loss]
    found = float(surface.at(s, traced(), jnp.array(THETA), rows(x, y, 8)))
    everywhere = [float(np.mean(formula(score + b, y))) for b in np.linspace(-6, 6, 60_001)]  # off by at most 1e-4·|slope| ≤ 1e-4
    assert min(everywhere) - 1e-4 <= found <= min(everywhere) + 1e-9


# ------------------------------------------------------------------------------------------------------ batch normalization

ONES = jnp.ones(24)


def units() -> Float[Array, "2 n"]:
    return jnp.array(np.random.default_rng(8).standard_normal((2, 24)) * [[3.0], [0.2]] + [[-5.0], [1.0]])


def bn(z: Float[Array, "k n"], epsilon: float = 0.0, gamma: float = 1.0, beta: float = 0.0) -> Float[np.ndarray, "k n"]:
    found = batch.applied(
        z, jnp.ones(z.shape[1]), {name: jnp.array(v) for name, v in (("epsilon", epsilon), ("gamma", gamma), ("beta", beta))}
    )
    return np.asarray(found)


def test_gamma_sigma_and_beta_mu_give_the_values_back() -> None:
    z = units()
    for row in z:
        np.testing.assert_allclose(bn(row[None], gamma=float(row.std()), beta=float(row.mean())), row[None], rtol=1e-12)


def test_mean_and_variance() -> None:
    normalized = bn(units(), epsilon=1e-12)
    np.testing.assert_allclose(normalized.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(normalized.var(axis=1), 1, rtol=1e-9)
    numbers = {"epsilon": jnp.array(0.25), "gamma": jnp.array(1.0)}
    np.testing.assert_allclose(batch.spread(units(), ONES, numbers), np.sqrt(np.asarray(units()).var(axis=1) + 0.25), rtol=1e-12)


def test_scale_goes() -> None:
    """BN(cz) = BN(z) for c > 0: exactly without ε, to ε/2σ² with it."""
    z = units()
    for c in (1e-3, 0.5, 7.0, 1e4):
        np.testing.assert_allclose(bn(c * z), bn(z), rtol=1e-10, atol=1e-10)
        smallest = float((c * z).var(axis=1).min())
        np.testing.assert_allclose(bn(c * z, 1e-12), bn(z, 1e-12), rtol=1e-10 + 1e-12 / smallest, atol=1e-10)


def test_one_row_moves_the_others() -> None:
    """ "One large network": without normalization the outputs of the other rows stay as they were."""
    x, y = draw()
    changed = x.copy()
    changed[:, 0] += 4.0
    assert surface.predict is not None
    for hidden, moves in (("none", False), ("batch", True)):
        s = structure("output", "linear", "before", hidden)
        one, other = (surface.inputs(s, traced(), jnp.array(THETA), rows(data, y))[:, 1:] for data in (x, changed))  # type: ignore[misc]
        assert bool(np.abs(np.asarray(one - other)).max() > 1e-3) is moves


def test_a_batch_of_one_gives_zero() -> None:
    np.testing.assert_array_equal(bn(jnp.array([[7.0], [-3.0]]), epsilon=1e-5), 0)
    np.testing.assert_array_equal(bn(jnp.array([[7.0], [-3.0]]), epsilon=1e-5, beta=0.5), 0.5)
    x, y = draw()
    data = rows(x, y)._replace(w=jnp.zeros(24).at[5].set(1.0))  # 23 rows of padding and one that counts
    s = structure("output", "linear", "before", "batch")
    assert surface.inputs is not None
    np.testing.assert_allclose(surface.inputs(s, traced(beta=0.0), jnp.array(THETA), data)[:, 5], 0, atol=1e-12)


@pytest.mark.parametrize(("activation", "place"), [(a, "before") for a in ACTIVATION] + [("relu", "after"), ("linear", "after")])
def test_the_gradient_is_orthogonal_and_shrinks_with_the_weights(activation: str, place: str) -> None:
    """w·∇_w L = 0 and ‖∇L(cw)‖ = ‖∇L(w)‖/c, up to ε/σ² = 1e-10 or so."""
    s, (x, y) = structure("hidden", activation, place, "batch"), draw()
    data, numbers = rows(x, y), traced(epsilon=1e-12)
    gradient = once(jax.grad(lambda θ: surface.at(s, numbers, θ, data)))
    for w in (np.array(THETA), np.array([1.5, 0.5])):
        g = np.asarray(gradient(jnp.array(w)))
        assert np.linalg.norm(g) > 1e-3
        assert abs(w @ g) < 1e-9 * np.linalg.norm(g)
        for c in (0.5, 3.0):
            np.testing.assert_allclose(gradient(jnp.array(c * w)), g / c, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("plane", "place", "activation"), [("output", "before", "linear"), ("output", "after", "relu"), ("hidden", "after", "tanh")]
)
def test_the_start_keeps_the_function(plane: str, place: str, activation: str) -> None:
    """v → σv undoes the division; the shift is taken up by the bias. Exact where no activation stands behind the normalization."""
    x, y = draw()
    numbers, θ = traced(gamma=1.0, beta=0.0), jnp.array(THETA)
    plain = forward(structure(plane, activation, place, "none"), THETA, x)[0]
    s = structure(plane, activation, place, "batch")
    moved, changed = surface.start(s, numbers, θ, rows(x, y, 8))
    assert surface.predict is not None
    score = np.asarray(surface.predict(s, changed, moved, rows(x, y, 8)))[:24]
    np.testing.assert_allclose(score, plain + np.mean(y - plain), rtol=1e-10, atol=1e-10)


def test_the_start_undoes_gamma_too() -> None:
    """γ multiplies what the output weights get, so the start has to divide by it where the same function is to be kept."""
    x, y = draw()
    numbers, θ = traced(gamma=2.5, beta=0.7), jnp.array(THETA)
    plain = forward(structure("output", "linear", "before", "none"), THETA, x)[0]
    s = structure("output", "linear", "before", "batch")
    moved, changed = surface.start(s, numbers, θ, rows(x, y))
    assert surface.predict is not None
    np.testing.assert_allclose(surface.predict(s, changed, moved, rows(x, y)), plain + np.mean(y - plain), rtol=1e-10, atol=1e-10)


STANDARD, BATCH = Panel(pick("standardize")), Panel(pick("standardize"), pick("batch"))
HIDDEN = Experiment(surface=pick("network", plane="hidden"), scale2=1.0, panels=(STANDARD, BATCH), steps=200, resolution=20)


def test_flat_direction_is_reported() -> None:
    plain, batch = run(HIDDEN).panels
    assert plain.fit.reason is None
    assert plain.condition is not None
    assert batch.condition is None
    assert batch.fit.reason is not None
    assert "constant along rays" in batch.fit.reason.english
    assert batch.fit.theta is not None
    ray = [probed(batch.problem, tuple(c * batch.fit.theta))[0] for c in (1.0, 2.0, 10.0)]
    np.testing.assert_allclose(ray, ray[0], rtol=1e-4)  # ε = 1e-5 of a variance of 1
    assert np.hypot(*batch.fit.theta) == pytest.approx(np.hypot(1.5, 0.5))
    along = batch.fit.theta / np.hypot(*batch.fit.theta)
    hessian = probed(batch.problem, tuple(batch.fit.theta))[2]
    assert abs(along @ hessian @ along) < 1e-4 * np.abs(hessian).max()


@pytest.mark.parametrize("panel", [STANDARD, BATCH])
def test_the_minimum_of_the_hidden_plane_is_the_lowest_of_a_fine_grid(panel: Panel) -> None:
    shown = run(replace(HIDDEN, panels=(panel,), window=(-3.0, 3.0, -3.0, 3.0), resolution=120)).panels[0]
    assert shown.fit.loss is not None
    assert shown.fit.loss <= shown.grid.min() + 1e-9


@pytest.mark.parametrize("hidden", ["none", "batch"])
def test_panels_predict_what_numpy_predicts(hidden: str) -> None:
    """Through the door: names and numbers in, the network of the formula out."""
    problem = problem_of(Experiment(surface=pick("network", gain=GAIN), scale2=1.0), Panel(pick("standardize"), pick(hidden)))
    assert problem.source is not None
    data = prepared(problem.source)
    x, y = data.affine(data.raw), np.asarray(data.rows.y)[: data.n]
    z = np.array([[1.0, 1.0], [GAIN, -GAIN]]) / np.sqrt(2) @ x
    if hidden == "batch":
        z = batch_normalized(z, {"gamma": 1.0, "beta": 0.0, "epsilon": 1e-5})
    score = np.array(THETA) @ np.maximum(z, 0)
    np.testing.assert_allclose(inputs_and_predictions(problem, THETA)[1], score + np.mean(y - score), rtol=1e-10)
    assert started(problem, (0.0, 0.0))[1].tolist() == [0.0, 0.0]


def test_separable_labels_have_no_minimum_in_the_output_plane() -> None:
    """Iris setosa against the rest, the four petal and sepal columns' first two: the hidden units separate it, and it is said."""
    experiment = Experiment(
        data=pick("iris", target="setosa", x1="petal length", x2="petal width"), surface=pick("network", loss="cross_entropy")
    )
    problem = problem_of(replace(experiment, scale2=1.0), STANDARD)
    fit = run(replace(experiment, scale2=1.0, panels=(STANDARD,), steps=5, resolution=20, mode="same")).panels[0].fit
    inputs, _ = kernels.predictor(problem.structure)(problem.traced, rows_of(problem), jnp.zeros(2))
    assert inputs.shape[0] == 2
    assert fit.theta is None
    assert fit.reason is not None
    assert "can be separated" in fit.reason.english


def test_separable_labels_have_no_minimum_in_the_hidden_plane() -> None:
    """The same two classes: the loss falls along a ray for ever, so no point is the minimum, wherever Newton's method stopped."""
    network = pick("network", plane="hidden", activation="linear", loss="cross_entropy")
    problem = problem_of(Experiment(data=pick("iris", target="setosa"), surface=network, scale2=1.0), STANDARD)
    values = [probed(problem, (-9.0 * c, 5.0 * c))[0] for c in (1.0, 3.0, 9.0)]
    assert values[0] > 10 * values[1] > 100 * values[2]
    fit = fitted(problem, (1.5, 0.5))
    assert fit.theta is None
    assert fit.condition is None


@pytest.mark.parametrize("epsilon", [1e-2, 1.0])
def test_no_point_of_the_plane_is_lower_than_the_minimum(epsilon: float) -> None:
    """With an ε that matters the loss is not constant along rays, and the minimum is not free to be moved along one."""
    panel = Panel(pick("standardize"), pick("batch", epsilon=epsilon))
    shown = run(replace(HIDDEN, panels=(panel,), window=(-3.0, 3.0, -3.0, 3.0), resolution=150)).panels[0]
    assert shown.fit.loss is not None
    assert shown.fit.loss <= shown.grid.min() + 1e-6
