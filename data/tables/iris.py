"""Iris: three species, two flower parts, all in centimeters, so the scales are close to each other."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet
from data.tables._classes import as_columns, class_columns, numberings, renumbered
from data.tables._shipped import labeled

FEATURES = (
    Column("sepal length", "cm"),
    Column("sepal width", "cm"),
    Column("petal length", "cm"),
    Column("petal width", "cm"),
)
SPECIES = ("setosa", "versicolor", "virginica")
NUMBERING = numberings(SPECIES, ("012", "021", "102", "120", "201", "210"))


def load(numbering: str) -> Mapping[str, Float[np.ndarray, " n"]]:
    table, labels = labeled("iris.csv", header=1)
    return renumbered(as_columns(FEATURES, table, "species", SPECIES, labels), "species", SPECIES, numbering)


IRIS = DataSet(
    label=N_("Iris"),
    source="Fisher 1936, The use of multiple measurements in taxonomic problems; as in scikit-learn's load_iris",
    columns=FEATURES + class_columns("species", SPECIES),
    x1="sepal length",
    x2="sepal width",
    target="petal length",
    load=load,
    own=(NUMBERING,),
    rank=30,
    classes="species",
    one_hot=SPECIES,
)
