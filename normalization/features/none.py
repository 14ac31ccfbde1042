"""The features as they are."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ = x."""
    return Affine(np.zeros(len(x)), np.eye(len(x)))


NONE = FeatureNormalization(
    label=N_("raw"),
    formula=r"\tilde{x}_i = x_i",
    source="the raw features",
    fit=fit,
    fields=(),
    rank=0,
)
