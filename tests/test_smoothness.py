"""The three measures of Santurkar et al. against their closed forms on quadratics, and on a curve whose worst step is the shortest."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float

from landscape.smoothness import smoothness

P = 40
_DRAWS = np.random.default_rng(0)
_Q, _ = np.linalg.qr(_DRAWS.standard_normal((P, P)))
THETA = _DRAWS.standard_normal(P)

HESSIANS = {
    "convex": (_Q * np.linspace(0.1, 4, P)) @ _Q.T,
    "indefinite": (_Q * np.linspace(-1, 4, P)) @ _Q.T,
    "half flat": (_Q * np.r_[np.zeros(P // 2), np.ones(P // 2)]) @ _Q.T,
}


@pytest.mark.parametrize("count", [2, 8, 15])
@pytest.mark.parametrize("rate", [1e-2, 0.2, 1.0])
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 2e-4)])
@pytest.mark.parametrize("name", HESSIANS)
def test_quadratics(name: str, dtype: type[np.floating[Any]], rtol: float, rate: float, count: int) -> None:
    """L = ½θᵀHθ: L(θ − sg) = L − s‖g‖² + ½s²gᵀHg; the gradient moves by s‖Hg‖, most at s = 4η; β = ‖Hg‖/‖g‖ for every s.

    In float32 the change of the gradient is a difference: at s = η/2 = 0.005 a rounding of g is 200·ε of it or so, hence 2e-4.
    """
    h = HESSIANS[name]
    g, s = h @ THETA, rate * np.linspace(0.5, 4, count)
    losses = THETA @ g / 2 - s * (g @ g) + s**2 / 2 * (g @ h @ g)
    change, length = np.linalg.norm(h @ g), np.linalg.norm(g)
    matrix = jnp.array(h, dtype)
    found = jax.jit(lambda theta, rate: smoothness(lambda q: q @ matrix @ q / 2, theta, rate, count))(THETA.astype(dtype), rate)
    assert {value.dtype for value in found} == {np.dtype(dtype)}
    np.testing.assert_allclose(found[:2], [losses.min(), losses.max()], rtol=rtol, atol=rtol * np.abs(losses).max())
    np.testing.assert_allclose(found[2:], [4 * rate * change, change / length], rtol=rtol)


def test_the_lowest_loss_lies_inside_the_range() -> None:
    """L = θ²/2 at η = 0.5: s = ¼ … 2 passes the bottom at s = 1, and ends as high as it began: a range that its ends do not tell."""
    found = smoothness(lambda q: q @ q / 2, jnp.array([2.0]), 0.5)
    assert [float(value) for value in found] == pytest.approx([0.0, 2.0, 4.0, 1.0], abs=1e-15)


def test_the_largest_beta_is_not_at_the_largest_step() -> None:
    """L = θ⁴/4 at 1: the gradient moves by 1 − (1 − s)³, most at 4η = 0.4; over s that is 3 − 3s + s², most at η/2 = 0.05."""
    found = smoothness(lambda q: jnp.sum(q**4) / 4, jnp.array([1.0]), 0.1)
    assert float(found.gradient_change) == pytest.approx(1 - 0.6**3, rel=1e-13)
    assert float(found.beta) == pytest.approx(3 - 0.15 + 0.0025, rel=1e-13)


@pytest.mark.parametrize(("theta", "rate"), [(0.0, 0.1), (1.0, 0.0)])
def test_nothing_moves(theta: float, rate: float) -> None:
    """A gradient of 0, or a rate of 0: the loss has one value, and no 0/0."""
    found = smoothness(lambda q: jnp.sum(q**2) + 7, jnp.array([theta]), rate)
    assert [float(value) for value in found] == [7 + theta**2, 7 + theta**2, 0, 0]


def test_what_is_not_a_number_is_not_hidden() -> None:
    assert np.isnan(list(smoothness(lambda q: jnp.sum(jnp.log(q)), jnp.array([1.0]), 10.0))[:2]).all()


def test_a_new_rate_compiles_nothing() -> None:
    traced = []

    def loss(theta: Float[Array, " p"]) -> Float[Array, ""]:
        traced.append(1)
        return theta @ theta

    measured = jax.jit(lambda theta, rate: smoothness(loss, theta, rate))
    measured(jnp.ones(3), 0.1)
    before = len(traced)
    measured(jnp.ones(3), 0.2)
    assert len(traced) == before
