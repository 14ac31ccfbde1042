import jax
import jax.numpy as jnp

from core.messages import N_
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, of_right, right
from surfaces.softmax import softmax
from surfaces.surface import Numbers


@jax.custom_jvp
def surprise(logits: Logits, labels: Labels) -> Costs:
    """−ln p_t = (m − y_t) + ln(1 + Σ_{j≠b} exp(y_j − m)), m = y_b the largest logit: exact at both ends, since one term of the sum is 1."""
    largest = jnp.max(logits, axis=0)
    best = jnp.arange(logits.shape[0])[:, None] == jnp.argmax(logits, axis=0)[None]
    rest = jnp.sum(jnp.where(best, 0.0, jnp.exp(logits - largest)), axis=0)
    return largest - of_right(logits, labels) + jnp.log1p(rest)


@surprise.defjvp
def _surprise_slope(at: tuple[Logits, Labels], along: tuple[Logits, object]) -> tuple[Costs, Costs]:
    """Σ_{j≠t} p_j (dy_j − dy_t): what the right one lacks of 1 is the sum of the others."""
    (logits, labels), dy = at, along[0]
    others = jnp.where(right(logits, labels), 0.0, softmax(logits))
    return surprise(logits, labels), jnp.sum(others * (dy - of_right(dy, labels)), axis=0)


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """−ln p_t. The shortfall's ln(1 + eˢ) is as exact and takes half as long again over a grid."""
    return surprise(logits, labels)


loss = ClassLoss(
    label=N_("cross-entropy"),
    formula=r"-\sum_j\hat y_j\ln p_j,\qquad p=\mathrm{softmax}(y)",
    source="Good 1952; Bridle 1990",
    value=value,
    rank=20,
)
