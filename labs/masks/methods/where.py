import jax
import jax.numpy as jnp

from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores


def where_masked(scores: Scores, kept: Kept) -> Scores:
    """Masked before the exponential and after it: nothing infinite arises, so no derivative is 0·∞. Nothing kept: 0 everywhere."""
    top = jax.lax.stop_gradient(jnp.max(scores, where=kept, initial=jnp.finfo(scores.dtype).min))
    raised = jnp.where(kept, jnp.exp(jnp.where(kept, scores - top, 0)), 0)
    return raised / jnp.where(jnp.any(kept), jnp.sum(raised), 1)


method = MaskMethod(
    label=N_("where-masking (safe)"),
    formula=r"p_i=\frac{r_i}{\sum_j r_j\;\text{or}\;1},\qquad r_i=\begin{cases}e^{\tilde y_i}&\text{kept}\\0&\text{padding}\end{cases}"
    r"\qquad\tilde y_i=\begin{cases}y_i-\max_{j\,\text{kept}}y_j&\text{kept}\\0&\text{padding}\end{cases}",
    source="",
    softmax=where_masked,
    safe=True,
    rank=60,
)
