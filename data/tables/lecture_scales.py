"""The lectures' picture of two scales: x₁ is 1, 2, 3 ... and x₂ is 100, 200 ..., so the surface is a ravine along w₁."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count, Number
from data.dataset import Column, DataSet


def load(noise: float, seed: int) -> Mapping[str, Float[np.ndarray, " n"]]:
    """y = 1 + 2x₁ + 0.03x₂ + noise·N(0, 1)."""
    x1 = np.arange(1.0, 9.0)
    x2 = 100 * np.array([3.0, 7.0, 1.0, 8.0, 2.0, 6.0, 4.0, 5.0])
    e = np.random.default_rng(int(seed)).standard_normal(8)
    return {"x₁": x1, "x₂": x2, "y": 1 + 2 * x1 + 0.03 * x2 + noise * e}


LECTURE_SCALES = DataSet(
    label=N_("Lecture: two scales"),
    source="Hung-yi Lee, Machine Learning 2021, the example of feature normalization",
    columns=(Column("x₁"), Column("x₂"), Column("y")),
    x1="x₁",
    x2="x₂",
    target="y",
    load=load,
    own=(
        Number("noise", N_("noise of the target"), 0.5, 0.0, 10.0),
        Count("seed", N_("seed"), 0, 0, 9999),
    ),
    rank=10,
)
