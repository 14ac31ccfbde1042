import jax.numpy as jnp

from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores
from surfaces.softmax import softmax


def replaced(scores: Scores, kept: Kept) -> Scores:
    return softmax(jnp.where(kept, scores, -jnp.inf))


method = MaskMethod(
    label=N_("replace by −∞"),
    formula=r"\mathrm{softmax}(\tilde y),\qquad \tilde y_i=\begin{cases}y_i&\text{kept}\\-\infty&\text{padding}\end{cases}",
    source="Vaswani et al. 2017, arXiv 1706.03762",
    softmax=replaced,
    rank=30,
)
