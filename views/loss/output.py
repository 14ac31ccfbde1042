"""Output space: two losses over the same two logits, from the same start. Where one of them is flat, a walk does not move."""

from dataclasses import replace

import numpy as np
import streamlit as st

from experiment import FIELDS, MOST_PANELS, SAME, Experiment, Panel, PanelResult, class_losses, fields_of, own
from numerals import numeral
from settings import Number, Option, Setting, Value, values
from views import lesson
from views.controls import chips, menu, number
from views.drawer import drawer
from views.front import sides
from views.page import heading, picture, takeaway, try_next
from views.picture import title_of
from views.rates import rate
from views.session import Scene
from views.words import tr

OTHERS = [(-1000.0, "−1000"), (-30.0, "−30"), (-10.0, "−10"), (0.0, "0"), (10.0, "10"), (30.0, "30")]
TEMPERATURES = [(0.1, "0.1"), (1.0, "1"), (10.0, "10")]


def field_of(name: str) -> Setting:
    """A setting of the output space."""
    return next(field for field in fields_of("surface", "logits") if field.name == name)


def chosen(experiment: Experiment, name: str) -> Value:
    """What it is set to for all pictures."""
    return values(experiment.surface, fields_of("surface", experiment.surface.name))[name]


def others(scene: Scene) -> None:
    field = field_of("others")
    assert isinstance(field, Number)
    classes = int(chosen(scene.experiment, "classes"))
    label = tr("y₃, the third logit") if classes == 3 else tr("all other logits, y₃ to y_{n}").format(n=classes)
    number(
        scene,
        "others",
        field,
        float(chosen(scene.experiment, "others")),
        lambda e, value: replace(e, surface=e.surface.having(others=float(value))),
        label=label,
        ticks=OTHERS,
        high=100.0,
    )


def temperature(scene: Scene) -> None:
    field = field_of("temperature")
    assert isinstance(field, Number)
    number(
        scene,
        "temperature",
        field,
        float(chosen(scene.experiment, "temperature")),
        lambda e, value: replace(e, surface=e.surface.having(temperature=float(value))),
        ticks=TEMPERATURES,
    )


def pick_of(scene: Scene, name: str, most: int | None = None) -> None:
    """A menu of the output space; of its choices the first `most`."""
    field = field_of(name)
    assert isinstance(field, Option)
    menu(
        scene,
        name,
        tr(field.label),
        field.choices[:most],
        lambda choice: tr(field.label_of(choice)),
        field.read(chosen(scene.experiment, name)),
        lambda e, choice: _with(e, name, choice),
    )


def _with(experiment: Experiment, name: str, choice: Value) -> Experiment:
    """Fewer classes than the number of the right one: then the last of them is right."""
    surface = experiment.surface.having(**{name: choice})
    classes = int(values(surface, fields_of("surface", surface.name))["classes"])
    if int(values(surface, fields_of("surface", surface.name))["target"]) > classes:
        surface = surface.having(target=classes)
    return replace(experiment, surface=surface)


def loss_of(experiment: Experiment, panel: Panel) -> str:
    """The key of a picture's loss."""
    return str(values(own(experiment, panel).surface, fields_of("surface", "logits"))["loss"])


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


def segmented(scene: Scene, name: str) -> None:
    """A choice of how pictures are drawn, as buttons side by side."""
    field = FIELDS[name]
    assert isinstance(field, Option)
    menu(
        scene,
        name,
        tr(field.label),
        field.choices,
        lambda choice: tr(field.label_of(choice)),
        getattr(scene.experiment, name),
        lambda e, choice: replace(e, **{name: choice}),  # type: ignore[arg-type]  # of the field's own choices
        segmented=True,
    )


def first_step(panel: PanelResult) -> float:
    """How far the first update of its first walk goes."""
    return float(np.linalg.norm(panel.walks[0].step[0]))


def headline(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What the first step says of each loss."""
    if experiment.mode != SAME or len(panels) < 2:
        return tr("What a loss does by itself: one row, two of its logits.")
    steps = ", ".join(f"{title_of(panel).title} {numeral(float(f'{first_step(panel):.3g}'))}" for panel in panels)
    return tr("Same start, same rate. First step: {steps}.").format(steps=steps)


def said(panels: tuple[PanelResult, ...]) -> str:
    """Who is stuck: its first walk has moved by less than a hundredth of what the best has."""
    if len(panels) < 2:
        return ""
    moved = [float(np.linalg.norm(panel.walks[0].path[-1] - panel.walks[0].path[0])) for panel in panels]
    stuck = [title_of(panel).title for panel, length in zip(panels, moved, strict=True) if length < 0.01 * max(moved)]
    if not stuck:
        return tr("From here every loss moves. Start in the corner where the wrong class is certain, and compare again.")
    one = panels[moved.index(min(moved))]
    loss, slope = float(one.walks[0].loss[0]), float(one.walks[0].slope[0])
    template = tr("Surely wrong, and stuck: {names}. The loss is {loss} there, its slope only {slope}: too flat to walk on.")
    return template.format(names=", ".join(stuck), loss=numeral(loss), slope=numeral(slope))


def more(scene: Scene) -> None:
    """What else shapes the picture, folded away."""
    fold = st.expander(tr("Temperature, classes, color range"), key=f"{scene.page} more", on_change="rerun", icon=":material/tune:")
    if not fold.open:
        return
    classes = int(chosen(scene.experiment, "classes"))
    with fold:
        left, middle, right = st.columns([4, 2, 2])
        with left:
            temperature(scene)
        with middle:
            pick_of(scene, "classes")
        with right:
            pick_of(scene, "target", classes)
        segmented(scene, "span")


def output(scene: Scene) -> None:
    above = st.container()
    at_hand, folded = sides()
    with at_hand:
        if int(chosen(scene.experiment, "classes")) > 2:
            others(scene)
        segmented(scene, "drawn")
    with folded:
        losses(scene)
        between = st.container()
    result = picture(scene)
    with above:
        heading(tr("Output space") if result is None else headline(scene.experiment, result.panels))
    if result is not None:
        with between:
            rate(scene, result)
        lesson.answer(scene)
        if result.progress == 1 and (what := said(result.panels)) != "":
            takeaway(what)
    more(scene)
    try_next(tr("switch to the norm of the gradient, and see the desert that surrounds the start; then click into it."))
    drawer(scene)
