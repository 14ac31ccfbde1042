"""What the columns are divided by, and what stays as it is because it has nothing to be divided by."""

import numpy as np
from jaxtyping import Float


def divisor(spread: Float[np.ndarray, " d"], x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, " d"]:
    """The spread of each row, or 1 where it is 0 but for the rounding of the numbers: a constant feature stays constant."""
    rounding = x.shape[1] * np.finfo(np.float64).eps * np.abs(x).max(axis=1)
    return np.where(spread <= rounding, 1.0, spread)


def principal(x: Float[np.ndarray, "d n"]) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, "d d"]]:
    """Standard deviations √λ along the principal axes, largest first, and the axes in the columns of U: cov(x) = U diag(λ) Uᵀ.

    From the singular values of the centered data, which stay exact where the units of the features differ by many powers of ten.
    Where the features are collinear, whatever their units, nothing is there to be stretched, and 1 stands for √λ. The largest entry
    of each axis is positive.
    """
    centered = x - x.mean(axis=1, keepdims=True)
    U, singular, _ = np.linalg.svd(np.pad(centered, ((0, 0), (0, len(x)))), full_matrices=False)  # zeros: as many axes as features
    alike = centered / divisor(centered.std(axis=1), x)[:, None]
    rank = np.linalg.matrix_rank(alike, tol=1e-6 * np.linalg.norm(alike, 2))
    largest = U[np.abs(U).argmax(axis=0), np.arange(len(x))]
    stretched = np.arange(len(x)) < rank
    return np.where(stretched, singular / np.sqrt(x.shape[1]), 1.0), U * np.sign(largest)
