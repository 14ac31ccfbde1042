"""Training and held-out rows of a deep network: all features of a table, and its class or its numeric target."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compute.memo import memo
from compute.programs import traced
from core.settings import Pick, capacity, values
from data.dataset import data_sets
from labs.plane.rows import class_of_rows, table
from normalization.feature import Affine, feature_normalizations
from surfaces.surface import Rows

DTYPE = np.float32


class Split(NamedTuple):
    """Features are normalized by statistics of the training rows alone; a numeric target has mean 0 and variance 1 over them."""

    training_rows: Rows  # padded, float32, NumPy
    held_out_rows: Rows
    n: int  # rows that are trained on
    m: int  # rows that are held out
    inputs: int
    outputs: int  # scores of the network
    labeled: bool  # the target is a class

    @property
    def train(self) -> Rows:
        """The rows that are trained on, as kernels read them."""
        return Rows(*map(jnp.asarray, self.training_rows))

    @property
    def test(self) -> Rows:
        """The rows that are held out."""
        return Rows(*map(jnp.asarray, self.held_out_rows))


def classifies(data: Pick) -> bool:
    """Whether the table has classes. They are then what is learned; otherwise it is the numeric target."""
    return bool(data_sets()[data.name].classes)


def _padded(x: Float[np.ndarray, "d n"], y: Float[np.ndarray, " n"]) -> Rows:
    pad = capacity(y.size, 4) - y.size
    return Rows(*(traced(np.pad(part, [(0, 0)] * (part.ndim - 1) + [(0, pad)]).astype(DTYPE)) for part in (x, y, np.ones(y.size))))


class Parts(NamedTuple):
    """All rows in the units of the table, and which of them are for training."""

    names: tuple[str, ...]  # of the features
    x: Float[np.ndarray, "d n"]  # the features
    y: Float[np.ndarray, " n"]  # the target; of classes 0, 1, 2 ... whatever their numbers
    train: Int[np.ndarray, " k"]  # the rows that are trained on
    test: Int[np.ndarray, " m"]  # the rows that are held out
    affine: Affine  # normalizes features by what was fitted to the training rows
    target: str  # its name


@memo
def parts(data: Pick, features: Pick, share: float, seed: int) -> Parts:
    """Split the rows at random, holding out the fraction `share`. The same seed gives the same split."""
    item, columns = data_sets()[data.name], table(data)
    label = item.classes or str(values(data, item.fields)["target"])
    hidden = {label, *item.one_hot}
    every = tuple(column.name for column in item.columns if column.name not in hidden)
    names = tuple(name for name in every if name in item.inputs) or every
    x, y = np.stack([columns[name] for name in names]), class_of_rows(data).astype(np.float64) if item.classes else columns[label]
    order = np.random.default_rng(seed).permutation(y.size)
    count = min(max(1, round(share * y.size)), y.size - 1)
    test, train = order[:count], order[count:]
    return Parts(names, x, y, train, test, feature_normalizations()[features.name].fit(x[:, train]), label)


@memo
def split(data: Pick, features: Pick, share: float, seed: int) -> Split:
    """Training and held-out rows, normalized, as the network gets them."""
    names, x, y, train, test, affine, _ = parts(data, features, share, seed)
    x = affine(x)
    if classifies(data):
        outputs, target = int(y.max()) + 1, y
    else:
        spread = float(y[train].std()) or 1.0
        outputs, target = 1, (y - y[train].mean()) / spread
    mine, held_out = (_padded(x[:, part], target[part]) for part in (train, test))
    return Split(mine, held_out, train.size, test.size, len(names), outputs, classifies(data))
