"""Curvature at a point: the Hessian's eigenvalues, and what they say about the speed limit of gradient descent."""

from collections.abc import Callable

import jax
import numpy as np
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]


def eigenvalues(hessian: Float[np.ndarray, "p p"]) -> Float[np.ndarray, " p"]:
    """Ascending. For 2×2 by determinant over trace, which keeps the small one exact to rounding however ill-scaled the axes are."""
    if hessian.shape != (2, 2):
        return np.linalg.eigvalsh(hessian)
    a, b, c = hessian[0, 0], 0.5 * (hessian[0, 1] + hessian[1, 0]), hessian[1, 1]
    center, radius = 0.5 * (a + c), float(np.hypot(0.5 * (a - c), b))
    outer = center + radius if center >= 0 else center - radius
    inner = (a * c - b * b) / outer if outer != 0 else 0.0
    return np.sort(np.array([inner, outer]))


def expansion(loss: Callable[[Theta], Scalar], theta: Theta) -> tuple[Scalar, Theta, Float[Array, "p p"]]:
    """Loss, gradient and Hessian at one point: exact derivatives, all from one pass."""

    def gradient(at: Theta) -> tuple[Theta, tuple[Scalar, Theta]]:
        value, slope = jax.value_and_grad(loss)(at)
        return slope, (value, slope)

    hessian, (value, slope) = jax.jacfwd(gradient, has_aux=True)(theta)
    return value, slope, hessian
