"""Controls: each draws a widget for one setting of the scene, and takes what a person does to it into the session's experiment.

A widget never holds the truth: before it is drawn it is given the scene's value, and what a person changes is applied to the scene
before the page runs again. So links, Back, lessons and other controls can change the same setting, and every widget follows.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import streamlit as st

from browser.slider import slider, slider_held, slider_value, stops
from core.messages import Value
from core.settings import Count, Number, Option, Setting
from labs.plane.setup import Experiment
from views import prefetch
from views.language import language, tr
from views.session import E, Scene, edit

Mark = tuple[float, str, str]
Choice = TypeVar("Choice", bound=Value)


def _key(scene: Scene[E], name: str) -> str:
    """Keyed by language too: a select box whose labels change under it would lose its value."""
    return f"{scene.page} {name} {language()}"


def number(
    scene: Scene[E],
    name: str,
    field: Number | Count,
    value: float,
    take: Callable[[E, Value], E],
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
    """A live slider for a Number or a Count, its pictures offered ahead. `play`: the name of a button that runs from end to end."""
    key, whole = _key(scene, name), isinstance(field, Count)

    def taken() -> None:
        new = slider_value(key)
        if new is not None:
            edit(scene.page, lambda experiment: take(experiment, round(new) if whole else new), moving=slider_held(key))

    low, high = field.low if low is None else low, field.high if high is None else high
    wide = isinstance(field, Number) and field.wide
    low, high = min(low, value), max(high, value)  # what is drawn is what the slider shows, also where a link goes beyond its ends
    slider(
        label or tr(field.label),
        value,
        low,
        high,
        key=key,
        on_change=taken,
        log=field.log and low > 0,
        wide=wide,
        integer=whole,
        symbol=field.symbol if isinstance(field, Number) and not label else "",
        unit=unit,
        ticks=ticks,
        marks=marks,
        help=help,
        play=play,
    )
    if not isinstance(scene.experiment, Experiment):
        return  # a training is far too slow to be sent ahead
    rests = stops(low, high, [at for at, _ in ticks], log=field.log and low > 0, wide=wide, integer=whole)
    taking = cast(Callable[[Experiment, Value], Experiment], take)
    prefetch.offer(key, prefetch.slid(lambda experiment, stop: taking(experiment, round(stop) if whole else stop), rests))


def menu(
    scene: Scene[E],
    name: str,
    label: str,
    choices: Sequence[Choice],
    labels: Callable[[Choice], str],
    value: Choice,
    take: Callable[[E, Value], E],
    help: str | None = None,
    segmented: bool = False,
) -> None:
    """One of several: a select box, or buttons side by side."""
    key = _key(scene, name)
    st.session_state[key] = value

    def taken() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            edit(scene.page, lambda experiment: take(experiment, chosen))

    if segmented:
        st.segmented_control(label, choices, format_func=labels, key=key, on_change=taken, help=help, required=True, wrap=True)
    else:
        st.selectbox(label, choices, format_func=labels, key=key, on_change=taken, help=help)


def toggle(
    scene: Scene[E], name: str, label: str, value: bool, take: Callable[[E, Value], E], *, help: str | None = None, disabled: bool = False
) -> None:
    key = _key(scene, name)
    st.session_state[key] = value
    st.toggle(
        label, key=key, on_change=lambda: edit(scene.page, lambda e: take(e, int(st.session_state[key]))), help=help, disabled=disabled
    )


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
    key = _key(scene, name)
    st.session_state[key] = list(value)
    st.pills(
        label,
        choices,
        selection_mode="multi",
        format_func=labels,
        key=key,
        on_change=lambda: edit(scene.page, lambda experiment: take(experiment, list(st.session_state[key]))),
        wrap=wrap,
    )


def setting(scene: Scene[E], name: str, field: Setting, value: Value, take: Callable[[E, Value], E]) -> None:
    """Whatever kind of setting it is."""
    if isinstance(field, Option):
        menu(scene, name, tr(field.label), field.choices, lambda choice: tr(field.label_of(choice)), field.read(value), take)
    else:
        number(scene, name, field, float(value), take)
