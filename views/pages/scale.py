"""Scale: the same data and model, one feature in another unit. Raw and standardized side by side."""

import math
from dataclasses import replace

import streamlit as st

from core.numerals import numeral
from core.settings import pick
from labs.plane.run import PanelResult, Result
from labs.plane.setup import FEATURES, MOST_OPTIMIZERS, SAME, Experiment, optimizers, surfaces
from lessons.scenes import SCALE
from views import lesson
from views.control_panel import fold
from views.controls import chips
from views.language import tr
from views.page import body, end_page, heading, open_page, picture, takeaway, try_next
from views.plane.control_panel import control_panel
from views.plane.main_controls import correlation, feature_normalization, morph, sides, unit
from views.plane.rates import modes
from views.session import Scene

CHIPS = ("momentum", "rmsprop", "adam")


def headline(experiment: Experiment, result: Result) -> str:
    rows = result.panels[0].prepared
    if rows is None:
        return tr("A formula has no data, and no units: see the Workbench for more of them.")
    units = sum(scale != 1 for scale in (experiment.scale1, experiment.scale2))
    if len({panel.problem for panel in result.panels}) != len(result.panels) or len(result.panels) == 1 or not alike(experiment):
        text = tr("{n} rows, and what the walks make of them.")
    elif experiment.data.name == "iris" and units == 1 and [panel.features.name for panel in experiment.panels] == ["none", "standardize"]:
        text = tr("Same {n} flowers, same model. Only the unit of one feature changed.")
    else:
        text = tr("Same {n} rows, same model. Only how the features are normalized differs.")
    return text.format(n=rows.n)


def alike(experiment: Experiment) -> bool:
    """Whether the pictures differ in how their features are normalized, and in nothing else."""
    return len({replace(panel, features=pick("none"), window=None) for panel in experiment.panels}) == 1


def methods(scene: Scene) -> None:
    there = [picked.name for picked in scene.experiment.optimizers if picked.name in CHIPS]

    def take(experiment: Experiment, names: list[str]) -> Experiment:
        """What is no chip stays; gradient descent comes first."""
        kept = {picked.name: picked for picked in experiment.optimizers}
        others = [picked for picked in experiment.optimizers if picked.name not in CHIPS] or [pick("gradient_descent")]
        picked = (*others, *(kept.get(name, pick(name)) for name in CHIPS if name in names))
        return replace(experiment, optimizers=picked[:MOST_OPTIMIZERS])

    chips(scene, "methods", tr("beside gradient descent"), CHIPS, lambda name: f"+ {tr(optimizers()[name].label)}", there, take)


def gained(panels: tuple[PanelResult, ...]) -> str:
    """What normalization did to the speed limit and to κ, where the two pictures are raw and normalized."""
    if len(panels) != 2 or panels[0].panel.features.name != "none" or panels[1].panel.features.name == "none":
        return ""
    raw, other = panels
    amount = FEATURES.values(other.panel.features).get("amount", 1.0)
    low, high = raw.fit.stable, other.fit.stable
    if low is None or high is None or amount != 1.0:
        return ""
    times, same = high / low, math.isclose(low, high, rel_tol=1e-3)
    text = tr("Normalization did not speed up the rate, it raised the speed limit {times} times: 2/λmax went from {low} to {high}.")
    if same:
        text = tr("This normalization leaves 2/λmax at {low}: its features are as far apart as the raw ones.")
    elif not (raw.fit.quadratic and other.fit.quadratic):
        text = tr("Normalization made another surface of it: 2/λmax at the minimum went from {low} to {high}, κ from {before} to {after}.")
    elif times < 1.05:
        text = tr("Normalization changed the speed limit from {low} to {high}. What it does to the steps is told by κ: {before} → {after}.")
    return text.format(
        times=f"{times:,.0f}" if times >= 9.5 else f"{times:.2g}",
        low=numeral(low),
        high=numeral(high),
        before=numeral(raw.condition),
        after=numeral(other.condition),
    )


def suggestion(experiment: Experiment) -> str:
    """Only what does what it says from here."""
    if not surfaces()[experiment.surface.name].needs_data:
        return tr("pick linear regression under All controls, Model and loss: its rows have units.")
    features = [panel.features for panel in experiment.panels]
    raw = [picked.name == "none" for picked in features]
    if not any(raw) or all(raw):
        return tr("switch feature normalization on, and compare.") if any(raw) else tr("switch feature normalization off, and compare.")
    if experiment.data.name == "correlated_pair" and pick("standardize") in features:
        return tr("move the correlation, then the unit: one of them moves the standardized picture, the other does not.")
    if features == [pick("none"), pick("standardize")] and experiment.scale2 < 100 and experiment.mode != SAME and alike(experiment):
        return tr("drag the unit to ×100 and watch the left picture only; then give both pictures the same number η.")
    return tr("move the unit, and see which of the pictures it moves.")


@body
def scale() -> None:
    scene = open_page("scale", SCALE)
    if not lesson.hidden(scene):
        above = st.container()
        at_hand, folded = sides()
        with at_hand:
            unit(scene)
            correlation(scene)
        with folded:
            modes(scene)
            between = st.container()
            with st.container(horizontal=True, vertical_alignment="bottom"):
                methods(scene)
                feature_normalization(scene)
        result = picture(scene, rate_in=between)
        if result is not None:
            with above:
                heading(headline(scene.experiment, result))
            if any(panel.panel.features.name != "none" for panel in result.panels):
                inside = fold(tr("Watch the ravine turn into a bowl"), "scale morphing", ":material/animation:")
                if inside is not None:
                    with inside:
                        morph(scene)
            lesson.answer(scene)
            takeaway(gained(result.panels))
        try_next(suggestion(scene.experiment))
        control_panel(scene)
    end_page(scene)


scale()
lesson.links()
