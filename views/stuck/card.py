"""The card of the point that is looked at: loss, gradient, Hessian, eigenvalues in three counts; and how far its expansion holds."""

import numpy as np
import streamlit as st

from core.numerals import numeral, percent
from figures.expansion import expansion
from labs.plane.closeup import NEAR_ZERO, Closeup
from labs.plane.run import PanelResult
from views.charts import figure_chart
from views.controls import field, number
from views.language import tr
from views.session import Scene
from views.stuck.marks import kind_of, pair


def _plain(axis: str) -> str:
    return axis.replace("<sub>1</sub>", "₁").replace("<sub>2</sub>", "₂")


def _rows(panel: PanelResult, near: Closeup) -> list[tuple[str, str]]:
    counts = near.counts
    least = 1e-12 * max(float(np.ptp(panel.a)), float(np.ptp(panel.b)))  # nothing to the picture
    where = ", ".join(
        f"{_plain(axis)} = {numeral(float(x) if abs(x) > least else 0.0)}" for axis, x in zip(panel.axes, near.theta, strict=False)
    )
    hessian = "; ".join(" ".join(numeral(float(x)) for x in row) for row in near.hessian)
    kappa = numeral(near.condition) if near.condition is not None else tr("— (not all curvatures are positive)")
    return [
        (tr("point"), where),
        (tr("loss"), numeral(near.loss)),
        (tr("gradient g"), f"{pair(near.gradient)}, ‖g‖ = {numeral(near.slope)}"),
        (tr("Hessian H"), f"[{hessian}]"),
        (tr("eigenvalues λ"), ", ".join(numeral(float(x)) for x in near.values)),
        (
            tr("positive / near zero / negative"),
            tr("{positive} / {zero} / {negative}: {kind}, if the gradient is zero").format(
                positive=counts.positive, zero=counts.zero, negative=counts.negative, kind=kind_of(near)
            ),
        ),
        (tr("minimum ratio"), f"{counts.positive}/{sum(counts)} = {numeral(counts.minimum_ratio)}"),
        (tr("condition number κ"), kappa),
    ]


def card(scene: Scene, panel: PanelResult, near: Closeup) -> None:
    left, right = st.columns([5, 6], gap="large")
    with left:
        rows = "\n".join(f"| {name} | {value} |" for name, value in _rows(panel, near))
        here = tr("at this point")
        st.markdown(f"| | {here} |\n|---|---|\n{rows}")
        st.caption(
            tr(
                "Arrows on the map: the two eigen-directions of the drawn weights, as long as √|λ| asks; inward and blue where the loss "
                "rises that way, outward and red where it falls. Near zero: |λ| at most {tolerance} of the largest, in units of half the "
                "picture."
            ).format(tolerance=numeral(NEAR_ZERO))
        )
    with right:
        number(scene, "radius", field(scene, "radius"), label=tr("radius, of half the picture"))
        share = near.error / near.range if near.range > 0 else 0.0
        text = tr("Within this radius the expansion is wrong by at most {error}, {share} % of the loss's range there.").format(
            error=numeral(near.error), share=percent(share, 1)
        )
        figure = expansion(
            near.a, near.b, near.true, near.expanded, (panel.axes[0], panel.axes[1]), (tr("loss"), tr("second-order expansion"))
        )
        figure_chart("expansion", figure, text, tall=True)
        colors = tr("Colored: the loss. Red: L + gᵀδ + ½δᵀHδ.")
        st.caption(f"{text} {colors}")
