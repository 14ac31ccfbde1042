"""Close-up of one point of a panel: loss, gradient, Hessian, the signs of its eigenvalues, and the error of its Taylor expansion."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import door
from compute.memo import memo
from labs.plane.problem import Problem, expanded, grid, probed, signs
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment
from landscape.curvature import NEAR_ZERO, Counts, eigenvalues
from landscape.grid import Axis
from landscape.taylor import taylor

RIM = 256  # points of the circle, where the error is largest as a rule
SIDE = 41  # points of the patch, a side; odd, so that the point itself is one of them


class Closeup(NamedTuple):
    """A point of a panel, and the loss on a square patch around it."""

    theta: Float[np.ndarray, " p"]
    loss: float
    gradient: Float[np.ndarray, " p"]
    hessian: Float[np.ndarray, "p p"]
    values: Float[np.ndarray, " p"]  # eigenvalues of all weights that are trained, ascending
    counts: Counts  # their signs, see problem.signs
    plane_eigenvalues: Float[np.ndarray, " 2"]  # of the two weights of the plane alone
    vectors: Float[np.ndarray, "2 2"]  # their eigenvectors, in columns
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " n"]
    true: Float[np.ndarray, "n n"]  # [i, j]: the loss at (a[j], b[i])
    expanded: Float[np.ndarray, "n n"]  # L + gᵀδ + ½δᵀHδ there
    error: float  # the largest |true − expanded| within the radius
    range: float  # of the loss within it

    @property
    def slope(self) -> float:
        return float(np.linalg.norm(self.gradient))

    @property
    def condition(self) -> float | None:
        """κ = λmax/λmin; None where not all eigenvalues are positive."""
        return float(self.values[-1] / self.values[0]) if self.counts.positive == self.values.size else None


def rest_of(panel: PanelResult) -> tuple[float, ...]:
    """Values of the weights that are not axes of the picture: those at the minimum, or at the start if there is no minimum."""
    return tuple(float(value) for value in (panel.start if panel.fit.theta is None else panel.fit.theta)[2:])


def point_of_interest(experiment: Experiment, panel: PanelResult) -> Float[np.ndarray, " p"]:
    """The requested point, in the plane of the picture; otherwise the end of the first walk, or the start if that walk diverged."""
    if experiment.point is not None:
        return np.array([*experiment.point, *rest_of(panel)])
    end = panel.walks[0].end if panel.walks and panel.walks[0].diverged is None else panel.start
    return np.array(end)


def closeup(experiment: Experiment, panel: PanelResult) -> Closeup:
    theta, unit = point_of_interest(experiment, panel), panel.unit
    return _closeup(panel.problem, tuple(theta.tolist()), tuple(unit.tolist()), experiment.radius)


@memo
@door
def _closeup(problem: Problem, theta: tuple[float, ...], unit: tuple[float, ...], radius: float) -> Closeup:
    loss, gradient, hessian = probed(problem, theta)
    reach = radius * np.array(unit[:2])
    across, up = (Axis(theta[i] - reach[i], theta[i] + reach[i], 0.0, 0.0) for i in (0, 1))
    a, b = across.points(SIDE), up.points(SIDE)
    true = grid(problem, theta[2:], across, up, SIDE)
    da, db = np.meshgrid(a - theta[0], b - theta[1])
    second = taylor(loss, gradient[:2], hessian[:2, :2], da, db)
    within = np.hypot(da / reach[0], db / reach[1]) <= 1 + 1e-12
    rim = np.zeros((RIM, len(theta)))
    turn = 2 * np.pi * np.arange(RIM) / RIM
    rim[:, 0], rim[:, 1] = reach[0] * np.cos(turn), reach[1] * np.sin(turn)
    on_rim = expanded(problem, np.array(theta) + rim)[0]
    off = np.abs(on_rim - taylor(loss, gradient[:2], hessian[:2, :2], rim[:, 0], rim[:, 1]))
    plane_eigenvalues, vectors = np.linalg.eigh(hessian[:2, :2])
    return Closeup(
        theta=np.array(theta),
        loss=loss,
        gradient=gradient,
        hessian=hessian,
        values=eigenvalues(hessian),
        counts=signs(problem, hessian, np.array(unit)),
        plane_eigenvalues=plane_eigenvalues,
        vectors=vectors,
        a=a,
        b=b,
        true=true,
        expanded=second,
        error=max(float(np.abs(true - second)[within].max()), float(off.max())),
        range=float(np.ptp(np.append(true[within], on_rim))),
    )


__all__ = ["NEAR_ZERO", "Closeup", "closeup", "point_of_interest", "rest_of"]
