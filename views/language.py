"""The person's language: English texts are translated here, where they are shown, and nowhere earlier."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from core.address import LANGUAGE
from core.messages import Message
from translations import languages, name, render, translator

# Browsers name Chinese by region or by script; each is nearest to one of the two.
_ALIKE = {
    "zh": "zh_CN",
    "zh_Hans": "zh_CN",
    "zh_Hans_CN": "zh_CN",
    "zh_SG": "zh_CN",
    "zh_Hant": "zh_TW",
    "zh_Hant_TW": "zh_TW",
    "zh_HK": "zh_TW",
}


_RUN = ContextVar[str]("language of this run of the page")


@contextmanager
def one_language() -> Iterator[None]:
    """Within it the language is looked up once: a run of the page has one, and asks for it at every text."""
    token = _RUN.set(language())
    try:
        yield
    finally:
        _RUN.reset(token)


def language() -> str:
    """The language of this run of the page."""
    return _RUN.get("") or _wanted()


def _wanted() -> str:
    """What the address asks for, then what was asked for in this session, then what the browser speaks, else English."""
    asked = st.query_params.get(LANGUAGE)
    if asked in languages():
        st.session_state["language"] = asked
    spoken = st.session_state.get("language") or (st.context.locale or "en").replace("-", "_")
    return next((name for name in (spoken, _ALIKE.get(spoken)) if name in languages()), "en")


def tr(text: str) -> str:
    """A text in the person's language."""
    return translator(language())(text)


def say(message: Message) -> str:
    """A message in the person's language."""
    return render(message, language())


def language_menu() -> None:
    """Drawn once there is more than one language to choose from."""
    if len(languages()) < 2:
        return
    st.session_state["language menu"] = language()

    def taken() -> None:
        st.session_state["language"] = st.session_state["language menu"]
        st.query_params[LANGUAGE] = st.session_state["language menu"]

    label = "Language · 語言"
    st.segmented_control(
        label, languages(), format_func=name, key="language menu", on_change=taken, required=True, label_visibility="collapsed"
    )
