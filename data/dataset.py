"""A data set: named numeric columns, the three that the picture opens on, and what can be set where it is generated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.catalogue import catalogue
from core.messages import N_
from core.settings import Option, Setting


@dataclass(frozen=True)
class Column:
    """One numeric column. `unit` is the unit that the numbers are in, "" where they have none."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class DataSet:
    """load(**own settings) -> every column by name, float64, all of one length. x1, x2 and target name the columns to open on.

    classes: the column with the class number, counted from 0 or from 1; "" where the rows have no classes: a regression onto `target`.
    one_hot: the columns that say the same once more, one 0/1 column for each class.
    inputs: the columns that a deep network looks at, where not all but the target.
    """

    label: str
    source: str
    columns: tuple[Column, ...]
    x1: str
    x2: str
    target: str
    load: Callable[..., Mapping[str, Float[np.ndarray, " n"]]]
    own: tuple[Setting, ...] = ()
    rank: int = 100
    note: str = ""
    formula: str = ""
    classes: str = ""
    one_hot: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """All that a model may look at: every column but the label, in whatever form it stands there."""
        label = {self.classes or self.target, *self.one_hot}
        return tuple(column.name for column in self.columns if column.name not in label)

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


def data_sets() -> Mapping[str, DataSet]:
    """Every data set by its key, in the order of the menu."""
    return catalogue("data.tables", DataSet)
