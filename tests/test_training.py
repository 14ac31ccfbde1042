"""The rate of every update of a training: its schedule, beside closed forms and a loop in NumPy."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)


import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from core.settings import Pick, pick
from labs.deep.races import entrants, training_setup
from labs.deep.setup import Deep
from labs.deep.training import trained
from optim.optimizer import optimizers
from optim.training import Problem, begin, train

MULTIPLIERS = np.array([1.0, 0.5, 0.8, 0.1, 0.3, 0.7])


def test_every_update_has_the_multiplier_of_its_own_number() -> None:
    """L = a·θ²/2, so θ ← (1 − ηmₜa)θ: a schedule that comes one update early or late gives another product."""
    a, η, start = 2.0, 0.3, np.array([1.0, -2.0])

    def loss(theta: Array, state: tuple[Array, ...], batch: object) -> tuple[Array, tuple[Array, ...]]:
        return 0.5 * a * jnp.sum(theta**2), state

    optimizer, hyper = optimizers()["gradient_descent"], {"rate": jnp.asarray(η)}
    rows = (jnp.ones((1, 1)), jnp.ones(1), jnp.ones(1))
    problem = Problem(loss, rows, None, optimizer, hyper, jnp.asarray(MULTIPLIERS), jnp.asarray(1e9))  # type: ignore[arg-type]
    training = begin(optimizer, hyper, jnp.asarray(start), (), 1)
    for done in range(1, len(MULTIPLIERS) + 1):
        training = train(problem, training, jnp.asarray(done))
        np.testing.assert_allclose(training.theta, start * np.prod(1 - η * a * MULTIPLIERS[:done]), rtol=1e-14)


@pytest.mark.parametrize(("schedule", "warmup"), [(pick("constant"), 4), (pick("inverse_time", tau=2.0), 0)])
def test_a_network_is_trained_with_the_rates_of_its_schedule(schedule: Pick, warmup: int) -> None:
    """Softmax regression on all rows, its gradient written out in NumPy; a rate of another update would be off by a sixth and more."""
    ramp, decay = np.minimum((np.arange(6) + 1) / 4, 1), 1 / (1 + np.arange(6) / 2.0)
    rates = ramp if warmup else decay
    deep = Deep(
        data=pick("moons", samples=60.0),
        depth=0,
        batch=0,
        steps=6,
        schedule=schedule,
        warmup=warmup,
        nets=(Pick("none"),),
        optimizer=pick("gradient_descent", rate=0.9),
    )
    setup = training_setup(deep, *entrants(deep)[0])
    record = trained(setup).finish()
    rows = setup.split
    x, y = np.asarray(rows.training_rows.x, np.float64)[:, : rows.n], np.asarray(rows.training_rows.y).astype(int)[: rows.n]
    target = np.eye(rows.outputs)[:, y]
    theta = record.theta[0].astype(np.float64)
    weights, bias = theta[: rows.outputs * rows.inputs].reshape(rows.outputs, rows.inputs), theta[rows.outputs * rows.inputs :]
    for t in range(deep.steps):
        scores = np.exp(weights @ x + bias[:, None])
        error = (scores / scores.sum(axis=0) - target) / rows.n
        weights, bias = weights - 0.9 * rates[t] * error @ x.T, bias - 0.9 * rates[t] * error.sum(axis=1)
    np.testing.assert_allclose(record.theta[-1], np.concatenate([weights.ravel(), bias]), rtol=0, atol=2e-6)
