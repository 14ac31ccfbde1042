import jax
import jax.numpy as jnp

from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores


def selected(scores: Scores, kept: Kept) -> Scores:
    """Right in value. But where exp overflows at a padding, or nothing is kept and the sum is 0, its derivative is 0·∞ or 0/0, and
    through the sum that of every kept score too."""
    top = jax.lax.stop_gradient(jnp.max(scores, where=kept, initial=-jnp.inf))
    raised = jnp.exp(scores - top)
    return jnp.where(kept, raised / jnp.sum(raised, where=kept), 0)


method = MaskMethod(
    label=N_("one where, at the end"),
    formula=r"p_i=\begin{cases}e^{y_i-m}/\sum_{j\,\text{kept}}e^{y_j-m}&\text{kept}\\0&\text{padding}\end{cases}"
    r"\qquad m=\max_{j\,\text{kept}}y_j",
    source="",
    softmax=selected,
    rank=50,
)
