"""Which class a network predicts where, at moments of its training: over two features, or over two principal components of more."""

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, UInt8

from core.catalogue import catalogue
from data.dataset import DataSet
from labs.deep.kernels import decider
from labs.deep.rows import DTYPE, Parts, parts
from labs.deep.training import Trained, Trial
from surfaces.surface import Rows

MOMENTS = 30
SIDE = 64  # points a side
ROOM = 0.12  # of the rows' extent, left around them


class Chart(NamedTuple):
    """Two coordinates of rows: x = origin + along·(a, b), and back (a, b) = across·(x − origin). names: of the two features, None where
    they are principal components; share: of the standardized rows' variance that the two hold."""

    origin: Float[np.ndarray, " d"]
    along: Float[np.ndarray, "d 2"]
    across: Float[np.ndarray, "2 d"]
    names: tuple[str, str] | None
    share: float

    def of(self, x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, "2 n"]:
        found: Float[np.ndarray, "2 n"] = self.across @ (x - self.origin[:, None])
        return found

    def at(self, points: Float[np.ndarray, "2 n"]) -> Float[np.ndarray, "d n"]:
        found: Float[np.ndarray, "d n"] = self.origin[:, None] + self.along @ points
        return found


class Regions(NamedTuple):
    """predicted[k, i, j]: the number of the class at (a[j], b[i]) after `update[k]` updates. points: the training rows on the chart;
    labels: the numbers of their classes."""

    chart: Chart
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    update: Int[np.ndarray, " k"]
    predicted: UInt8[np.ndarray, "k m n"]
    points: Float[np.ndarray, "2 r"]
    labels: Int[np.ndarray, " r"]
    names: tuple[str, ...]


def chart_of(rows: Parts, units: tuple[str, ...]) -> Chart:
    """The two features themselves; of more, the first two principal components of the standardized training rows, through their mean."""
    x = rows.x[:, rows.train]
    if len(rows.names) == 2:
        first, second = (f"{name} ({unit})" if unit else name for name, unit in zip(rows.names, units, strict=True))
        return Chart(np.zeros(2), np.eye(2), np.eye(2), (first, second), 1.0)
    mean, spread = x.mean(axis=1), x.std(axis=1)
    spread = np.where(spread > 0, spread, 1.0)
    u, s, _ = np.linalg.svd((x - mean[:, None]) / spread[:, None], full_matrices=False)
    two = u[:, :2] * np.where(u[:, :2].sum(axis=0) < 0, -1.0, 1.0)  # one sign of the two, on every machine
    return Chart(mean, spread[:, None] * two, two.T / spread, None, float(np.sum(s[:2] ** 2) / np.sum(s**2)))


def _axis(values: Float[np.ndarray, " n"], half: float) -> Float[np.ndarray, " k"]:
    middle = 0.5 * float(values.min() + values.max())
    return np.linspace(middle - half, middle + half, SIDE)


@lru_cache(8)
def charted(trial: Trial) -> tuple[Chart, Float[np.ndarray, " n"], Float[np.ndarray, " m"], Rows]:
    """The chart of a trial's rows, a grid on it, and its points as the network gets them."""
    rows, item = parts(trial.data, trial.features, trial.held, trial.seed), catalogue("data.tables", DataSet)[trial.data.name]
    chart = chart_of(rows, tuple(item.unit(name) for name in rows.names))
    points = chart.of(rows.x[:, rows.train])
    a, b = (_axis(along, (0.5 + ROOM) * (float(np.ptp(along)) or 1.0)) for along in points)
    across, up = np.meshgrid(a, b)
    x = rows.affine(chart.at(np.stack([across.ravel(), up.ravel()])))
    return chart, a, b, Rows(*(jnp.asarray(part, DTYPE) for part in (x, np.zeros(x.shape[1]), np.ones(x.shape[1]))))


def class_names(trial: Trial) -> tuple[str, ...]:
    """As the table has them, else their numbers."""
    item, kinds = catalogue("data.tables", DataSet)[trial.data.name], trial.split.outputs
    return item.one_hot if len(item.one_hot) == kinds else tuple(str(i) for i in range(kinds))


def moments(count: int) -> Int[np.ndarray, " k"]:
    """Which of so many records: the first, the last, and evenly between."""
    return np.unique(np.linspace(0, count - 1, MOMENTS + 1).round().astype(int))


@lru_cache(8)
def regions(training: Trained, done: int) -> Regions:
    """Of the first `done` records of a training whose target is a class, as long as its loss is within bounds: one at least."""
    trial, record = training.trial, training.record(done)
    chart, a, b, grid = charted(trial)
    calm = np.flatnonzero(record.calm)
    kept = calm[moments(calm.size)]
    room = np.concatenate([kept, np.repeat(kept[-1:], MOMENTS + 1 - kept.size)])  # one number of moments: one program
    states = tuple(part[room] for part in record.state)
    found = np.asarray(jax.device_get(decider(trial.net)(trial.numbers, states, record.theta[room], grid)))
    rows = parts(trial.data, trial.features, trial.held, trial.seed)
    labels = np.unique(rows.y, return_inverse=True)[1][rows.train]
    predicted = found[: kept.size].reshape(kept.size, SIDE, SIDE)
    return Regions(chart, a, b, record.update[kept], predicted, chart.of(rows.x[:, rows.train]), labels, class_names(trial))
