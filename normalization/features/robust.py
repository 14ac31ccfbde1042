"""Median 0 and interquartile range 1: one outlier does not move the others."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import divisor


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = (xᵢ − Q₂)/(Q₃ − Q₁), Q the quartiles of xᵢ."""
    q1, q2, q3 = np.quantile(x, (0.25, 0.5, 0.75), axis=1)
    return Affine(q2, np.diag(1 / divisor(q3 - q1, x)))


ROBUST = FeatureNormalization(
    label=N_("robustly scaled (median, IQR)"),
    formula=r"\tilde{x}_i = \frac{x_i - \operatorname{median} x_i}{Q_3(x_i) - Q_1(x_i)}",
    source="scikit-learn RobustScaler",
    fit=fit,
    rank=60,
)
