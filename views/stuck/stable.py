"""Stability: η·λmax over the updates beside what it must stay below, the limits by method, rates of convergence, and gradient noise."""

import numpy as np
import streamlit as st

from core.numerals import numeral, percent
from figures.colors import GOAL, WALKS
from figures.lines import Level, Line, lines
from labs.plane.closeup import Closeup
from labs.plane.run import PanelResult
from labs.plane.setup import optimizers
from labs.plane.stability import convergence, noise, sharpness
from views.charts import figure_chart, line_chart
from views.language import tr
from views.plane.board import method_of
from views.session import Scene


def _edge(panel: PanelResult) -> None:
    drawn, levels, shares = [], dict[float, str](), []
    for walked, stroke in zip(panel.walks, WALKS, strict=False):
        curve, name = sharpness(panel.problem, walked), method_of(walked.picked)
        if curve is None:
            st.caption(tr("{name}: its steps are not −η times a scaled gradient, so there is no such number.").format(name=name))
            continue
        drawn.append(Line(name, curve.update, curve.value, stroke.color))
        limit = numeral(curve.stable)
        levels[curve.stable] = tr("limit {value}").format(value=limit)
        finite = curve.value[np.isfinite(curve.value)]
        share = percent(float(np.mean(finite > curve.stable)) if finite.size else 0.0, 1)
        shares.append(tr("{name} is above its limit {limit} at {share} % of the points").format(name=name, limit=limit, share=share))
    if not drawn:
        return
    summary = "; ".join(shares)
    alt = tr("η·λmax over the updates: {said}.").format(said=summary)
    limits = [Level(y, text, GOAL) for y, text in levels.items()]
    line_chart("edge", drawn, (tr("updates"), tr("η·λmax (preconditioned)")), alt, log=True, levels=limits)
    st.caption(
        tr(
            "{said}. λmax of D^−½HD^−½, D the method's scale (1 for plain steps), H of all rows. 2 for plain steps, 2 + 2λ with momentum, "
            "(2 + 2λ)/(1 + 2λ) with Nesterov's, 2(1 + β₁)/(1 − β₁) for Adam's running mean."
        ).format(said=summary)
    )


def _thresholds(panel: PanelResult) -> None:
    """The largest stable η at the minimum, by method."""
    if panel.fit.stable is None or panel.fit.eigenvalues is None:
        return
    largest = float(panel.fit.eigenvalues[-1])
    rows = []
    for walked in panel.walks:
        item, hyper = optimizers()[walked.picked.name], dict(walked.rated.hyper)
        if item.limit is None or not hyper:
            continue
        rate = convergence(panel, walked)
        factor = "—" if rate is None else f"{rate.predicted:.5f} / {rate.measured:.5f}"
        rows.append(f"| {tr(item.label)} | {numeral(hyper['rate'])} | {numeral(item.limit(hyper, largest))} | {factor} |")
    if rows:
        below, factors = tr("stable below"), tr("factor an update: predicted / measured")
        head = f"| | η | {below} | {factors} |\n|---|---|---|---|\n"
        st.markdown(head + "\n".join(rows))
        st.caption(
            tr("At the minimum, λmax = {largest}. The factor is known where the loss is a quadratic.").format(largest=numeral(largest))
        )


def _noise(panel: PanelResult, near: Closeup) -> None:
    measured = noise(panel.problem, tuple(float(x) for x in near.theta))
    if measured is None:
        st.caption(tr("A formula has no rows, so its gradient has no noise: pick a surface of data to measure 1/√B."))
        return
    slope = f"{measured.slope:.3f}".replace("-", "−")
    text = tr("Gradient noise of a batch of B rows goes as B to the power {slope} (theory: −½).").format(slope=slope)
    drawn = [
        Line(tr("measured"), measured.size, measured.deviation, WALKS[0].color, dots=True),
        Line(tr("1/√B, without replacement"), measured.size, measured.expected, WALKS[1].color, "dot"),
    ]
    figure = lines(drawn, (tr("rows in a batch B"), tr("deviation of its gradient")), log=True)
    figure["layout"]["xaxis"] = {**figure["layout"]["xaxis"], "type": "log"}  # type: ignore[dict-item]  # a dict by construction
    figure_chart("noise", figure, text)
    st.caption(text + " " + tr("At the point that is looked at; 512 batches of each size, each drawn anew."))


def stability(scene: Scene, panel: PanelResult, near: Closeup) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _edge(panel)
    with right:
        _thresholds(panel)
        _noise(panel, near)
