"""All controls of deep networks: data, network, losses, normalization, training, picture."""

import streamlit as st

from core.messages import N_
from core.settings import Pick
from labs.deep.races import entrants, senseless, training_setup, unfit
from labs.deep.rows import classifies
from labs.deep.setup import NORMALIZATION, Deep
from labs.plane.setup import optimizers
from views import control_panel as panel_of
from views.control_panel import Part, Parts, item_heading, item_menu, item_settings
from views.controls import picked, picked_at
from views.deep.main_controls import DeepScene, data_set, normalizations
from views.deep.own import own
from views.language import say, tr


def control_panel(scene: DeepScene) -> None:
    """All controls behind one fold."""
    parts = {name: part for name, part in PARTS.items() if name != "losses" or scene.experiment.losses}
    panel_of.control_panel(scene, parts, "network")


def _data(scene: DeepScene) -> None:
    data = picked(scene, "data")
    data_set(scene)
    item_settings(scene, "data", data, ("x1", "x2", "target") if classifies(data.now) else ("x1", "x2"))
    st.caption(tr("The network sees all {d} features.").format(d=training_setup(scene.experiment, Pick("none")).net.inputs))
    item_menu(scene, "features", tr("features"), picked(scene, "features"))


def _sizes(scene: DeepScene) -> None:
    sizes = ", ".join(dict.fromkeys(f"{training_setup(scene.experiment, *entrant).net.size:,}" for entrant in entrants(scene.experiment)))
    st.caption(tr("Parameters of the networks: {sizes}. Biases begin at 0.").format(sizes=sizes))


def _normalizations(scene: DeepScene) -> None:
    normalizations(scene)
    for i in range(len(scene.experiment.nets)):
        net = picked_at(scene, "nets", i)
        item_heading(net)
        item_settings(scene, f"n{i + 1}", net)
    for name, item in NORMALIZATION.items().items():
        reason = senseless(scene.experiment, Pick(name))
        if reason is not None:
            st.caption(f"{tr(item.label)}: {say(reason)}")


def _losses(scene: DeepScene) -> None:
    for i in range(len(scene.experiment.losses)):
        loss = picked_at(scene, "losses", i)
        item_heading(loss)
        item_settings(scene, f"l{i + 1}", loss)


def _training(scene: DeepScene) -> None:
    deep = scene.experiment
    size = max(training_setup(deep, picked).net.size for picked in deep.nets)
    reasons = {name: unfit(name, size) for name in optimizers()}
    item_menu(scene, "optimizer", tr("optimizer"), picked(scene, "optimizer"), [name for name in reasons if reasons[name] is None])
    for reason in reasons.values():
        if reason is not None:
            st.caption(say(reason))
    if optimizers()[deep.optimizer.name].full_batch_only:
        st.caption(tr("It takes all rows at every update: the noise of mini-batches would mislead its picture of the curvature."))
    item_menu(scene, "schedule", tr("schedule"), picked(scene, "schedule"))


def _slice(scene: DeepScene) -> None:
    plane = picked(scene, "slice")
    item_menu(scene, "slice", tr("plane"), plane)
    st.latex(plane.item.formula)
    st.caption(plane.item.source)


PARTS: Parts[Deep] = {
    "data": Part(N_("Data"), [_data, "held_out_fraction", "seed"]),
    "network": Part(N_("Network"), ["depth", "width", "activation", "residual", "initialization", _sizes, own]),
    "losses": Part(N_("Losses"), [_losses]),
    "normalization": Part(N_("Normalization"), [_normalizations, "place", "affine", "begin", "memory", "frozen"]),
    "training": Part(N_("Training"), [_training, "batch", "steps", "warmup"]),
    "picture": Part(N_("Picture"), [_slice, "planes", "through", "mode", "biases", "levels", "resolution"]),
}
