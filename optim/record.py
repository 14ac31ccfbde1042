"""What is kept of a walk while it goes on: of every stretch of it few points, with what their updates went by."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from optim.descent import Kept
from optim.optimizer import Optimizer
from optim.thin import thinned


class Points(NamedTuple):
    """The points of walks.Walk, with the step of the last too. taken: how many gradients the update takes that follows a point."""

    update: Int[np.ndarray, " k"]
    path: Float[np.ndarray, "k p"]
    loss: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]
    gradient: Float[np.ndarray, "k p"]
    momentum: Float[np.ndarray, "k p"]
    scale: Float[np.ndarray, "k p"]
    step: Float[np.ndarray, "k p"]
    evaluations: Int[np.ndarray, " k"]
    taken: Int[np.ndarray, " k"]


def no_points(p: int) -> Points:
    """Of a walk that has not begun."""
    at, number, count = np.zeros((0, p)), np.zeros(0), np.zeros(0, np.int64)
    return Points(count, at, number, number, at, at, at, at, count, count)


def joined(points: Points, more: Kept, end: Float[np.ndarray, " p"], optimizer: Optimizer, most: int) -> Points:
    """`points` and what was recorded after them, thinned. end: θ after that; most: the points of the walk if it comes to its end.

    What is dropped here, a walk that is left half way does not hold.
    """
    held, n = len(points.update), len(more.loss)
    first, spent = (int(points.update[-1]) + 1, int(points.evaluations[-1] + points.taken[-1])) if held else (0, 0)
    update, path, loss = np.arange(first, first + n), np.asarray(more.theta), np.asarray(more.loss)
    together = (np.concatenate([points.update, update]), np.concatenate([points.path, path]), np.concatenate([points.loss, loss]))
    keep = thinned(*together, most)
    old, new = keep[keep < held], keep[keep >= held] - held

    def of_new(part: Float[Array | np.ndarray, "k p"] | None, otherwise: Float[np.ndarray, "m p"]) -> Float[np.ndarray, "m p"]:
        return otherwise if part is None else np.asarray(part)[new]

    gradient = np.asarray(more.gradient)[new]
    counts = None if more.evaluations is None else np.asarray(more.evaluations).astype(np.int64)
    unknown, one = np.full_like(gradient, np.nan), np.ones_like(gradient)
    after = np.where((new == n - 1)[:, None], end, path[np.minimum(new + 1, n - 1)])
    added = Points(
        update[new],
        path[new],
        loss[new],
        np.asarray(more.slope)[new],
        gradient,
        of_new(more.momentum, gradient if optimizer.lens else unknown),
        of_new(more.scale, one if optimizer.lens else unknown),
        after - path[new],
        spent + (new if counts is None else np.cumsum(counts)[new] - counts[new]),
        np.ones_like(new) if counts is None else counts[new],
    )
    return Points(*(np.concatenate([before[old], part]) for before, part in zip(points, added, strict=True)))
