"""Whether a walk has arrived: it has come to rest at the lowest minimum that is known. One notion for the check mark, words and counts.

That a measure has come down to a share of what it was, Walk.settled, is a number of updates and no more: the loss may do so at a saddle,
or on the floor of a ravine, far from the minimum. Which measure, and which share, labs/plane/arrival.py says.
"""

from typing import NamedTuple

import numpy as np

from labs.plane.arrival import excess_of
from labs.plane.run import PanelResult
from labs.plane.walks import Walk
from verdict.verdict import Judgment

AT_REST = ("minimum", "degenerate minimum", "kink")  # the verdicts of walks that rest where nothing nearby is lower
SAME = 1e-5  # of what shares of the loss are of: two minima whose losses differ by less are equally low
FAR = 0.01  # of the distance at the start: less is not told


def arrived(panel: PanelResult, walked: Walk, end: Judgment | None) -> bool:
    """end: the verdict on its end; None where that is not known."""
    fit = panel.fit
    if end is None or walked.settled is None or end.kind not in AT_REST or fit.loss is None:
        return False
    critical, excess = end.point.critical, excess_of(panel.problem, fit, tuple(float(value) for value in panel.start))
    return critical is None or excess is None or critical.loss - fit.loss <= SAME * excess + 1e-9 * abs(fit.loss)


class Away(NamedTuple):
    """How far a walk still is from the minimum along the axis where it is farthest, beside where it began."""

    axis: int
    distance: float


def away(panel: PanelResult, walked: Walk) -> Away | None:
    """None where it is near, or where the minimum is not one point."""
    target = panel.fit.theta
    if target is None or panel.fit.reason is not None or not np.isfinite(walked.end).all():
        return None
    left, whole = np.abs(walked.end - target)[:2], np.abs(panel.start - target)[:2]
    shares = left / np.where(whole > 0, whole, np.inf)
    axis = int(np.argmax(shares))
    return Away(axis, float(left[axis])) if shares[axis] > FAR else None
