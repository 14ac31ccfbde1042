"""A descent step from a point where the gradient vanishes: along the most negative curvature, or to where third derivatives lead."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from labs.plane.problem import Problem, expanded
from landscape.curvature import Counts

NUDGE = 0.05  # of half the picture: the length of the step, by its largest coordinate
WAYS = 64  # directions that are tried where no curvature is negative


class Expansion(NamedTuple):
    """The second-order expansion of a loss at a point."""

    theta: Float[np.ndarray, " p"]  # the point
    gradient: Float[np.ndarray, " p"]
    hessian: Float[np.ndarray, "p p"]
    counts: Counts  # signs of the eigenvalues


def downhill(problem: Problem, at: Expansion, unit: Float[np.ndarray, " p"]) -> Float[np.ndarray, " p"] | None:
    """A step from a point to where the loss is lower; None where nothing leads down. unit: half the sides of the picture.

    counts.negative: ± the eigenvector of the smallest eigenvalue, to the side where the gradient, if there is one, does not rise. Else,
    where a curvature is zero, to the lowest point of a circle in the plane of the picture, if that is lower by more than the zero curvature
    explains: a monkey saddle has three such ways.
    """
    if at.counts.negative:
        axis = np.linalg.eigh(at.hessian)[1][:, 0]
        way = axis / float(np.abs(axis / unit).max())
        return NUDGE * way * (-1.0 if float(at.gradient @ way) > 0 else 1.0)
    if not at.counts.zero:
        return None
    turn = 2 * np.pi * np.arange(WAYS) / WAYS
    ring = np.zeros((WAYS, at.theta.size))
    ring[:, 0], ring[:, 1] = np.cos(turn), np.sin(turn)
    steps = NUDGE * ring * unit
    losses = expanded(problem, np.concatenate([at.theta[None], at.theta + steps]))[0]
    explained = steps @ at.gradient + 0.5 * np.einsum("ki,ij,kj->k", steps, at.hessian, steps)
    falls = losses[1:] - losses[0]
    lowest = int(np.argmin(falls))
    deep = 1e-6 * float(np.abs(falls).max()) + 2 * abs(float(explained[lowest]))
    return steps[lowest] if falls[lowest] < -deep else None
