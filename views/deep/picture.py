"""The board of a race of deep networks, the verdicts and the caption below it, and what a person does to it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from browser.board import Act
from core.messages import Refusal
from labs.deep.run import DeepResult, begun, draw, drawn, recorded, summary, train, train_again
from labs.deep.setup import MOST_NETS, Deep
from views import board, progress
from views.deep.board import deep_board, name_of
from views.deep.caption import caption
from views.deep.main_controls import DeepScene
from views.deep.verdicts import judged_board, verdicts
from views.language import say, tr
from views.page import window_of
from views.session import edits

LEAST = 1.0  # seconds of training before what there is of it is drawn


def _result(scene: DeepScene) -> DeepResult:
    """As far as there is time for it; the first time its surface alone, before the training is compiled."""
    deep = scene.experiment
    if not begun(deep):
        with st.spinner(tr("Preparing this network …"), show_time=True):
            return _so_far(deep)
    if progress.in_turns(partial(train, deep), progress.growing(scene, LEAST), float) < 1:
        return _so_far(deep)
    result = summary(deep, 0.0)
    if result.progress < 1:  # that it was trained is all that is known of it: its worker is no more
        progress.until_done(partial(train_again, deep))
        result = summary(deep, 0.0)
    return result


def _so_far(deep: Deep) -> DeepResult:
    """What there is of it."""
    counts = recorded(deep)
    progress.until_done(partial(draw, deep, counts))
    return drawn(deep, counts)


def picture(scene: DeepScene) -> DeepResult | None:
    """The board; None, and a sentence that says why, where the combination cannot be had."""
    try:
        result = progress.unless_stopped(scene, lambda: _result(scene))
    except Refusal as refusal:
        st.error(say(refusal.reason))
        return None
    if result is None:
        return None
    shown = [i for i, network in enumerate(result.pictures) if network.slice is not None]

    def change(deep: Deep, act: Act) -> Deep:
        return done(deep, act, shown[min(act.panel, len(shown) - 1)])

    if shown:
        data = judged_board(deep_board(scene.experiment, result, scene.view_state, edits()), result)
        board.draw(scene, data, ("through", "window", "fit"), change)
    for network in result.pictures:
        if network.missing is not None and result.progress == 1:
            st.warning(f"{name_of(network)}: {say(network.missing)}")
    if len(result.nets) > MOST_NETS:
        st.caption(tr("{name} is trained too: see the charts below.").format(name=name_of(result.nets[-1])))
    progress.bar(scene, result)
    verdicts(scene, result)
    st.caption(caption(scene.experiment, result))
    board.notes(result.notes)
    return result


def done(deep: Deep, act: Act, picture: int) -> Deep:
    """What a person did to a picture, done to the scene: the update that all planes go through, or the window of this one."""
    if act.kind == "through":
        return deep if act.values is None else replace(deep, through=int(act.values[0]))
    window = window_of(act.values) if act.kind == "window" and act.values is not None else None
    if act.kind == "window" and act.values is not None and window is None:
        return deep  # a zoom beyond what numbers can tell apart
    return deep.zoomed(picture, window)
