"""Scale: the same data and model, one feature in another unit. Raw and standardized side by side."""

from dataclasses import replace

import streamlit as st

from experiment import Experiment, PanelResult, optimizers, pick
from lessons.scenes import RAW, SCALE, STANDARDIZED
from numerals import numeral
from settings import Number
from views import lesson
from views.controls import chips, number, toggle
from views.page import close_page, heading, next_step, open_page, picture
from views.rates import modes, rate
from views.session import Scene
from views.words import tr

CHIPS = ("momentum", "rmsprop", "adam")
UNITS = Number("scale2", "", 10.0, 0.1, 100.0, log=True, symbol="×")
RHO = Number("rho", "", 0.0, -0.999, 0.999, symbol="ρ")


def headline(experiment: Experiment, rows: int) -> str:
    if experiment.data.name == "iris":
        return tr("Same {n} flowers, same model. Only the unit of one feature changed.").format(n=rows)
    return tr("Same {n} rows, same model. Only scale and correlation of the features changed.").format(n=rows)


def unit(scene: Scene) -> None:
    ticks = [(1.0, "cm"), (10.0, "mm")] if scene.experiment.data.name == "iris" else [(1.0, "×1"), (10.0, "×10"), (100.0, "×100")]
    ends = [(0.1, "×0.1"), (100.0, "×100")] if scene.experiment.data.name == "iris" else []
    number(
        scene,
        "unit",
        UNITS,
        scene.experiment.scale2,
        lambda e, value: replace(e, scale2=float(value)),
        label=tr("unit of x₂"),
        ticks=ticks + ends,
    )


def correlation(scene: Scene) -> None:
    """In front where the data set has it."""
    if scene.experiment.data.name == "correlated_pair":
        rho = dict(scene.experiment.data.settings).get("rho", 0.0)
        number(
            scene,
            "rho",
            RHO,
            float(rho),
            lambda e, value: replace(e, data=e.data.having(rho=value)),
            label=tr("correlation of x₁ and x₂"),
            ticks=[(-0.9, "−0.9"), (0.0, "0"), (0.9, "0.9")],
        )


def methods(scene: Scene) -> None:
    there = [picked.name for picked in scene.experiment.optimizers if picked.name in CHIPS]

    def take(experiment: Experiment, names: list[str]) -> Experiment:
        kept = {picked.name: picked for picked in experiment.optimizers}
        first = experiment.optimizers[0] if experiment.optimizers[0].name not in CHIPS else pick("gradient_descent")
        return replace(experiment, optimizers=(first, *(kept.get(name, pick(name)) for name in CHIPS if name in names)))

    chips(scene, "methods", tr("beside gradient descent"), CHIPS, lambda name: f"+ {tr(optimizers()[name].label)}", there, take)


def normalized(scene: Scene) -> None:
    toggle(
        scene,
        "features",
        tr("Feature normalization"),
        len(scene.experiment.panels) > 1,
        lambda e, on: replace(e, panels=(e.panels[0], STANDARDIZED) if on else (e.panels[0] if e.panels else RAW,)),
        help=tr("A second picture of the same data, standardized: every feature with mean 0 and deviation 1."),
    )


def takeaway(experiment: Experiment, panels: tuple[PanelResult, ...]) -> str:
    """What the numbers under the panels mean."""
    if len(panels) < 2 or not panels[0].limit or not panels[1].limit:
        return ""
    raw, other = panels[0], panels[1]
    times = (other.limit or 0.0) / (raw.limit or 1.0)
    said = tr("Normalization did not speed up the rate, it raised the speed limit {times} times: 2/λmax went from {low} to {high}.")
    if times < 1:
        said = tr(
            "Here normalization lowers the speed limit to {times} of what it was, from {low} to {high}; what counts is κ, which fell."
        )
        if other.condition and raw.condition and other.condition >= raw.condition:
            said = tr("Here normalization lowers the speed limit to {times} of what it was, from {low} to {high}, and κ does not fall.")
    return said.format(times=f"{times:.0f}" if times >= 9.5 else f"{times:.2g}", low=numeral(raw.limit), high=numeral(other.limit))


scene = open_page("scale", SCALE)
if not lesson.hidden(scene):
    above = st.container()
    left, right = st.columns(2, gap="large")
    with left:
        unit(scene)
        correlation(scene)
    with right:
        modes(scene)
        between = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            methods(scene)
            normalized(scene)
    result = picture(scene)
    if result is not None:
        with above:
            rows = result.panels[0].prepared
            heading(headline(scene.experiment, rows.n if rows else 0))
        with between:
            rate(scene, result)
        lesson.answer(scene)
        if (said := takeaway(scene.experiment, result.panels)) != "":
            st.markdown(f"### {said}")
    next_step(
        scene,
        tr("drag the unit from cm to ×100 and watch the left picture only; then give both panels the same number η."),
    )
close_page(scene)
