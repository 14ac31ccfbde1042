import jax.numpy as jnp

from core.messages import N_
from surfaces.loss import Loss, Scores
from surfaces.softmax import softplus
from surfaces.surface import Rows, Scalar


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
