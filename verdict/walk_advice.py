"""Things to try after a verdict on a walk of two parameters, as changes of the experiment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from compute.engine import door
from compute.memo import memo
from core.messages import N_, message
from core.settings import numbers, pick
from labs.plane.downhill import Expansion, downhill
from labs.plane.run import PanelResult, setup_of, start_at
from labs.plane.setup import SAME, Experiment
from labs.plane.walks import Rated, Walk, WalkSetup, walk
from verdict.verdict import Judgment, Suggestion

MOST_STEPS = 100_000


def _slot(panel: PanelResult, walked: Walk) -> int:
    return next(i for i, other in enumerate(panel.walks) if other is walked)


def with_settings(panel: PanelResult, walked: Walk, name: str | None = None, **changes: float) -> Callable[[Experiment], Experiment]:
    """Every walk keeps the numbers that it has now, and this one gets others; `name`: another optimizer in its place."""
    slot = _slot(panel, walked)

    def change(experiment: Experiment) -> Experiment:
        kept = [pick(walk.picked.name, **dict(walk.rated.hyper)) if walk.rated.hyper else walk.picked for walk in panel.walks]
        kept[slot] = kept[slot].having(**changes) if name is None else pick(name, **changes)
        return replace(experiment, mode=SAME, optimizers=tuple(kept))

    return change


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")


TRIALS, PATIENCE = 40, 0.3  # rates that are tried at most, each for so many seconds at most


def _tried(setup: WalkSetup, hyper: Mapping[str, float]) -> Walk:
    return walk(setup, Rated(tuple(sorted(hyper.items())), message(N_("its own number"))), time.monotonic() + PATIENCE)


@memo
@door
def stays(setup: WalkSetup, hyper: tuple[tuple[str, float], ...], rate: float) -> float:
    """The largest of rate, rate/2, rate/4 … at which the walk does not explode, in three digits."""
    for _ in range(TRIALS):
        if _tried(setup, dict(hyper) | {"rate": _rounded(rate)}).diverged is None:
            break
        rate *= 0.5
    return _rounded(rate)


@memo
@door
def helps(setup: WalkSetup, loss: float) -> bool:
    """Whether a walk with its own numbers, as far as it is tried, ends lower than this."""
    tried = _tried(setup, numbers(setup.optimizer, setup.method.fields))
    return tried.diverged is None and float(tried.points.loss[-1]) < loss


def slower(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """Half of what would have been stable, or half of what it was; smaller, where it would explode even then."""
    before = dict(walked.rated.hyper)["rate"]
    rate = 0.5 * min(before, judgment.point.stable_rate if judgment.point.stable_rate is not None else before)
    rate = stays(setup_of(experiment, panel, walked.picked), walked.rated.hyper, rate)
    return Suggestion(message(N_("Set η to {rate}"), rate=rate), with_settings(panel, walked, rate=rate))


def across(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """Raw features can be standardized; else a momentum averages the bouncing out where it helps; else the rate is halved."""
    if panel.problem.source is not None and panel.panel.features.name == "none":

        def standardized(e: Experiment) -> Experiment:
            return replace(e, mode="best", panels=tuple(replace(p, features=pick("standardize")) for p in e.panels))

        return Suggestion(message(N_("Standardize the features")), standardized)
    rate = _rounded(1 / float(judgment.point.eigenvalues[-1]) if judgment.point.eigenvalues[-1] > 0 else 0.01)
    heavy = pick("momentum", rate=rate, momentum=0.9)
    if not helps(setup_of(experiment, panel, heavy), judgment.point.loss):
        return slower(experiment, panel, walked, judgment)
    return Suggestion(
        message(N_("Momentum 0.9 with η = {rate}"), rate=rate), with_settings(panel, walked, "momentum", rate=rate, momentum=0.9)
    )


def adaptive(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment]:
    """Steps whose length does not depend on the gradient's: a fiftieth of half the picture."""
    rate = _rounded(0.02 * float(panel.unit[:2].min()))
    return Suggestion(
        message(N_("Adam with η = {rate}: its steps are as long where the slope is small"), rate=rate),
        with_settings(panel, walked, "adam", rate=rate),
    )


def escape(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """The start a small step off, to where it goes down; Newton's method, which saddles attract, hands over to plain descent."""
    critical = judgment.point.critical
    if critical is None:
        return None
    at = Expansion(critical.theta, np.zeros_like(critical.theta), critical.hessian, critical.counts)
    step = downhill(panel.problem, at, panel.unit)
    if step is None:
        return None
    below = critical.theta + step
    start = start_at(experiment, panel.panel, (float(below[0]), float(below[1])))
    moved = (_rounded(start[0]), _rounded(start[1]))
    plain = with_settings(panel, walked, "gradient_descent", rate=panel.problem.surface.rate)

    def change(e: Experiment) -> Experiment:
        return replace(plain(e) if walked.picked.name == "newton" else e, start=moved)

    return Suggestion(
        message(N_("Step along the negative curvature") if critical.counts.negative else N_("Step to where it goes down")), change
    )


def revive(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment]:
    """A rate that does not fall, else all rows, else ten times the rate."""
    if experiment.schedule.name != "constant":
        return Suggestion(message(N_("Keep the rate constant")), lambda e: replace(e, schedule=pick("constant")))
    if experiment.batch:
        return Suggestion(message(N_("All rows at every update")), lambda e: replace(e, batch=0))
    rate = _rounded(10 * dict(walked.rated.hyper).get("rate", 0.01))
    return Suggestion(message(N_("Set η to {rate}"), rate=rate), with_settings(panel, walked, rate=rate))


def calming(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """A rate that falls to 0 over the run, the same for every walk; half of the rate where that leaves it higher than it is."""

    def change(e: Experiment) -> Experiment:
        return replace(e, schedule=pick("cosine"), warmup=0)

    own = walked.picked.having(**dict(walked.rated.hyper))
    if not helps(setup_of(change(experiment), panel, own), judgment.recent_loss):
        return slower(experiment, panel, walked, judgment)
    return Suggestion(message(N_("Let the rate fall to 0: a cosine schedule")), change)


def decaying(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """Weights that cost something; nothing helps a formula that falls without end."""
    if panel.problem.source is None:
        return None
    return Suggestion(
        message(N_("AdamW with weight decay 0.5: large weights cost something")),
        with_settings(panel, walked, "adamw", rate=0.05, decay=0.5),
    )


def longer(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    if experiment.steps >= MOST_STEPS:
        return adaptive(experiment, panel, walked, judgment)
    steps = min(MOST_STEPS, 10 * experiment.steps)
    return Suggestion(message(N_("{steps} updates"), steps=steps), lambda e: replace(e, steps=steps))
