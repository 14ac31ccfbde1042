import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.loss import Loss, Scores, between_residuals
from surfaces.surface import Numbers


def huber(score: Scores, y: Scores, numbers: Numbers) -> Scores:
    """r²/2 where |r| ≤ δ, δ(|r| − δ/2) beyond."""
    delta = numbers["delta"]
    distance = jnp.abs(score - y)
    return jnp.where(distance <= delta, 0.5 * distance**2, delta * (distance - 0.5 * delta))


loss = Loss(
    label="Huber",
    formula=r"\tfrac12 r^2\ (|r|\le\delta),\quad \delta(|r|-\tfrac12\delta)\ (|r|>\delta),\qquad r=\hat y-y",
    source="Huber 1964",
    value=huber,
    bracket=between_residuals,
    fields=(Number("delta", N_("Huber's threshold, in units of y"), 1.0, 1e-3, 1e3, log=True, symbol="δ"),),
    rank=30,
)
