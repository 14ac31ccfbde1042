"""Convex, and still hard: the lecture's regression of b and w. One minimum, a ravine, and four ways that do or do not get there."""

from dataclasses import replace

import numpy as np

from core.messages import N_
from core.numerals import numeral
from core.settings import Pick
from labs.plane.bursts import Bursts, bursts
from labs.plane.run import PanelResult, Result
from labs.plane.setup import Experiment, optimizers
from labs.plane.walks import Walk
from lessons.scenes import CONVEX
from verdict.arrival import away
from views.controls import menu
from views.language import tr
from views.plane.board import method_of
from views.session import Scene

ALL = "all"
WAYS: dict[str, tuple[str, tuple[Pick, ...]]] = {
    ALL: (N_("all four"), CONVEX.optimizers),
    "large": (N_("η = 10⁻²"), CONVEX.optimizers[:1]),
    "small": (N_("η = 10⁻⁷"), CONVEX.optimizers[1:2]),
    "own": (N_("a rate each"), CONVEX.optimizers[2:3]),
    "decay": (N_("with decay"), CONVEX.optimizers[3:]),
}


def ways(scene: Scene) -> None:
    """One click each: which walks are drawn."""
    now = next((name for name, (_, walks) in WAYS.items() if walks == scene.experiment.optimizers), ALL)
    menu(
        scene,
        "convex",
        tr("walks"),
        tuple(WAYS),
        lambda name: tr(WAYS[name][0]),
        now,
        lambda e, name: replace(e, optimizers=WAYS[str(name)][1]),
        segmented=True,
    )


def _plain(walked: Walk) -> bool:
    return not optimizers()[walked.picked.name].adaptive


def _far(panel: PanelResult, walked: Walk) -> bool:
    return walked.diverged is not None or away(panel, walked) is not None


def heading(experiment: Experiment, result: Result) -> str:
    (panel,) = result.panels
    plain = [walked for walked in panel.walks if _plain(walked)]
    if plain and all(_far(panel, walked) for walked in plain):
        return tr("A convex surface with one minimum, and gradient descent does not get there.")
    if any(bursts(walked, panel.fit) is not None for walked in panel.walks):
        return tr("A rate for each weight gets there, and is thrown out again and again.")
    if not any(_far(panel, walked) for walked in panel.walks):
        return tr("A convex surface with one minimum: this way gets there.")
    return tr("Convex, and still hard")


def _named(walked: Walk) -> str:
    return tr("{method}, η = {rate}").format(method=method_of(walked.picked), rate=numeral(walked.rated.rate))


def _about(number: float) -> str:
    """A large number with three digits: 722,000."""
    return f"{float(f'{number:.3g}'):,.0f}"


def _away(panel: PanelResult, walked: Walk) -> str:
    """How far from the minimum along b, the first axis."""
    assert panel.fit.theta is not None
    return numeral(float(f"{abs(float(walked.end[0] - panel.fit.theta[0])):.4g}"))


def takeaway(experiment: Experiment, result: Result) -> str:
    (panel,) = result.panels
    if len(panel.walks) == 1:
        return alone(experiment, panel, panel.walks[0])
    assert panel.fit.theta is not None
    ends = "; ".join(
        tr("{walk}: explodes at update {k}").format(walk=_named(walked), k=walked.diverged)
        if walked.diverged is not None
        else tr("{walk}: {distance}").format(walk=_named(walked), distance=_away(panel, walked))
        for walked in panel.walks
    )
    b, w = (numeral(float(f"{value:.4g}")) for value in panel.fit.theta)
    text = tr("The minimum is at b = {b}, w = {w}. Away from it in b after {steps} updates: {ends}.")
    return text.format(b=b, w=w, steps=f"{experiment.steps:,}", ends=ends)


def alone(experiment: Experiment, panel: PanelResult, walked: Walk) -> str:
    """Of one walk: where it ends, and why."""
    name, limit, κ = _named(walked), numeral(panel.fit.stable), panel.condition
    if walked.diverged is not None:
        text = tr("{walk} explodes at update {k}: the limit 2/λmax is {limit}. Axes that end near by make its first steps a zigzag.")
        return text.format(walk=name, k=walked.diverged, limit=limit)
    if (burst := bursts(walked, panel.fit)) is not None:
        return _bursting(experiment, panel, walked, burst)
    end = tr("{walk}: after {steps} updates {distance} away from the minimum in b.").format(
        walk=name, steps=f"{experiment.steps:,}", distance=_away(panel, walked)
    )
    if _plain(walked) and κ is not None and κ > 1:
        needed = np.log(100) / np.log((κ + 1) / (κ - 1))
        why = tr("κ = {kappa}: even at the best fixed rate, {limit} at most, a hundredth of the way is left after {needed} updates.")
        return f"{end} {why.format(kappa=numeral(κ), limit=limit, needed=_about(needed))}"
    if walked.picked.name == "adagrad":
        return end + " " + tr("It is the root mean square with the rate η/√(t + 1): its steps shrink, and nothing throws it out.")
    return end


def _bursting(experiment: Experiment, panel: PanelResult, walked: Walk, burst: Bursts) -> str:
    text = tr(
        "{walk}: its steps do not shrink as its gradients do. It is thrown out, first at updates {first} to {last}, at least {count} "
        "times in {steps} updates, up to {peak} times the lowest loss."
    ).format(
        walk=_named(walked),
        first=burst.first[0],
        last=burst.first[1],
        count=burst.many,
        steps=f"{experiment.steps:,}",
        peak=numeral(float(f"{burst.peak:.3g}")),
    )
    if burst.unstable is None:
        return text
    return f"{text} " + tr("η·λmax of σ^−½Hσ^−½ passes 2 at update {k}.").format(k=burst.unstable)
