"""The atlas as a list: every critical point of the window, its eigenvalues and index; a row that is picked is looked at."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.numerals import numeral
from figures.marks import KINDS
from labs.plane.atlas import Atlas
from labs.plane.run import PanelResult
from views.language import language, say, tr
from views.session import Scene, edit
from views.stuck.marks import LINES, balance, pair


def _summary(atlas: Atlas) -> str:
    """How many there are of each kind, of points, curves, and flat parts: "minimum: 4; saddle: 4; maximum: 1"."""
    parts = [f"{tr(mark.label)}: {count}" for kind, mark in KINDS.items() if (count := atlas.number_of(kind))]  # type: ignore[arg-type]
    parts += [f"{tr(label)}: {count}" for kind, label in LINES.items() if (count := sum(v.kind == kind for v in atlas.valleys))]
    parts += [tr("flat: {share} % of the window").format(share=numeral(float(f"{100 * flat.share:.2g}"))) for flat in atlas.flats]
    return "; ".join(parts) or tr("none in this window")


def critical_points(scene: Scene, panel: PanelResult, atlas: Atlas) -> None:
    st.markdown(tr("Critical points in this window: {summary}.").format(summary=_summary(atlas)))
    st.caption(say(balance(atlas)))
    if not atlas.points:
        return
    half = 0.5 * np.array([np.ptp(panel.a), np.ptp(panel.b)])
    table = {
        tr("kind"): [tr(KINDS[point.kind].label) for point in atlas.points],
        tr("point"): [pair(point.position, half) for point in atlas.points],
        tr("loss"): [numeral(point.loss) for point in atlas.points],
        tr("eigenvalues λ"): [", ".join(numeral(float(x)) for x in point.values) for point in atlas.points],
        tr("index"): ["—" if point.index is None else numeral(float(point.index)) for point in atlas.points],
    }
    key = f"{scene.page} atlas {language()} {hash((panel.problem, float(panel.a[0]), float(panel.a[-1])))}"

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            x, y = (float(coordinate) for coordinate in atlas.points[rows[0]].position)
            edit(scene.page, lambda experiment: replace(experiment, point=(x, y)))

    st.dataframe(
        table, key=key, on_select=picked, selection_mode="single-row", hide_index=True, height="auto" if len(atlas.points) < 10 else 360
    )
