"""What counts as arrived, for counts, check marks, verdicts and the search for the best rate.

A walk has arrived at the update from which on a measure stays within a share of what it was at the start: the loss above the minimum (on
data of what the best constant has, which no start changes), the distance from the minimum, or the norm of the gradient.
"""

from typing import NamedTuple

import numpy as np

from labs.plane.minimum import Fit
from labs.plane.problem import Problem, probed
from optim.descent import Target

LOSS, DISTANCE, GRADIENT = "loss", "distance", "gradient"
SHARE = 0.01
CEILING = 1e12  # diverged: the loss is this many times what it was


class Arrival(NamedTuple):
    """A measure, and the share of it that counts as arrived."""

    measure: str = LOSS
    share: float = SHARE


def excess_of(problem: Problem, fit: Fit, start: tuple[float, ...]) -> float | None:
    """What shares of the loss are of: that of the best constant; the start's above the minimum on a textbook surface."""
    if fit.loss is None:
        return None
    return probed(problem, start)[0] - fit.loss if fit.baseline is None else fit.baseline


def goal_of(problem: Problem, fit: Fit, start: tuple[float, ...], arrival: Arrival) -> float | None:
    """The loss above the minimum below which a walk counts as arrived; None where that is not what counts."""
    excess = excess_of(problem, fit, start)
    return None if excess is None or arrival.measure != LOSS else arrival.share * excess


def target_of(problem: Problem, fit: Fit, start: tuple[float, ...], arrival: Arrival) -> Target:
    """What a walk is held against at every update. Without a minimum none ever arrives."""
    here, gradient, _ = probed(problem, start)
    ceiling = np.float64(CEILING * max(abs(here), 1.0 if fit.baseline is None else fit.baseline))
    goal, zero = goal_of(problem, fit, start, arrival), np.zeros(len(start))
    if fit.loss is None or fit.theta is None:
        return Target(np.float64(-np.inf), np.float64(0.0), ceiling, zero)
    target = Target(np.float64(fit.loss), np.float64(np.inf if goal is None else goal), ceiling, fit.theta)
    if arrival.measure == DISTANCE:
        return target._replace(reach=np.float64(arrival.share * np.linalg.norm(np.array(start) - fit.theta)))
    if arrival.measure == GRADIENT:
        return target._replace(steep=np.float64(arrival.share * np.linalg.norm(gradient)))
    return target
