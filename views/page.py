"""What every page is made of: the scene taken from the address, its heading, the picture, the drawer, and the address written last."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from experiment import Experiment, Refusal, Result
from views import lesson, under_way
from views.board.board import board, board_state
from views.drawer import drawer
from views.picture import board_data
from views.session import Scene, enter, leave, show
from views.told import told
from views.words import say, tr

NO_TOPICS: Mapping[str, Experiment] = MappingProxyType({})


def open_page(page: str, opening: Experiment, topics: Mapping[str, Experiment] = NO_TOPICS) -> Scene:
    """The scene of this run. What the address asked for and could not have is said in one line each."""
    asked = lesson.lessons().get(st.query_params.get("lesson", ""))
    if asked is not None and asked.page != page:
        st.switch_page(lesson.PAGES[asked.page], query_params=dict(st.query_params))
    scene, refused = enter(page, opening, topics, lesson.scenes(page))
    for said in refused:
        st.warning(say(said))
    return scene


def heading(text: str) -> None:
    """What the page says first. No link to itself: that would be one more stop for the keyboard."""
    st.title(text, anchor=False)


def takeaway(text: str) -> None:
    """What the picture says, in one sentence under it."""
    st.header(text, anchor=False)


def picture(scene: Scene) -> Result | None:
    """The board of the scene's experiment; None, and a sentence that says why, where the combination cannot be had."""
    try:
        result = under_way.result_of(scene)
    except Refusal as refusal:
        st.error(say(refusal.said))
        return None
    key = f"{scene.page} board"

    def looked() -> None:
        chosen = board_state(key)
        if chosen.view is not None:
            show(scene.page, view=chosen.view, panel=chosen.surface_panel or 0)

    board(board_data(scene.experiment, result, scene.shown), key, on_change=looked)
    under_way.progress(scene, result)
    st.caption(told(scene.experiment, result))
    for note in result.notes:
        st.info(say(note), icon=":material/info:")
    return result


def try_next(text: str) -> None:
    """One sentence to go on with."""
    st.markdown(tr("**Try next:** {what}").format(what=text))


def next_step(scene: Scene, text: str) -> None:
    """What to try next; everything else is folded."""
    try_next(text)
    drawer(scene)


def close_page(scene: Scene) -> None:
    """The lessons, and the address, written last; then once more, while something is still to be computed."""
    lesson.links()
    leave(scene)
    under_way.go_on()
