"""The atlas of one panel's window: its minima, saddles, maxima, valleys, flat regions and kinks. Memoized, as in problem.py."""

import numpy as np

from compute.engine import door
from compute.memo import memo
from core.settings import Window
from labs.plane.minimum import fitted
from labs.plane.problem import Problem, expanded
from landscape.critical.atlas import Atlas, atlas
from landscape.critical.expansions import Expand, Expansions, Points


def expand_of(problem: Problem, rest: tuple[float, ...]) -> Expand:
    """Points of the plane of the first two weights -> loss, gradient and Hessian. rest: the values of all other weights."""

    def expand(points: Points) -> Expansions:
        loss, gradient, hessian = expanded(problem, np.concatenate([points, np.broadcast_to(rest, (len(points), len(rest)))], axis=1))
        return Expansions(loss, gradient[:, :2], hessian[:, :2, :2])

    return expand


def _creased(problem: Problem) -> bool:
    """Whether the loss may have kinks in this plane: its own, or those of an activation whose inputs are the weights of the plane."""
    chosen = dict(problem.structure.options)
    return not problem.surface.smooth(problem.structure) or (chosen.get("plane") == "hidden" and chosen.get("activation") == "relu")


@memo
@door
def atlas_of(problem: Problem, rest: tuple[float, ...], window: Window) -> Atlas:
    """Critical points in a window of the plane of the first two weights. rest: the values of all other weights.

    For a model of data the fitted minimum is added as a starting point: where the units of two features differ much, it lies in a valley
    far thinner than the cells of the search. It is listed only if the gradient vanishes there.
    """
    hints = None
    if problem.source is not None:
        theta = fitted(problem, (0.0, 0.0)).theta
        hints = None if theta is None else theta[None, :2]
    return atlas(expand_of(problem, rest), window, hints, _creased(problem))


__all__ = ["Atlas", "atlas_of", "expand_of"]
