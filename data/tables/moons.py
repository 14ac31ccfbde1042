"""Two half circles that reach into each other."""

import numpy as np

from core.messages import N_
from data.tables._generated import Columns, generated, labeled_points, noise_of_points


def load(noise: float, samples: int, seed: int) -> Columns:
    """Class 0: (cos α, sin α). Class 1: (1 − cos α, ½ − sin α). α evenly from 0 to π. Then + noise·N(0, I), rows in random order."""
    n, rng = int(samples), np.random.default_rng(int(seed))
    order = rng.permutation(n)
    upper, lower = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    x1 = np.concatenate([np.cos(upper), 1 - np.cos(lower)])
    x2 = np.concatenate([np.sin(upper), 0.5 - np.sin(lower)])
    points = np.stack([x1, x2], axis=1)[order] + noise * rng.standard_normal((n, 2))
    return labeled_points(points, (order >= n // 2).astype(int))


MOONS = generated(
    load,
    noise_of_points(0.1, 1.0),
    label=N_("Two moons"),
    source="synthetic; the same points as scikit-learn's make_moons",
    rank=90,
)
