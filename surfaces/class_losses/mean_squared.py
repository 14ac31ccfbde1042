import jax.numpy as jnp

from core.messages import N_
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, right
from surfaces.softmax import softmax
from surfaces.surface import Numbers


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """Σ_{j≠t} p_j² + (1 − p_t)², with 1 − p_t as the sum of the others."""
    others = jnp.where(right(logits, labels), 0.0, softmax(logits))
    return jnp.sum(others**2, axis=0) + jnp.sum(others, axis=0) ** 2


loss = ClassLoss(
    label=N_("MSE after softmax"),
    formula=r"\sum_j(p_j-\hat y_j)^2,\qquad p=\mathrm{softmax}(y)",
    source="Brier 1950",
    value=value,
    rank=10,
)
