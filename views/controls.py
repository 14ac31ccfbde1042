"""Controls: each draws a widget for one value of the setup and writes changes back to the setup in the session.

The setup is the single source of truth. A widget is set to the setup's value before it is drawn, and a change is applied to the setup
before the page runs again. So links, Back, lessons and other controls can change the same value, and every widget follows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar, cast

import streamlit as st

from browser.slider import slider, slider_dragging, slider_value, stops
from core.messages import Value
from core.settings import Number, Option, Pick, Setting
from core.setup import Entry, Items, Menu, OneItem, parts, settings_of
from labs.plane.setup import Experiment
from views import prefetch
from views.language import language, tr
from views.session import E, Scene, edit

Mark = tuple[float, str, str]
ButtonType = Literal["primary", "secondary"]
Choice = TypeVar("Choice", bound=Value)
T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[E]):
    """A value of a setup."""

    setting: Setting
    value: Value
    put: Callable[[E, Value], E]  # the setup with another value there


@dataclass(frozen=True)
class PickSlot(Generic[E]):
    """A pick of a setup."""

    menu: Menu[Entry]
    now: Pick  # what is picked
    get: Callable[[E], Pick]  # the pick of any setup
    put: Callable[[E, Pick], E]  # the setup with another pick there

    @property
    def item(self) -> Entry:
        """The record of the picked item."""
        return self.menu.items()[self.now.name]

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Settings of the picked item."""
        return self.menu.fields(self.now.name)

    def has(self, name: str) -> bool:
        return any(setting.name == name for setting in self.settings)

    def slot(self, name: str) -> Slot[E]:
        """A setting of the item."""
        (setting,) = (setting for setting in self.settings if setting.name == name)
        return Slot(setting, self.menu.values(self.now)[name], lambda e, value: self.put(e, self.get(e).having(**{name: value})))


def field(scene: Scene[E], name: str) -> Slot[E]:
    """A field of the setup itself."""
    setting = settings_of(type(scene.experiment))[name]
    return Slot(setting, getattr(scene.experiment, name), lambda e, value: _with(e, name, value))


def picked(scene: Scene[E], name: str) -> PickSlot[E]:
    """A pick of the setup."""
    menu = _menu_of(scene, name)
    return PickSlot(menu, getattr(scene.experiment, name), lambda e: getattr(e, name), lambda e, pick: _with(e, name, pick))


def picked_at(scene: Scene[E], name: str, i: int) -> PickSlot[E]:
    """One of several picks of the setup."""

    def put(setup: E, pick: Pick) -> E:
        before = getattr(setup, name)
        return _with(setup, name, (*before[:i], pick, *before[i + 1 :]))

    return PickSlot(_menu_of(scene, name), getattr(scene.experiment, name)[i], lambda e: getattr(e, name)[i], put)


def _menu_of(scene: Scene[E], name: str) -> Menu[Entry]:
    """What a field of the setup picks from."""
    (kind,) = (part.kind for part in parts(type(scene.experiment)) if part.name == name)
    assert isinstance(kind, OneItem | Items)
    return kind.menu


def _with(setup: E, name: str, value: object) -> E:
    return replace(setup, **{name: value})


def _key(scene: Scene[E], name: str) -> str:
    """A widget key that includes the language: a select box whose labels change would lose its value."""
    return f"{scene.page} {name} {language()}"


def _bound(scene: Scene[E], name: str, value: object, take: Callable[[E, T], E]) -> tuple[str, Callable[[], None]]:
    """The key of a widget for a value, and an on_change that writes the chosen value to the setup."""
    key = _key(scene, name)
    st.session_state[key] = value

    def taken() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            edit(scene.page, lambda setup: take(setup, chosen))

    return key, taken


def number(
    scene: Scene[E],
    name: str,
    slot: Slot[E],
    *,
    label: str = "",
    ticks: Sequence[tuple[float, str]] = (),
    marks: Sequence[Mark] = (),
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    help: str = "",
    play: str = "",
) -> None:
    """A live slider for a Number or a Count; the pictures of its stops are prefetched.

    low, high: ends of the track other than the setting's own; it always reaches the value. play: the name of a button that runs from end
    to end.
    """
    setting, value, key = slot.setting, float(slot.value), _key(scene, name)
    assert not isinstance(setting, Option)
    whole, wide = not isinstance(setting, Number), isinstance(setting, Number) and setting.wide
    low = min(setting.low if low is None else low, value)
    high = max(setting.high if high is None else high, value)
    log = setting.log and low > 0

    def put(setup: E, stop: float) -> E:
        return slot.put(setup, round(stop) if whole else stop)

    def taken() -> None:
        new = slider_value(key)
        if new is not None:
            edit(scene.page, lambda setup: put(setup, new), moving=slider_dragging(key))

    slider(
        label or tr(setting.label),
        value,
        low,
        high,
        key=key,
        on_change=taken,
        log=log,
        wide=wide,
        integer=whole,
        symbol=setting.symbol if isinstance(setting, Number) and not label else "",
        unit=unit,
        ticks=ticks,
        marks=marks,
        help=help,
        play=play,
    )
    if isinstance(scene.experiment, Experiment):  # a training is far too slow to be prefetched
        track = stops(low, high, [value for value, _ in ticks], log=log, wide=wide, integer=whole)
        prefetch.offer(key, prefetch.slid(cast(Callable[[Experiment, float], Experiment], put), track))


def menu(
    scene: Scene[E],
    name: str,
    label: str,
    choices: Sequence[Choice],
    labels: Callable[[Choice], str],
    value: Choice,
    take: Callable[[E, Value], E],
    *,
    segmented: bool = False,
) -> None:
    """One of several: a select box, or buttons side by side."""
    key, taken = _bound(scene, name, value, take)
    if segmented:
        st.segmented_control(label, choices, format_func=labels, key=key, on_change=taken, required=True, wrap=True)
    else:
        st.selectbox(label, choices, format_func=labels, key=key, on_change=taken)


def toggle(
    scene: Scene[E], name: str, label: str, value: bool, take: Callable[[E, bool], E], *, help: str | None = None, disabled: bool = False
) -> None:
    key, taken = _bound(scene, name, value, take)
    st.toggle(label, key=key, on_change=taken, help=help, disabled=disabled)


def chips(
    scene: Scene[E],
    name: str,
    label: str,
    choices: Sequence[str],
    labels: Callable[[str], str],
    value: Sequence[str],
    take: Callable[[E, list[str]], E],
    wrap: bool | None = None,
) -> None:
    """Any of several, as chips. wrap: in more than one line; None: as Streamlit finds best."""
    key, taken = _bound(scene, name, list(value), take)
    st.pills(label, choices, selection_mode="multi", format_func=labels, key=key, on_change=taken, wrap=wrap)


def edit_button(
    scene: Scene[E], name: str, label: str, change: Callable[[E], E], *, icon: str | None = None, kind: ButtonType = "secondary"
) -> None:
    """A button that changes the setup."""
    st.button(label, key=f"{scene.page} {name}", icon=icon, type=kind, on_click=lambda: edit(scene.page, change))


def choice(
    scene: Scene[E],
    name: str,
    slot: Slot[E],
    *,
    label: str = "",
    choices: Sequence[str | int] | None = None,
    segmented: bool = False,
) -> None:
    """The menu of an Option. choices: those that are offered, where not all are."""
    option = slot.setting
    assert isinstance(option, Option)
    offered = option.choices if choices is None else choices
    menu(
        scene,
        name,
        label or tr(option.label),
        offered,
        lambda chosen: tr(option.label_of(chosen)),
        option.read(slot.value),
        slot.put,
        segmented=segmented,
    )


def setting(scene: Scene[E], name: str, slot: Slot[E]) -> None:
    """The control for a setting of any kind."""
    if isinstance(slot.setting, Option):
        choice(scene, name, slot)
    else:
        number(scene, name, slot)
