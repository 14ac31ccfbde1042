"""Two classes: softmax over two logits and the sigmoid of their difference are one surface, flat along (1, 1)."""

from dataclasses import replace

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.messages import Value
from core.numerals import numeral
from core.settings import Number
from labs.plane.closeup import closeup
from labs.plane.run import PanelResult
from labs.plane.setup import SURFACE, Experiment, start_of
from views.control_panel import fold
from views.controls import Slot, choice, field, number
from views.language import tr
from views.loss.output import pick_of, temperature
from views.page import heading, picture, takeaway, try_next
from views.plane.control_panel import control_panel
from views.plane.main_controls import sides
from views.session import Scene

SHIFT = Number("shift", "", 0.0, -10.0, 10.0, symbol="c")
_NONE = 1e-8  # of the largest curvature: no curvature at all


def shift(scene: Scene) -> None:
    """Moves the start along (1, 1): both logits by the same amount."""

    def take(experiment: Experiment, value: Value) -> Experiment:
        y1, y2 = start_of(experiment)
        return replace(experiment, start=(float(value) + (y1 - y2) / 2, float(value) - (y1 - y2) / 2))

    label, ticks = tr("the mean c of both logits at the start"), [(-5.0, "−5"), (0.0, "0"), (5.0, "5")]
    number(scene, "shift", Slot(SHIFT, sum(start_of(scene.experiment)) / 2, take), label=label, ticks=ticks)


def named(direction: Float[np.ndarray, " 2"]) -> str:
    """ "(1, 1)/√2" where it is one of the two, else its numbers."""
    for sign, name in ((1, "(1, 1)/√2"), (-1, "(1, −1)/√2")):
        if abs(direction[0] * 1 + direction[1] * sign) > np.sqrt(2) * (1 - 1e-9):
            return name
    return f"({direction[0]:.3f}, {direction[1]:.3f})"


def takeaway_of(panels: tuple[PanelResult, ...]) -> str:
    """The largest difference of the two pictures."""
    if len(panels) != 2 or panels[0].grid.shape != panels[1].grid.shape:
        return ""
    gap = float(np.max(np.abs(panels[0].grid - panels[1].grid)))
    template = tr("One surface, written twice: over the whole window the two losses differ by {gap} at most, which is rounding.")
    if gap == 0:
        return tr("One surface, written twice: over the whole window the two losses are equal to the last digit; their difference is 0.")
    if gap > 1e-9:
        template = tr("Over the window the two losses differ by up to {gap}.")
    return template.format(gap=numeral(gap))


def flat(experiment: Experiment, panel: PanelResult) -> str:
    """The curvatures at the start, and which direction has none."""
    near = closeup(replace(experiment, point=start_of(experiment)), panel)
    order = np.argsort(np.abs(near.plane_eigenvalues))
    values, vectors = near.plane_eigenvalues[order], near.vectors[:, order]
    if values[0] == values[1] == 0:
        return tr(
            "No curvature at the start in any direction: this loss is straight there. Along (1, 1) it is flat everywhere: adding the same "
            "number to both logits changes nothing."
        )
    if abs(values[0]) > _NONE * abs(values[1]):
        return tr("Curvatures at the start: {first} along {one}, {second} along {other}.").format(
            first=numeral(float(values[0])), one=named(vectors[:, 0]), second=numeral(float(values[1])), other=named(vectors[:, 1])
        )
    template = tr(
        "Curvatures (eigenvalues of the Hessian) at the start: 0 along {one}, {second} along {other}. Adding the same number to both "
        "logits changes nothing: that is the flat direction."
    )
    return template.format(one=named(vectors[:, 0]), second=numeral(float(values[1])), other=named(vectors[:, 1]))


def suggestion(experiment: Experiment) -> str:
    """Where there are more than two classes the others do not move along."""
    if int(SURFACE.values(experiment.surface)["classes"]) == 2:
        return tr("move the mean of the logits: the walks slide along the valley, and every loss stays what it was.")
    return tr("take two classes under All controls, Model and loss: only then is softmax the sigmoid of the difference.")


def two(scene: Scene) -> None:
    heading(tr("Softmax over two logits is the sigmoid of their difference."))
    at_hand, folded = sides()
    with at_hand:
        shift(scene)
    with folded:
        pick_of(scene, "loss")
        between = st.container()
    result = picture(scene, rate_in=between)
    if result is not None:
        takeaway(takeaway_of(result.panels))
        st.markdown(flat(scene.experiment, result.panels[0]))
    if inside := fold(tr("Temperature, and what the maps show"), f"{scene.page} more two", ":material/tune:"):
        with inside:
            temperature(scene)
            choice(scene, "drawn", field(scene, "quantity"), segmented=True)
    try_next(suggestion(scene.experiment))
    control_panel(scene)
