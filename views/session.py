"""The scene of a page: one Experiment and what is shown of it, kept in the session, and held by the address at all times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, cast

import streamlit as st
from typing_extensions import TypeVar

from core import address
from core.messages import Message
from core.setup import Setup
from labs.plane.setup import Experiment
from views.view_state import ViewState

E = TypeVar("E", bound=Setup, default=Experiment)


@dataclass(frozen=True)
class Scene(Generic[E]):
    """page: its key; opening: the scene that its bare address means."""

    page: str
    opening: E
    experiment: E
    shown: ViewState


def load_scene(page: str, opening: E, topics: Mapping[str, E], lessons: Mapping[str, E]) -> tuple[Scene[E], list[Message]]:
    """The scene of this run: the address where it is new, else what the session holds. And what was refused of the address.

    The address of a topic or a lesson means that one's own opening scene. Right after a change by a person the browser's address may still
    be the one before it: then the session knows better.
    """
    query = {key: value for key, value in st.query_params.items() if key != address.LANGUAGE}
    known = cast(Scene[E] | None, st.session_state.get(_key(page)))
    elsewhere = st.session_state.get("page") != page
    if elsewhere:
        st.session_state["page"] = page
    coming_back = known is not None and elsewhere and not query
    ahead_of_address = not elsewhere and edits() != st.session_state.get("edits in the address", 0)
    if known is None or (query != st.session_state.get(f"address {page}") and not coming_back and not ahead_of_address):
        opening = lessons.get(query.get("lesson", ""), topics.get(query.get("topic", ""), opening))
        experiment, shown, refused = address.read(query, opening, ViewState(), lessons)
        known = Scene(page, opening, experiment, shown)
        st.session_state[_key(page)] = known
        st.session_state[f"refused {page}"] = refused
    return known, st.session_state.get(f"refused {page}", [])


def store_scene(scene: Scene[E]) -> None:
    """Write the scene into the address, where it differs from what stands there; while a hand moves on, that waits for its rest."""
    if st.session_state.pop("dragging", False):
        return
    st.session_state["edits in the address"] = edits()
    query = address.write(scene.experiment, scene.shown, scene.opening)
    st.session_state[f"address {scene.page}"] = query
    language = st.query_params.get(address.LANGUAGE)
    whole = query | ({address.LANGUAGE: language} if language else {})
    if dict(st.query_params) != whole:
        st.query_params.from_dict(whole)


def edit(page: str, change: Callable[[E], E], *, moving: bool = False) -> None:
    """Change the experiment of a page; for the callbacks of controls, which run before the page is drawn again.

    moving: a hand still holds what it just moved, so the picture may be a rough one, and the address waits.
    """
    _changed(moving)
    scene = cast(Scene[E], st.session_state[_key(page)])
    st.session_state[_key(page)] = replace(scene, experiment=change(scene.experiment).since(scene.experiment))
    st.session_state[f"refused {page}"] = []


def switch_topic(page: str, topic: str, opening: E) -> None:
    """Turn a page to another topic: its own opening scene."""
    _changed(False)
    st.session_state[_key(page)] = Scene(page, opening, opening, ViewState(topic=topic))
    st.session_state[f"refused {page}"] = []


def show(page: str, **changes: object) -> None:
    """Change what is shown of it."""
    _changed(False)
    scene = cast(Scene, st.session_state[_key(page)])
    st.session_state[_key(page)] = replace(scene, shown=replace(scene.shown, **changes))  # type: ignore[arg-type]


def _changed(moving: bool) -> None:
    st.session_state["dragging"] = moving
    st.session_state["edits"] = edits() + 1


def edits() -> int:
    """How many changes a person has made."""
    return int(st.session_state.get("edits", 0))


def moving() -> bool:
    """Whether this run is for a hand that moves on."""
    return bool(st.session_state.get("dragging", False))


def _key(page: str) -> str:
    return f"scene {page}"
