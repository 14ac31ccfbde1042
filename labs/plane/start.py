"""The start of the walks: from weights of the raw features to weights of a panel, and back."""

import numpy as np
from jaxtyping import Float

from compute.engine import door
from core.settings import Pair
from labs.plane import kernels
from labs.plane.problem import Problem
from labs.plane.rows import prepared


@door
def started(problem: Problem, start: Pair) -> tuple[Problem, Float[np.ndarray, " p"]]:
    """The start, given for the raw features, as the panel's own: x̃ = A(x − m) asks for w̃ = A⁻ᵀw and b̃ = b + mᵀw.

    Under a hidden normalization the output weights take up what it divides by; off the plane they are numbers of the problem.
    """
    if problem.source is None:
        return problem, np.array(start)
    affine, rows = prepared(problem.source).affine, prepared(problem.source).rows
    chosen, numbers = dict(problem.structure.options), dict(problem.numbers)
    if problem.surface.classes:  # all other weights start at 0
        return problem, np.concatenate([np.linalg.solve(affine.matrix.T, np.array(start)), np.zeros(len(problem.axes) - 2)])
    if "bias" in chosen:
        w = np.array(start[1:] if chosen["bias"] == "axis" else start)
        moved = np.linalg.solve(affine.matrix.T, w)
        if chosen["bias"] == "axis":
            return problem, np.array([start[0] + affine.shift @ w, *moved])
        if chosen["bias"] == "trained":
            return problem, np.array([*moved, numbers["bias_value"] + affine.shift @ w])
        return problem, moved
    theta, changed = kernels.starter(problem.structure)(problem.traced, rows, np.array(start))
    numbers = {name: float(value) for name, value in changed.items()}
    return Problem(problem.structure, tuple(sorted(numbers.items())), problem.source), np.asarray(theta)


@door
def unstarted(problem: Problem, at: Pair, near: Pair) -> Pair:
    """The start for the raw features whose place in the panel's plane is `at`.

    `started` is affine in the start: three points of it, around one that is `near`, tell all of it.
    """
    origin, *ends = (started(problem, (near[0] + u, near[1] + v))[1][:2] for u, v in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    moved = np.linalg.solve(np.stack([end - origin for end in ends], axis=1), np.array(at) - origin)
    return (float(near[0] + moved[0]), float(near[1] + moved[1]))
