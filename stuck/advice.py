"""What a verdict says to a person: one sentence, and one thing to try next, as a change of the experiment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from experiment import SAME, Experiment, PanelResult, start_at, unit_of
from landscape.curvature import Counts
from optim.verdict import Kind
from settings import N_, Message, message, pick
from stuck.downhill import downhill
from stuck.verdicts import Judged, judged
from walks import Walk, optimizers

MOST_STEPS = 100_000

LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        "moving": N_("moving"),
        "bouncing": N_("bouncing across a ravine"),
        "plateau": N_("on a plateau"),
        "saddle": N_("at a saddle"),
        "maximum": N_("at a maximum"),
        "minimum": N_("at a minimum"),
        "degenerate minimum": N_("in a flat valley of minima"),
        "kink": N_("at a kink"),
        "limit cycle": N_("in a limit cycle"),
        "noise floor": N_("on the noise floor of mini-batches"),
        "infinity": N_("minimum at infinity"),
        "diverging": N_("diverging"),
        "out of budget": N_("out of budget"),
        "held by decay": N_("held by weight decay"),
        "stopped": N_("its steps have died out"),
    }
)


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


def sentence(found: Judged) -> Message:
    """The verdict as a student reads it, with the numbers that made it."""
    return _SENTENCES[found.kind](found)


def _counts(found: Judged) -> Counts:
    return Counts(0, 0, 0) if found.place is None else found.place.counts


def _steepness(found: Judged) -> Message:
    """ "η·λmax = 1.9, of 2 that are stable" where that is known."""
    if not np.isfinite(found.sharpness):
        return message(N_("its steps are as long as before"))
    return message(N_("η·λmax = {sharpness}, and {stable} is the limit"), sharpness=found.sharpness, stable=found.stable)


def _diverging(found: Judged) -> Message:
    if found.needed is None:
        return message(N_("Diverging since update {k}: every step makes the loss larger."), k=found.verdict.since or 0)
    said = N_("Diverging since update {k}: the rate is too large for the steepest direction. Below η = {needed} it would have been stable.")
    if not found.quadratic:
        said = N_(
            "Diverging since update {k}: the rate is too large for the steepest direction. The limit {stable}/λmax was {needed} there."
        )
    return message(said, k=found.verdict.since or 0, needed=found.needed, stable=found.stable)


def _critical(text: str) -> Callable[[Judged], Message]:
    def said(found: Judged) -> Message:
        place, counts = found.place, _counts(found)
        lowest, highest = (float(place.values[0]), float(place.values[-1])) if place is not None else (0.0, 0.0)
        return message(text, slope=found.slope, lowest=lowest, highest=highest, zero=counts.zero, all=sum(counts))

    return said


_bent = _critical(N_("At a saddle: the gradient is {slope}, but along one direction the curvature is {lowest}: that way leads down."))
_level = _critical(N_("At a saddle: gradient ({slope}) and curvature are zero, but third derivatives are not: some ways lead down."))


def _saddle(found: Judged) -> Message:
    return _bent(found) if _counts(found).negative else _level(found)


_SENTENCES: Mapping[Kind, Callable[[Judged], Message]] = MappingProxyType(
    {
        "moving": lambda j: message(N_("Moving: the loss is {loss} and still falls, the gradient is {slope}."), loss=j.loss, slope=j.slope),
        "bouncing": lambda j: message(
            N_("Bouncing across a ravine: it steps back and forth over the valley ({steepness}). The gradient is {slope}, not small."),
            steepness=_steepness(j),
            slope=j.slope,
        ),
        "plateau": lambda j: message(
            N_("On a plateau: gradient ({slope}) and curvature are tiny, but this is no minimum. Plain steps are too short here."),
            slope=j.slope,
        ),
        "saddle": _saddle,
        "maximum": _critical(N_("At a maximum: the gradient is {slope}, and every direction leads down (largest curvature {highest}).")),
        "minimum": _critical(N_("At a minimum: the gradient is {slope}, and every direction leads up (smallest curvature {lowest}).")),
        "degenerate minimum": _critical(
            N_("In a flat valley of minima: the gradient is {slope}, and {zero} of {all} curvatures is zero. Nothing is lower nearby.")
        ),
        "kink": lambda j: message(
            N_("At a kink: lowest here, but the gradient jumps instead of becoming small (around: {slope})."),
            slope=j.usual,
        ),
        "limit cycle": lambda j: message(
            N_("In a limit cycle: it goes round in place near a loss of {loss}, with a gradient of {slope}. Stuck, and not at all flat."),
            loss=j.level,
            slope=j.usual,
        ),
        "noise floor": lambda j: message(
            N_("On the noise floor: the mini-batches disagree by more than what is left to descend, so the loss trembles around {loss}."),
            loss=j.level,
        ),
        "infinity": lambda j: message(
            N_("The minimum is at infinity: the loss ({loss}) falls for ever while the weights grow. It can never arrive."), loss=j.loss
        ),
        "diverging": _diverging,
        "out of budget": lambda j: message(
            N_("Out of budget: after {n} updates the loss is {loss} and still falls; it was stopped, it is not stuck."),
            n=j.update,
            loss=j.loss,
        ),
        "held by decay": lambda j: message(
            N_("At rest where weight decay balances the gradient ({slope}): it pulls the weights back as fast as they grow."),
            slope=j.slope,
        ),
        "stopped": lambda j: message(
            N_("Its steps have died out, though the gradient ({slope}) has not: the rate has fallen too far, or the batches say nothing."),
            slope=j.slope,
        ),
    }
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
