"""The atlas as a list: every critical point of the window, its eigenvalues and index; a row that is picked is looked at."""

from dataclasses import replace

import numpy as np
import streamlit as st
from jaxtyping import Float

from browser.table import picked_row, table
from core.numerals import numeral, percent
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
    parts += [tr("flat: {share} % of the window").format(share=percent(flat.share, 1)) for flat in atlas.flats]
    return "; ".join(parts) or tr("none in this window")


def critical_points(scene: Scene, panel: PanelResult, atlas: Atlas) -> None:
    st.markdown(tr("Critical points in this window: {summary}.").format(summary=_summary(atlas)))
    st.caption(say(balance(atlas)))
    if not atlas.points:
        return
    half = 0.5 * np.array([np.ptp(panel.a), np.ptp(panel.b)])
    rows = [
        (
            tr(KINDS[point.kind].label),
            pair(point.position, half),
            numeral(point.loss),
            ", ".join(numeral(float(x)) for x in point.values),
            "—" if point.index is None else numeral(float(point.index)),
        )
        for point in atlas.points
    ]
    positions = [_coordinates(point.position) for point in atlas.points]
    key = f"{scene.page} atlas {language()} {hash((panel.problem, float(panel.a[0]), float(panel.a[-1])))}"

    def picked() -> None:
        if (row := picked_row(key)) is not None and row < len(positions):
            edit(scene.page, lambda experiment: replace(experiment, point=positions[row]))

    table(
        tr("Atlas: all critical points of this window"),
        (tr("kind"), tr("point"), tr("loss"), tr("eigenvalues λ"), tr("index")),
        rows,
        button=1,
        current=positions.index(scene.experiment.point) if scene.experiment.point in positions else None,
        key=key,
        on_pick=picked,
    )


def _coordinates(position: Float[np.ndarray, " 2"]) -> tuple[float, float]:
    return float(position[0]), float(position[1])
