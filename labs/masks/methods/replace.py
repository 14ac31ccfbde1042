import jax.numpy as jnp

from core.messages import N_
from labs.masks.method import Kept, MaskMethod, Scores, fill
from surfaces.softmax import softmax


def replaced(scores: Scores, kept: Kept) -> Scores:
    return softmax(jnp.where(kept, scores, fill(scores)))


method = MaskMethod(
    label=N_("replace by −2³² + 1"),
    formula=r"\mathrm{softmax}(\tilde y),\qquad \tilde y_i=\begin{cases}y_i&\text{kept}\\-2^{32}+1&\text{padding}\end{cases}",
    source="Kyubyong Park, A TensorFlow implementation of the Transformer, 2017",
    softmax=replaced,
    rank=10,
)
