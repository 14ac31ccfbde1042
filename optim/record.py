"""What is kept of a walk while it goes on: of every stretch of it few points, with what their updates went by."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from optim.descent import Kept
from optim.optimizer import Optimizer
from optim.thin import thinned


class Points(NamedTuple):
    """The points of a walk that are kept, each before an update, and that update. At the last point it is one that was not made.

    step = −η·multiplier·momentum/scale, but for rounding and the decoupled decay of a method that has one. momentum and scale are NaN
    where a method has no such form; Optimizer.adaptive tells whether η·multiplier/scale are the half axes of an ellipse to be drawn.
    """

    update: Int[np.ndarray, " k"]  # which updates they are
    path: Float[np.ndarray, "k p"]  # θ
    loss: Float[np.ndarray, " k"]  # of all rows
    slope: Float[np.ndarray, " k"]  # the norm of that loss's gradient
    gradient: Float[np.ndarray, "k p"]  # what the update goes by, in units of loss per θ: that of its batch
    momentum: Float[np.ndarray, "k p"]  # in units of the gradient
    scale: Float[np.ndarray, "k p"]  # 1 where a method has none, ∞ where a coordinate gets no step
    step: Float[np.ndarray, "k p"]  # θ after the update minus θ before it, whether the next point is kept or not
    evaluations: Int[np.ndarray, " k"]  # gradients that were computed for the updates before, as the optimizer counts them
    taken: Int[np.ndarray, " k"]  # gradients that the update takes

    def at(self, index: Int[np.ndarray, " m"]) -> "Points":
        """Some of them."""
        return Points(*(part[index] for part in self))


def no_points(p: int) -> Points:
    """Of a walk that has not begun."""
    point, number, count = np.zeros((0, p)), np.zeros(0), np.zeros(0, np.int64)
    return Points(
        update=count,
        path=point,
        loss=number,
        slope=number,
        gradient=point,
        momentum=point,
        scale=point,
        step=point,
        evaluations=count,
        taken=count,
    )


def _some(
    part: Float[Array | np.ndarray, "k p"] | None, index: Int[np.ndarray, " m"], otherwise: Float[np.ndarray, "m p"]
) -> Float[np.ndarray, "m p"]:
    return otherwise if part is None else np.asarray(part)[index]


def joined(points: Points, more: Kept, end: Float[np.ndarray, " p"], optimizer: Optimizer, most: int) -> Points:
    """`points` and what was recorded after them, thinned. end: θ after that; most: the points of the walk if it comes to its end.

    What is dropped here, a walk that is left half way does not hold.
    """
    before, n = len(points.update), len(more.loss)
    first, spent = (int(points.update[-1]) + 1, int(points.evaluations[-1] + points.taken[-1])) if before else (0, 0)
    update, path, loss = np.arange(first, first + n), np.asarray(more.theta), np.asarray(more.loss)
    together = (np.concatenate([points.update, update]), np.concatenate([points.path, path]), np.concatenate([points.loss, loss]))
    keep = thinned(*together, most)
    old, new = keep[keep < before], keep[keep >= before] - before
    gradient = np.asarray(more.gradient)[new]
    counts = None if more.evaluations is None else np.asarray(more.evaluations).astype(np.int64)
    unknown, ones = np.full_like(gradient, np.nan), np.ones_like(gradient)
    after = np.where((new == n - 1)[:, None], end, path[np.minimum(new + 1, n - 1)])
    added = Points(
        update=update[new],
        path=path[new],
        loss=loss[new],
        slope=np.asarray(more.slope)[new],
        gradient=gradient,
        momentum=_some(more.momentum, new, gradient if optimizer.lens else unknown),
        scale=_some(more.scale, new, ones if optimizer.lens else unknown),
        step=after - path[new],
        evaluations=spent + (new if counts is None else np.cumsum(counts)[new] - counts[new]),
        taken=np.ones_like(new) if counts is None else counts[new],
    )
    return Points(*(np.concatenate(parts) for parts in zip(points.at(old), added, strict=True)))
