"""The atlas as a list: every critical point of the window, its eigenvalues and index; a row that is picked is looked at."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.numerals import numeral
from labs.plane.atlas import Atlas
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment
from views.language import language, say, tr
from views.session import Scene, edit
from views.stuck.marks import KINDS, LINES, balance, pair


def _summary(found: Atlas) -> str:
    """ "4 minima, 4 saddles, 1 maximum", as kind: count, and the curves."""
    said = [f"{tr(label)}: {found.number_of(kind)}" for kind, label in KINDS.items() if found.number_of(kind)]  # type: ignore[arg-type]
    said += [f"{tr(label)}: {count}" for kind, label in LINES.items() if (count := sum(v.kind == kind for v in found.valleys))]
    said += [tr("flat: {share} % of the window").format(share=numeral(float(f"{100 * flat.share:.2g}"))) for flat in found.flats]
    return "; ".join(said) or tr("none in this window")


def critical_points(scene: Scene, panel: PanelResult, found: Atlas) -> None:
    st.markdown(tr("Critical points in this window: {summary}.").format(summary=_summary(found)))
    st.caption(say(balance(found)))
    if not found.points:
        return
    half = 0.5 * np.array([np.ptp(panel.a), np.ptp(panel.b)])
    table = {
        tr("kind"): [tr(KINDS[point.kind]) for point in found.points],
        tr("point"): [pair(point.position, half) for point in found.points],
        tr("loss"): [numeral(point.loss) for point in found.points],
        tr("eigenvalues λ"): [", ".join(numeral(float(x)) for x in point.values) for point in found.points],
        tr("index"): ["—" if point.index is None else numeral(float(point.index)) for point in found.points],
    }
    key = f"{scene.page} atlas {language()} {hash((panel.problem, float(panel.a[0]), float(panel.a[-1])))}"

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            x, y = (float(part) for part in found.points[rows[0]].at)

            def there(experiment: Experiment) -> Experiment:
                return replace(experiment, point=(x, y))

            edit(scene.page, there)

    st.dataframe(
        table, key=key, on_select=picked, selection_mode="single-row", hide_index=True, height="auto" if len(found.points) < 10 else 360
    )
