"""Mean 0 and standard deviation 1 for every feature: the feature normalization of the lectures."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import divisor


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = (xᵢ − mᵢ)/σᵢ, σ² the population variance."""
    return Affine(x.mean(axis=1), np.diag(1 / divisor(x.std(axis=1), x)))


STANDARDIZE = FeatureNormalization(
    label=N_("standardized"),
    formula=r"\tilde{x}_i = \frac{x_i - m_i}{\sigma_i}",
    source="Hung-yi Lee, Machine Learning 2021, feature normalization; scikit-learn StandardScaler",
    fit=fit,
    rank=10,
)
