"""Spirals: arms of a class each, wound around one another. Hard for a network that is shallow or badly initialized."""

import numpy as np

from core.messages import N_
from core.settings import Number
from data.tables._generated import CLASSES, Columns, generated, labeled_points, noise_of_points


def load(classes: int, turns: float, noise: float, samples: int, seed: int) -> Columns:
    """Class k of c: angle 2π(turns·r + k/c) at radius r, r evenly over (0, 1]. Then + noise·N(0, I), rows in random order.

    No point lies at the center itself, where all the arms meet.
    """
    n, c, rng = int(samples), int(classes), np.random.default_rng(int(seed))
    order = rng.permutation(n)
    k = order % c
    r = (order // c + 1) / np.bincount(k, minlength=c)[k]
    angle = 2 * np.pi * (turns * r + k / c)
    points = r * np.stack([np.cos(angle), np.sin(angle)]) + noise * rng.standard_normal((2, n))
    return labeled_points(points.T, k)


SPIRALS = generated(
    load,
    CLASSES,
    Number("turns", N_("turns"), 1.75, 0.25, 4.0),
    noise_of_points(0.02, 0.5),
    label=N_("Spirals"),
    source="synthetic; Lang & Witbrock 1988, Learning to tell two spirals apart: two arms of three turns",
    rank=110,
)
