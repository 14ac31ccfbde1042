"""The control panel of a page: everything that can be set, behind one fold. One part is open at a time; only that one is drawn."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Generic, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.settings import Pick
from core.setup import Entry, Menu
from views.controls import PickSlot, chips, field, menu, setting
from views.language import language, tr
from views.session import E, Scene

Draw = Callable[[Scene[E]], None]


class Part(NamedTuple, Generic[E]):
    """A part of the control panel."""

    label: str
    rows: Sequence[str | Draw[E]]  # names of the setup's fields, and functions that draw other controls


Parts = Mapping[str, Part[E]]


def fold(label: str, key: str, icon: str) -> DeltaGenerator | None:
    """An expander. Returns the container for its contents; None while it is closed, so that hidden controls are not drawn."""
    expander = st.expander(label, key=key, on_change="rerun", icon=icon)
    return expander if expander.open else None


def control_panel(scene: Scene[E], parts: Parts[E], first: str, place: str = "") -> None:
    """All parts behind one fold. first: the part that is open at first. place: see two_a_row."""
    inside = fold(tr("All controls"), f"{scene.page} all controls", ":material/tune:")
    if inside is not None:
        with inside:
            open_controls(scene, parts, first, place)


def open_controls(scene: Scene[E], parts: Parts[E], first: str, place: str = "") -> None:
    """The same without a fold."""
    key = f"{scene.page} part {language()}"
    st.session_state.setdefault(key, first)
    part = st.segmented_control(
        tr("All controls"),
        list(parts),
        format_func=lambda name: tr(parts[name].label),
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    if part is None:
        return
    for are_fields, rows in groupby(parts[part].rows, key=lambda row: isinstance(row, str)):
        if are_fields:
            two_a_row(scene, [str(name) for name in rows], place)
        else:
            for draw in rows:
                assert not isinstance(draw, str)
                draw(scene)


def two_a_row(scene: Scene[E], names: Sequence[str], place: str = "") -> None:
    """Fields of the setup in two columns. place: a prefix of each key, for a field that has another control on the page."""
    for column, some in zip(st.columns(2), (names[::2], names[1::2]), strict=True):
        with column:
            for name in some:
                setting(scene, f"{place}{name}", field(scene, name))


def item_choice(
    scene: Scene[E], key: str, label: str, slot: PickSlot[E], only: Sequence[str] | None = None, *, segmented: bool = False
) -> None:
    """The menu of a catalogue. only: the items that are offered, where not all are."""
    items = slot.menu.items()
    menu(
        scene,
        key,
        label,
        tuple(items) if only is None else only,
        lambda name: tr(items[name].label),
        slot.now.name,
        lambda setup, name: slot.put(setup, Pick(str(name))),
        segmented=segmented,
    )


def item_chips(
    scene: Scene[E],
    key: str,
    label: str,
    menu: Menu[Entry],
    picks: Sequence[Pick],
    take: Callable[[E, list[str]], E],
    only: Collection[str] | None = None,
) -> None:
    """Any of a catalogue's items, as chips. only: the items that are offered, where not all are."""
    items = menu.items()
    offered = [name for name in items if only is None or name in only]
    chips(
        scene,
        key,
        label,
        offered,
        lambda name: tr(items[name].label),
        list(dict.fromkeys(picked.name for picked in picks)),
        take,
        wrap=True,
    )


def item_menu(scene: Scene[E], key: str, label: str, slot: PickSlot[E], only: Sequence[str] | None = None) -> None:
    """The menu of a catalogue, and the settings of what is picked from it."""
    item_choice(scene, key, label, slot, only)
    item_note(slot)
    item_settings(scene, key, slot)


def item_settings(scene: Scene[E], key: str, slot: PickSlot[E], leave_out: Sequence[str] = (), wide: bool = True) -> None:
    """All settings of the picked item, in two columns where there is room."""
    names = [known.name for known in slot.settings if known.name not in leave_out]
    columns = st.columns(2) if len(names) > 1 and wide else [st.container()]
    for i, name in enumerate(names):
        with columns[i % len(columns)]:
            setting(scene, f"{key}.{slot.now.name}.{name}", slot.slot(name))


def item_note(slot: PickSlot[E]) -> None:
    """The convention of what is picked, where libraries differ in it."""
    if slot.item.note:
        st.caption(tr(slot.item.note))


def item_heading(slot: PickSlot[E]) -> None:
    """Name, formula, source and convention of the picked item."""
    st.markdown(f"**{tr(slot.item.label)}**")
    st.latex(slot.item.formula)
    if slot.item.source:
        st.caption(slot.item.source)
    item_note(slot)
