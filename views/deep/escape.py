"""Ways off the point that the plane goes through: the most negative curvature, the loss along it, and who gets away from there."""

import numpy as np
import streamlit as st

from browser.chart import chart
from core.numerals import numeral
from figures.colors import GOAL, WALKS
from figures.lines import Level, Line, lines
from labs.deep.escape import FALLEN, REACH, STEP, UPDATES, Escape, escape_race
from labs.deep.run import DeepResult
from labs.deep.setup import Deep
from views import progress
from views.deep.board import name_of
from views.language import language, tr


def _lowest(found: Escape) -> str:
    there = found.there
    numbers = {"value": numeral(there.lowest), "error": numeral(there.lowest_error), "slope": numeral(there.slope), "steps": there.steps}
    if there.descends:
        return tr("Most negative curvature: λ = {value} ± {error} after {steps} Lanczos steps; the gradient is {slope}.").format(**numbers)
    return tr(
        "No eigenvalue is negative beyond the error: the lowest curvature found is {value} ± {error} after {steps} Lanczos steps; the "
        "gradient is {slope}. There is no step along a negative curvature."
    ).format(**numbers)


def _left(found: Escape) -> str:
    said = [
        tr("{runner}: after {k} updates").format(runner=tr(runner.name), k=runner.left)
        if runner.left is not None
        else tr("{runner}: not after {k}").format(runner=tr(runner.name), k=runner.loss.size - 1)
        for runner in found.runners
    ]
    return "; ".join(said)


def escape(deep: Deep, result: DeepResult) -> None:
    """A column a network."""
    if result.progress < 1:
        st.caption(tr("Once the training has come to its end."))
        return
    cut = [(one, one.cut.through) for one in result.nets if one.cut is not None]
    if not cut:
        return
    found = progress.results_of([escape_race(one.setup, at) for one, at in cut])
    for column, (one, _), here in zip(st.columns(len(found)), cut, found, strict=True):
        name, lowest, left = name_of(one), _lowest(here), _left(here)
        with column:
            st.markdown(tr("**{net}**, from update {k}").format(net=name, k=f"{here.update:,}"))
            along = [Line(tr("loss along ±u"), here.places, here.along, WALKS[0].color)]
            if np.isfinite(here.length):
                after = float(np.interp(here.length, here.places, here.along))
                along.append(Line(tr("after the step"), np.array([here.length]), np.array([after]), GOAL, dots=True))
            chart(
                lines(along, (tr("distance along u"), tr("loss"))),
                tr(
                    "Loss of {net} along the direction of the lowest curvature: {here} at the point, {least} at the lowest. {lowest}"
                ).format(net=name, here=numeral(here.there.loss), least=numeral(float(np.nanmin(here.along))), lowest=lowest),
                f"deep lines along {one.key} {language()}",
            )
            st.caption(lowest)
            drawn = [
                Line(tr(runner.name), np.arange(runner.loss.size), runner.loss, stroke.color)
                for runner, stroke in zip(here.runners, WALKS, strict=False)
            ]
            below = (1 - FALLEN) * here.there.loss
            chart(
                lines(drawn, (tr("updates"), tr("loss")), log=True, levels=[Level(below, f"−{100 * FALLEN:.0f} %", GOAL)]),
                tr("Training loss of {net} over {k} updates from there. Below the first loss by {share} %: {left}.").format(
                    net=name, k=UPDATES, share=f"{100 * FALLEN:.0f}", left=left
                ),
                f"deep lines race {one.key} {language()}",
            )
            said = tr("Below the first loss by {share} %: {left}.").format(share=f"{100 * FALLEN:.0f}", left=left)
            rules = tr("All with η = {rate}, constant; mini-batches of {batch} rows.").format(rate=numeral(here.rate), batch=here.batch)
            st.caption(f"{said} {rules}")
    st.caption(
        tr(
            "u: the unit eigenvector of the Hessian's lowest eigenvalue, of the loss of all rows; ± is ‖Hu − λu‖. Drawn: {reach} % of ‖θ‖ "
            "both ways. The step: {step} % of ‖θ‖ (of 1 where that is more), to the lower side. The race begins where the plane goes "
            "through the path; momentum begins at 0."
        ).format(reach=round(100 * REACH), step=round(100 * STEP))
    )
