"""Softmax and sigmoid whose derivatives, of any order, are exact wherever float64 can hold them.

The usual ones lose the digits in the corners: p(1 − p) is 0 as soon as p rounds to 1, at a logit of 37, where the true slope is 1e-16
and a walk still moves. Here 1 − p is never formed: what is left of 1 is the other probabilities.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Logits = Float[Array, "c *n"]
Values = Float[Array, "*n"]


@jax.custom_jvp
def sigmoid(s: Values) -> Values:
    """σ(s) = 1/(1 + e⁻ˢ)."""
    return jax.nn.sigmoid(s)


@sigmoid.defjvp
def _sigmoid_slope(at: tuple[Values], along: tuple[Values]) -> tuple[Values, Values]:
    """σ'(s) = σ(s)·σ(−s)."""
    return sigmoid(at[0]), along[0] * sigmoid(at[0]) * sigmoid(-at[0])


@jax.custom_jvp
def softplus(s: Values) -> Values:
    """ln(1 + eˢ), exact to the last digits for any s. XLA vectorizes this form; jax.nn.softplus, made for NaN too, takes six times as
    long."""
    return jnp.maximum(s, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(s)))


@softplus.defjvp
def _softplus_slope(at: tuple[Values], along: tuple[Values]) -> tuple[Values, Values]:
    """σ(s), which the formula itself would give with a kink at 0."""
    return softplus(at[0]), along[0] * sigmoid(at[0])


@jax.custom_jvp
def softmax(y: Logits) -> Logits:
    """p_i = exp(y_i)/Σ_j exp(y_j) over the first axis."""
    raised = jnp.exp(y - jnp.max(y, axis=0))
    return raised / jnp.sum(raised, axis=0)


@softmax.defjvp
def _softmax_slope(at: tuple[Logits], along: tuple[Logits]) -> tuple[Logits, Logits]:
    """dp_i = p_i Σ_{k≠i} p_k (dy_i − dy_k), pair by pair."""
    p, dy = softmax(at[0]), along[0]
    pairs = (1.0 - jnp.eye(p.shape[0], dtype=p.dtype)).reshape(p.shape[0], p.shape[0], *[1] * (p.ndim - 1))
    return p, p * jnp.sum(pairs * p[None] * (dy[:, None] - dy[None]), axis=1)
