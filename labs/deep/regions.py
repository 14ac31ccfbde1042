"""Decision regions of a network at moments of its training, over two features or over the first two principal components of more."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, UInt8

from compute.engine import door
from compute.memo import memo
from data.dataset import data_sets
from labs.deep.predictions import predictions
from labs.deep.rows import DTYPE, Parts, parts
from labs.deep.training_setup import TrainingSetup
from surfaces.surface import Rows

SIDE = 64  # points a side
ROOM = 0.12  # of the rows' extent, left around them


class Chart(NamedTuple):
    """Two coordinates of rows: x = origin + along·(a, b), and back (a, b) = across·(x − origin)."""

    origin: Float[np.ndarray, " d"]
    along: Float[np.ndarray, "d 2"]
    across: Float[np.ndarray, "2 d"]
    names: tuple[str, str] | None  # of the two features; None where they are principal components
    share: float  # of the standardized rows' variance, along the two

    def of(self, x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, "2 n"]:
        points: Float[np.ndarray, "2 n"] = self.across @ (x - self.origin[:, None])
        return points

    def at(self, points: Float[np.ndarray, "2 n"]) -> Float[np.ndarray, "d n"]:
        x: Float[np.ndarray, "d n"] = self.origin[:, None] + self.along @ points
        return x


class Regions(NamedTuple):
    """What a network predicts over the chart, and the training rows on it."""

    chart: Chart
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    update: Int[np.ndarray, " k"]
    predicted: UInt8[np.ndarray, "k m n"]  # [k, i, j]: the number of the class at (a[j], b[i]) after update[k] updates
    points: Float[np.ndarray, "2 r"]  # the training rows
    labels: Int[np.ndarray, " r"]  # the numbers of their classes
    names: tuple[str, ...]  # of the classes


def chart_of(rows: Parts, units: tuple[str, ...]) -> Chart:
    """The two features themselves; for more than two, the first two principal components of the standardized training rows."""
    x = rows.x[:, rows.train]
    if len(rows.names) == 2:
        first, second = (f"{name} ({unit})" if unit else name for name, unit in zip(rows.names, units, strict=True))
        return Chart(origin=np.zeros(2), along=np.eye(2), across=np.eye(2), names=(first, second), share=1.0)
    mean, spread = x.mean(axis=1), x.std(axis=1)
    spread = np.where(spread > 0, spread, 1.0)
    u, s, _ = np.linalg.svd((x - mean[:, None]) / spread[:, None], full_matrices=False)
    two = u[:, :2] * np.where(u[:, :2].sum(axis=0) < 0, -1.0, 1.0)  # one sign of the two, on every machine
    explained = float(np.sum(s[:2] ** 2) / np.sum(s**2))
    return Chart(origin=mean, along=spread[:, None] * two, across=two.T / spread, names=None, share=explained)


def _axis(values: Float[np.ndarray, " n"], half: float) -> Float[np.ndarray, " k"]:
    middle = 0.5 * float(values.min() + values.max())
    return np.linspace(middle - half, middle + half, SIDE)


def _rows(setup: TrainingSetup) -> Parts:
    return parts(setup.data, setup.features, setup.held_out_fraction, setup.seed)


def charted(setup: TrainingSetup) -> tuple[Chart, Float[np.ndarray, " n"], Float[np.ndarray, " m"], Rows]:
    """The chart of a training's rows, a grid on it, and its points as the network gets them."""
    rows, item = _rows(setup), data_sets()[setup.data.name]
    chart = chart_of(rows, tuple(item.unit(name) for name in rows.names))
    points = chart.of(rows.x[:, rows.train])
    a, b = (_axis(along, (0.5 + ROOM) * (float(np.ptp(along)) or 1.0)) for along in points)
    across, up = np.meshgrid(a, b)
    x = rows.affine(chart.at(np.stack([across.ravel(), up.ravel()])))
    return chart, a, b, Rows(*(jnp.asarray(part, DTYPE) for part in (x, np.zeros(x.shape[1]), np.ones(x.shape[1]))))


def class_names(setup: TrainingSetup) -> tuple[str, ...]:
    """The names of the classes in the table; their numbers if it has none."""
    item, kinds = data_sets()[setup.data.name], setup.split.outputs
    return item.one_hot if len(item.one_hot) == kinds else tuple(str(i) for i in range(kinds))


@memo
@door
def regions(setup: TrainingSetup, count: int) -> Regions:
    """Decision regions at records among the first `count` whose loss is within bounds; at least one. The target must be a class."""
    chart, a, b, grid = charted(setup)
    update, classes = predictions(setup, count, grid, classes=True)
    rows = _rows(setup)
    return Regions(
        chart=chart,
        a=a,
        b=b,
        update=update,
        predicted=classes.reshape(-1, SIDE, SIDE),
        points=chart.of(rows.x[:, rows.train]),
        labels=np.unique(rows.y, return_inverse=True)[1][rows.train],
        names=class_names(setup),
    )
