"""The minimum of a panel's loss, and the curvature there."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import door
from compute.memo import memo
from core.messages import N_, Message, message
from core.settings import Pair
from labs.plane import kernels
from labs.plane.problem import Problem, inputs_and_predictions, probed, rows_of, summarized
from labs.plane.rows import prepared
from landscape.curvature import eigenvalues
from landscape.linear_programs import least_absolute, separable
from surfaces.loss import Loss
from surfaces.regression import the_loss
from surfaces.surface import Minima, Structure

_INFINITE = message(N_("minimum at infinity: the two classes can be separated, so larger weights are always better"))
ROUNDING = 1e-14  # of the loss of the best constant: below it, a squared error is an exact fit
RANK = 1e-15  # an eigenvalue of a Hessian that is at most this share of the largest is 0
_LATTICE = np.linspace(-3.0, 3.0, 7)  # where Newton's method starts on a loss with several minima


class Fit(NamedTuple):
    """The minimum of a panel and the curvature there. Without a minimum, theta, loss and the curvature are None."""

    theta: Float[np.ndarray, " p"] | None
    loss: float | None
    hessian: Float[np.ndarray, "2 2"] | None  # by the two weights of the plane
    plane_eigenvalues: Float[np.ndarray, " 2"] | None  # of that, ascending
    eigenvalues: Float[np.ndarray, " p"] | None  # of the Hessian by all weights that are trained, ascending
    reason: Message | None  # why there is no minimum or no κ
    baseline: float | None  # the loss of the best constant prediction
    quadratic: bool = False  # in the weights of the plane: the level lines are ellipses
    whole_condition: float | None = None  # κ by all weights and the bias, where there is more than the plane

    @property
    def limit(self) -> float | None:
        """2/λmax of the two weights of the plane."""
        return None if self.plane_eigenvalues is None or self.plane_eigenvalues[-1] <= 0 else float(2 / self.plane_eigenvalues[-1])

    @property
    def stable(self) -> float | None:
        """2/λmax of all weights that are trained: gradient descent explodes at any larger rate."""
        return None if self.eigenvalues is None or self.eigenvalues[-1] <= 0 else float(2 / self.eigenvalues[-1])

    @property
    def condition(self) -> float | None:
        if self.reason is not None or self.plane_eigenvalues is None:
            return None
        return float(self.plane_eigenvalues[1] / self.plane_eigenvalues[0])


def _nearest(minima: Minima, start: Pair) -> Float[np.ndarray, " 2"]:
    points = np.array(minima.points)
    return points[np.argmin(np.sum((points - np.array(start)) ** 2, axis=1))]


def _quadratic(structure: Structure) -> bool:
    """Whether the loss is a quadratic in θ: a squared error whose score is linear in θ."""
    return the_loss(structure).quadratic and dict(structure.options).get("plane") != "hidden"


def _starts(problem: Problem, loss: Loss, p: int) -> Float[np.ndarray, "s p"]:
    """Where Newton's method starts: a lattice for a loss with several minima; else 0, and what linear algebra says where Huber is flat."""
    if dict(problem.structure.options).get("plane") == "hidden":
        return np.array([(a, b) for a in _LATTICE for b in _LATTICE])
    starts = [np.zeros(p)]
    if not loss.labels:
        inputs, y, free, offset = _linear(problem, p)
        rows = np.vstack([inputs, np.ones_like(y)]) if free else inputs
        least_squares = np.linalg.lstsq(rows.T, y - offset, rcond=None)[0]
        starts += [theta[:p] for theta in (least_squares, least_absolute(inputs, y - offset, free))]
    return np.array(starts)


def _linear(problem: Problem, p: int) -> tuple[Float[np.ndarray, "2 n"], Float[np.ndarray, " n"], bool, float]:
    """A score that is linear in θ: what the weights multiply, the targets, whether a bias is free, and the one that is not."""
    bias = dict(problem.structure.options).get("bias", "best")
    inputs = inputs_and_predictions(problem, (0.0,) * p)[0]
    y = np.asarray(prepared(problem.source).rows.y)[: inputs.shape[1]] if problem.source else np.zeros(0)
    return inputs, y, bias in ("best", "trained"), dict(problem.numbers)["bias_value"] if bias == "fixed" else 0.0


Lowest = tuple[Float[np.ndarray, " p"] | None, Message | None]  # the minimum, or why there is none


def _lowest(problem: Problem, start: Pair) -> Lowest:
    """The minimum: a fact of a textbook surface, linear algebra, a linear program, or what Newton's method finds."""
    structure = problem.structure
    if problem.source is None:
        minima = problem.surface.minima(structure, dict(problem.numbers))
        return (None, message(N_("this surface has no minimum"))) if minima is None else (_nearest(minima, start), None)
    loss = the_loss(structure)
    if problem.surface.classes:  # strictly convex
        return _newton(problem, np.zeros((1, len(problem.axes))))[0], None
    if _quadratic(structure):
        return _of_quadratic(problem), None
    if dict(structure.options).get("plane") != "hidden" and (loss.labels or not loss.smooth):
        inputs, y, free, offset = _linear(problem, len(problem.axes))
        if loss.labels and separable(inputs, y, free):
            return None, _INFINITE
        if not loss.smooth:
            return least_absolute(inputs, y - offset, free)[: len(problem.axes)], None
    return _searched(problem, loss, start)


def _newton(problem: Problem, starts: Float[np.ndarray, "s p"]) -> tuple[Float[np.ndarray, " p"], Float[np.ndarray, ""]]:
    """The lowest point that Newton's method finds, and its loss."""
    theta, value = kernels.minimizer(problem.structure)(problem.traced, rows_of(problem), starts)
    return np.asarray(theta), np.asarray(value)


def _of_quadratic(problem: Problem) -> Float[np.ndarray, " p"]:
    """The minimum of a quadratic: one Newton step from any point."""
    _, gradient, hessian = probed(problem, (0.0,) * len(problem.axes))
    unit = np.sqrt(np.where(np.diag(hessian) > 0, np.diag(hessian), 1.0))  # features in units of their own: any scale is exact
    return -np.linalg.lstsq(hessian / np.outer(unit, unit), gradient / unit, rcond=1e-14)[0] / unit


def _searched(problem: Problem, loss: Loss, start: Pair) -> Lowest:
    """The point that Newton's method finds, if it is a minimum."""
    theta, value = _newton(problem, _starts(problem, loss, len(problem.axes)))
    if loss.labels and value < 1e-6:
        return None, _INFINITE
    if not (np.isfinite(value) and np.all(np.abs(theta) < 1e6)):
        return None, message(N_("no minimum was found: the loss keeps falling far away"))
    if problem.surface.flat(problem.structure) is not None:  # any point of the ray will do: the one as far out as the start is
        moved = theta * (np.hypot(*start) / np.hypot(*theta) or 1.0)
        if probed(problem, tuple(moved))[0] <= value + 2e-5 * abs(value):
            return moved, None
    return theta, None


def _singular(hessian: Float[np.ndarray, "2 2"], formula: bool) -> bool:
    """Whether a direction is flat: by λmin/λmax ≤ 1e-8 for a formula; for data whatever the units of its features are."""
    values = eigenvalues(hessian)
    if formula:
        return bool(values[0] <= 1e-8 * values[1])
    unit = np.sqrt(np.diag(hessian))
    return bool(np.any(unit == 0) or eigenvalues(hessian / np.outer(unit, unit))[0] <= 1e-13)


def _constant(problem: Problem, theta: Float[np.ndarray, " p"]) -> bool:
    """Whether what a weight of the plane multiplies is the same for all rows, up to rounding: a hidden unit that is saturated."""
    inputs = inputs_and_predictions(problem, tuple(theta.tolist()))[0]
    return bool(np.any(inputs.std(axis=1) <= 1e-12 * np.abs(inputs).max(axis=1)))


def _whole_condition(problem: Problem, theta: Float[np.ndarray, " p"], trained: Float[np.ndarray, " p"]) -> float | None:
    """λmax/λmin of the Hessian by all weights and the bias, at the minimum; None where the plane is all that there is, or λmin is 0.

    A bias that is at its best takes the means of the inputs out of the Hessian by the two weights; here they are in it. Of a squared error
    it is that of [x; 1][x; 1]ᵀ, by singular values, whose squares are as exact as the rows. trained: eigenvalues by what is trained.
    """
    chosen = dict(problem.structure.options)
    if problem.source is None or chosen.get("plane") == "hidden" or chosen.get("bias", "best") not in ("best", "trained"):
        return None
    values = trained
    if not problem.surface.classes and _quadratic(problem.structure):
        inputs = inputs_and_predictions(problem, tuple(theta))[0]
        values = np.linalg.svd(np.vstack([inputs, np.ones(inputs.shape[1])]), compute_uv=False)[::-1] ** 2
    elif chosen.get("bias") == "best":
        bias = float(kernels.best_bias(problem.structure)(problem.traced, summarized(problem), theta))
        options = tuple((name, "trained" if name == "bias" else value) for name, value in problem.structure.options)
        beside = replace(problem, structure=replace(problem.structure, options=options))
        values = eigenvalues(probed(beside, (*theta, bias))[2])
    return float(values[-1] / values[0]) if values.size > 2 and values[0] > RANK * values[-1] else None


@memo
@door
def fitted(problem: Problem, start: Pair) -> Fit:
    """The minimum and the exact Hessian there. `start` only selects among several minima of a textbook surface."""
    surface, structure, rows = problem.surface, problem.structure, rows_of(problem)
    baseline = None if rows is None else float(kernels.baseliner(structure)(problem.traced, rows))
    theta, missing = _lowest(problem, start)
    if theta is None:
        return Fit(None, None, None, None, None, missing, baseline)
    value, _, hessian = probed(problem, tuple(theta))
    quadratic = surface.quadratic if rows is None else _quadratic(structure)
    if not surface.smooth(structure):
        return Fit(theta, value, None, None, None, message(N_("the loss has a kink at its minimum: no second derivative")), baseline)
    values, plane_eigenvalues = eigenvalues(hessian), eigenvalues(hessian[:2, :2])
    along = theta[:2] / (np.hypot(*theta[:2]) or 1.0)
    ray = abs(float(along @ hessian[:2, :2] @ along)) <= 1e-3 * plane_eigenvalues[1]
    reason = surface.flat(structure) if ray else None
    if reason is None and (_singular(hessian[:2, :2], rows is None) or (surface.hidden_layer and _constant(problem, theta))):
        reason = message(N_("flat direction: the smallest curvature is zero"))
    return Fit(
        theta=theta,
        loss=0.0 if quadratic and value <= ROUNDING * abs(baseline or 0.0) else value,
        hessian=hessian[:2, :2],
        plane_eigenvalues=plane_eigenvalues,
        eigenvalues=values,
        reason=reason,
        baseline=baseline,
        quadratic=quadratic,
        whole_condition=_whole_condition(problem, theta, values),
    )
