"""Plain gradient descent on a quadratic, without a walk: along each eigenvector of the Hessian the distance shrinks by 1 − ηλ.

L(θₖ) − L* = ½ Σ λᵢ dᵢ² (1 − ηλᵢ)²ᵏ, where d is the start's distance from the minimum along the eigenvectors. A sum of powers is convex in
k: a walk that is at the goal after its last update has been there since it first was.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compute.programs import traced
from labs.plane.arrival import goal_of
from labs.plane.kernels import Lanes
from labs.plane.problem import sparsely_expanded
from labs.plane.sweep import STAYS, Sweep
from labs.plane.walks import WalkSetup
from optim.descent import Carry


class ClosedForm(NamedTuple):
    """What sweep.Track tells of walks, told without them."""

    setup: WalkSetup
    curvatures: Float[np.ndarray, " p"]
    heights: Float[np.ndarray, " p"]  # ½λd²: how much each direction adds to the loss at the start
    goal: float

    @property
    def end(self) -> int:
        """Points of a whole walk: before the first update, and after each."""
        return self.setup.updates.steps + 1

    def excess(self, rates: Float[np.ndarray, " r"], k: Int[np.ndarray, " r"]) -> Float[np.ndarray, " r"]:
        """The loss above the minimum after k updates with each rate."""
        with np.errstate(over="ignore"):
            return np.sum(self.heights * np.abs(1 - rates[:, None] * self.curvatures) ** (2.0 * k[:, None]), axis=1)

    def swept(self, lanes: Lanes, most: float = np.inf) -> Iterator[Sweep]:
        """How all walks end."""
        rates, steps = lanes["rate"], self.end - 1
        before, arrived = np.full(rates.size, -1), np.full(rates.size, steps)
        stays = self.excess(rates, arrived) <= self.goal
        while np.any(arrived - before > 1):  # the first update at the goal lies beyond `before`, and not beyond `arrived`
            middle = (before + arrived) // 2
            there = self.excess(rates, middle) <= self.goal
            before, arrived = np.where(there, before, middle), np.where(there, middle, arrived)
        above = np.where(stays, arrived - 1, steps)
        soon = np.full(rates.size, min(steps, 3 * int(arrived[stays].min(initial=steps)) + STAYS))
        loss, none = self.excess(rates, soon), traced(np.zeros((rates.size, 0)))
        alive, ends = traced(np.isfinite(loss)), traced(np.full(rates.size, self.end))
        yield Sweep(lanes, Carry(t=ends, theta=none, memory=(), order=none, alive=alive, above=traced(above)), loss, 1.0)


def closed_form(setup: WalkSetup) -> ClosedForm | None:
    """None where the loss is no quadratic, another measure than it counts, or the walk is no plain descent with one rate and all rows."""
    fit, updates = setup.fit, setup.updates
    plain = setup.optimizer.name == "gradient_descent" and not setup.batch and updates.schedule.name == "constant" and not updates.warmup
    goal = goal_of(setup.problem, fit, setup.start, updates.arrival)
    if not plain or not fit.quadratic or fit.theta is None or goal is None:
        return None
    curvatures, vectors = np.linalg.eigh(sparsely_expanded(setup.problem, fit.theta[None])[2][0])
    distances = vectors.T @ (np.array(setup.start) - fit.theta)
    heights = 0.5 * curvatures * distances**2
    counts = heights > 0
    return ClosedForm(setup, curvatures[counts], heights[counts], goal)
