"""Escape from a saddle: plain descent, momentum, mini-batch noise, and a step along the most negative curvature, from one point."""

import math
import time
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import door
from core.messages import N_, Message, message
from core.settings import Pick, pick
from labs.plane.closeup import Closeup
from labs.plane.downhill import Expansion, downhill
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment, start_of
from labs.plane.walks import Rated, Updates, Walk, WalkSetup, walk

LEFT = 0.1  # of half the picture: so far away it has left
MOST = 2000  # updates of the race


class Runner(NamedTuple):
    """One walk of the race."""

    name: str  # what it does
    walk: Walk
    left: int | None  # the first update at which it was farther than LEFT from the point, and lower; None: it never was


@door
def step_off(experiment: Experiment, panel: PanelResult, near: Closeup) -> Float[np.ndarray, " p"] | None:
    """A step from the point of the close-up to a lower loss; None where nothing leads down."""
    at = Expansion(near.theta, near.gradient, near.hessian, near.counts)
    return downhill(panel.problem, at, panel.unit)


def rate_of(experiment: Experiment, panel: PanelResult) -> float:
    """Learning rate of the race: that of the first plain walk, or half the stable limit at the minimum, or the surface's default."""
    plain = [dict(walked.rated.hyper) for walked in panel.walks if walked.picked.name == "gradient_descent" and walked.rated.hyper]
    if plain:
        return plain[0]["rate"]
    return 0.5 * panel.fit.stable if panel.fit.stable is not None else panel.problem.surface.rate


def batch_of(experiment: Experiment, panel: PanelResult) -> int | None:
    """Mini-batch size: that of the experiment, or a tenth of the rows; None for a formula, which has no rows."""
    if panel.prepared is None:
        return None
    n = panel.prepared.n
    return experiment.batch if 0 < experiment.batch < n else max(1, n // 10)


@door
def race(experiment: Experiment, panel: PanelResult, near: Closeup, patience: float = math.inf) -> tuple[Runner, ...]:
    """All walks of the race, from the point of the close-up, at one learning rate. For a formula there is none with mini-batches."""
    unit, rate, step = panel.unit, rate_of(experiment, panel), step_off(experiment, panel, near)
    size, steps, deadline = batch_of(experiment, panel), min(experiment.steps, MOST), time.monotonic() + patience
    plain, heavy = pick("gradient_descent", rate=rate), pick("momentum", rate=rate, momentum=0.9)
    entered: list[tuple[str, Pick, int, Float[np.ndarray, " p"]]] = [
        (N_("plain gradient descent"), plain, 0, near.theta),
        (N_("momentum 0.9"), heavy, 0, near.theta),
    ]
    if size is not None:
        entered.append((N_("mini-batch noise"), plain, size, near.theta))
    if step is not None:
        name = N_("a step along the negative curvature") if near.counts.negative else N_("a step down")
        entered.append((name, plain, 0, near.theta + step))

    def runner(name: str, picked: Pick, batch: int, start: Float[np.ndarray, " p"]) -> Runner:
        hyper = Rated(picked.settings, message(N_("its own number")))  # type: ignore[arg-type]  # both are numbers
        updates = Updates(steps, batch, experiment.seed, pick("constant"), 0)
        walked = walk(WalkSetup(panel.problem, start_of(experiment), tuple(start.tolist()), picked, updates), hyper, deadline)
        with np.errstate(invalid="ignore"):
            away = (np.abs((walked.points.path - near.theta) / unit).max(axis=1) > LEFT) & (walked.points.loss < near.loss)
        return Runner(name, walked, int(walked.points.update[np.argmax(away)]) if away.any() else None)

    return tuple(runner(*each) for each in entered)


def outcomes(runners: tuple[Runner, ...]) -> list[tuple[str, Message]]:
    """Name of each runner, and the update at which it left."""

    def outcome(runner: Runner) -> Message:
        if runner.left is None:
            return message(N_("still there after {k}"), k=runner.walk.done)
        return message(N_("leaves at update {k}"), k=runner.left)

    return [(runner.name, outcome(runner)) for runner in runners]
