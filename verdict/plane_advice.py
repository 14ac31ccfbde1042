"""What a verdict says to a person: one sentence, and one thing to try next, as a change of the experiment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from core.messages import N_, Message, message
from core.settings import pick
from labs.plane.downhill import downhill
from labs.plane.run import PanelResult, start_at, unit_of
from labs.plane.setup import SAME, Experiment
from labs.plane.walks import Walk
from landscape.curvature import Counts
from optim.optimizer import optimizers
from verdict.plane import Judged, judged
from verdict.rules import Kind
from verdict.words import LABELS, LIMIT_THERE, STABLE_BELOW, steepness, told

MOST_STEPS = 100_000


class Suggestion(NamedTuple):
    """said: what the button says. change: what it does."""

    said: Message
    change: Callable[[Experiment], Experiment]


def judge(experiment: Experiment, panel: PanelResult, walked: Walk, points: Sequence[int] | None = None) -> list[Judged]:
    """The verdicts on one walk of a panel, at its end or at some of the points that are kept of it."""
    n = 0 if panel.prepared is None else panel.prepared.n
    whole = not 0 < experiment.batch < n or optimizers()[walked.picked.name].full_batch_only
    return judged(panel.problem, panel.fit, walked, unit_of(experiment, panel), whole=whole, points=points)


MOMENTS = 40  # of a walk that are judged for its story


def story(experiment: Experiment, panel: PanelResult, walked: Walk) -> list[tuple[int, Kind]]:
    """What it did, and from which update on: the verdicts at some forty of its points, those that repeat left out. The first is at 0."""
    last = walked.update.size - 1
    early = np.geomspace(1, last + 1, MOMENTS // 2) - 1 if last else np.zeros(1)
    points = np.unique(np.concatenate([early, np.linspace(0, last, MOMENTS // 2)]).round().astype(int))
    told: list[tuple[int, Kind]] = []
    for found in judge(experiment, panel, walked, [int(i) for i in points]):
        if not told or told[-1][1] != found.kind:
            told.append((found.update, found.kind))
    return told


THIRD_ORDER = N_("At a saddle: gradient ({slope}) and curvature are zero, but third derivatives are not: some ways lead down.")


def sentence(found: Judged) -> Message:
    """The verdict as a student reads it, with the numbers that made it."""
    place, instead = found.place, ""
    counts = Counts(0, 0, 0) if place is None else place.counts
    if found.kind == "saddle" and not counts.negative:
        instead = THIRD_ORDER
    if found.needed is not None:
        instead = STABLE_BELOW if found.quadratic else LIMIT_THERE
    return told(
        found.verdict,
        instead,
        (found.loss, found.slope),
        (found.level, found.usual),
        lowest=float(found.values[0] if place is None else place.values[0]),
        highest=float(found.values[-1] if place is None else place.values[-1]),
        zero=counts.zero,
        all=sum(counts),
        n=found.update,
        k=found.verdict.since or 0,
        needed=found.needed or 0.0,
        stable=found.stable,
        steepness=steepness(found.sharpness, found.stable),
    )


def suggestion(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion | None:
    """One thing to try; None where it has arrived."""
    make = _SUGGESTIONS.get(found.kind)
    return None if make is None else make(experiment, panel, walked, found)


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


def _lower(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion:
    """Half of what would have been stable, or half of what it was."""
    before = dict(walked.rated.hyper).get("rate", 0.01)
    rate = _rounded(0.5 * min(before, found.needed if found.needed is not None else before))
    return Suggestion(message(N_("Set η to {rate}"), rate=rate), with_settings(panel, walked, rate=rate))


def _across(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion:
    """Raw features can be standardized; else a momentum averages the bouncing out."""
    if panel.problem.source is not None and panel.panel.features.name == "none":

        def standardized(e: Experiment) -> Experiment:
            return replace(e, mode="best", panels=tuple(replace(p, features=pick("standardize")) for p in e.panels))

        return Suggestion(message(N_("Standardize the features")), standardized)
    rate = _rounded(1 / float(found.values[-1]) if found.values[-1] > 0 else 0.01)
    return Suggestion(
        message(N_("Momentum 0.9 with η = {rate}"), rate=rate), with_settings(panel, walked, "momentum", rate=rate, momentum=0.9)
    )


def _adaptive(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion:
    """Steps whose length does not depend on the gradient's: a fiftieth of half the picture."""
    rate = _rounded(0.02 * float(unit_of(experiment, panel)[:2].min()))
    return Suggestion(
        message(N_("Adam with η = {rate}: its steps are as long where the slope is small"), rate=rate),
        with_settings(panel, walked, "adam", rate=rate),
    )


def _escape(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion | None:
    """The start a small step off, to where it goes down; Newton's method, which saddles attract, hands over to plain descent."""
    place = found.place
    if place is None:
        return None
    step = downhill(panel.problem, place.at, np.zeros_like(place.at), place.hessian, place.counts, unit_of(experiment, panel))
    if step is None:
        return None
    at = place.at + step
    start = start_at(experiment, panel.panel, (float(at[0]), float(at[1])))
    moved = (_rounded(start[0]), _rounded(start[1]))
    plain = with_settings(panel, walked, "gradient_descent", rate=panel.problem.surface.rate)

    def change(e: Experiment) -> Experiment:
        return replace(plain(e) if walked.picked.name == "newton" else e, start=moved)

    return Suggestion(
        message(N_("Step along the negative curvature") if place.counts.negative else N_("Step to where it goes down")), change
    )


def _revive(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion:
    """A rate that does not fall, else all rows, else ten times the rate."""
    if experiment.schedule.name != "constant":
        return Suggestion(message(N_("Keep the rate constant")), lambda e: replace(e, schedule=pick("constant")))
    if experiment.batch:
        return Suggestion(message(N_("All rows at every update")), lambda e: replace(e, batch=0))
    rate = _rounded(10 * dict(walked.rated.hyper).get("rate", 0.01))
    return Suggestion(message(N_("Set η to {rate}"), rate=rate), with_settings(panel, walked, rate=rate))


def _calming(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion:
    """A rate that falls to 0 over the run: the same for every walk."""
    return Suggestion(
        message(N_("Let the rate fall to 0: a cosine schedule")),
        lambda e: replace(e, schedule=pick("cosine"), warmup=0),
    )


def _decaying(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion | None:
    """Weights that cost something; nothing helps a formula that falls without end."""
    if panel.problem.source is None:
        return None
    return Suggestion(
        message(N_("AdamW with weight decay 0.5: large weights cost something")),
        with_settings(panel, walked, "adamw", rate=0.05, decay=0.5),
    )


def _longer(experiment: Experiment, panel: PanelResult, walked: Walk, found: Judged) -> Suggestion | None:
    if experiment.steps >= MOST_STEPS:
        return _adaptive(experiment, panel, walked, found)
    steps = min(MOST_STEPS, 10 * experiment.steps)
    return Suggestion(message(N_("{steps} updates"), steps=steps), lambda e: replace(e, steps=steps))


_SUGGESTIONS: Mapping[Kind, Callable[[Experiment, PanelResult, Walk, Judged], Suggestion | None]] = MappingProxyType(
    {
        "diverging": _lower,
        "bouncing": _across,
        "plateau": _adaptive,
        "saddle": _escape,
        "maximum": _escape,
        "limit cycle": _calming,
        "noise floor": _calming,
        "infinity": _decaying,
        "out of budget": _longer,
        "stopped": _revive,
    }
)

__all__ = ["LABELS", "Suggestion", "judge", "sentence", "story", "suggestion"]
