"""Deep networks: the same network on the same data, normalized inside or not; its training on a slice of a surface of many axes."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from deep.experiment import MOST_NETS, Deep
from deep.run import DeepResult, Ran, begun, run
from lessons.deep_scene import DEEP
from settings import Refusal
from views import lesson, under_way
from views.board.board import Act, board, board_act, board_state
from views.deep.board import deep_board, name_of
from views.deep.charts import charts
from views.deep.controls import DeepScene, batch, drawer, raced, rate, size
from views.deep.told import told
from views.deep.verdicts import judged_board, verdicts
from views.front import sides
from views.page import end_page, heading, open_page, takeaway, try_next, window_at
from views.session import edit, edits, show
from views.words import say, tr

LEAST = 1.0  # seconds of training before what there is of it is drawn


def picture(scene: DeepScene) -> DeepResult | None:
    """The board; None, and a sentence that says why, where the combination cannot be had."""
    try:
        fresh = not begun(scene.experiment)
        with st.spinner(tr("Compiling this network, the first time only …"), show_time=True) if fresh else nullcontext():
            result = run(scene.experiment, under_way.growing(scene, LEAST), under_way.left_alone)
    except Refusal as refusal:
        st.error(say(refusal.said))
        return None
    st.session_state["deep trainings"] = [(one.training, one.other) for one in result.nets]  # held, so that the next run goes on with them
    key = f"{scene.page} board"

    def looked() -> None:
        chosen = board_state(key)
        if chosen.view is not None:
            show(scene.page, view=chosen.view, panel=chosen.surface_panel or 0)

    def acted() -> None:
        act = board_act(key)
        if act is not None and act.kind in ("through", "window", "fit"):
            shown = [i for i, one in enumerate(result.pictures) if one.cut is not None]
            edit(scene.page, partial(done, act=act, picture=shown[min(act.panel, len(shown) - 1)]))

    if any(one.cut is not None for one in result.pictures):
        data = judged_board(deep_board(scene.experiment, result, scene.shown, edits()), result)
        board(data, key, on_change=looked, on_act=acted)
    for one in result.pictures:
        if one.missing is not None and result.progress == 1:
            st.warning(f"{name_of(one)}: {say(one.missing)}")
    if len(result.nets) > MOST_NETS:
        st.caption(tr("{name} is trained too: see the charts below.").format(name=name_of(result.nets[-1])))
    under_way.progress(scene, result.progress)
    verdicts(scene, result)
    st.caption(told(scene.experiment, result))
    for note in result.notes:
        st.info(say(note), icon=":material/info:")
    return result


def done(deep: Deep, act: Act, picture: int) -> Deep:
    """What a person did to a picture, done to the scene: the update that all planes go through, or the window of this one."""
    if act.kind == "through":
        return deep if act.at is None else replace(deep, through=int(act.at[0]))
    window = window_at(act.at) if act.kind == "window" and act.at is not None else None
    if act.kind == "window" and act.at is not None and window is None:
        return deep  # a zoom beyond what numbers can tell apart
    return deep.zoomed(picture, window)


def learns(one: Ran) -> bool:
    """Whether it does clearly better on unseen rows than always saying the most frequent class, at the end of its training."""
    rows = one.trial.split
    most = float(np.bincount(np.asarray(rows.test.y)[: rows.m].astype(int)).max()) / rows.m
    return one.record.diverged is None and float(one.record.measured.unseen_accuracy[-1]) > 0.5 * (1 + most)


def listed(nets: list[Ran]) -> str:
    """ "batch normalization (98 %), no normalization (explodes at update 8)"."""
    ends = [
        tr("explodes at update {k}").format(k=one.record.diverged)
        if one.record.diverged is not None
        else f"{round(100 * float(one.record.measured.unseen_accuracy[-1]))} %"
        for one in nets
    ]
    return ", ".join(f"{name_of(one)} ({end})" for one, end in zip(nets, ends, strict=True))


def message(result: DeepResult) -> str:
    """What the race shows, once it is over."""
    if result.progress < 1 or not result.nets[0].trial.split.labeled:
        return ""
    good, bad = [one for one in result.nets if learns(one)], [one for one in result.nets if not learns(one)]
    if not bad:
        return tr("Right on unseen rows: {good}.").format(good=listed(good))
    if not good:
        return tr("Nobody learns at this rate: {bad}.").format(bad=listed(bad))
    return tr("It learns with {good}, not with {bad}.").format(good=listed(good), bad=listed(bad))


scene = open_page("deep", DEEP)
if not lesson.hidden(scene):
    heading(tr("Same network, same data, same rate. Only what happens between its layers differs."))
    at_hand, folded = sides(0.33)
    with at_hand:
        rate(scene)
    with folded:  # one row, so that a projector shows pictures and player below it
        left, middle, right = st.columns([4, 6, 4])
        with left:
            batch(scene)
        with middle:
            raced(scene, in_front=True)
        with right:
            size(scene)
    result = picture(scene)
    if result is not None:
        if result.progress == 1:
            lesson.answer(scene)
        said = message(result)
        if said:
            takeaway(said)
        asked = lesson.lessons().get(scene.shown.lesson)
        charts(scene.experiment, result, "" if asked is None else asked.chart)
    try_next(tr("move the rate down to 0.1, where both learn; then up, and see who stands the largest."))
    drawer(scene)
lesson.links()
end_page(scene)
