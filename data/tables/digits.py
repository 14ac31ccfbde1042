"""Handwritten digits of 8×8 pixels, each 0 to 16. "pixel r,c": row r from the top, column c from the left, both from 0.

Some pixels of the margin are 0 in every image: a constant column, which no normalization can stretch.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._shipped import labeled

FEATURES = tuple(Column(f"pixel {row},{column}") for row in range(8) for column in range(8))
DIGITS_0_TO_9 = tuple(f"digit is {digit}" for digit in range(10))


def load() -> Mapping[str, Float[np.ndarray, " n"]]:
    table, labels = labeled("digits.csv.gz")
    return as_columns(FEATURES, table, "digit", DIGITS_0_TO_9, labels)


DIGITS = DataSet(
    label=N_("Digits"),
    source="Alpaydin & Kaynak 1998, UCI optical recognition of handwritten digits, doi 10.24432/C50P49; scikit-learn's load_digits",
    columns=FEATURES + class_columns("digit", DIGITS_0_TO_9),
    x1="pixel 4,4",
    x2="pixel 4,6",
    target="digit is 0",
    load=load,
    rank=70,
    classes="digit",
    one_hot=DIGITS_0_TO_9,
)
