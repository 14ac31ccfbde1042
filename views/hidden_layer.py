"""Hidden layer: standardized inputs, and the ravine comes back one layer deeper. Without and with batch normalization."""

from dataclasses import replace

import streamlit as st

from experiment import Experiment, Panel, PanelResult, pick
from lessons.scenes import HIDDEN
from numerals import numeral
from settings import Number, Pick
from views import lesson
from views.controls import number, toggle
from views.page import close_page, heading, next_step, open_page, picture
from views.rates import modes, rate
from views.session import Scene
from views.words import tr

GAIN = Number("gain", "", 1.0, 0.1, 100.0, log=True, symbol="g")
TICKS = [(0.1, "0.1"), (1.0, "1"), (8.0, "8"), (30.0, "30"), (100.0, "100")]


def gain(scene: Scene) -> None:
    now = float(dict(scene.experiment.surface.settings).get("gain", 1.0))
    number(
        scene,
        "gain",
        GAIN,
        now,
        lambda e, value: replace(e, surface=e.surface.having(gain=float(value))),
        label=tr("gain g of the second hidden unit"),
        ticks=TICKS,
    )


def batch_normalization(scene: Scene) -> None:
    def take(experiment: Experiment, on: bool) -> Experiment:
        features = experiment.panels[0].features
        plain, batch = Panel(features, Pick("none")), Panel(features, pick("batch"))
        return replace(experiment, panels=(plain, batch) if on else (plain,))

    toggle(
        scene,
        "batch",
        tr("Batch normalization"),
        any(panel.hidden.name != "none" for panel in scene.experiment.panels),
        lambda e, on: take(e, bool(on)),
        help=tr("A second picture of the same network with batch normalization before the activation: full batch, train mode."),
    )


def feature_normalization(scene: Scene) -> None:
    def take(experiment: Experiment, on: bool) -> Experiment:
        features = pick("standardize") if on else Pick("none")
        return replace(experiment, panels=tuple(replace(panel, features=features) for panel in experiment.panels))

    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        scene.experiment.panels[0].features.name != "none",
        lambda e, on: take(e, bool(on)),
        help=tr("Off: the network gets raw centimeters, far from centered. On: every feature has mean 0 and deviation 1."),
    )


def takeaway(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What batch normalization did here, for better or worse."""
    if len(panels) < 2 or panels[0].condition is None or panels[1].condition is None:
        return ""
    before, after = panels[0].condition, panels[1].condition
    raw = experiment.panels[0].features.name == "none"
    if after < before:
        said = tr("Batch normalization standardizes what the output weights see: κ went from {before} to {after}, whatever the gain.")
    elif raw:
        said = tr(
            "Here batch normalization makes κ worse, {before} → {after}: the raw inputs are far from 0, one side of the ReLU takes nearly "
            "all flowers, and after centering the two hidden units become nearly collinear. Normalize the features first."
        )
    else:
        said = tr("At this gain batch normalization is slightly worse: κ went from {before} to {after}. There was nothing to repair.")
    return said.format(before=numeral(before), after=numeral(after))


scene = open_page("hidden", HIDDEN)
if not lesson.hidden(scene):
    heading(tr("Standardized inputs are not enough: the next layer has scales of its own."))
    left, right = st.columns(2, gap="large")
    with left:
        gain(scene)
    with right:
        modes(scene)
        between = st.container()
        with st.container(horizontal=True):
            batch_normalization(scene)
            feature_normalization(scene)
    result = picture(scene)
    if result is not None:
        with between:
            rate(scene, result)
        lesson.answer(scene)
        if (said := takeaway(scene.experiment, result.panels)) != "":
            st.markdown(f"### {said}")
    st.caption(
        tr(
            "Two hidden ReLU units without bias, weights diag(1, g)·[[1, 1], [1, −1]]/√2; only the two output weights train, the output "
            "bias is at its best. Both panels start from the same function: vᵢ → σᵢ·vᵢ."
        )
    )
    next_step(scene, tr("set g = 1, where batch normalization has nothing to repair; then switch feature normalization off."))
close_page(scene)
