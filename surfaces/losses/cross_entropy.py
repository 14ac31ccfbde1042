import jax
import jax.numpy as jnp

from settings import N_
from surfaces.loss import Loss, Scores
from surfaces.surface import Rows, Scalar


@jax.custom_jvp
def softplus(score: Scores) -> Scores:
    """ln(1 + eˢ), exact to the last digits for any score. XLA vectorizes this form; jax.nn.softplus, made for NaN too, takes six times as
    long."""
    return jnp.maximum(score, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(score)))


@softplus.defjvp
def _slope(at: tuple[Scores], along: tuple[Scores]) -> tuple[Scores, Scores]:
    """σ(s), which the formula itself would give with a kink at 0."""
    return softplus(at[0]), along[0] * jax.nn.sigmoid(at[0])


def between_logits(score: Scores, rows: Rows) -> tuple[Scalar, Scalar]:
    """The mean probability at the best bias is the share p of ones: b lies between logit(p) − max and logit(p) − min of the scores."""
    share = rows.w @ rows.y / jnp.sum(rows.w)
    logit = jnp.log(share) - jnp.log1p(-share)
    return (
        logit - jnp.max(jnp.where(rows.w > 0, score, -jnp.inf)),
        logit - jnp.min(jnp.where(rows.w > 0, score, jnp.inf)),
    )


loss = Loss(
    label=N_("cross-entropy"),
    formula=r"-y\ln\sigma(\hat y)-(1-y)\ln(1-\sigma(\hat y))",
    source="Good 1952; Cox 1958",
    value=lambda score, y, numbers: softplus(score) - y * score,
    bracket=between_logits,
    labels=True,
    logarithm=True,
    rank=40,
)
