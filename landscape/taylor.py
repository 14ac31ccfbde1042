"""The second-order expansion of a loss at a point."""

import numpy as np
from jaxtyping import Float


def taylor(
    loss: float,
    gradient: Float[np.ndarray, " 2"],
    hessian: Float[np.ndarray, "2 2"],
    da: Float[np.ndarray, "..."],
    db: Float[np.ndarray, "..."],
) -> Float[np.ndarray, "..."]:
    """L(θ′) + (θ − θ′)ᵀg + ½(θ − θ′)ᵀH(θ − θ′) at θ − θ′ = (da, db), whose shapes broadcast."""
    slope = gradient[0] * da + gradient[1] * db
    return loss + slope + 0.5 * (hessian[0, 0] * da**2 + (hessian[0, 1] + hessian[1, 0]) * da * db + hessian[1, 1] * db**2)
