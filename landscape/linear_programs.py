"""Two questions that linear programming answers exactly: the least absolute deviations, and whether labels are separable."""

import numpy as np
from jaxtyping import Float


def least_absolute(features: Float[np.ndarray, "d n"], y: Float[np.ndarray, " n"], free_bias: bool) -> Float[np.ndarray, " p"]:
    """argmin over w (and b, then the last entry) of Σ|w·x + b − y|, through its dual: as many constraints as weights.

    Barrodale & Roberts 1973.
    """
    from scipy.optimize import linprog

    rows = np.vstack([features, np.ones_like(y)]) if free_bias else features
    scale = np.abs(rows).max(axis=1, keepdims=True)
    scale = np.where(scale > 0, scale, 1.0)
    dual = linprog(-y, A_eq=rows / scale, b_eq=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    return np.asarray(-dual.eqlin.marginals / scale[:, 0])


def separable(features: Float[np.ndarray, "d n"], labels: Float[np.ndarray, " n"], free_bias: bool) -> bool:
    """Whether some direction of (w, b) never lowers any row's margin and raises one: then the minimum is at infinity.

    Albert & Anderson 1984: the maximum-likelihood estimate exists iff there is no such direction.
    """
    from scipy.optimize import linprog

    rows = np.vstack([features, np.ones_like(labels)]) if free_bias else features
    scale = np.abs(rows).max(axis=1, keepdims=True)
    margins = (2 * labels - 1) * rows / np.where(scale > 0, scale, 1.0)
    best = linprog(-margins.sum(axis=1), A_ub=-margins.T, b_ub=np.zeros(len(labels)), bounds=(-1, 1), method="highs")
    return bool(best.fun < -1e-7)
