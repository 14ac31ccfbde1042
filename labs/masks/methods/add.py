import jax.numpy as jnp

from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores, fill
from surfaces.softmax import softmax


def added(scores: Scores, kept: Kept) -> Scores:
    return softmax(scores + jnp.where(kept, jnp.zeros_like(scores), fill(scores)))


method = MaskMethod(
    label=N_("add −2³² + 1"),
    formula=r"\mathrm{softmax}(y+b),\qquad b_i=\begin{cases}0&\text{kept}\\-2^{32}+1&\text{padding}\end{cases}",
    source="the code of Devlin et al. 2018, arXiv 1810.04805, there with −10,000",
    softmax=added,
    rank=20,
)
