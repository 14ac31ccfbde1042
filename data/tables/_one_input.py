"""What the tables of one input have in common: a network looks at x alone; a line of two weights has x² as its second feature."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count, Setting
from data.dataset import Column, DataSet
from data.tables._generated import Columns


def one_input(load: Callable[..., Columns], *own: Setting, label: str, source: str, rank: int) -> DataSet:
    """A data set of `columns`. own: its settings beside the number of points."""
    return DataSet(
        label=label,
        source=source,
        columns=(Column("x"), Column("x²"), Column("y")),
        x1="x",
        x2="x²",
        target="y",
        load=load,
        own=(*own, Count("points", N_("points"), 20, 4, 400, log=True)),
        rank=rank,
        inputs=("x",),
    )


def columns(points: int, target: Callable[[Float[np.ndarray, " n"]], Float[np.ndarray, " n"]]) -> Columns:
    """So many points evenly over [−1, 1], and the target there."""
    x = np.linspace(-1.0, 1.0, int(points))
    return {"x": x, "x²": x**2, "y": target(x)}
