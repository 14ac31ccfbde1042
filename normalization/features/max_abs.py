"""Every feature into [−1, 1], its zero kept."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = xᵢ/max|xᵢ|; a feature that is 0 everywhere stays so."""
    largest = np.abs(x).max(axis=1)
    return Affine(np.zeros(len(x)), np.diag(1 / np.where(largest > 0, largest, 1.0)))


MAX_ABS = FeatureNormalization(
    label=N_("max-abs scaled"),
    formula=r"\tilde{x}_i = \frac{x_i}{\max |x_i|}",
    source="scikit-learn MaxAbsScaler",
    fit=fit,
    rank=50,
)
