"""A Chebyshev polynomial on a few even points: the task on which gradient descent was seen at the edge of stability."""

import numpy as np

from core.messages import N_
from core.settings import Count
from data.tables._generated import Columns
from data.tables._one_input import columns, one_input


def load(degree: int, points: int) -> Columns:
    """y = T_k(x) = cos(k arccos x)."""
    return columns(points, lambda x: np.cos(int(degree) * np.arccos(x)))


CHEBYSHEV = one_input(
    load,
    Count("degree", N_("degree"), 4, 1, 12),
    label=N_("Chebyshev polynomial"),
    source="Cohen, Kaur, Li, Kolter & Talwalkar 2021, arXiv 2103.00065: 20 points, degrees 3 to 5",
    rank=120,
)
