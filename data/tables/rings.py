"""Rings around one center, a class each: no line parts an inner ring from an outer one."""

import numpy as np

from core.messages import N_
from data.tables._generated import CLASSES, Columns, generated, labeled_points, noise_of_points


def load(classes: int, noise: float, samples: int, seed: int) -> Columns:
    """Class k: radius k + 1, angles evenly once around. Then + noise·N(0, I), rows in random order."""
    n, c, rng = int(samples), int(classes), np.random.default_rng(int(seed))
    order = rng.permutation(n)
    k = order % c
    angle = 2 * np.pi * (order // c) / np.bincount(k, minlength=c)[k]
    points = (k + 1) * np.stack([np.cos(angle), np.sin(angle)]) + noise * rng.standard_normal((2, n))
    return labeled_points(points.T, k)


RINGS = generated(
    load,
    CLASSES,
    noise_of_points(0.1, 1.0),
    label=N_("Rings"),
    source="synthetic; scikit-learn's make_circles has two of them",
    rank=100,
)
