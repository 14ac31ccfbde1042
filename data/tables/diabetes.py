"""Diabetes: ten measurements of 442 patients in their own units (not the unit-length columns that scikit-learn gives by default)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet
from data.tables._shipped import shipped

FEATURES = (
    Column("age", "years"),
    Column("sex"),  # 1 or 2; the source does not say which is which
    Column("body mass index", "kg/m²"),
    Column("blood pressure", "mmHg"),
    Column("total cholesterol", "mg/dl"),
    Column("LDL", "mg/dl"),
    Column("HDL", "mg/dl"),
    Column("total cholesterol / HDL"),
    Column("log triglycerides"),
    Column("blood sugar", "mg/dl"),
)
TARGET = Column("disease progression")  # one year after baseline


def load() -> Mapping[str, Float[np.ndarray, " n"]]:
    table = shipped("diabetes_data_raw.csv.gz", delimiter=None)
    progression = shipped("diabetes_target.csv.gz", delimiter=None)[:, 0]
    return {feature.name: np.array(values) for feature, values in zip(FEATURES, table.T, strict=True)} | {TARGET.name: progression}


DIABETES = DataSet(
    label=N_("Diabetes"),
    source="Efron, Hastie, Johnstone & Tibshirani 2004, Least angle regression; as in scikit-learn's load_diabetes(scaled=False)",
    columns=(*FEATURES, TARGET),
    x1="body mass index",
    x2="blood pressure",
    target=TARGET.name,
    load=load,
    rank=40,
)
