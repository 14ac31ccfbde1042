"""A way to keep padding out of a softmax, given the scores of a sequence and which of its positions are kept."""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from core.catalogue import catalogue

Scores = Float[Array, " n"]
Kept = Bool[Array, " n"]
FILL = -(2.0**32) + 1  # exact in float64, −2³² in float32 and bfloat16, −∞ in float16


@dataclass(frozen=True)
class MaskMethod:
    """softmax(scores, kept) -> a share for every position, in the number format of the scores."""

    label: str
    formula: str
    source: str
    softmax: Callable[[Scores, Kept], Scores]
    safe: bool = False
    rank: int = 100


def mask_methods() -> dict[str, MaskMethod]:
    return dict(catalogue("labs.masks.methods", MaskMethod))


def fill(scores: Scores) -> Float[Array, ""]:
    """−2³² + 1 as the number format of the scores holds it; below its lowest number there is only −∞."""
    return jnp.asarray(FILL if float(jnp.finfo(scores.dtype).min) <= FILL else -jnp.inf, scores.dtype)
