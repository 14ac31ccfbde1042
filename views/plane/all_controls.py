"""All controls, folded: data, model, panels, optimizers, the run, the picture. Every menu and every number of an Experiment."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.messages import N_, Value
from core.settings import Option, Pick, pick, values
from labs.plane.setup import (
    BEST,
    FIELDS,
    FRACTION,
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
from views import view_state
from views.controls import menu, number, setting, toggle
from views.language import language, tr
from views.menus import fields_of, menus
from views.session import E, Scene, edit, show


def drawer(scene: Scene) -> None:
    """All controls behind one fold, drawn only while it is open: folded controls cost nothing."""
    fold = st.expander(tr("All controls"), key=f"{scene.page} drawer", on_change="rerun", icon=":material/tune:")
    if fold.open:
        with fold:
            all_controls(scene)


def all_controls(scene: Scene) -> None:
    """One part at a time; only that part is drawn."""
    parts = {
        "data": (N_("Data"), _data),
        "model": (N_("Model and loss"), _model),
        "normalization": (N_("Normalization"), _panels),
        "optimizers": (N_("Optimizers"), _optimizers),
        "run": (N_("Run"), _run),
        "picture": (N_("Picture"), _view),
    }
    key = f"{scene.page} part {language()}"
    st.session_state.setdefault(key, "model")
    part = st.segmented_control(
        tr("All controls"), list(parts), format_func=lambda name: tr(parts[name][0]), key=key, required=True, label_visibility="collapsed"
    )
    if part is not None:
        parts[part][1](scene)


def picked_item(
    scene: Scene[E], key: str, part: str, label: str, picked: Pick, take: Callable[[E, Pick], E], only: tuple[str, ...] | None = None
) -> None:
    """The menu of a catalogue, and the settings of what is picked from it."""
    items = menus()[part]
    choices = tuple(items) if only is None else only
    menu(
        scene,
        key,
        label,
        choices,
        lambda name: tr(items[name].label),
        picked.name,
        lambda experiment, name: take(experiment, Pick(str(name))),
    )
    settings(scene, key, part, picked, take)


def settings(
    scene: Scene[E],
    key: str,
    part: str,
    picked: Pick,
    take: Callable[[E, Pick], E],
    leave_out: tuple[str, ...] = (),
    wide: bool = True,
) -> None:
    """Every setting of a picked item, two a row where there is room."""
    fields = [field for field in fields_of(part, picked.name) if field.name not in leave_out]
    chosen = values(picked, fields_of(part, picked.name))
    columns = st.columns(2) if len(fields) > 1 and wide else [st.container()]
    for i, field in enumerate(fields):

        def taken(experiment: E, value: Value, name: str = field.name) -> E:
            return take(experiment, picked.having(**{name: value}))

        with columns[i % len(columns)]:
            setting(scene, f"{key}.{picked.name}.{field.name}", field, chosen[field.name], taken)


def plain(scene: Scene, name: str) -> None:
    """A field of the Experiment itself."""

    def taken(experiment: Experiment, value: Value) -> Experiment:
        return replace(experiment, **{name: value})  # type: ignore[arg-type]  # the field's own kind has made the value

    setting(scene, f"all {name}", FIELDS[name], getattr(scene.experiment, name), taken)


def _data(scene: Scene) -> None:
    if not surfaces()[scene.experiment.surface.name].needs_data:
        st.caption(tr("This surface is a formula: it needs no data."))
        return
    picked_item(
        scene, "data", "data", tr("data set"), scene.experiment.data, lambda e, p: replace(picked_anew(e, data=p), start=None, window=None)
    )
    st.caption(tr("Source: {source}").format(source=menus()["data"][scene.experiment.data.name].source))
    left, right = st.columns(2)
    with left:
        plain(scene, "scale1")
    with right:
        plain(scene, "scale2")


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
    menu(
        scene,
        "surface",
        tr("what is minimized"),
        tuple(surfaces()),
        lambda name: tr(surfaces()[name].label),
        experiment.surface.name,
        lambda e, name: with_surface(e, Pick(str(name))),
    )
    st.latex(item.formula)
    st.caption(tr("Source: {source}").format(source=item.source))
    settings(scene, "surface", "surface", experiment.surface, lambda e, p: picked_anew(e, surface=p))
    begin = start_of(experiment)
    left, right = st.columns(2)
    low, high = (-10.0, 10.0)
    for side, column in enumerate((left, right)):

        def moved(e: Experiment, value: Value, side: int = side) -> Experiment:
            point = list(e.start or begin)
            point[side] = float(value)
            return replace(e, start=(point[0], point[1]))

        with column:
            label = tr("start, first weight") if side == 0 else tr("start, second weight")
            number(scene, f"start{side}", POINT, begin[side], moved, label=label, low=low, high=high)


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
    for i, (column, panel) in enumerate(zip(st.columns(len(experiment.panels)), experiment.panels, strict=True)):
        with column:
            st.markdown(tr("**Picture {n}**").format(n=i + 1))
            normalization_toggles(scene, f"p{i + 1}", panel, _taking(i), network)


def _taking(i: int) -> Callable[[Experiment, Panel], Experiment]:
    return lambda e, panel: replace(e, panels=(*e.panels[:i], panel, *e.panels[i + 1 :]))


def normalization_toggles(scene: Scene, key: str, panel: Panel, take: Callable[[Experiment, Panel], Experiment], network: bool) -> None:
    """The two literal toggles of one panel, each with its menu behind."""
    features, hidden = panel.features.name != "none", panel.hidden.name != "none"

    def with_features(e: Experiment, p: Pick) -> Experiment:
        return take(e, replace(panel, features=p))

    def with_hidden(e: Experiment, p: Pick) -> Experiment:
        return take(e, replace(panel, hidden=p))

    toggle(
        scene,
        f"{key} features on",
        tr("Feature normalization"),
        features,
        lambda e, on: with_features(e, pick("standardize" if on else "none")),
    )
    if features:
        only = tuple(name for name in menus()["features"] if name != "none")
        picked_item(scene, f"{key}.features", "features", tr("which"), panel.features, with_features, only)
        st.latex(menus()["features"][panel.features.name].formula)
    toggle(
        scene,
        f"{key} hidden on",
        tr("Batch normalization"),
        hidden and network,
        lambda e, on: with_hidden(e, pick("batch" if on else "none")),
        disabled=not network,
        help=None if network else tr("This model has no hidden layer to normalize: pick the network with two hidden units."),
    )
    if hidden and network:
        st.latex(menus()["hidden"][panel.hidden.name].formula)
        settings(scene, f"{key}.hidden", "hidden", panel.hidden, with_hidden, wide=False)


def _optimizers(scene: Scene) -> None:
    experiment = scene.experiment
    plain(scene, "mode")
    if experiment.mode == "fraction":
        plain(scene, "fraction")
    count = len(experiment.optimizers)
    for i, (column, picked) in enumerate(zip(st.columns(count), experiment.optimizers, strict=True)):
        with column:
            _optimizer(scene, i, picked)
    left, right = st.columns(2)
    if count < MOST_OPTIMIZERS:
        add = tr("Add an optimizer")
        left.button(add, icon=":material/add:", on_click=lambda: edit(scene.page, _added), key=f"{scene.page} add")
    if count > 1:
        right.button(
            tr("Remove the last"),
            icon=":material/remove:",
            on_click=lambda: edit(scene.page, _fewer),
            key=f"{scene.page} remove",
        )


def _added(experiment: Experiment) -> Experiment:
    """One more, of a kind that is not there yet."""
    there = {picked.name for picked in experiment.optimizers}
    fresh = next(name for name in optimizers() if name not in there)
    return replace(experiment, optimizers=(*experiment.optimizers, pick(fresh)))


def _optimizer(scene: Scene, i: int, picked: Pick) -> None:
    item, key = optimizers()[picked.name], f"o{i + 1}"
    more = f"{key} more {scene.page}"
    behind = not item.front or bool(st.session_state.get(more))
    names = tuple(name for name, one in optimizers().items() if one.front or behind)

    def take(e: Experiment, p: Pick) -> Experiment:
        return replace(e, optimizers=(*e.optimizers[:i], p, *e.optimizers[i + 1 :]))

    menu(
        scene,
        key,
        tr("optimizer {n}").format(n=i + 1),
        names,
        lambda n: tr(optimizers()[n].label),
        picked.name,
        lambda e, n: take(e, Pick(str(n))),
    )
    if item.front:
        st.toggle(tr("more optimizers"), key=more)
    st.latex(item.formula)
    if item.note:
        st.caption(tr(item.note))
    taken_over = _set_by_mode(scene.experiment.mode, item)
    if taken_over:
        st.caption(
            tr("Set by the rate mode above: {names}.").format(
                names=", ".join(tr(field.label) for field in item.fields if field.name in taken_over)
            )
        )
    settings(scene, key, "optimizer", picked, take, taken_over, wide=len(scene.experiment.optimizers) == 1)
    st.caption(tr("Source: {source}").format(source=item.source))


def _set_by_mode(mode: str, item: Optimizer) -> tuple[str, ...]:
    """The hyper-parameters that the rate mode chooses."""
    if mode == BEST:
        return tuple(item.best(1.0, 2.0)) if item.best is not None else ("rate",)
    return ("rate",) if mode == FRACTION and item.limit is not None else ()


def _run(scene: Scene) -> None:
    left, right = st.columns(2)
    with left:
        schedule(scene, "all schedule")
        plain(scene, "warmup")
    with right:
        plain(scene, "batch")
        plain(scene, "seed")
        plain(scene, "steps")


def schedule(scene: Scene, key: str = "schedule") -> None:
    """The menu of schedules, the settings and the formula of the one picked. Drawn in two places, it needs two keys."""
    picked = scene.experiment.schedule
    picked_item(scene, key, "schedule", tr("schedule of the rate"), picked, lambda e, p: replace(e, schedule=p))
    st.latex(menus()["schedule"][picked.name].formula)


def _view(scene: Scene) -> None:
    left, right = st.columns(2)
    with left:
        plain(scene, "levels")
        plain(scene, "span")
        plain(scene, "drawn")
        plain(scene, "aspect")
    with right:
        plain(scene, "resolution")
        field = view_state.FIELDS["curves"]
        key = f"{scene.page} all curves {language()}"
        st.session_state[key] = scene.shown.curves == "on"
        st.toggle(tr(field.label), key=key, on_change=lambda: show(scene.page, curves="on" if st.session_state[key] else "off"))
        _clock(scene)
    window = scene.experiment.window
    if window is not None:
        st.button(tr("Fit the window"), on_click=lambda: edit(scene.page, _unzoomed), key=f"{scene.page} fit")


def _unzoomed(experiment: Experiment) -> Experiment:
    return replace(experiment, window=None)


def _fewer(experiment: Experiment) -> Experiment:
    return replace(experiment, optimizers=experiment.optimizers[:-1])


def _clock(scene: Scene) -> None:
    field = view_state.FIELDS["clock"]
    assert isinstance(field, Option)
    key = f"{scene.page} all clock {language()}"
    st.session_state[key] = scene.shown.clock
    st.selectbox(
        tr(field.label),
        field.choices,
        format_func=lambda choice: tr(field.label_of(choice)),
        key=key,
        on_change=lambda: show(scene.page, clock=st.session_state[key]),
    )
