"""Spirals: arms of a class each, wound around one another. Hard for a network that is shallow or badly initialized."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from data.dataset import DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._generated import CLASSES, FEATURES, SEED, noise_of_points, sample_count


def load(classes: int, turns: float, noise: float, samples: int, seed: int) -> Mapping[str, Float[np.ndarray, " n"]]:
    """Class k of c: angle 2π(turns·r + k/c) at radius r, r evenly over (0, 1]. Then + noise·N(0, I), rows in random order.

    No point lies at the center itself, where all the arms meet.
    """
    n, c, rng = int(samples), int(classes), np.random.default_rng(int(seed))
    order = rng.permutation(n)
    k = order % c
    r = (order // c + 1) / np.bincount(k, minlength=c)[k]
    angle = 2 * np.pi * (turns * r + k / c)
    points = r * np.stack([np.cos(angle), np.sin(angle)]) + noise * rng.standard_normal((2, n))
    return as_columns(FEATURES, points.T, "class", (), k)


SPIRALS = DataSet(
    label=N_("Spirals"),
    source="synthetic; Lang & Witbrock 1988, Learning to tell two spirals apart: two arms of three turns",
    columns=FEATURES + class_columns("class", ()),
    x1="x₁",
    x2="x₂",
    target="class",
    load=load,
    own=(
        CLASSES,
        Number("turns", N_("turns"), 1.75, 0.25, 4.0),
        noise_of_points(0.02, 0.5),
        sample_count(1000),
        SEED,
    ),
    rank=110,
    classes="class",
)
