"""The verdict on every walk: a sentence, the numbers behind it, and one thing to try."""

import html
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from core.numerals import numeral
from figures.colors import WALKS
from labs.plane.run import PanelResult
from labs.plane.setup import POINT, Experiment, optimizers
from labs.plane.walks import Walk
from verdict.plane import Judged
from verdict.plane_advice import judge, sentence, suggestion
from views.language import say, tr
from views.page import takeaway
from views.session import Scene, edit


def _numbers(found: Judged) -> str:
    said = [tr("after {k} updates").format(k=f"{found.update:,}"), f"L = {numeral(found.loss)}", f"‖g‖ = {numeral(found.slope)}"]
    said.append("λ = " + ", ".join(numeral(float(x)) for x in found.values))
    if found.sharpness == found.sharpness:
        limit = tr("limit {value}").format(value=numeral(found.stable))
        said.append(f"η·λmax = {numeral(found.sharpness)} ({limit})")
    return " · ".join(said)


def _suggested(scene: Scene, panel: PanelResult, walked: Walk, found: Judged, i: int) -> None:
    offered = suggestion(scene.experiment, panel, walked, found)
    if offered is not None and walked.finished:
        change = offered.change
        st.button(say(offered.said), key=f"{scene.page} try {i}", icon=":material/lightbulb:", on_click=lambda: edit(scene.page, change))


def _end(scene: Scene, found: Judged, i: int) -> None:
    """Looks closely at where the walk ended, in the drawn plane."""
    if not np.all(np.abs(found.at[:2]) <= POINT.high):
        return  # it exploded
    x, y = (float(part) for part in found.at[:2])

    def there(experiment: Experiment) -> Experiment:
        return replace(experiment, point=(x, y))

    st.button(tr("Look at its end"), key=f"{scene.page} look {i}", icon=":material/my_location:", on_click=lambda: edit(scene.page, there))


def verdicts(scene: Scene, panel: PanelResult) -> list[Judged]:
    """The first in large letters, and one card a walk."""
    ends = [judge(scene.experiment, panel, walked)[0] for walked in panel.walks]
    if ends:
        takeaway(say(sentence(ends[0])))
    for i, (column, walked, found) in enumerate(zip(_columns(len(ends)), panel.walks, ends, strict=True)):
        with column, st.container(border=True):
            name = html.escape(tr(optimizers()[walked.picked.name].label))
            st.html(f'<span class="esl-dot" style="color:{WALKS[i].color}">●</span> <b>{name}</b>')
            if i > 0:
                st.markdown(say(sentence(found)))
            st.caption(_numbers(found))
            with st.container(horizontal=True):
                _suggested(scene, panel, walked, found, i)
                _end(scene, found, i)
    return ends


def _columns(count: int) -> Sequence[st.delta_generator.DeltaGenerator]:
    return st.columns(count) if count < 4 else [*st.columns(2), *st.columns(2)]
