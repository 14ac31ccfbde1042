"""Curvature at a point: the Hessian's eigenvalues, what they say of the kind of a critical point, and of the speed limit there."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Kind = Literal["minimum", "degenerate minimum", "saddle", "maximum", "degenerate maximum", "flat"]

NEAR_ZERO = 1e-8  # an eigenvalue is near zero when it is at most this share of the largest magnitude


class Counts(NamedTuple):
    """How many eigenvalues are positive, near zero, negative."""

    positive: int
    zero: int
    negative: int

    @property
    def minimum_ratio(self) -> float:
        """Positive eigenvalues over all. Without a tolerance it would count rounding."""
        return self.positive / sum(self)

    @property
    def kind(self) -> Kind:
        """What a point with these counts is, where its gradient is zero. A zero among the others leaves open what third derivatives say."""
        if self.positive and self.negative:
            return "saddle"
        if not self.positive and not self.negative:
            return "flat"
        if self.positive:
            return "degenerate minimum" if self.zero else "minimum"
        return "degenerate maximum" if self.zero else "maximum"


def counted(values: Float[np.ndarray, " p"], largest: float = 0.0) -> Counts:
    """The three counts. Near zero: at most NEAR_ZERO of the largest magnitude among them, or of `largest`, one met elsewhere."""
    least = NEAR_ZERO * max(largest, float(np.abs(values).max(initial=0.0)))
    positive, negative = int(np.sum(values > least)), int(np.sum(values < -least))
    return Counts(positive, values.size - positive - negative, negative)


def own_units(hessian: Float[np.ndarray, "p p"]) -> Float[np.ndarray, " p"]:
    """A length for each coordinate by which its row of the Hessian becomes of order 1; 1 where a row is empty.

    By Sylvester's law of inertia no choice of lengths changes a sign; this one keeps apart what is small from what is in other units.
    """
    rows = np.sqrt(np.abs(hessian).max(axis=1))
    return np.divide(1.0, rows, out=np.ones_like(rows), where=rows > 0)


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


def preconditioned(hessian: Float[np.ndarray, "p p"], rate: float, scale: Float[np.ndarray, " p"] | None = None) -> float:
    """η·λmax(D^−½HD^−½), D = diag(scale): what decides whether steps −ηD⁻¹g across the steepest direction grow. η·λmax without a scale.

    A coordinate whose scale is ∞ gets no step and does not count.
    """
    if scale is None:
        return rate * float(eigenvalues(hessian)[-1])
    with np.errstate(divide="ignore"):
        root = np.where(np.isfinite(scale), 1 / np.sqrt(scale), 0.0)
    if not np.isfinite(root).all():
        return float("inf")
    return rate * float(eigenvalues(hessian * np.outer(root, root))[-1])
