"""What the tables of classes that are drawn at random have in common: two features, a class number, how many rows, the seed."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count, Number, Setting
from data.dataset import Column, DataSet
from data.tables._classes import as_columns

FEATURES = (Column("x₁"), Column("x₂"))
SEED = Count("seed", N_("seed"), 0, 0, 9999)
CLASSES = Count("classes", N_("classes"), 2, 2, 5)  # as it can be set, there is no column for each

Columns = Mapping[str, Float[np.ndarray, " n"]]


def sample_count(default: int) -> Count:
    return Count("samples", N_("samples"), default, 4, 4000, log=True)


def noise_of_points(default: float, high: float) -> Number:
    """σ of what is added to both features."""
    return Number("noise", N_("noise of the points"), default, 0.0, high)


def labeled_points(points: Float[np.ndarray, "n 2"], labels: np.ndarray) -> Columns:
    """The columns of such a table."""
    return as_columns(FEATURES, points, "class", (), labels)


def generated(load: Callable[..., Columns], *own: Setting, label: str, source: str, rank: int) -> DataSet:
    """A data set of `labeled_points`. own: its settings beside the number of samples and the seed."""
    return DataSet(
        label=label,
        source=source,
        columns=(*FEATURES, Column("class")),
        x1="x₁",
        x2="x₂",
        target="class",
        load=load,
        own=(*own, sample_count(1000), SEED),
        rank=rank,
        classes="class",
    )
