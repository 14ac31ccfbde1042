"""The lessons: a link each, one question, and a button that reveals the picture."""

from collections.abc import Mapping

import streamlit as st

from core.catalogue import catalogue
from labs.deep.setup import Deep
from labs.plane.setup import Experiment
from lessons.lesson import Lesson
from views.language import language, say, tr
from views.session import E, Scene, show

PAGES = {
    "scale": "views/pages/scale.py",
    "hidden": "views/pages/hidden_layer.py",
    "deep": "views/pages/deep_networks.py",
    "loss": "views/pages/loss.py",
    "stuck": "views/pages/stuck.py",
}


def lessons() -> Mapping[str, Lesson]:
    return catalogue("lessons.minutes", Lesson)


def scenes(page: str) -> dict[str, Experiment | Deep]:
    """The opening scene of each lesson of a page."""
    return {name: lesson.experiment for name, lesson in lessons().items() if lesson.page == page}


def hidden(scene: Scene[E]) -> bool:
    """Draws the question of a lesson that is not revealed yet; True while the picture is to stay hidden."""
    lesson = lessons().get(scene.view_state.lesson)
    if lesson is None or scene.view_state.revealed == "yes":
        return False
    st.title(tr(lesson.label), anchor=False)
    st.markdown(tr(lesson.intro))
    choices = range(len(lesson.choices))
    key = f"prediction {scene.view_state.lesson} {language()}"
    st.radio(f"**{tr(lesson.question)}**", choices, format_func=lambda i: tr(lesson.choices[i]), key=key, index=None)
    st.button(tr("Show what happens"), type="primary", on_click=lambda: show(scene.page, revealed="yes"))
    return True


def answer(scene: Scene[E]) -> None:
    """The answer under the picture, once it is revealed, and as long as the picture is the lesson's."""
    lesson = lessons().get(scene.view_state.lesson)
    if lesson is not None and scene.experiment == lesson.experiment:
        st.success(say(lesson.answer()), icon=":material/lightbulb:")


def links() -> None:
    """Five minutes in class."""
    st.markdown(tr("**Five minutes in class**"))
    with st.container(horizontal=True):
        for name, lesson in lessons().items():
            st.page_link(PAGES[lesson.page], label=tr(lesson.label), query_params={"lesson": name})
