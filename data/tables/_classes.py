"""Classes as columns: the class number (an order that the classes may not have) and one 0/1 column for each class (one-hot)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from core.messages import N_
from core.settings import Option
from data.dataset import Column


def class_columns(number: str, classes: tuple[str, ...]) -> tuple[Column, ...]:
    return (Column(number), *(Column(name) for name in classes))


def as_columns(
    features: tuple[Column, ...],
    table: Float[np.ndarray, "n d"],
    number: str,
    classes: tuple[str, ...],
    labels: Int[np.ndarray, " n"],
    first: int = 0,
) -> Mapping[str, Float[np.ndarray, " n"]]:
    """The features, then the class as a number counted from `first`, then for each class 1 where a row is of it and 0 elsewhere."""
    columns = {feature.name: np.asarray(values, np.float64) for feature, values in zip(features, table.T, strict=True)}
    columns[number] = labels.astype(np.float64) + first
    return columns | {name: (labels == k).astype(np.float64) for k, name in enumerate(classes)}


def numberings(classes: tuple[str, ...], choices: tuple[str, ...], kind: str = "") -> Option:
    """Which class gets which number: a digit for each class. Said as the order that the numbers make: "setosa < versicolor < virginica"."""
    labels = tuple(kind + " < ".join(name for _, name in sorted(zip(choice, classes, strict=True))) for choice in choices)
    return Option("numbering", N_("order that the class numbers make"), choices[0], choices, labels)


def renumbered(
    columns: Mapping[str, Float[np.ndarray, " n"]], number: str, classes: tuple[str, ...], numbering: str
) -> Mapping[str, Float[np.ndarray, " n"]]:
    """The same rows, the class number as `numbering` gives it; the 0/1 columns stay, as they know no numbers."""
    return {**columns, number: np.array([float(digit) for digit in numbering]) @ np.stack([columns[name] for name in classes])}
