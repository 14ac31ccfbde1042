"""The topics of a page: a row of buttons. Each opens on its own scene, or is a page of its own."""

from collections.abc import Mapping

import streamlit as st

from views.session import E, Scene, turn
from views.words import language, tr


def topics(
    scene: Scene[E], labels: Mapping[str, str], scenes: Mapping[str, E], pages: Mapping[str, str] | None = None, now: str | None = None
) -> str:
    """Draws the row, and gives the topic of the scene; a scene that has none of these has the first.

    labels: of every topic, in their order. scenes: what those open on that are on this page; pages: the files of the others. now: the
    topic, on a page that is one alone.
    """
    topic = now or (scene.shown.topic if scene.shown.topic in scenes else next(iter(scenes)))
    key = f"topics {scene.page} {language()}"
    st.session_state[key] = topic

    def taken() -> None:
        name = st.session_state[key] or topic
        if name in scenes:
            turn(scene.page, name, scenes[name])

    chosen = st.segmented_control(
        tr("topic"),
        list(labels),
        format_func=lambda name: tr(labels[name]),
        key=key,
        on_change=taken,
        label_visibility="collapsed",
        required=True,
        wrap=True,
    )
    if chosen is not None and pages is not None and chosen in pages and chosen != topic:
        st.switch_page(pages[chosen], query_params={"topic": chosen})
    return topic
