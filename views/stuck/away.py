"""Escape from a saddle: the button that steps along the negative curvature, and the race of four from the same point."""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.numerals import numeral
from figures.colors import WALKS
from figures.lines import Line
from labs.plane.closeup import Closeup
from labs.plane.escape import Runner, batch_of, outcomes, race, rate_of, step_off
from labs.plane.run import PanelResult, start_at
from views.charts import line_chart
from views.controls import edit_button
from views.language import say, tr
from views.session import Scene


def escape(scene: Scene, panel: PanelResult, near: Closeup) -> tuple[Runner, ...]:
    """Draws the section; returns the runners of the race, for the map."""
    step = step_off(scene.experiment, panel, near)
    if step is None:
        st.markdown(tr("Nothing leads down from here but the gradient itself. Pick a saddle on the map or in the list."))
        return ()
    start = start_at(scene.experiment, panel.panel, (float(near.theta[0] + step[0]), float(near.theta[1] + step[1])))
    moved = (float(f"{start[0]:.4g}"), float(f"{start[1]:.4g}"))
    text = tr("Here λ = {smallest} along one direction u, so a step along ±u lowers the loss: uᵀHu = λ‖u‖² < 0.")
    if not near.counts.negative:
        text = tr("No curvature is negative here, but third derivatives are not zero: some ways lead down all the same.")
    st.markdown(text.format(smallest=numeral(float(np.linalg.eigvalsh(near.hessian)[0]))))
    label, icon = tr("Start the walks a step down from here"), ":material/call_split:"
    edit_button(scene, "escape", label, lambda experiment: replace(experiment, start=moved), icon=icon, kind="primary")
    runners = race(scene.experiment, panel, near)
    size = batch_of(scene.experiment, panel)
    texts = [(tr(name), say(outcome)) for name, outcome in outcomes(runners)]
    st.markdown("  \n".join(f"**{name}**: {outcome}" for name, outcome in texts))
    drawn = [
        Line(tr(runner.name), runner.walk.points.update, runner.walk.points.loss - near.loss, stroke.color)
        for runner, stroke in zip(runners, WALKS, strict=False)
    ]
    ends = "; ".join(f"{name} {outcome}" for name, outcome in texts)
    alt = tr("Loss minus that of the point, over the updates of the race: {told}.").format(told=ends)
    line_chart("escape", drawn, (tr("updates"), tr("loss − loss at the point")), alt)
    batch = tr("mini-batches of {size}").format(size=size) if size is not None else tr("a formula has no rows, so no mini-batch noise")
    st.caption(
        tr("Each from this point at η = {rate}; {batch}. Left: more than a tenth of half the picture away, and lower.").format(
            rate=numeral(rate_of(scene.experiment, panel)), batch=batch
        )
    )
    return runners
