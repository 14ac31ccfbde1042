"""Controls above the picture of more than one page: the unit of x₂, the correlation, the two literal toggles."""

import html
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.messages import Value
from core.settings import Pick, pick
from labs.plane.setup import DATA, FEATURES, MOST_PANELS, Experiment, Panel, dataset_of, surfaces
from views.controls import Slot, field, number, picked, toggle
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
    experiment = scene.experiment
    if not surfaces()[experiment.surface.name].needs_data:
        return
    item = dataset_of(experiment)
    column = str(DATA.values(experiment.data)["x2"])
    ticks = [(0.1, "×0.1"), (1.0, "×1"), (10.0, "×10"), (100.0, "×100")]
    if item.unit(column) == "cm":
        ticks = [(0.1, "×0.1"), (1.0, "cm"), (10.0, "mm"), (100.0, "×100")]
    label = tr("unit of x₂ ({column})").format(column=column)
    number(scene, "unit", field(scene, "scale2"), label=label, unit="×", ticks=ticks, low=0.1, high=100.0)


def correlation(scene: Scene) -> None:
    """The correlation of the two features, where the data set has that setting."""
    data = picked(scene, "data")
    if data.has("rho") and surfaces()[scene.experiment.surface.name].needs_data:
        ticks = [(-0.9, "−0.9"), (0.0, "0"), (0.9, "0.9")]
        number(scene, "rho", data.slot("rho"), label=tr("correlation ρ of x₁ and x₂"), ticks=ticks)


def _raw(panel: Panel) -> bool:
    return panel.features.name == "none"


def _switched(experiment: Experiment, part: str, how: str, on: bool) -> Experiment:
    """On: one picture more, the first one's with this normalization. Off: without the pictures that have one."""
    panels = experiment.panels
    if on:
        normalized = replace(panels[0], **{part: pick(how)})  # type: ignore[arg-type]  # features and hidden are picks
        return replace(experiment, panels=(*panels[: MOST_PANELS - 1], normalized))
    raw = tuple(panel for panel in panels if getattr(panel, part).name == "none")
    return replace(experiment, panels=raw or (replace(panels[0], **{part: Pick("none")}),))  # type: ignore[arg-type]  # likewise


def feature_normalization(scene: Scene) -> None:
    """On: one of the pictures is of normalized features. Switching it adds such a picture beside the others, or takes them away."""
    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        not all(map(_raw, scene.experiment.panels)),
        lambda e, on: _switched(e, "features", "standardize", bool(on)),
        help=tr("A second picture of the same data, standardized: every feature with mean 0 and deviation 1."),
    )


def all_features_normalized(scene: Scene) -> None:
    """The same toggle where pictures differ in their hidden layer: it normalizes what every one of them gets."""

    def take(experiment: Experiment, on: Value) -> Experiment:
        features = pick("standardize") if on else Pick("none")
        return replace(experiment, panels=tuple(replace(panel, features=features) for panel in experiment.panels))

    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        not any(map(_raw, scene.experiment.panels)),
        take,
        help=tr("Off: the network gets raw centimeters, far from centered. On: every feature has mean 0 and deviation 1."),
    )


def morph(scene: Scene) -> None:
    """From raw to normalized, continuously: x̃ = A(x − m), A and m on their way from the identity and 0. A button plays it."""
    normalized = [panel for panel in scene.experiment.panels if not _raw(panel)]
    if not normalized or not surfaces()[scene.experiment.surface.name].needs_data:
        return

    def put(experiment: Experiment, value: Value) -> Experiment:
        moved = (p if _raw(p) else replace(p, features=p.features.having(amount=value)) for p in experiment.panels)
        return replace(experiment, panels=tuple(moved))

    features = normalized[0].features
    (amount,) = (setting for setting in FEATURES.fields(features.name) if setting.name == "amount")
    slot = Slot(amount, FEATURES.values(features)["amount"], put)
    label, ticks = tr("from raw to normalized"), [(0.0, tr("raw")), (1.0, tr("normalized"))]
    number(scene, "morph", slot, label=label, ticks=ticks, low=0.0, high=1.0, play=tr("Play: from raw to normalized"))


def batch_normalization(scene: Scene) -> None:
    network = surfaces()[scene.experiment.surface.name].hidden_layer
    toggle(
        scene,
        "batch normalization",
        tr("Batch normalization"),
        network and any(panel.hidden.name != "none" for panel in scene.experiment.panels),
        lambda e, on: _switched(e, "hidden", "batch", bool(on)),
        disabled=not network,
        help=tr("A second picture of the same network with batch normalization before the activation, in train mode."),
    )


def alike(experiment: Experiment, opening: Experiment, *free: str) -> bool:
    """Whether a scene is still its opening one, up to what a page's own controls change and to what only the picture shows."""
    kept = {name: getattr(experiment, name) for name in (*free, "levels", "aspect", "resolution", "window", "seed")}
    return replace(opening, **kept) == experiment
