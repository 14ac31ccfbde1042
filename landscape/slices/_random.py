"""Directions that are drawn at random."""

import jax
import numpy as np
from jaxtyping import Float

from landscape.directions import Around, Vector


def gaussian(around: Around) -> Float[np.ndarray, "2 p"]:
    """Two directions of independent N(0, 1); 0 at biases and the parameters of a normalization, unless these are free."""
    directions = np.array(jax.random.normal(around.key, (2, around.origin.size)), np.float64)
    return directions if around.free_biases else np.where(around.filters < 0, 0.0, directions)


def filter_normalized(around: Around) -> tuple[Vector, Vector]:
    """d ← d/‖d‖·‖θ‖, filter by filter; a free bias gets d·|θ|. So a slice looks the same however ReLU layers are rescaled."""
    theta = np.asarray(around.origin, np.float64)
    inside = around.filters >= 0
    filters = around.filters[inside]

    def normalized(d: Vector) -> Vector:
        of_theta, of_d = (np.sqrt(np.bincount(filters, weights=x[inside] ** 2)) for x in (theta, d))
        scale = np.abs(theta)
        scale[inside] = (of_theta / np.where(of_d > 0, of_d, 1))[filters]
        return d * scale

    u, v = gaussian(around)
    return normalized(u), normalized(v)
