"""Breast cancer (Wisconsin, diagnostic): shapes of cell nuclei in images. Areas in the hundreds next to fractions of one."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet
from data.tables._classes import as_columns, class_columns
from data.tables._shipped import labeled

MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
# "worst" is the mean of the three largest values in an image, "error" the standard error. The source gives no unit of length.
FEATURES = tuple(
    Column(name)
    for name in (
        *(f"mean {measure}" for measure in MEASURES),
        *(f"{measure} error" for measure in MEASURES),
        *(f"worst {measure}" for measure in MEASURES),
    )
)
DIAGNOSES = ("malignant", "benign")


def load() -> Mapping[str, Float[np.ndarray, " n"]]:
    table, labels = labeled("breast_cancer.csv", header=1)
    return as_columns(FEATURES, table, "diagnosis", DIAGNOSES, labels)


BREAST_CANCER = DataSet(
    label=N_("Breast cancer"),
    source="Street, Wolberg & Mangasarian 1993; UCI, doi 10.24432/C5DW2B; as in scikit-learn's load_breast_cancer",
    columns=FEATURES + class_columns("diagnosis", DIAGNOSES),
    x1="mean radius",
    x2="mean area",
    target="malignant",
    load=load,
    rank=60,
    classes="diagnosis",
    one_hot=DIAGNOSES,
)
