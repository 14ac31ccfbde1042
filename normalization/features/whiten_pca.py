"""Covariance I, in the principal axes: scale, mean and correlation all go. The new features are mixtures of the old."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization
from normalization.features._spread import principal


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ = Λ^(−½)Uᵀ(x − m), UΛUᵀ the population covariance."""
    deviations, U = principal(x)
    return Affine(x.mean(axis=1), U.T / deviations[:, None])


WHITEN_PCA = FeatureNormalization(
    label=N_("whitened (PCA)"),
    formula=r"\tilde{x} = \Lambda^{-1/2} U^\top (x - m), \quad U \Lambda U^\top = \operatorname{cov}(x)",
    source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp; Kessy, Lewin & Strimmer 2018, arXiv 1512.00809",
    fit=fit,
    rank=70,
)
