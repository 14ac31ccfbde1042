"""Exclusive or: a Gaussian blob at each of the corners (±1, ±1), of class 1 where the corner's signs differ. No line parts the classes."""

import numpy as np

from core.messages import N_
from data.tables._generated import Columns, generated, labeled_points, noise_of_points

CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])  # once around, so that the classes alternate: 0, 1, 0, 1


def load(noise: float, samples: int, seed: int) -> Columns:
    """x = corner + noise·N(0, I); class 0 where the corner's x₁x₂ > 0, class 1 where x₁x₂ < 0."""
    rng = np.random.default_rng(int(seed))
    corner = rng.permutation(int(samples)) % 4
    points = CORNERS[corner] + noise * rng.standard_normal((int(samples), 2))
    return labeled_points(points, corner % 2)


XOR = generated(
    load,
    noise_of_points(0.3, 2.0),
    label=N_("Exclusive or (XOR)"),
    source="synthetic; Minsky & Papert 1969, Perceptrons: no perceptron without hidden units can learn it",
    rank=80,
)
