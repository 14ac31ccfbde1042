"""Output space: two losses over the same two logits, from the same start. Where one of them is flat, a walk does not move."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.messages import Value
from core.numerals import numeral, percent
from core.settings import Option
from labs.plane.run import PanelResult
from labs.plane.setup import MOST_PANELS, SAME, SURFACE, Experiment, Panel, class_losses, own
from views import lesson
from views.control_panel import fold
from views.controls import chips, choice, field, number, picked
from views.language import tr
from views.page import heading, picture, takeaway, try_next
from views.plane.board import first_step, method_of, title_of
from views.plane.control_panel import control_panel
from views.plane.main_controls import sides
from views.session import Scene

OTHERS = [(-1000.0, "−1000"), (-30.0, "−30"), (-10.0, "−10"), (0.0, "0"), (10.0, "10"), (30.0, "30")]
HALF = 0.5  # of the loss, at least: who takes that off has found the way
TEMPERATURES = [(0.1, "0.1"), (1.0, "1"), (10.0, "10")]


def chosen(experiment: Experiment, name: str) -> Value:
    """A setting of the output space, as it is for all pictures."""
    all_settings = SURFACE.values(experiment.surface)
    return min(int(all_settings["target"]), int(all_settings["classes"])) if name == "target" else all_settings[name]


def others(scene: Scene) -> None:
    classes = int(chosen(scene.experiment, "classes"))
    label = tr("y₃, the third logit") if classes == 3 else tr("all other logits, y₃ to y_{n}").format(n=classes)
    number(scene, "others", picked(scene, "surface").slot("others"), label=label, ticks=OTHERS, high=100.0)


def temperature(scene: Scene) -> None:
    number(scene, "temperature", picked(scene, "surface").slot("temperature"), ticks=TEMPERATURES)


def pick_of(scene: Scene, name: str, most: int | None = None) -> None:
    """A menu of the output space; of its choices the first `most`."""
    slot = picked(scene, "surface").slot(name)
    assert isinstance(slot.setting, Option)
    offered = slot.setting.choices[:most]
    slot = replace(slot, value=chosen(scene.experiment, name), put=lambda e, value: _with(e, name, value))
    choice(scene, name, slot, choices=offered)


def _with(experiment: Experiment, name: str, value: Value) -> Experiment:
    """Fewer classes than the number of the right one: then the last of them is right."""
    surface = experiment.surface.having(**{name: value})
    classes = int(SURFACE.values(surface)["classes"])
    if int(SURFACE.values(surface)["target"]) > classes:
        surface = surface.having(target=classes)
    return replace(experiment, surface=surface)


def loss_of(experiment: Experiment, panel: Panel) -> str:
    """The key of a picture's loss."""
    return str(SURFACE.values(own(experiment, panel).surface)["loss"])


def losses(scene: Scene) -> None:
    """Up to three of them, a picture each."""
    there = [loss_of(scene.experiment, panel) for panel in scene.experiment.panels]

    def take(experiment: Experiment, names: list[str]) -> Experiment:
        kept = {loss_of(experiment, panel): panel for panel in experiment.panels}
        fresh = [name for name in names if name not in kept]
        order = [name for name in kept if name in names] + fresh
        panels = tuple(kept.get(name, Panel(surface=(("loss", name),))) for name in order[-MOST_PANELS:])
        return replace(experiment, panels=panels or experiment.panels[:1])

    chips(scene, "losses", tr("losses, three at most"), list(class_losses()), lambda name: tr(class_losses()[name].label), there, take)


def headline(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What the first step says of each loss."""
    if experiment.mode != SAME or len(panels) < 2:
        return tr("What a loss does by itself: one row, two of its logits.")
    steps = ", ".join(f"{title_of(panel).title} {numeral(float(f'{first_step(panel.walks[0]):.3g}'))}" for panel in panels)
    return tr("Same start, same rate. First step of {method}: {steps}.").format(method=method_of(experiment.optimizers[0]), steps=steps)


def high(panel: PanelResult) -> bool:
    """Whether the loss at the start is nearer to the highest in the window than to the lowest."""
    start = float(panel.walks[0].points.loss[0])
    return start > 0.5 * float(panel.grid.min() + panel.grid.max())


def takeaway_of(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """Who is stuck though the loss is high: its first walk has moved by less than a hundredth of what the best has."""
    if len(panels) < 2:
        return ""
    method = method_of(experiment.optimizers[0])
    if not any(high(panel) for panel in panels):
        return tr("The answer is right at the start: little is left to walk for. Click where the wrong class is certain.")
    moved = [float(np.linalg.norm(panel.walks[0].points.path[-1] - panel.walks[0].points.path[0])) for panel in panels]
    stuck = [panel for panel, length in zip(panels, moved, strict=True) if length < 0.01 * max(moved) and high(panel)]
    if not stuck:
        fell = [1 - float(panel.walks[0].points.loss[-1] / panel.walks[0].points.loss[0]) for panel in panels]
        if min(fell) >= HALF:
            return tr("From here {method} finds the way by each of these losses.").format(method=method)
        shares = ", ".join(f"{title_of(panel).title} {percent(share)} %" for panel, share in zip(panels, fell, strict=True))
        return tr("Within {k} updates {method} takes off the loss: {shares}.").format(k=experiment.steps, method=method, shares=shares)
    points = stuck[0].walks[0].points
    template = tr("Surely wrong, and {method} is stuck: {names}. The loss is {loss} there, its slope only {slope}: too flat to walk on.")
    names = ", ".join(title_of(panel).title for panel in stuck)
    return template.format(method=method, names=names, loss=numeral(float(points.loss[0])), slope=numeral(float(points.slope[0])))


def suggestion(experiment: Experiment, panels: Sequence[PanelResult]) -> str:
    """What is not so yet, and what is there: a desert is where the loss is high and flat."""
    if not any(desert(panel) for panel in panels):
        return tr("click where the wrong class is certain, and compare the first steps.")
    if experiment.quantity == "slope":
        return tr("click into the desert, where the slope is nearly 0, and compare the first steps; then switch back to the loss.")
    return tr("switch to the norm of the gradient, and see the desert where a loss is high and flat; then click into it.")


def desert(panel: PanelResult) -> bool:
    """Whether the loss is somewhere in the window nearer to its highest than to its lowest, and flat: it differs by less
    than a thousandth of its range from one point of the grid to the next."""
    grid = panel.grid
    steps = np.maximum(np.abs(np.diff(grid, axis=0))[:, :-1], np.abs(np.diff(grid, axis=1))[:-1])
    return bool(np.any((grid[:-1, :-1] > 0.5 * (grid.min() + grid.max())) & (steps < 1e-3 * np.ptp(grid))))


def more(scene: Scene) -> None:
    """What else shapes the picture, folded away."""
    inside = fold(tr("Temperature, classes, color range"), f"{scene.page} more", ":material/tune:")
    if inside is None:
        return
    classes = int(chosen(scene.experiment, "classes"))
    with inside:
        left, middle, right = st.columns([4, 2, 2])
        with left:
            temperature(scene)
        with middle:
            pick_of(scene, "classes")
        with right:
            pick_of(scene, "target", classes)
        choice(scene, "span", field(scene, "span"), segmented=True)


def output(scene: Scene) -> None:
    above = st.container()
    at_hand, folded = sides()
    with at_hand:
        if int(chosen(scene.experiment, "classes")) > 2:
            others(scene)
    with folded:
        between = st.container()
    result = picture(scene, rate_in=between)
    with above:
        heading(tr("Output space") if result is None else headline(scene.experiment, result.panels))
    if result is not None:
        lesson.answer(scene)
        if result.progress == 1:
            takeaway(takeaway_of(scene.experiment, result.panels))
    left, right = st.columns([3, 2])  # below the picture: on a projector its player is in view
    with left:
        losses(scene)
    with right:
        choice(scene, "drawn", field(scene, "quantity"), segmented=True)
    more(scene)
    try_next(suggestion(scene.experiment, () if result is None else result.panels))
    control_panel(scene)


def other_surface(scene: Scene) -> None:
    """A link or the control panel has put another surface into this topic: it is drawn as it is."""
    heading(tr("This surface is not the output space of a classifier."))
    picture(scene)
    try_next(tr("pick a topic above, or logits of one row under All controls, Model and loss."))
    control_panel(scene)
