"""Wine: chemical analysis of three cultivars. Proline in the hundreds next to hue around 1: scales that differ by nature.

The source gives no units; those below are the usual ones of the quantity where its magnitude leaves no doubt.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._shipped import labeled

FEATURES = (
    Column("alcohol", "% vol"),
    Column("malic acid", "g/l"),
    Column("ash", "g/l"),
    Column("alcalinity of ash"),
    Column("magnesium", "mg/l"),
    Column("total phenols"),
    Column("flavanoids"),
    Column("nonflavanoid phenols"),
    Column("proanthocyanins"),
    Column("color intensity"),
    Column("hue"),
    Column("OD280/OD315"),
    Column("proline", "mg/l"),
)
CULTIVARS = ("class 1", "class 2", "class 3")


def load() -> Mapping[str, Float[np.ndarray, " n"]]:
    table, labels = labeled("wine_data.csv", header=1)
    return as_columns(FEATURES, table, "class number", CULTIVARS, labels, first=1)


WINE = DataSet(
    label=N_("Wine"),
    source="Forina et al., PARVUS; UCI Machine Learning Repository (1991), doi 10.24432/C5PC7J; as in scikit-learn's load_wine",
    columns=FEATURES + class_columns("class number", CULTIVARS),
    x1="alcohol",
    x2="proline",
    target="class 1",
    load=load,
    rank=50,
    classes="class number",
    one_hot=CULTIVARS,
)
