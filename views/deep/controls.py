"""The controls of deep networks: the few in front, and all of them behind one fold."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.messages import N_, Value
from core.settings import Count, Pick, values
from labs.deep.races import entrants, losses, normalizations, senseless, training_setup, unfit
from labs.deep.rows import classifies
from labs.deep.setup import FIELDS, MOST_LOSSES, MOST_NETS, Deep
from labs.plane.setup import optimizers
from views.controls import chips, menu, number, setting
from views.language import language, say, tr
from views.menus import menus
from views.plane.all_controls import picked_item
from views.plane.all_controls import settings as settings_of
from views.session import Scene

DeepScene = Scene[Deep]
FRONT = ("none", "batch", "layer", "weight")


def rate(scene: DeepScene) -> None:
    """The rate that every network is trained with."""
    picked = scene.experiment.optimizer
    field = optimizers()[picked.name].fields[0]
    chosen = float(values(picked, optimizers()[picked.name].fields)["rate"])
    number(
        scene,
        "rate",
        field,
        chosen,
        lambda deep, value: replace(deep, optimizer=deep.optimizer.having(rate=float(value))),
        label=tr("learning rate η, for all"),
        ticks=[(0.01, "0.01"), (0.1, "0.1"), (1.0, "1"), (10.0, "10")],
        low=0.001,
        high=10.0,
    )


def batch(scene: DeepScene) -> None:
    """How many rows an update reads: what the statistics of a batch are taken of."""
    kind = FIELDS["batch"]
    assert isinstance(kind, Count)
    n = training_setup(scene.experiment, Pick("none")).split.n
    number(
        scene,
        "front batch",
        kind,
        scene.experiment.batch,
        lambda deep, value: replace(deep, batch=int(value)),
        label=tr("batch size"),
        ticks=[(0.0, tr("all")), *((float(size), str(size)) for size in (256, 1024) if size < 0.9 * n)],
        low=0,
        high=min(kind.high, n),
    )


def _chosen(before: tuple[Pick, ...], names: list[str], most: int) -> tuple[Pick, ...]:
    """What is picked in the order in which it was, one at least; one too many takes the place of the first."""
    kept = {picked.name: picked for picked in before}
    order = [*(name for name in kept if name in names), *(name for name in names if name not in kept)][-most:]
    return tuple(kept.get(name, Pick(name)) for name in order) or before


def lost(scene: DeepScene) -> None:
    """Which losses are minimized: a network each, one to three."""
    chips(
        scene,
        "losses",
        tr("loss: a network each, from the same weights"),
        list(losses()),
        lambda name: tr(losses()[name].label),
        [picked.name for picked in scene.experiment.losses],
        lambda deep, names: replace(deep, losses=_chosen(deep.losses, names, MOST_LOSSES)),
        wrap=True,
    )


def raced(scene: DeepScene, in_front: bool = False) -> None:
    """Which normalizations are inside: a network each, one to three. in_front: of the best known ones, and those that are picked."""
    kept = [picked.name for picked in scene.experiment.nets]

    chips(
        scene,
        "nets" if in_front else "all nets",
        tr("normalization inside: a network each"),
        [name for name in normalizations() if not in_front or name in FRONT or name in kept],
        lambda name: tr(normalizations()[name].label),
        kept,
        lambda deep, names: replace(deep, nets=_chosen(deep.nets, names, MOST_NETS)),
        wrap=True,
    )


def field(scene: DeepScene, name: str, place: str = "") -> None:
    """The control of one field of a Deep. place: where it stands a second time."""
    kind = FIELDS[name]

    def take(deep: Deep, value: Value) -> Deep:
        return replace(deep, **{name: kind.read(value)})  # type: ignore[arg-type]

    setting(scene, f"{place}{name}", kind, getattr(scene.experiment, name), take)


def size(scene: DeepScene) -> None:
    """Depth and width, side by side."""
    left, right = st.columns(2)
    with left:
        field(scene, "depth", "front ")
    with right:
        field(scene, "width", "front ")


def _fields(*names: str) -> Callable[[DeepScene], None]:
    def draw(scene: DeepScene) -> None:
        columns = st.columns(2)
        for i, name in enumerate(names):
            with columns[i % 2]:
                field(scene, name)

    return draw


def _another(deep: Deep, name: Value) -> Deep:
    return replace(deep, data=Pick(str(name)))


def data_set(scene: DeepScene, place: str = "") -> None:
    """Where losses of classes are raced: those that have classes. place: where it stands a second time."""
    names = tuple(name for name in menus()["data"] if not scene.experiment.losses or classifies(Pick(name)))
    menu(scene, f"{place}data", tr("data"), names, lambda name: tr(menus()["data"][name].label), scene.experiment.data.name, _another)


def _data(scene: DeepScene) -> None:
    data = scene.experiment.data

    def take(deep: Deep, picked: Pick) -> Deep:
        return replace(deep, data=picked)

    data_set(scene)
    settings_of(scene, "data", "data", data, take, leave_out=("x1", "x2", *(("target",) if classifies(data) else ())))
    st.caption(tr("The network sees all {d} features.").format(d=training_setup(scene.experiment, Pick("none")).net.inputs))
    picked_item(
        scene, "features", "features", tr("features"), scene.experiment.features, lambda deep, picked: replace(deep, features=picked)
    )
    _fields("held", "seed")(scene)


def _network(scene: DeepScene) -> None:
    _fields("depth", "width", "activation", "residual", "initialization")(scene)
    sizes = ", ".join(dict.fromkeys(f"{training_setup(scene.experiment, *entrant).net.size:,}" for entrant in entrants(scene.experiment)))
    st.caption(tr("Parameters of the networks: {sizes}. Biases begin at 0.").format(sizes=sizes))


def _normalization(scene: DeepScene) -> None:
    raced(scene)
    for i, picked in enumerate(scene.experiment.nets):
        item = normalizations()[picked.name]
        st.markdown(f"**{tr(item.label)}**")
        st.latex(item.formula)
        if item.source:
            st.caption(item.source)

        def take(deep: Deep, changed: Pick, i: int = i) -> Deep:
            return replace(deep, nets=(*deep.nets[:i], changed, *deep.nets[i + 1 :]))

        settings_of(scene, f"n{i + 1}", "normalization", picked, take)
    for name, item in normalizations().items():
        why = senseless(scene.experiment, Pick(name))
        if why is not None:
            st.caption(f"{tr(item.label)}: {say(why)}")
    _fields("place", "affine", "begin", "memory", "frozen")(scene)


def _losses(scene: DeepScene) -> None:
    for i, picked in enumerate(scene.experiment.losses):
        item = losses()[picked.name]
        st.markdown(f"**{tr(item.label)}**")
        st.latex(item.formula)
        st.caption(item.source)

        def take(deep: Deep, changed: Pick, i: int = i) -> Deep:
            return replace(deep, losses=(*deep.losses[:i], changed, *deep.losses[i + 1 :]))

        settings_of(scene, f"l{i + 1}", "class_loss", picked, take)


def _training(scene: DeepScene) -> None:
    deep = scene.experiment
    size = max(training_setup(deep, picked).net.size for picked in deep.nets)
    able = tuple(name for name in optimizers() if unfit(name, size) is None)
    picked_item(
        scene, "optimizer", "optimizer", tr("optimizer"), deep.optimizer, lambda deep, picked: replace(deep, optimizer=picked), only=able
    )
    for name in optimizers():
        said = unfit(name, size)
        if said is not None:
            st.caption(say(said))
    if optimizers()[deep.optimizer.name].full_batch_only:
        st.caption(tr("It takes all rows at every update: the noise of mini-batches would mislead its picture of the curvature."))
    picked_item(scene, "schedule", "schedule", tr("schedule"), deep.schedule, lambda deep, picked: replace(deep, schedule=picked))
    _fields("batch", "steps", "warmup")(scene)


def _picture(scene: DeepScene) -> None:
    picked_item(scene, "slice", "slice", tr("plane"), scene.experiment.slice, lambda deep, picked: replace(deep, slice=picked))
    item = menus()["slice"][scene.experiment.slice.name]
    st.latex(item.formula)
    st.caption(item.source)
    _fields("planes", "through", "mode", "biases", "levels", "resolution")(scene)


def drawer(scene: DeepScene) -> None:
    """All controls behind one fold, drawn only while it is open; one part at a time."""
    fold = st.expander(tr("All controls"), key=f"{scene.page} drawer", on_change="rerun", icon=":material/tune:")
    if not fold.open:
        return
    parts = {
        "data": (N_("Data"), _data),
        "network": (N_("Network"), _network),
        "losses": (N_("Losses"), _losses),
        "normalization": (N_("Normalization"), _normalization),
        "training": (N_("Training"), _training),
        "picture": (N_("Picture"), _picture),
    }
    if not scene.experiment.losses:
        del parts["losses"]
    with fold:
        key = f"{scene.page} part {language()}"
        st.session_state.setdefault(key, "network")
        part = st.segmented_control(
            tr("All controls"),
            list(parts),
            format_func=lambda name: tr(parts[name][0]),
            key=key,
            required=True,
            label_visibility="collapsed",
        )
        if part is not None:
            parts[part][1](scene)
