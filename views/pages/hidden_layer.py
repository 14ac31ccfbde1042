"""Hidden layer: standardized inputs, and the ravine comes back one layer deeper. Without and with batch normalization."""

import streamlit as st

from core.numerals import numeral
from labs.plane.run import PanelResult
from labs.plane.setup import SURFACE, Experiment, surfaces
from lessons.scenes import HIDDEN
from views import lesson
from views.controls import number, picked
from views.language import tr
from views.page import body, end_page, heading, open_page, picture, takeaway, try_next
from views.plane.control_panel import control_panel
from views.plane.main_controls import all_features_normalized, batch_normalization, sides
from views.plane.rates import modes
from views.session import Scene

TICKS = [(0.1, "0.1"), (1.0, "1"), (8.0, "8"), (30.0, "30"), (100.0, "100")]


def gain(scene: Scene) -> None:
    surface = picked(scene, "surface")
    if surface.has("gain"):
        number(scene, "gain", surface.slot("gain"), label=tr("gain g of the second hidden unit"), ticks=TICKS)


def loud(experiment: Experiment) -> bool:
    """Whether one hidden unit is at least twice as loud as the other."""
    gain = float(SURFACE.values(experiment.surface).get("gain", 1.0))
    return not 0.5 < gain < 2


def headline(experiment: Experiment) -> str:
    if not surfaces()[experiment.surface.name].hidden_layer:
        return tr("This model has no hidden layer: pick the network with two hidden units under All controls.")
    if all(panel.features.name == "standardize" for panel in experiment.panels):
        if not loud(experiment):
            return tr("Standardized inputs, and two hidden units of about the same scale: no ravine one layer deeper.")
        return tr("Standardized inputs are not enough: the next layer has scales of its own.")
    return tr("What the output weights see is what the hidden layer makes of the inputs.")


def gained(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What batch normalization did here, for better or worse, where it is the only difference between the two pictures."""
    if len(panels) != 2 or panels[0].condition is None or panels[1].condition is None:
        return ""
    kinds = [panel.problem.structure.hidden for panel in panels]
    if kinds != ["none", "batch"] or panels[0].panel.features != panels[1].panel.features:
        return ""
    before, after = panels[0].condition, panels[1].condition
    if after < before:
        text = tr("Batch normalization standardizes what the output weights see: κ went from {before} to {after}.")
    elif panels[0].panel.features.name == "none":
        text = tr(
            "Here batch normalization makes κ worse, {before} → {after}: the raw inputs are far from 0, one side of the ReLU takes nearly "
            "all rows, and after centering the two hidden units become nearly collinear. Normalize the features first."
        )
    else:
        text = tr("At this gain batch normalization is slightly worse: κ went from {before} to {after}. There was nothing to repair.")
    return text.format(before=numeral(before), after=numeral(after))


@body
def hidden_layer() -> None:
    scene = open_page("hidden", HIDDEN)
    if not lesson.hidden(scene):
        heading(headline(scene.experiment))
        at_hand, folded = sides()
        with at_hand:
            gain(scene)
        with folded:
            modes(scene)
            between = st.container()
            with st.container(horizontal=True):
                batch_normalization(scene)
                all_features_normalized(scene)
        result = picture(scene, rate_in=between)
        if result is not None:
            lesson.answer(scene)
            takeaway(gained(scene.experiment, result.panels))
        repaired = tr("set g = 1, where batch normalization has nothing to repair; then switch feature normalization off.")
        try_next(repaired if loud(scene.experiment) else tr("set g = 8, and see the ravine come back one layer deeper."))
        control_panel(scene)
    end_page(scene)


hidden_layer()
lesson.links()
