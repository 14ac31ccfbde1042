"""The learning rate above the picture: its three modes, and the one number that a mode leaves to choose, with the panels' limits marked."""

from dataclasses import replace

import streamlit as st

from core.messages import Value
from core.numerals import numeral
from core.settings import Number
from figures.colors import PANELS
from labs.plane.run import Result
from labs.plane.setup import FRACTION, OPTIMIZER, SAME, Experiment, optimizers
from views.controls import Slot, choice, field, number
from views.language import tr
from views.plane.board import limit_of, title_of
from views.session import Scene

RATE = Number("rate", "", 0.5, 1e-4, 10.0, log=True, symbol="η")


def modes(scene: Scene) -> None:
    choice(scene, "mode", field(scene, "mode"), segmented=True)


def with_rate(experiment: Experiment, value: Value) -> Experiment:
    """The same number for every method whose limit is known."""
    rated = tuple(o.having(rate=float(value)) if optimizers()[o.name].limit is not None else o for o in experiment.optimizers)
    return replace(experiment, optimizers=rated)


def rate(scene: Scene, result: Result) -> None:
    """The number of mode "same", or the fraction; nothing where every panel takes its own best."""
    experiment = scene.experiment
    if experiment.mode == SAME:
        rates = {float(OPTIMIZER.values(o)["rate"]) for o in experiment.optimizers if optimizers()[o.name].limit is not None}
        if len(rates) != 1:
            st.caption(tr("Each walk has a number of its own, the same in every picture: All controls, Optimizers."))
            return
        marks = [
            (panel.fit.stable, f"{title_of(panel).title}: {numeral(panel.fit.stable)}", color)
            for panel, color in zip(result.panels, PANELS, strict=False)
            if panel.fit.stable
        ]
        lowest = min([RATE.low, *(0.1 * limit for limit, _, _ in marks)])
        label = tr("learning rate η, the same number for all")
        number(scene, "rate", Slot(RATE, rates.pop(), with_rate), label=label, marks=marks, low=lowest, help=_beyond(result))
    elif experiment.mode == FRACTION:
        label, beyond = tr("η as a fraction of each panel's limit 2/λmax"), _beyond(result)
        marks = [(1.0, limit_of(False).name if beyond else tr("limit"), PANELS[0])]
        number(scene, "fraction", field(scene, "fraction"), label=label, marks=marks, help=beyond)


def _beyond(result: Result) -> str:
    """What the marks are where a loss is no quadratic; nothing where descent explodes beyond every one of them."""
    limits = {panel.fit.quadratic for panel in result.panels if panel.fit.stable}
    return "" if limits <= {True} else f"{limit_of(False).name}: {limit_of(False).beyond}"
