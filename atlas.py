"""The atlas of one panel's window: its minima, saddles, maxima, valleys, flat regions and kinks. Memoized, as in problem.py."""

from functools import lru_cache

import jax
import numpy as np

import kernels
from landscape.critical_points import Atlas, atlas
from landscape.expansions import Expand, Expansions, Points
from landscape.grid import Plane
from problem import Problem, Window, fitted, summarized


def expand_of(problem: Problem, rest: tuple[float, ...]) -> Expand:
    """Points of the two drawn weights -> loss, gradient and Hessian; `rest` holds the others still."""
    p = 2 + len(rest)
    plane = Plane(np.array([0.0, 0.0, *rest]), np.eye(p)[0], np.eye(p)[1])
    kernel, numbers, summary = kernels.expander(problem.structure), problem.traced, summarized(problem)

    def some(points: Points) -> Expansions:
        room = np.zeros((kernels.EXPANDED, 2))
        room[: len(points)] = points
        found = jax.device_get(kernel(numbers, summary, plane, room, np.int64(len(points))))
        return Expansions(*(np.array(part[: len(points)]) for part in found))

    def expand(points: Points) -> Expansions:
        parts = [some(points[i : i + kernels.EXPANDED]) for i in range(0, max(1, len(points)), kernels.EXPANDED)]
        return parts[0] if len(parts) == 1 else Expansions(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    return expand


def _creased(problem: Problem) -> bool:
    """Whether the loss may have kinks in this plane: its own, or those of an activation whose input is drawn."""
    chosen = dict(problem.structure.options)
    return not problem.surface.smooth(problem.structure) or (chosen.get("plane") == "hidden" and chosen.get("activation") == "relu")


@lru_cache(48)
def atlas_of(problem: Problem, rest: tuple[float, ...], window: Window) -> Atlas:
    """Of the window of the two drawn weights, while `rest` holds the others still.

    Of data, the panel's minimum is looked at too: where the units of two features lie far apart, it lies in a valley far thinner than the
    picture's cells. It is listed only if the gradient vanishes there.
    """
    hints = None
    if problem.source is not None:
        theta = fitted(problem, (0.0, 0.0)).theta
        hints = None if theta is None else theta[None, :2]
    return atlas(expand_of(problem, rest), window, hints, _creased(problem))
