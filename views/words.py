"""The person's language: English texts are translated here, where they are shown, and nowhere earlier."""

import streamlit as st

from settings import Message
from translations import languages, name, render, translator
from views.address import LANGUAGE


def language() -> str:
    """What the address asks for, else what the browser speaks, else English."""
    asked = st.query_params.get(LANGUAGE) or st.session_state.get("language") or (st.context.locale or "en").replace("-", "_")
    return asked if asked in languages() else "en"


def tr(text: str) -> str:
    return translator(language())(text)


def say(said: Message) -> str:
    return render(said, language())


def language_menu() -> None:
    """Drawn once there is more than one language to choose from."""
    if len(languages()) < 2:
        return
    st.session_state["language menu"] = language()

    def taken() -> None:
        st.session_state["language"] = st.session_state["language menu"]
        st.query_params[LANGUAGE] = st.session_state["language menu"]

    st.sidebar.selectbox("Language · 語言", languages(), format_func=name, key="language menu", on_change=taken)
