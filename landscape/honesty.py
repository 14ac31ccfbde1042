"""What a slice does not show: how far a path lies off the plane on which it is drawn."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from landscape.grid import Plane


class Projected(NamedTuple):
    """Where points lie on a plane, θᵢ ≈ origin + aᵢu + bᵢv, and what is lost by that."""

    a: Float[np.ndarray, " k"]
    b: Float[np.ndarray, " k"]
    distance: Float[np.ndarray, " k"]  # ‖θᵢ − its projection‖
    explained_fraction: float  # of the path's variance Σ‖θᵢ − mean‖², along the plane; 1 where the path does not move


def _lengths(rows: Float[np.ndarray, "k p"]) -> Float[np.ndarray, " k"]:
    return np.sqrt(np.einsum("kp,kp->k", rows, rows))


def projected(path: Float[np.ndarray, "k p"], plane: Plane) -> Projected:
    """The path on the plane by least squares, in float64: argmin over a, b of ‖θᵢ − origin − a·u − b·v‖. u and v may be skewed."""
    lengths = [np.linalg.norm(direction) for direction in (plane.u, plane.v)]
    q, r = np.linalg.qr(np.stack([plane.u, plane.v], axis=1).astype(np.float64))
    if not all(abs(r[i, i]) > 1e-12 * lengths[i] for i in range(2)):
        raise ValueError("u and v span no plane: they are 0 or parallel")
    offset = np.asarray(path, np.float64) - np.asarray(plane.origin, np.float64)
    along = offset @ q
    offset -= along @ q.T
    distance = _lengths(offset)
    a, b = np.linalg.solve(r, along.T)
    offset -= offset.mean(axis=0)
    inside, outside = np.sum((along - along.mean(axis=0)) ** 2), np.sum(_lengths(offset) ** 2)
    explained = float(inside / (inside + outside)) if inside + outside != 0 else 1.0
    return Projected(a, b, distance, explained)
