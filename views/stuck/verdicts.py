"""The verdict on every walk: a sentence, the numbers behind it, and one thing to try."""

import html
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from figures.colors import WALKS
from labs.plane.run import PanelResult
from labs.plane.setup import POINT
from verdict.plane import judge_walk
from verdict.verdict import Judgment, sentence, walk_suggestion
from views.controls import edit_button
from views.language import say, tr
from views.page import takeaway
from views.plane.board import method_of
from views.session import Scene
from views.verdict import numbers, suggestion_button


def _end(scene: Scene, judgment: Judgment, i: int) -> None:
    """A button that looks closely at where the walk ended, in the drawn plane; none where it exploded."""
    x, y = (float(coordinate) for coordinate in judgment.point.theta[:2])
    if abs(x) <= POINT.high and abs(y) <= POINT.high:
        label = tr("Look at its end")
        edit_button(scene, f"look {i}", label, lambda e: replace(e, point=(x, y)), icon=":material/my_location:")


def verdicts(scene: Scene, panel: PanelResult, known: Sequence[Judgment | None]) -> list[Judgment]:
    """One card a walk; the sentence on a walk that is alone in large letters. known: the verdicts on those walks that are at their end."""
    ends = [end or judge_walk(scene.experiment, panel, walked)[0] for walked, end in zip(panel.walks, known, strict=True)]
    alone = len(ends) == 1
    if alone:
        takeaway(say(sentence(ends[0])))
    for i, (column, walked, judgment) in enumerate(zip(_columns(len(ends)), panel.walks, ends, strict=True)):
        with column, st.container(border=True):
            name = html.escape(method_of(walked.picked))
            st.html(f'<span class="esl-dot" style="color:{WALKS[i].color}">●</span> <b>{name}</b>')
            if not alone:
                st.markdown(say(sentence(judgment)))
            st.caption(numbers(judgment))
            with st.container(horizontal=True):
                if walked.finished:
                    suggestion_button(scene, walk_suggestion(scene.experiment, panel, walked, judgment), i)
                _end(scene, judgment, i)
    return ends


def _columns(count: int) -> Sequence[st.delta_generator.DeltaGenerator]:
    return st.columns(count) if count < 4 else [*st.columns(2), *st.columns(2)]
