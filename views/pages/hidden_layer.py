"""Hidden layer: standardized inputs, and the ravine comes back one layer deeper. Without and with batch normalization."""

import numpy as np
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

ROUND = 100.0  # three times a κ that needs no repair
TICKS = [(0.1, "0.1"), (1.0, "1"), (8.0, "8"), (30.0, "30"), (100.0, "100")]


def gain(scene: Scene) -> None:
    surface = picked(scene, "surface")
    if surface.has("gain"):
        number(scene, "gain", surface.slot("gain"), label=tr("gain g of the second hidden unit"), ticks=TICKS)


def loud(experiment: Experiment) -> bool:
    """Whether one hidden unit is at least twice as loud as the other: none is louder than an activation that saturates lets it be."""
    gain = float(SURFACE.values(experiment.surface).get("gain", 1.0))
    return gain <= 0.5 or (gain >= 2 and not saturates(experiment))


def saturates(experiment: Experiment) -> bool:
    return SURFACE.values(experiment.surface).get("activation") in ("tanh", "sigmoid")


def headline(experiment: Experiment) -> str:
    if not surfaces()[experiment.surface.name].hidden_layer:
        return tr("This model has no hidden layer: pick the network with two hidden units under All controls.")
    if all(panel.features.name == "standardize" for panel in experiment.panels):
        if not loud(experiment):
            return tr("Standardized inputs, and two hidden units of about the same scale: no ravine one layer deeper.")
        return tr("Standardized inputs are not enough: the next layer has scales of its own.")
    return tr("What the output weights see is what the hidden layer makes of the inputs.")


def collinear(panels: tuple[PanelResult, ...]) -> bool:
    """Whether one side of a ReLU takes nearly all raw rows, and the hidden units are nearly one with batch normalization before it."""
    chosen, raw, normalized = dict(panels[0].problem.structure.options), panels[0].inputs, panels[1].inputs
    if chosen["activation"] != "relu" or chosen["place"] != "before" or raw is None or normalized is None:
        return False
    sided = np.maximum(np.mean(raw > 0, axis=1), np.mean(raw == 0, axis=1)).max() > 0.9
    return bool(sided and abs(np.corrcoef(normalized)[0, 1]) > 0.8)


def gained(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What batch normalization did here, for better or worse, where it is the only difference between the two pictures."""
    if len(panels) != 2 or panels[0].condition is None or panels[1].condition is None:
        return ""
    kinds = [panel.problem.structure.hidden for panel in panels]
    if kinds != ["none", "batch"] or panels[0].panel.features != panels[1].panel.features:
        return ""
    before, after = panels[0].condition, panels[1].condition
    if after < before:
        text = tr("Batch normalization brings what the output weights see to one scale: κ went from {before} to {after}.")
    elif panels[0].panel.features.name == "none" and collinear(panels):
        text = tr(
            "Here batch normalization makes κ worse, {before} → {after}: the raw inputs are far from 0, one side of the ReLU takes nearly "
            "all rows, and after centering the two hidden units become nearly collinear. Normalize the features first."
        )
    elif after < 3 * before < ROUND:
        text = tr("At this gain batch normalization is slightly worse: κ went from {before} to {after}. There was nothing to repair.")
    else:
        text = tr("Batch normalization makes κ worse here: from {before} to {after}.")
    return text.format(before=numeral(before), after=numeral(after))


def suggestion(experiment: Experiment) -> str:
    """Only what does what it says from here."""
    if not surfaces()[experiment.surface.name].hidden_layer:
        return tr("pick the network with two hidden units under All controls, Model and loss.")
    standardized = all(panel.features.name == "standardize" for panel in experiment.panels)
    if not loud(experiment) and saturates(experiment) and standardized:
        return tr("take the ReLU under All controls, Model and loss: no unit is louder than an activation that saturates lets it be.")
    if not loud(experiment) and not saturates(experiment):
        return tr("set g = 8, and see the ravine come back one layer deeper.")
    if standardized:
        return tr("set g = 1, where batch normalization has nothing to repair; then switch feature normalization off.")
    return tr("switch feature normalization on, and compare.")


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
        try_next(suggestion(scene.experiment))
        control_panel(scene)
    end_page(scene)


hidden_layer()
lesson.links()
