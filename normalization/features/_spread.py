"""What the columns are divided by, and what stays as it is because it has nothing to be divided by."""

import numpy as np
from jaxtyping import Float


def divisor(spread: Float[np.ndarray, " d"], x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, " d"]:
    """The spread of each row, or 1 where it is 0 but for the rounding of the numbers: a constant feature stays constant."""
    rounding = x.shape[1] * np.finfo(np.float64).eps * np.abs(x).max(axis=1)
    return np.where(spread <= rounding, 1.0, spread)


def principal(x: Float[np.ndarray, "d n"]) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, "d d"]]:
    """Standard deviations √λ along the principal axes, largest first, and the axes in the columns of U: cov(x) = U diag(λ) Uᵀ.

    Where λ ≤ 1e-12·λmax the features are collinear: nothing is there to be stretched, and 1 stands for √λ. The largest entry of
    each axis is positive.
    """
    eigenvalues, axes = np.linalg.eigh(np.cov(x, bias=True).reshape(len(x), len(x)))
    λ, U = eigenvalues[::-1], axes[:, ::-1]
    largest = U[np.abs(U).argmax(axis=0), np.arange(len(x))]
    stretched = λ > 1e-12 * λ[0]
    return np.sqrt(np.where(stretched, λ, 1.0)), U * np.sign(largest)
