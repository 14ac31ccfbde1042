"""Controls that stand in front of more than one page: the unit of x₂, the correlation, the two literal toggles."""

import html
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.messages import Value
from core.settings import Number, Pick, pick, values
from labs.plane.setup import FIELDS, MOST_PANELS, Experiment, Panel, dataset_of, fields_of, surfaces
from views.controls import number, toggle
from views.language import tr
from views.session import Scene

# A fold that the browser opens and closes by itself: how wide its window is, the server never learns. What it folds is the keyed
# container behind it, see style.py; in a wide window there is no fold.
_FOLD = '<details class="esl-fold"><summary>{label}</summary></details>'


def sides(share: float = 0.5) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The two columns above a picture: the control that stays at hand, and those that fold away on a phone, where pictures come first.
    share: of the width, for the first."""
    at_hand, others = st.columns([share, 1 - share], gap="large")
    with others:
        st.html(_FOLD.format(label=html.escape(tr("More controls"))))
        folded = st.container(key="esl-folded")
    return at_hand.container(key="esl-at-hand"), folded


def unit(scene: Scene) -> None:
    """×0.1 to ×100, with the ticks cm and mm where the column is in centimeters."""
    experiment, field = scene.experiment, FIELDS["scale2"]
    if not surfaces()[experiment.surface.name].needs_data or not isinstance(field, Number):
        return
    item = dataset_of(experiment)
    column = str(values(experiment.data, item.fields)["x2"])
    ticks = [(0.1, "×0.1"), (1.0, "×1"), (10.0, "×10"), (100.0, "×100")]
    if item.unit(column) == "cm":
        ticks = [(0.1, "×0.1"), (1.0, "cm"), (10.0, "mm"), (100.0, "×100")]
    number(
        scene,
        "unit",
        field,
        experiment.scale2,
        lambda e, value: replace(e, scale2=float(value)),
        label=tr("unit of x₂ ({column})").format(column=column),
        unit="×",
        ticks=ticks,
        low=0.1,
        high=100.0,
    )


def correlation(scene: Scene) -> None:
    """In front where the data set has it."""
    data = scene.experiment.data
    field = next((field for field in fields_of("data", data.name) if field.name == "rho"), None)
    if isinstance(field, Number) and surfaces()[scene.experiment.surface.name].needs_data:
        number(
            scene,
            "rho",
            field,
            float(dict(data.settings).get("rho", field.default)),
            lambda e, value: replace(e, data=e.data.having(rho=value)),
            label=tr("correlation ρ of x₁ and x₂"),
            ticks=[(-0.9, "−0.9"), (0.0, "0"), (0.9, "0.9")],
        )


def _raw(panel: Panel) -> bool:
    return panel.features.name == "none"


def feature_normalization(scene: Scene) -> None:
    """On: one of the pictures is of normalized features. Switching it adds such a picture beside the others, or takes them away."""

    def take(experiment: Experiment, on: bool) -> Experiment:
        panels = experiment.panels
        if on:
            return replace(experiment, panels=(*panels[: MOST_PANELS - 1], replace(panels[0], features=pick("standardize"))))
        return replace(experiment, panels=tuple(filter(_raw, panels)) or (replace(panels[0], features=Pick("none")),))

    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        not all(map(_raw, scene.experiment.panels)),
        lambda e, on: take(e, bool(on)),
        help=tr("A second picture of the same data, standardized: every feature with mean 0 and deviation 1."),
    )


def all_features_normalized(scene: Scene) -> None:
    """The same toggle where pictures differ in their hidden layer: it normalizes what every one of them gets."""

    def take(experiment: Experiment, on: bool) -> Experiment:
        features = pick("standardize") if on else Pick("none")
        return replace(experiment, panels=tuple(replace(panel, features=features) for panel in experiment.panels))

    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        not any(map(_raw, scene.experiment.panels)),
        lambda e, on: take(e, bool(on)),
        help=tr("Off: the network gets raw centimeters, far from centered. On: every feature has mean 0 and deviation 1."),
    )


def morph(scene: Scene) -> None:
    """From raw to normalized, continuously: x̃ = A(x − m), A and m on their way from the identity and 0. A button plays it."""
    panels = scene.experiment.panels
    normalized = [panel for panel in panels if not _raw(panel)]
    if not normalized or not surfaces()[scene.experiment.surface.name].needs_data:
        return
    picked = normalized[0].features
    field = next(field for field in fields_of("features", picked.name) if field.name == "amount")
    assert isinstance(field, Number)

    def take(experiment: Experiment, value: Value) -> Experiment:
        moved = (p if _raw(p) else replace(p, features=p.features.having(amount=float(value))) for p in experiment.panels)
        return replace(experiment, panels=tuple(moved))

    number(
        scene,
        "morph",
        field,
        float(dict(picked.settings).get("amount", field.default)),
        take,
        label=tr("from raw to normalized"),
        ticks=[(0.0, tr("raw")), (1.0, tr("normalized"))],
        low=0.0,
        high=1.0,
        play=tr("Play: from raw to normalized"),
    )


def batch_normalization(scene: Scene) -> None:
    def take(experiment: Experiment, on: bool) -> Experiment:
        panels = experiment.panels
        if on:
            return replace(experiment, panels=(*panels[: MOST_PANELS - 1], replace(panels[0], hidden=pick("batch"))))
        plain = tuple(panel for panel in panels if panel.hidden.name == "none")
        return replace(experiment, panels=plain or (replace(panels[0], hidden=Pick("none")),))

    network = surfaces()[scene.experiment.surface.name].hidden_layer
    toggle(
        scene,
        "batch normalization",
        tr("Batch normalization"),
        network and any(panel.hidden.name != "none" for panel in scene.experiment.panels),
        lambda e, on: take(e, bool(on)),
        disabled=not network,
        help=tr("A second picture of the same network with batch normalization before the activation, in train mode."),
    )


def alike(experiment: Experiment, opening: Experiment, *free: str) -> bool:
    """Whether a scene is still its opening one, up to what a page's own controls change and to what only the picture shows."""
    kept = {name: getattr(experiment, name) for name in (*free, "levels", "aspect", "resolution", "window", "seed")}
    return replace(opening, **kept) == experiment
