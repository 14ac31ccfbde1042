"""Covariance I, turned back to the old axes: of all whitenings the one that moves the features least."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import principal


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ = UΛ^(−½)Uᵀ(x − m), UΛUᵀ the population covariance."""
    deviations, U = principal(x)
    return Affine(x.mean(axis=1), (U / deviations) @ U.T)


WHITEN_ZCA = FeatureNormalization(
    label=N_("whitened (ZCA)"),
    formula=r"\tilde{x} = U \Lambda^{-1/2} U^\top (x - m), \quad U \Lambda U^\top = \operatorname{cov}(x)",
    source="Bell & Sejnowski 1997; Kessy, Lewin & Strimmer 2018, arXiv 1512.00809",
    fit=fit,
    rank=80,
)
