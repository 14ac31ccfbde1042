"""Standard deviation 1, the mean where the scale puts it: the other half of standardization."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import divisor


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = xᵢ/σᵢ, σ² the population variance."""
    return Affine(np.zeros(len(x)), np.diag(1 / divisor(x.std(axis=1), x)))


SCALE = FeatureNormalization(
    label=N_("scaled only"),
    formula=r"\tilde{x}_i = \frac{x_i}{\sigma_i}",
    source="scikit-learn StandardScaler(with_mean=False)",
    fit=fit,
    rank=30,
)
