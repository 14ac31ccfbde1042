"""From a table to the rows of a model: chosen units, normalized features, target."""

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

import compute.backend  # noqa: F401  # sets up JAX
from compute.memo import memo
from core.messages import N_, Refusal, message
from core.settings import Count, Pair, Pick, capacity, values
from data.dataset import data_sets
from normalization.feature import Affine, feature_normalizations, morph
from surfaces.surface import Rows


@dataclass(frozen=True)
class Source:
    """What determines the rows of a model."""

    data: Pick
    scales: Pair  # of the units of the two features
    features: Pick  # their normalization
    single: bool  # only the first feature
    labels: bool  # the target is 1 where it is above its mean, else 0
    classes: bool = False  # the target is the class of the row, 0, 1, 2 ...


class Prepared(NamedTuple):
    """The rows of a source."""

    raw: Float[np.ndarray, "d n"]  # features in the person's units
    affine: Affine  # their normalization
    rows: Rows  # what the model gets, padded
    n: int  # rows that count


@memo
def table(data: Pick) -> dict[str, Float[np.ndarray, " n"]]:
    """The columns of a data set with its own settings."""
    item = data_sets()[data.name]
    chosen = values(data, item.fields)
    return dict(item.load(**{field.name: chosen[field.name] for field in item.own}))


def class_names(data: Pick) -> tuple[str, ...]:
    """The classes of a table in the order of its 0/1 columns; where it has none, in the order of their numbers."""
    item = data_sets()[data.name]
    if not item.classes:
        raise Refusal(message(N_("The rows of this table have no classes. Pick another data set.")))
    return item.one_hot or tuple(f"{item.classes} {number:g}" for number in np.unique(table(data)[item.classes]))


def class_of_rows(data: Pick) -> Int[np.ndarray, " n"]:
    """The index of every row's class in `class_names`, whatever numbers the classes have."""
    item, names, columns = data_sets()[data.name], class_names(data), table(data)
    if item.one_hot:
        return np.argmax(np.stack([columns[name] for name in names]), axis=0)
    return np.unique(columns[item.classes], return_inverse=True)[1]


def target_class(data: Pick) -> int:
    """The class whose column is the target; where the target is another column, the first."""
    names, target = class_names(data), values(data, data_sets()[data.name].fields)["target"]
    return names.index(str(target)) if target in names else 0


def target_class_first(data: Pick) -> Int[np.ndarray, " n"]:
    """The class of every row, the target class 0, the others 1, 2 ... as they come."""
    first, k = target_class(data), class_of_rows(data)
    return np.where(k == first, 0, k + (k < first))


@memo
def prepared(source: Source) -> Prepared:
    """Columns → the person's units → normalized features, padded to capacity. Labels: 1 where the target is above its mean."""
    item = data_sets()[source.data.name]
    chosen, columns = values(source.data, item.fields), table(source.data)
    names = ("x1",) if source.single else ("x1", "x2")
    raw = np.stack([columns[str(chosen[name])] * scale for name, scale in zip(names, source.scales, strict=False)])
    y = columns[str(chosen["target"])]
    if source.classes:
        y = target_class_first(source.data).astype(np.float64)
    elif source.labels:
        y = (y > y.mean()).astype(np.float64)
        if y.min() == y.max():
            raise Refusal(message(N_("All targets are equal: there is nothing to classify. Pick another target column.")))
    normalization = feature_normalizations()[source.features.name]
    amount = values(source.features, normalization.fields).get("amount", 1.0)
    affine = morph(normalization.fit(raw), float(amount))
    x, n = _without_rounding(affine(raw), raw, affine), y.size
    slides = any(isinstance(field, Count) for field in item.own)  # a number of samples: few sizes; a table has one: little padding
    pad = capacity(n, 1 if slides else 4) - n
    rows = Rows(*(jnp.asarray(np.pad(part, [(0, 0)] * (part.ndim - 1) + [(0, pad)])) for part in (x, y, np.ones(n))))
    return Prepared(raw, affine, rows, n)


def _without_rounding(x: Float[np.ndarray, "d n"], raw: Float[np.ndarray, "d n"], affine: Affine) -> Float[np.ndarray, "d n"]:
    """Normalized features whose whole spread is rounding (whitened collinear ones) made constant, and 0 where their mean is rounding, too:
    rounding is not data."""
    rounding = 1e-13 * np.abs(affine.matrix) @ np.abs(raw - affine.shift[:, None]).max(axis=1)
    empty, mean = np.ptp(x, axis=1) <= rounding, x.mean(axis=1)
    return np.where(empty[:, None], np.where(np.abs(mean) <= rounding, 0.0, mean)[:, None], x)
