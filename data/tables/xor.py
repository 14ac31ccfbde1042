"""Exclusive or: a Gaussian blob at each of the corners (±1, ±1), of class 1 where the corner's signs differ. No line parts the classes."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._generated import FEATURES, SEED, noise_of_points, sample_count

CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])  # once around, so that the classes alternate: 0, 1, 0, 1


def load(noise: float, samples: int, seed: int) -> Mapping[str, Float[np.ndarray, " n"]]:
    """x = corner + noise·N(0, I); class 0 where the corner's x₁x₂ > 0, class 1 where x₁x₂ < 0."""
    rng = np.random.default_rng(int(seed))
    corner = rng.permutation(int(samples)) % 4
    points = CORNERS[corner] + noise * rng.standard_normal((int(samples), 2))
    return as_columns(FEATURES, points, "class", (), corner % 2)


XOR = DataSet(
    label=N_("Exclusive or (XOR)"),
    source="synthetic; Minsky & Papert 1969, Perceptrons: no perceptron without hidden units can learn it",
    columns=FEATURES + class_columns("class", ()),
    x1="x₁",
    x2="x₂",
    target="class",
    load=load,
    own=(
        noise_of_points(0.3, 2.0),
        sample_count(1000),
        SEED,
    ),
    rank=80,
    classes="class",
)
