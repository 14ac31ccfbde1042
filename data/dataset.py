"""A data set: named numeric columns, the three that the picture opens on, and what can be set where it is generated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from settings import N_, Option, Setting


@dataclass(frozen=True)
class Column:
    """One numeric column. `unit` is the unit that the numbers are in, "" where they have none."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class DataSet:
    """load(**own settings) -> every column by name, float64, all of one length. x1, x2 and target name the columns to open on."""

    label: str
    source: str
    columns: tuple[Column, ...]
    x1: str
    x2: str
    target: str
    load: Callable[..., Mapping[str, Float[np.ndarray, " n"]]]
    own: tuple[Setting, ...] = ()
    rank: int = 100
    formula: str = ""

    @property
    def fields(self) -> tuple[Setting, ...]:
        """The columns as three menus, then the data set's own settings."""
        names = tuple(column.name for column in self.columns)
        return (
            Option("x1", N_("feature x₁"), self.x1, names),
            Option("x2", N_("feature x₂"), self.x2, names),
            Option("target", N_("target y"), self.target, names),
            *self.own,
        )

    def unit(self, name: str) -> str:
        return next(column.unit for column in self.columns if column.name == name)
