"""Loss, gradient and Hessian at many points of a plane, as arrays; the window scaled to the square [−1, 1]²; 2×2 algebra on stacks."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

Window = tuple[float, float, float, float]  # a low, a high, b low, b high
Points = Float[np.ndarray, "_ 2"]  # any number of them
Flags = Bool[np.ndarray, "_"]


class Expansions(NamedTuple):
    """To second order at k points."""

    loss: Float[np.ndarray, " k"]
    gradient: Float[np.ndarray, "k 2"]
    hessian: Float[np.ndarray, "k 2 2"]

    def taken(self, which: np.ndarray) -> "Expansions":
        """Of some of the points: indices, or a mask."""
        return Expansions(self.loss[which], self.gradient[which], self.hessian[which])


Expand = Callable[[Points], Expansions]


class Frame(NamedTuple):
    """point = center + half·z: windows of any place, size and shape become one square, so lengths in z mean the same in all of them."""

    center: Float[np.ndarray, " 2"]
    half: Float[np.ndarray, " 2"]

    def out(self, z: Points) -> Points:
        return self.center + self.half * z

    def into(self, points: Points) -> Points:
        return (points - self.center) / self.half

    def scaled(self, expand: Expand) -> Expand:
        """The loss as a function of z."""

        def inside(z: Points) -> Expansions:
            if not len(z):
                return Expansions(np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2, 2)))
            loss, gradient, hessian = expand(self.out(z))
            return Expansions(loss, gradient * self.half, hessian * np.outer(self.half, self.half))

        return inside


def frame_of(window: Window) -> Frame:
    low, high = np.array(window[::2]), np.array(window[1::2])
    return Frame(0.5 * (low + high), 0.5 * (high - low))


def eigen(hessian: Float[np.ndarray, "k 2 2"]) -> tuple[Float[np.ndarray, "k 2"], Float[np.ndarray, "k 2 2"]]:
    """Eigenvalues, ascending, and eigenvectors in columns. The small eigenvalue by determinant over trace, as curvature.eigenvalues."""
    a, b, c = hessian[:, 0, 0], 0.5 * (hessian[:, 0, 1] + hessian[:, 1, 0]), hessian[:, 1, 1]
    center, radius = 0.5 * (a + c), np.hypot(0.5 * (a - c), b)
    outer = np.where(center >= 0, center + radius, center - radius)
    with np.errstate(over="ignore", invalid="ignore"):
        inner = np.where(outer != 0, (a / np.where(outer != 0, outer, 1)) * c - b * (b / np.where(outer != 0, outer, 1)), 0.0)
    values = np.stack([np.minimum(inner, outer), np.maximum(inner, outer)], axis=1)
    angle = 0.5 * np.arctan2(2 * b, a - c)  # of the eigenvector of center + radius
    cos, sin = np.cos(angle), np.sin(angle)
    return values, np.stack([np.stack([-sin, cos], axis=1), np.stack([cos, sin], axis=1)], axis=2)


def larger(values: Float[np.ndarray, "k 2"]) -> Float[np.ndarray, " k"]:
    """|λ| of the eigenvalue that is larger in size."""
    return np.abs(values).max(axis=1)


def weak(values: Float[np.ndarray, "k 2"], vectors: Float[np.ndarray, "k 2 2"]) -> tuple[Points, Points]:
    """The eigenvectors of the eigenvalue that is smaller in size, and of the larger one."""
    first = np.abs(values[:, 0]) <= np.abs(values[:, 1])
    a, b = vectors[:, :, 0], vectors[:, :, 1]
    return np.where(first[:, None], a, b), np.where(first[:, None], b, a)


def norm(vectors: Points) -> Float[np.ndarray, " k"]:
    return np.hypot(vectors[:, 0], vectors[:, 1])


def distances(points: Points, others: Float[np.ndarray, "m 2"]) -> Float[np.ndarray, "k m"]:
    difference = points[:, None] - others[None]
    return np.hypot(difference[..., 0], difference[..., 1])


def apart(points: Points, distance: float) -> np.ndarray:
    """Indices of points of which no two are nearer than that: of a crowd, the first."""
    left, kept = np.arange(len(points)), []
    while len(left):
        kept.append(left[0])
        left = left[norm(points[left] - points[left[0]]) >= distance]
    return np.array(kept, dtype=int)
