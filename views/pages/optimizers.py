"""Optimizers: one question a topic. Rates, momentum, adaptive methods, mini-batches, schedules."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.messages import N_
from core.numerals import numeral
from labs.plane.arrival import DISTANCE, GRADIENT, LOSS
from labs.plane.run import Result
from labs.plane.setup import DATA, SCHEDULE, Experiment
from lessons.scenes import ADAPTIVE, BATCHES, CONVEX, MOMENTUM, RATES, SCHEDULES
from views import lesson
from views.controls import field, number
from views.language import tr
from views.optimizers import convex
from views.page import body, end_page, heading, open_page, picture, takeaway, try_next
from views.plane.board import in_steps, method_of, title_of
from views.plane.control_panel import control_panel, schedule
from views.plane.main_controls import alike, correlation, sides, unit
from views.plane.rates import modes
from views.session import Scene
from views.topics import topics


@dataclass(frozen=True)
class Topic:
    """One question about optimizers."""

    label: str
    heading: Callable[[Experiment, Result], str]  # a claim about what is drawn now
    scene: Experiment  # what it opens on
    control: Callable[[Scene], None]  # its own, above the picture
    free: tuple[str, ...]  # the fields that this control changes
    takeaway: Callable[[Experiment, Result], str]  # the sentence under the picture, with the numbers of this moment
    try_next: Callable[[Experiment], str]  # only what does what it says from here


def batch(scene: Scene) -> None:
    ticks = [(1.0, "1"), (15.0, "15"), (150.0, "150")]
    number(scene, "batch size", field(scene, "batch"), label=tr("batch size (0 = all rows)"), low=0, high=150, ticks=ticks)


def _counts(result: Result, panel: int) -> str:
    """ "GD 115, RMSProp 56, Adam 27" """
    counts = []
    for walked in result.panels[panel].walks:
        end = tr("exploded") if walked.diverged is not None else tr("not there") if walked.settled is None else in_steps(walked.settled)[0]
        counts.append(f"{method_of(walked.picked)} {end}")
    return ", ".join(counts)


def takeaway_of_rates(experiment: Experiment, result: Result) -> str:
    walks, above, arrival = result.panels[0].walks, _above(result), result.panels[0].arrival
    text = {
        LOSS: tr(
            "One method, four rates: {counts}. Above the limit 2/λmax = {limit} it explodes: {above} of them. "
            "Of the {below} below it, {arrived} come down to {share} of the loss within {steps} updates."
        ),
        DISTANCE: tr(
            "One method, four rates: {counts}. Above the limit 2/λmax = {limit} it explodes: {above} of them. "
            "Of the {below} below it, {arrived} come down to {share} of the distance within {steps} updates."
        ),
        GRADIENT: tr(
            "One method, four rates: {counts}. Above the limit 2/λmax = {limit} it explodes: {above} of them. "
            "Of the {below} below it, {arrived} come down to {share} of the gradient within {steps} updates."
        ),
    }[arrival.measure]
    return text.format(
        counts=_counts(result, 0),
        limit=numeral(result.panels[0].fit.stable),
        above=above,
        below=len(walks) - above,
        arrived=sum(walked.settled is not None for walked in walks),
        share=f"{numeral(100 * arrival.share)} %",
        steps=f"{experiment.steps:,}",
    )


def _above(result: Result) -> int:
    """How many rates are above the limit."""
    limit = result.panels[0].fit.stable
    return 0 if limit is None else sum(walked.rated.rate > limit for walked in result.panels[0].walks)


def heading_of_rates(experiment: Experiment, result: Result) -> str:
    above = _above(result)
    if above == 0:
        return tr("Four learning rates, all below the speed limit: none explodes.")
    if above == len(result.panels[0].walks):
        return tr("Four learning rates, all above the speed limit: all explode.")
    return tr("One ravine, four learning rates: the speed limit decides.")


def takeaway_of_momentum(experiment: Experiment, result: Result) -> str:
    text = tr(
        "Steps at each method's own best rate: {counts}. In the long run the steps of plain descent grow as κ = {kappa}, those of "
        "momentum as √κ = {root}."
    )
    κ = result.panels[0].condition
    return text.format(counts=_counts(result, 0), kappa=numeral(κ), root=numeral(None if κ is None else math.sqrt(κ)))


def heading_of_momentum(experiment: Experiment, result: Result) -> str:
    plain, *others = (math.inf if walked.settled is None else walked.settled for walked in result.panels[0].walks)
    best, κ = min(others, default=math.inf), result.panels[0].condition
    if best == plain == math.inf:
        return tr("Momentum remembers where it was going: within these updates nobody comes down to the end.")
    if best >= plain:
        return tr("Momentum remembers where it was going: here it saves no steps.")
    if best > 0.5 * plain:
        return tr("Momentum remembers where it was going: here it saves few steps.")
    if κ is not None and κ > 10:
        return tr("Momentum remembers where it was going: far fewer steps through a ravine.")
    return tr("Momentum remembers where it was going: half of the steps, or fewer.")


def heading_of_batches(experiment: Experiment, result: Result) -> str:
    rows = result.panels[0].prepared
    if rows is not None and not 0 < experiment.batch < rows.n:
        return tr("All rows at every update: exact steps, and nothing trembles.")
    if rows is not None and 2 * experiment.batch > rows.n:
        return tr("Most rows at a time: steps nearly as dear as with all of them, and a walk that hardly trembles.")
    return tr("A few rows at a time: cheaper steps, and a walk that trembles.")


def heading_of_schedules(experiment: Experiment, result: Result) -> str:
    if experiment.schedule.name == "constant":
        return tr("The same learning rate to the end: as fast, and as restless, as at the start.")
    return tr("Start fast, end calm: a learning rate that changes while the walk goes on.")


def heading_of_adaptive(experiment: Experiment, result: Result) -> str:
    return tr("A rate for each weight: who still notices the unit, and what does correlation do?")


def takeaway_of_adaptive(experiment: Experiment, result: Result) -> str:
    """By the counts of this moment: who hardly notices the unit (at most half as many steps again), and who does."""
    raw, standardized = (panel.walks for panel in result.panels)
    names = [method_of(walked.picked) for walked in raw]
    counts = [[math.inf if walked.settled is None else walked.settled for walked in walks] for walks in (raw, standardized)]
    pairs = {name: (before, after) for name, before, after in zip(names, *counts, strict=True) if min(before, after) < math.inf}
    hardly = [name for name, (before, after) in pairs.items() if before <= 1.5 * after + 2]
    notice = [name for name in pairs if name not in hardly]
    rho = float(dict(experiment.data.settings).get("rho", 0.0))
    text = tr("ρ = {rho}. Steps raw: {raw}; standardized: {standardized}. Hardly notices the unit: {hardly}; does: {notice}.")
    return text.format(
        rho=f"{rho:.3g}",
        raw=_counts(result, 0),
        standardized=_counts(result, 1),
        hardly=", ".join(hardly) or "—",
        notice=", ".join(notice) or "—",
    )


def takeaway_of_batches(experiment: Experiment, result: Result) -> str:
    rows = result.panels[0].prepared
    n, size = rows.n if rows else 1, experiment.batch
    if not 0 < size < n:
        return tr("All {n} rows at every update: no noise. {counts}.").format(n=n, counts=_counts(result, 0))
    text = tr("{size} of {n} rows an update, {updates} updates an epoch, shuffled anew before each: {counts}.")
    return text.format(size=size, n=n, updates=-(-n // size), counts=_counts(result, 0))


def takeaway_of_schedules(experiment: Experiment, result: Result) -> str:
    text = tr("Mini-batches of {size}, schedule {schedule}: {counts}.")
    label = tr(SCHEDULE.items()[experiment.schedule.name].label)
    return text.format(size=experiment.batch, schedule=label, counts=_counts(result, 0))


def counts_alone(experiment: Experiment, result: Result) -> str:
    """Where a person has made the scene their own: the counts, and nothing that may not hold."""
    return "  \n".join(f"{title_of(panel).title}: {_counts(result, i)}." for i, panel in enumerate(result.panels))


def suggestion_of_rates(experiment: Experiment) -> str:
    return tr("move the unit: the same four rates, another ravine, another limit.")


def suggestion_of_momentum(experiment: Experiment) -> str:
    if experiment.scale2 >= 100:
        return tr("make the unit smaller, and compare how the three counts shrink.")
    return tr("stretch the ravine with the unit, and compare how the three counts grow.")


def suggestion_of_adaptive(experiment: Experiment) -> str:
    if abs(float(DATA.values(experiment.data)["rho"])) > 0.5:
        return tr("move the correlation to 0, and read the counts again.")
    return tr("move the correlation to 0.9, and read the counts again.")


def suggestion_of_batches(experiment: Experiment) -> str:
    if not 0 < experiment.batch < 150:
        return tr("take five rows at a time, and see both walks tremble.")
    return tr("make the batches larger until the trembling stops, or the rate smaller.")


def suggestion_of_schedules(experiment: Experiment) -> str:
    if experiment.schedule.name == "constant":
        return tr("switch the schedule to a cosine, and compare the counts.")
    return tr("switch the schedule to constant, and compare the counts.")


def suggestion_of_convex(experiment: Experiment) -> str:
    if len(experiment.optimizers) == 1:
        return tr("all four walks side by side, and see who gets how far.")
    return tr("one walk alone; then its rate at 0.000001, just below the limit.")


TOPICS = {
    "rates": Topic(
        N_("Rates"),
        heading_of_rates,
        RATES,
        unit,
        ("scale2",),
        takeaway_of_rates,
        suggestion_of_rates,
    ),
    "momentum": Topic(
        N_("Momentum"),
        heading_of_momentum,
        MOMENTUM,
        unit,
        ("scale2",),
        takeaway_of_momentum,
        suggestion_of_momentum,
    ),
    "adaptive": Topic(
        N_("Adaptive"),
        heading_of_adaptive,
        ADAPTIVE,
        correlation,
        ("data",),
        takeaway_of_adaptive,
        suggestion_of_adaptive,
    ),
    "batches": Topic(
        N_("Mini-batches"),
        heading_of_batches,
        BATCHES,
        batch,
        ("batch",),
        takeaway_of_batches,
        suggestion_of_batches,
    ),
    "schedules": Topic(
        N_("Schedules"),
        heading_of_schedules,
        SCHEDULES,
        schedule,
        ("schedule",),
        takeaway_of_schedules,
        suggestion_of_schedules,
    ),
    "convex": Topic(
        N_("Convex, and still hard"),
        convex.heading,
        CONVEX,
        convex.ways,
        ("optimizers",),
        convex.takeaway,
        suggestion_of_convex,
    ),
}


LABELS = {name: topic.label for name, topic in TOPICS.items()}
SCENES = {name: topic.scene for name, topic in TOPICS.items()}


@body
def optimizers() -> None:
    scene = open_page("optimizers", RATES, SCENES)
    topic = TOPICS[topics(scene, LABELS, SCENES)]
    own = alike(scene.experiment, topic.scene, *topic.free) and scene.experiment.data.name == topic.scene.data.name
    above = st.container()
    at_hand, folded = sides()
    with at_hand:
        topic.control(scene)
    with folded:
        modes(scene)
        between = st.container()
    result = picture(scene, rate_in=between)
    known = own and result is not None and result.progress == 1
    with above:
        heading(topic.heading(scene.experiment, result) if known and result is not None else tr(topic.label))
    if result is not None:
        if result.progress == 1:
            sentence = topic.takeaway if own else counts_alone
            takeaway(sentence(scene.experiment, result))
        else:
            st.markdown(tr("What the counts say stands here once every walk is at its end."))
    if own:
        try_next(topic.try_next(scene.experiment))
    control_panel(scene)
    end_page(scene)


optimizers()
lesson.links()
