"""The rows that a deep network is trained on, and those that are held out: all features of a table, its label or its target."""

from functools import lru_cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from core.catalogue import catalogue
from core.settings import Pick, capacity, values
from data.dataset import DataSet
from labs.plane.rows import class_of_rows, table
from normalization.feature import Affine, FeatureNormalization
from surfaces.surface import Rows

DTYPE = np.float32


class Split(NamedTuple):
    """train, test: padded Rows, float32; n, m: how many count in each. outputs: scores of the network. labeled: the target is a class.

    Features are normalized by what was fitted to the training rows alone; a numeric target has mean 0 and variance 1 over them.
    """

    train: Rows
    test: Rows
    n: int
    m: int
    inputs: int
    outputs: int
    labeled: bool


def classifies(data: Pick) -> bool:
    """Whether the rows of a table have classes, which are then what is learned; else its target is."""
    return bool(catalogue("data.tables", DataSet)[data.name].classes)


def _padded(x: Float[np.ndarray, "d n"], y: Float[np.ndarray, " n"]) -> Rows:
    pad = capacity(y.size, 4) - y.size
    return Rows(*(jnp.asarray(np.pad(part, [(0, 0)] * (part.ndim - 1) + [(0, pad)]).astype(DTYPE)) for part in (x, y, np.ones(y.size))))


class Parts(NamedTuple):
    """The features x "d n" of all rows as the table has them, and the target y, of classes 0, 1, 2 ... whatever their numbers; which rows
    are trained on and which are held out; and how features are normalized, by what was fitted to the former."""

    names: tuple[str, ...]
    x: Float[np.ndarray, "d n"]
    y: Float[np.ndarray, " n"]
    train: Int[np.ndarray, " k"]
    test: Int[np.ndarray, " m"]
    affine: Affine


@lru_cache(16)
def parts(data: Pick, features: Pick, share: float, seed: int) -> Parts:
    """A random `share` of the rows held out for the test, the same for the same seed. No row is in both."""
    item, columns = catalogue("data.tables", DataSet)[data.name], table(data)
    label = item.classes or str(values(data, item.fields)["target"])
    hidden = {label, *item.one_hot}
    names = tuple(column.name for column in item.columns if column.name not in hidden)
    x, y = np.stack([columns[name] for name in names]), class_of_rows(data).astype(np.float64) if item.classes else columns[label]
    order = np.random.default_rng(seed).permutation(y.size)
    held = min(max(1, round(share * y.size)), y.size - 1)
    test, train = order[:held], order[held:]
    return Parts(names, x, y, train, test, catalogue("normalization.features", FeatureNormalization)[features.name].fit(x[:, train]))


@lru_cache(16)
def split(data: Pick, features: Pick, share: float, seed: int) -> Split:
    """The two parts as a network gets them."""
    names, x, y, train, test, affine = parts(data, features, share, seed)
    x = affine(x)
    if classifies(data):
        outputs, target = int(y.max()) + 1, y
    else:
        spread = float(y[train].std()) or 1.0
        outputs, target = 1, (y - y[train].mean()) / spread
    mine, unseen = (_padded(x[:, part], target[part]) for part in (train, test))
    return Split(mine, unseen, train.size, test.size, len(names), outputs, classifies(data))
