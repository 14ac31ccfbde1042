"""The scene of a page: its setup and its view state, kept in the session and mirrored in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from typing_extensions import TypeVar

from core import address
from core.messages import Message
from core.setup import Setup
from labs.plane.setup import Experiment
from views.view_state import ViewState

E = TypeVar("E", bound=Setup, default=Experiment)


@dataclass(frozen=True)
class Scene(Generic[E]):
    """What a page shows in a run."""

    page: str  # its key
    opening: E  # the setup that its bare address means
    experiment: E
    view_state: ViewState


def visitor() -> str:
    """Who looks at the page: a name for this session."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def load_scene(
    page: str, opening: E, topics: Mapping[str, E], lessons: Mapping[str, E], affordable: Callable[[E], tuple[E, Message | None]]
) -> tuple[Scene[E], list[Message]]:
    """The scene of this run, and what was refused of it: as the address says where that is new, else as the session has it.

    affordable: gives the nearest scene that is not too dear, and what to say of it.

    A topic or a lesson in the address has an opening scene of its own. Right after a change by a person the browser may still send the
    address from before it: then the session counts.
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
        experiment, view_state, refused = address.read(query, opening, ViewState(), lessons)
        known = Scene(page, opening, experiment, view_state)
        st.session_state[f"refused {page}"] = refused
    experiment, too_dear = affordable(known.experiment)
    if too_dear is not None:
        known = replace(known, experiment=experiment)
        st.session_state[f"refused {page}"] = [*st.session_state.get(f"refused {page}", []), too_dear]
    st.session_state[_key(page)] = known
    return known, st.session_state.get(f"refused {page}", [])


def store_scene(scene: Scene[E]) -> None:
    """Write the scene into the address where that differs; not while a hand is still dragging."""
    if st.session_state.pop("dragging", False):
        return
    st.session_state["edits in the address"] = edits()
    query = address.write(scene.experiment, scene.view_state, scene.opening)
    st.session_state[f"address {scene.page}"] = query
    language = st.query_params.get(address.LANGUAGE)
    whole = query | ({address.LANGUAGE: language} if language else {})
    if dict(st.query_params) != whole:
        st.query_params.from_dict(whole)


def edit(page: str, change: Callable[[E], E], *, moving: bool = False) -> None:
    """Change the experiment of a page; for the callbacks of controls, which run before the page is drawn again.

    moving: a hand is still dragging, so the picture may be a rough one, and the address waits.
    """
    _changed(moving)
    scene = cast(Scene[E], st.session_state[_key(page)])
    st.session_state[_key(page)] = replace(scene, experiment=change(scene.experiment).since(scene.experiment))
    st.session_state[f"refused {page}"] = []


def switch_topic(page: str, topic: str, opening: E) -> None:
    """Switch a page to the opening scene of another topic."""
    _changed(False)
    st.session_state[_key(page)] = Scene(page, opening, opening, ViewState(topic=topic))
    st.session_state[f"refused {page}"] = []


def show(page: str, **changes: object) -> None:
    """Change the view state."""
    _changed(False)
    scene = cast(Scene, st.session_state[_key(page)])
    st.session_state[_key(page)] = replace(scene, view_state=replace(scene.view_state, **changes))  # type: ignore[arg-type]


def _changed(moving: bool) -> None:
    st.session_state["dragging"] = moving
    st.session_state["edits"] = edits() + 1


def edits() -> int:
    """How many changes a person has made."""
    return int(st.session_state.get("edits", 0))


def moving() -> bool:
    """Whether a slider or a mark is being dragged in this run."""
    return bool(st.session_state.get("dragging", False))


def _key(page: str) -> str:
    return f"scene {page}"
