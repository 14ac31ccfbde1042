"""Every feature onto [0, 1]. The means stay away from 0."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import divisor


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = (xᵢ − min xᵢ)/(max xᵢ − min xᵢ)."""
    return Affine(x.min(axis=1), np.diag(1 / divisor(np.ptp(x, axis=1), x)))


MIN_MAX = FeatureNormalization(
    label=N_("min-max scaled"),
    formula=r"\tilde{x}_i = \frac{x_i - \min x_i}{\max x_i - \min x_i}",
    source="scikit-learn MinMaxScaler",
    fit=fit,
    rank=40,
)
