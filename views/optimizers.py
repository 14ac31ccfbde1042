"""Optimizers: one question a topic. Rates, momentum, adaptive methods, mini-batches, schedules."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from experiment import FIELDS, Experiment, Result, optimizers
from lessons.scenes import ADAPTIVE, BATCHES, MOMENTUM, RATES, SCHEDULES
from numerals import numeral
from settings import N_, Count, Number
from views.controls import number
from views.drawer import schedule
from views.page import close_page, heading, next_step, open_page, picture
from views.rates import modes, rate
from views.session import Scene, turn
from views.words import language, tr


@dataclass(frozen=True)
class Topic:
    """scene: what it opens on. front: its own control. said(result): the sentence under the picture, with the numbers of this moment."""

    label: str
    heading: str
    scene: Experiment
    front: Callable[[Scene], None]
    said: Callable[[Experiment, Result], str]
    try_next: str


def unit(scene: Scene) -> None:
    field = Number("scale2", "", 10.0, 0.1, 100.0, log=True, symbol="×")
    number(
        scene,
        "unit",
        field,
        scene.experiment.scale2,
        lambda e, value: replace(e, scale2=float(value)),
        label=tr("unit of x₂"),
        ticks=[(1.0, "×1"), (10.0, "×10"), (100.0, "×100")],
    )


def correlation(scene: Scene) -> None:
    field = Number("rho", "", 0.0, -0.999, 0.999, symbol="ρ")
    now = float(dict(scene.experiment.data.settings).get("rho", 0.0))
    number(
        scene,
        "rho",
        field,
        now,
        lambda e, value: replace(e, data=e.data.having(rho=value) if e.data.name == "correlated_pair" else e.data),
        label=tr("correlation of x₁ and x₂"),
        ticks=[(-0.9, "−0.9"), (0.0, "0"), (0.9, "0.9")],
    )


def batch(scene: Scene) -> None:
    field = FIELDS["batch"]
    assert isinstance(field, Count)
    number(
        scene,
        "batch size",
        field,
        scene.experiment.batch,
        lambda e, value: replace(e, batch=int(value)),
        label=tr("batch size (0 = all rows)"),
        low=0,
        high=150,
        ticks=[(1.0, "1"), (15.0, "15"), (150.0, "150")],
    )


def _counts(result: Result, panel: int) -> str:
    """ "GD 115, RMSProp 56, Adam 27" """
    said = []
    for walked in result.panels[panel].walks:
        ended = tr("exploded") if walked.diverged is not None else tr("not there") if walked.settled is None else f"{walked.settled:,}"
        said.append(f"{tr(optimizers()[walked.picked.name].label)} {ended}")
    return ", ".join(said)


def said_rates(experiment: Experiment, result: Result) -> str:
    limit = result.panels[0].limit or 0.0
    said = tr("One method, four rates. The limit is 2/λmax = {limit}: just below it the walk bounces across the ravine, above it explodes.")
    return said.format(limit=numeral(limit))


def said_momentum(experiment: Experiment, result: Result) -> str:
    return tr("Steps at each method's own best rate: {counts}. Momentum needs about √κ steps where plain descent needs κ.").format(
        counts=_counts(result, 0)
    )


def said_adaptive(experiment: Experiment, result: Result) -> str:
    rho = float(dict(experiment.data.settings).get("rho", 0.0))
    counts = tr("Raw: {raw}. Standardized: {standardized}.").format(
        raw=_counts(result, 0), standardized=_counts(result, min(1, len(result.panels) - 1))
    )
    told = (
        tr("Uncorrelated features: adaptive methods hardly notice the unit, each weight has its own rate.")
        if abs(rho) < 0.3
        else tr("Correlated features: the ravine is oblique, a rate for each weight cannot turn it, and adaptive methods slow down too.")
    )
    return f"{told} {counts}"


def said_batches(experiment: Experiment, result: Result) -> str:
    rows = result.panels[0].prepared
    n = rows.n if rows else 1
    size = experiment.batch if 0 < experiment.batch < n else n
    said = tr("{size} of {n} rows an update, {updates} updates an epoch, shuffled anew before each. A larger rate trembles more.")
    return said.format(size=size, n=n, updates=-(-n // size))


def said_schedules(experiment: Experiment, result: Result) -> str:
    return tr("Mini-batches of {size}: with a constant rate the walk keeps trembling; a rate that falls lets it settle. {counts}.").format(
        size=experiment.batch, counts=_counts(result, 0)
    )


TOPICS = {
    "rates": Topic(
        N_("Rates"),
        N_("Too slow, good, bouncing, exploding: one ravine, four learning rates."),
        RATES,
        unit,
        said_rates,
        N_("move the unit: the same four rates, another ravine, another limit."),
    ),
    "momentum": Topic(
        N_("Momentum"),
        N_("Momentum remembers where it was going, and stops bouncing."),
        MOMENTUM,
        unit,
        said_momentum,
        N_("stretch the ravine with the unit, and compare how the three counts grow."),
    ),
    "adaptive": Topic(
        N_("Adaptive"),
        N_("A rate for each weight: scales hardly matter any more. Correlation does."),
        ADAPTIVE,
        correlation,
        said_adaptive,
        N_("move the correlation from 0 to 0.9, and read the counts again."),
    ),
    "batches": Topic(
        N_("Mini-batches"),
        N_("A few rows at a time: cheaper steps, and a walk that trembles."),
        BATCHES,
        batch,
        said_batches,
        N_("make the batches larger until the trembling stops, or the rate smaller."),
    ),
    "schedules": Topic(
        N_("Schedules"),
        N_("Start fast, end calm: a learning rate that changes while the walk goes on."),
        SCHEDULES,
        schedule,
        said_schedules,
        N_("switch the schedule to constant: the walk no longer arrives for good."),
    ),
}


def topics(scene: Scene) -> None:
    """The five topics of the page. Another topic starts from its own scene."""
    key = f"topics {language()}"
    st.session_state[key] = scene.shown.topic

    def taken() -> None:
        name = st.session_state[key] or scene.shown.topic
        turn(scene.page, name, TOPICS[name].scene)

    st.segmented_control(
        tr("topic"), list(TOPICS), format_func=lambda name: tr(TOPICS[name].label), key=key, on_change=taken, label_visibility="collapsed"
    )


scene = open_page("optimizers", RATES, {name: topic.scene for name, topic in TOPICS.items()})
topic = TOPICS[scene.shown.topic]
topics(scene)
heading(tr(topic.heading))
left, right = st.columns(2, gap="large")
with left:
    topic.front(scene)
with right:
    modes(scene)
    between = st.container()
result = picture(scene)
if result is not None:
    with between:
        rate(scene, result)
    st.markdown(f"### {topic.said(scene.experiment, result)}")
next_step(scene, tr(topic.try_next))
close_page(scene)
