"""Steps: a target that is constant but for jumps, which a smooth network can only approach."""

import numpy as np

from core.messages import N_
from core.settings import Count
from data.tables._generated import Columns
from data.tables._one_input import columns, one_input


def load(levels: int, points: int) -> Columns:
    """y = ⌊levels·(x + 1)/2⌋, at most levels − 1."""
    return columns(points, lambda x: np.minimum(np.floor(int(levels) * (x + 1) / 2), int(levels) - 1.0))


STAIRS = one_input(load, Count("levels", N_("levels"), 4, 2, 12), label=N_("Steps"), source="synthetic", rank=140)
