"""Mean 0, the scale as it was: half of standardization."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from normalization.feature import Affine, FeatureNormalization


def fit(x: Float[np.ndarray, "d n"]) -> Affine:
    """x̃ᵢ = xᵢ − mᵢ."""
    return Affine(x.mean(axis=1), np.eye(len(x)))


CENTER = FeatureNormalization(
    label=N_("centered only"),
    formula=r"\tilde{x}_i = x_i - m_i",
    source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.3",
    fit=fit,
    rank=20,
)
