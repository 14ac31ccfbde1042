"""All controls of an Experiment: data, model, normalization, optimizers, the run, the picture."""

from dataclasses import replace

import streamlit as st

from core.messages import N_, Value
from core.settings import Option, Pick, pick
from core.setup import Entry, Menu, settings_of
from labs.plane.setup import (
    BEST,
    FEATURES,
    FRACTION,
    HIDDEN,
    MOST_OPTIMIZERS,
    MOST_PANELS,
    POINT,
    SAME,
    Experiment,
    Optimizer,
    Panel,
    optimizers,
    picked_anew,
    start_of,
    surfaces,
)
from views import control_panel as panel_of
from views.control_panel import Part, Parts, item_choice, item_menu, item_note, item_settings, two_a_row
from views.controls import PickSlot, Slot, edit_button, field, menu, number, picked, picked_at, setting, toggle
from views.language import language, tr
from views.session import Scene, show
from views.view_state import ViewState

PLACE = "all "


def control_panel(scene: Scene) -> None:
    """All controls behind one fold."""
    panel_of.control_panel(scene, PARTS, "model", PLACE)


def open_controls(scene: Scene) -> None:
    """All controls, where a page folds none of them away."""
    panel_of.open_controls(scene, PARTS, "model", PLACE)


def _field(scene: Scene, name: str) -> None:
    setting(scene, f"{PLACE}{name}", field(scene, name))


def _source(source: str) -> None:
    st.caption(tr("Source: {source}").format(source=source))


def _data(scene: Scene) -> None:
    if not surfaces()[scene.experiment.surface.name].needs_data:
        st.caption(tr("This surface is a formula: it needs no data."))
        return
    data = replace(picked(scene, "data"), put=lambda e, p: replace(picked_anew(e, data=p), start=None, window=None))
    item_menu(scene, "data", tr("data set"), data)
    _source(data.item.source)
    two_a_row(scene, ("scale1", "scale2"), PLACE)


def with_surface(experiment: Experiment, picked: Pick) -> Experiment:
    """Another surface: start and window are its own. A formula brings a rate for gradient descent that makes visible progress."""
    changed = replace(picked_anew(experiment, surface=picked), start=None, window=None)
    item, before = surfaces()[picked.name], surfaces()[experiment.surface.name]
    if item.needs_data:
        return changed if before.needs_data else replace(changed, mode=BEST)
    rated = tuple(o.having(rate=item.rate) if optimizers()[o.name].limit is not None else o for o in experiment.optimizers)
    return replace(changed, mode=SAME, optimizers=rated, levels="log")


def _model(scene: Scene) -> None:
    experiment = scene.experiment
    item = surfaces()[experiment.surface.name]
    surface = picked(scene, "surface")
    item_choice(scene, "surface", tr("what is minimized"), replace(surface, put=with_surface))
    st.latex(item.formula)
    _source(item.source)
    item_settings(scene, "surface", replace(surface, put=lambda e, p: picked_anew(e, surface=p)))
    begin, labels = start_of(experiment), (tr("start, first weight"), tr("start, second weight"))
    for side, (column, label) in enumerate(zip(st.columns(2), labels, strict=True)):

        def moved(e: Experiment, value: Value, side: int = side) -> Experiment:
            first, second = e.start or begin
            return replace(e, start=(float(value), second) if side == 0 else (first, float(value)))

        with column:
            number(scene, f"start{side}", Slot(POINT, begin[side], moved), label=label, low=-10.0, high=10.0)


def _panels(scene: Scene) -> None:
    experiment = scene.experiment
    network = surfaces()[experiment.surface.name].hidden_layer
    if not surfaces()[experiment.surface.name].needs_data:
        st.caption(tr("This surface is a formula: there are no features to normalize."))
        return
    menu(
        scene,
        "panels",
        tr("pictures side by side"),
        tuple(str(n) for n in range(1, MOST_PANELS + 1)),
        str,
        str(len(experiment.panels)),
        lambda e, n: replace(e, panels=(e.panels + (Panel(),) * MOST_PANELS)[: int(n)]),
        segmented=True,
    )
    for i, column in enumerate(st.columns(len(experiment.panels))):
        with column:
            st.markdown(tr("**Picture {n}**").format(n=i + 1))
            normalization_toggles(scene, i, network)


def normalization_toggles(scene: Scene, i: int, network: bool) -> None:
    """The two toggles of one picture, each with its menu or its settings below."""
    features, hidden = _normalization_of(scene, i, FEATURES), _normalization_of(scene, i, HIDDEN)
    toggle(
        scene,
        f"p{i + 1} features on",
        tr("Feature normalization"),
        features.now.name != "none",
        lambda e, on: features.put(e, pick("standardize" if on else "none")),
    )
    if features.now.name != "none":
        only = [name for name in FEATURES.items() if name != "none"]
        item_menu(scene, f"p{i + 1}.features", tr("which"), features, only)
        st.latex(features.item.formula)
    normalized = network and hidden.now.name != "none"
    toggle(
        scene,
        f"p{i + 1} hidden on",
        tr("Batch normalization"),
        normalized,
        lambda e, on: hidden.put(e, pick("batch" if on else "none")),
        disabled=not network,
        help=None if network else tr("This model has no hidden layer to normalize: pick the network with two hidden units."),
    )
    if normalized:
        st.latex(hidden.item.formula)
        item_settings(scene, f"p{i + 1}.hidden", hidden, wide=False)


def _normalization_of(scene: Scene, i: int, menu: Menu[Entry]) -> PickSlot[Experiment]:
    """What normalizes the features, or the hidden layer, of one picture: a pick in the panel's field of the menu's name."""

    def get(experiment: Experiment) -> Pick:
        return getattr(experiment.panels[i], menu.name)

    def put(experiment: Experiment, pick: Pick) -> Experiment:
        panel = replace(experiment.panels[i], **{menu.name: pick})  # type: ignore[arg-type]  # both are picks
        return replace(experiment, panels=(*experiment.panels[:i], panel, *experiment.panels[i + 1 :]))

    return PickSlot(menu, get(scene.experiment), get, put)


def _optimizers(scene: Scene) -> None:
    experiment = scene.experiment
    _field(scene, "mode")
    if experiment.mode == "fraction":
        _field(scene, "fraction")
    count = len(experiment.optimizers)
    for i, column in enumerate(st.columns(count)):
        with column:
            _optimizer(scene, i)
    left, right = st.columns(2)
    if count < MOST_OPTIMIZERS:
        with left:
            edit_button(scene, "add", tr("Add an optimizer"), _added, icon=":material/add:")
    if count > 1:
        with right:
            fewer = tr("Remove the last")
            edit_button(scene, "remove", fewer, lambda e: replace(e, optimizers=e.optimizers[:-1]), icon=":material/remove:")


def _added(experiment: Experiment) -> Experiment:
    """With one more optimizer, of a kind that is not there yet."""
    names = {picked.name for picked in experiment.optimizers}
    fresh = next(name for name in optimizers() if name not in names)
    return replace(experiment, optimizers=(*experiment.optimizers, Pick(fresh)))


def _optimizer(scene: Scene, i: int) -> None:
    slot = picked_at(scene, "optimizers", i)
    item, key = optimizers()[slot.now.name], f"o{i + 1}"
    more = f"{key} more {scene.page}"
    offers_all = not item.common or bool(st.session_state.get(more))
    names = tuple(name for name, other in optimizers().items() if other.common or offers_all)
    item_choice(scene, key, tr("optimizer {n}").format(n=i + 1), slot, names)
    if item.common:
        st.toggle(tr("more optimizers"), key=more)
    st.latex(item.formula)
    item_note(slot)
    taken_over = _set_by_mode(scene.experiment.mode, item)
    if taken_over:
        labels = ", ".join(tr(known.label) for known in item.fields if known.name in taken_over)
        st.caption(tr("Set by the rate mode above: {names}.").format(names=labels))
    item_settings(scene, key, slot, taken_over, wide=len(scene.experiment.optimizers) == 1)
    _source(item.source)


def _set_by_mode(mode: str, item: Optimizer) -> tuple[str, ...]:
    """The hyper-parameters that the rate mode chooses."""
    if mode == BEST:
        return tuple(item.best(1.0, 2.0)) if item.best is not None else ("rate",)
    return ("rate",) if mode == FRACTION and item.limit is not None else ()


def _run(scene: Scene) -> None:
    left, right = st.columns(2)
    with left:
        schedule(scene, "all schedule")
        _field(scene, "warmup")
    with right:
        _field(scene, "batch")
        _field(scene, "seed")
        _field(scene, "steps")
    _field(scene, "arrival")
    _field(scene, "share")


def schedule(scene: Scene, key: str = "schedule") -> None:
    """The menu of schedules, the settings and the formula of the one picked. Drawn in two places, it needs two keys."""
    slot = picked(scene, "schedule")
    item_menu(scene, key, tr("schedule of the rate"), slot)
    st.latex(slot.item.formula)


def _picture(scene: Scene) -> None:
    left, right = st.columns(2)
    with left:
        for name in ("levels", "span", "quantity", "aspect"):
            _field(scene, name)
    with right:
        _field(scene, "resolution")
        _curves(scene)
        _shown(scene, "clock")
        _shown(scene, "length")
        _shown(scene, "pace")
    if scene.experiment.window is not None:
        edit_button(scene, "fit", tr("Fit the window"), lambda experiment: replace(experiment, window=None))


def _curves(scene: Scene) -> None:
    """Whether curves of loss and gradient stand beside the maps."""
    key = f"{scene.page} all curves {language()}"
    st.session_state[key] = scene.view_state.curves == "on"
    label = tr(settings_of(ViewState)["curves"].label)
    st.toggle(label, key=key, on_change=lambda: show(scene.page, curves="on" if st.session_state[key] else "off"))


def _shown(scene: Scene, name: str) -> None:
    """A menu of how the walks are played: what they are counted by, where the player ends."""
    option, key = settings_of(ViewState)[name], f"{scene.page} all {name} {language()}"
    assert isinstance(option, Option)
    st.session_state[key] = getattr(scene.view_state, name)
    st.selectbox(
        tr(option.label),
        option.choices,
        format_func=lambda choice: tr(option.label_of(choice)),
        key=key,
        on_change=lambda: show(scene.page, **{name: st.session_state[key]}),
    )


PARTS: Parts[Experiment] = {
    "data": Part(N_("Data"), [_data]),
    "model": Part(N_("Model and loss"), [_model]),
    "normalization": Part(N_("Normalization"), [_panels]),
    "optimizers": Part(N_("Optimizers"), [_optimizers]),
    "run": Part(N_("Run"), [_run]),
    "picture": Part(N_("Picture"), [_picture]),
}
