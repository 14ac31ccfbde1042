"""A sine on a few even points."""

import numpy as np

from core.messages import N_
from core.settings import Number
from data.tables._generated import Columns
from data.tables._one_input import columns, one_input


def load(waves: float, points: int) -> Columns:
    """y = sin(2π·waves·(x + 1)/2): so many whole waves over [−1, 1]."""
    return columns(points, lambda x: np.sin(np.pi * waves * (x + 1)))


SINE = one_input(load, Number("waves", N_("waves"), 1.5, 0.25, 8.0), label=N_("Sine"), source="synthetic", rank=130)
