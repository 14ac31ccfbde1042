"""The topics of a page: a row of buttons. Each opens on its own scene, or is a page of its own."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from views.language import language, tr
from views.session import E, Scene, switch_topic

_ASKED = "a topic that is on another page"


class Elsewhere(NamedTuple):
    """A topic on another page."""

    file: str  # of the page
    query: Mapping[str, str]  # the topic's address there


def topics(
    scene: Scene[E],
    labels: Mapping[str, str],
    scenes: Mapping[str, E],
    pages: Mapping[str, Elsewhere] | None = None,
    now: str | None = None,
) -> str:
    """Draws the row, and gives the topic of the scene; a scene that has none of these has the first.

    labels: of every topic, in their order. scenes: what those open on that are on this page; pages: where the others are.
    now: the topic, on a page that is one alone.
    """
    topic = now or (scene.view_state.topic if scene.view_state.topic in scenes else next(iter(scenes)))
    key = f"topics {scene.page} {language()}"
    st.session_state[key] = topic

    asked = (pages or {}).get(st.session_state.pop(_ASKED, ""))
    if asked is not None:
        st.switch_page(asked.file, query_params=asked.query)

    def taken() -> None:
        name = st.session_state[key] or topic
        if name in scenes:
            switch_topic(scene.page, name, scenes[name])
        else:
            st.session_state[_ASKED] = name  # a callback cannot leave its page

    st.segmented_control(
        tr("topic"),
        list(labels),
        format_func=lambda name: tr(labels[name]),
        key=key,
        on_change=taken,
        label_visibility="collapsed",
        required=True,
        wrap=True,
    )
    return topic
