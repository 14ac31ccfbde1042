"""Ways off the point that the plane goes through: the most negative curvature, the loss along it, and who gets away from there."""

import numpy as np
import streamlit as st

from core.numerals import numeral, percent
from figures.colors import GOAL, WALKS
from figures.lines import Level, Line
from labs.deep.escape import FALLEN, REACH, STEP, UPDATES, Escape, escape_race
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from views import progress
from views.charts import line_chart
from views.deep.board import name_of
from views.language import tr


def _lowest(race: Escape) -> str:
    """The lowest curvature, and whether a step along it leads down."""
    there = race.there
    numbers = {"value": numeral(there.lowest), "error": numeral(there.lowest_error), "slope": numeral(there.slope), "steps": there.steps}
    if there.descends:
        return tr("Most negative curvature: λ = {value} ± {error} after {steps} Lanczos steps; the gradient is {slope}.").format(**numbers)
    return tr(
        "No eigenvalue is negative beyond the error: the lowest curvature found is {value} ± {error} after {steps} Lanczos steps; the "
        "gradient is {slope}. There is no step along a negative curvature."
    ).format(**numbers)


def _left(race: Escape) -> str:
    """For every runner, after how many updates it has left."""
    return "; ".join(
        tr("{runner}: after {k} updates").format(runner=tr(runner.name), k=runner.left)
        if runner.left is not None
        else tr("{runner}: not after {k}").format(runner=tr(runner.name), k=runner.loss.size - 1)
        for runner in race.runners
    )


def _along(network: NetworkResult, race: Escape) -> None:
    """The loss along the direction of the lowest curvature."""
    drawn = [Line(tr("loss along ±u"), race.places, race.along, WALKS[0].color)]
    if np.isfinite(race.length):
        after = float(np.interp(race.length, race.places, race.along))
        drawn.append(Line(tr("after the step"), np.array([race.length]), np.array([after]), GOAL, dots=True))
    lowest, least = _lowest(race), numeral(float(np.nanmin(race.along)))
    alt = tr("Loss of {net} along the direction of the lowest curvature: {here} at the point, {least} at the lowest. {lowest}")
    alt = alt.format(net=name_of(network), here=numeral(race.there.loss), least=least, lowest=lowest)
    line_chart(f"deep lines along {network.key}", drawn, (tr("distance along u"), tr("loss")), alt)
    st.caption(lowest)


def _race(network: NetworkResult, race: Escape) -> None:
    """The loss of every runner over its updates."""
    drawn = [
        Line(tr(runner.name), np.arange(runner.loss.size), runner.loss, stroke.color)
        for runner, stroke in zip(race.runners, WALKS, strict=False)
    ]
    share, left = percent(FALLEN), _left(race)
    below = Level((1 - FALLEN) * race.there.loss, f"−{share} %", GOAL)
    alt = tr("Training loss of {net} over {k} updates from there. Below the first loss by {share} %: {left}.")
    alt = alt.format(net=name_of(network), k=UPDATES, share=share, left=left)
    line_chart(f"deep lines race {network.key}", drawn, (tr("updates"), tr("loss")), alt, log=True, levels=[below])
    ends = tr("Below the first loss by {share} %: {left}.").format(share=share, left=left)
    rules = tr("All with η = {rate}, constant; mini-batches of {batch} rows.").format(rate=numeral(race.rate), batch=race.batch)
    st.caption(f"{ends} {rules}")


def escape(deep: Deep, result: DeepResult) -> None:
    """A column a network."""
    if result.progress < 1:
        st.caption(tr("Once the training has come to its end."))
        return
    through = [(network, network.slice.through) for network in result.nets if network.slice is not None]
    if not through:
        return
    races = progress.results_of([escape_race(network.setup, record) for network, record in through])
    for column, (network, _), race in zip(st.columns(len(races)), through, races, strict=True):
        with column:
            st.markdown(tr("**{net}**, from update {k}").format(net=name_of(network), k=f"{race.update:,}"))
            _along(network, race)
            _race(network, race)
    st.caption(
        tr(
            "u: the unit eigenvector of the Hessian's lowest eigenvalue, of the loss of all rows; ± is ‖Hu − λu‖. Drawn: {reach} % of ‖θ‖ "
            "both ways. The step: {step} % of ‖θ‖ (of 1 where that is more), to the lower side. The race begins where the plane goes "
            "through the path; momentum begins at 0."
        ).format(reach=percent(REACH), step=percent(STEP))
    )
