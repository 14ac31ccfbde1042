"""Rings around one center, a class each: no line parts an inner ring from an outer one."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._generated import CLASSES, FEATURES, SEED, noise_of_points, sample_count


def load(classes: int, noise: float, samples: int, seed: int) -> Mapping[str, Float[np.ndarray, " n"]]:
    """Class k: radius k + 1, angles evenly once around. Then + noise·N(0, I), rows in random order."""
    n, c, rng = int(samples), int(classes), np.random.default_rng(int(seed))
    order = rng.permutation(n)
    k = order % c
    angle = 2 * np.pi * (order // c) / np.bincount(k, minlength=c)[k]
    points = (k + 1) * np.stack([np.cos(angle), np.sin(angle)]) + noise * rng.standard_normal((2, n))
    return as_columns(FEATURES, points.T, "class", (), k)


RINGS = DataSet(
    label=N_("Rings"),
    source="synthetic; scikit-learn's make_circles has two of them",
    columns=FEATURES + class_columns("class", ()),
    x1="x₁",
    x2="x₂",
    target="class",
    load=load,
    own=(
        CLASSES,
        noise_of_points(0.1, 1.0),
        sample_count(1000),
        SEED,
    ),
    rank=100,
    classes="class",
)
