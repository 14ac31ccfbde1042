"""Bursts of a walk near a minimum: its steps do not shrink as its gradients do, until the minimum throws it out again."""

from typing import NamedTuple

import numpy as np

from labs.plane.minimum import Fit
from labs.plane.walks import Walk
from optim.optimizer import optimizers

HIGH = 2.0  # times the lowest loss: a walk that has been below it and is above it again bursts
EDGE = 2.0  # η·λmax of the preconditioned Hessian above which steps along its eigenvector grow


class Bursts(NamedTuple):
    """What the record of a walk holds of them."""

    many: int  # those that the record tells apart: late in a long walk several may be one
    first: tuple[int, int]  # the first update at which the loss is high again, and the first at which it no longer is
    peak: float  # the highest loss after it had been low, in units of the lowest
    unstable: int | None  # the first update at which η·λmax of σ^−½Hσ^−½ is above 2; None without σ


def bursts(walked: Walk, fit: Fit) -> Bursts | None:
    """None where there are none, or where the lowest loss is 0 or not known."""
    points = walked.points
    if fit.loss is None or fit.hessian is None or fit.loss <= 0 or not fit.quadratic:
        return None
    high = points.loss > HIGH * fit.loss
    if high.all():
        return None
    since = int(np.argmin(high))
    turns = np.diff(high[since:].astype(np.int8))
    begins, ends = (points.update[since + 1 + np.flatnonzero(turns == way)] for way in (1, -1))
    if not begins.size:
        return None
    end = int(ends[0]) if ends.size else walked.done
    peak = float(points.loss[since:].max()) / fit.loss
    return Bursts(begins.size, (int(begins[0]), end), peak, _unstable(walked, fit))


def _unstable(walked: Walk, fit: Fit) -> int | None:
    points = walked.points
    if not optimizers()[walked.picked.name].adaptive or points.path.shape[1] != 2:
        return None
    known = np.flatnonzero(np.isfinite(points.scale).all(axis=1) & (points.scale > 0).all(axis=1))
    roots = np.sqrt(points.scale[known])
    curvature = np.linalg.eigvalsh(fit.hessian / (roots[:, :, None] * roots[:, None, :]))[:, -1]
    above = known[walked.rates[known] * curvature > EDGE]
    return int(points.update[above[0]]) if above.size else None
