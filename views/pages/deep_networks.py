"""Deep networks: the same network on the same data, normalized inside or not; its training on a slice of a surface of many axes."""

import numpy as np
import streamlit as st

from labs.deep.races import WAYS
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from lessons.deep_scene import DEEP
from views import lesson
from views.deep.board import name_of, outcome_of
from views.deep.caption import errors
from views.deep.charts import ON_NETWORKS, charts
from views.deep.control_panel import control_panel
from views.deep.main_controls import batch, normalizations, rate, size
from views.deep.own import what_differs
from views.deep.picture import picture
from views.language import tr
from views.page import body, end_page, heading, open_page, takeaway, try_next
from views.plane.main_controls import sides


def learns(network: NetworkResult) -> bool:
    """Whether it does clearly better on unseen rows than always saying the most frequent class, at the end of its training."""
    rows = network.setup.split
    most = float(np.bincount(np.asarray(rows.held_out_rows.y)[: rows.m].astype(int)).max()) / rows.m
    return network.record.diverged is None and float(network.record.measured.held_out_accuracy[-1]) > 0.5 * (1 + most)


def listed(nets: list[NetworkResult]) -> str:
    """ "batch normalization (98 %), no normalization (explodes at update 8)"."""
    return ", ".join(f"{name_of(network)} ({outcome_of(network)})" for network in nets)


def message(result: DeepResult) -> str:
    """What the race shows, once it is over."""
    if result.progress < 1 or not result.nets[0].setup.split.labeled:
        return ""
    good, bad = [network for network in result.nets if learns(network)], [network for network in result.nets if not learns(network)]
    if not bad:
        return tr("Right on unseen rows: {good}.").format(good=listed(good))
    if not good:
        return tr("Nobody learns at this rate: {bad}.").format(bad=listed(bad))
    return tr("It learns with {good}, not with {bad}.").format(good=listed(good), bad=listed(bad))


def headline(deep: Deep) -> str:
    """What is the same for all networks, and what is not."""
    own = what_differs(deep)
    if own:
        return tr("Same data, same rate. The networks differ in this: {what}.").format(what=", ".join(own))
    return tr("Same network, same data, same rate. Only what happens between its layers differs.")


def compared(deep: Deep) -> bool:
    """Whether networks are compared that differ in depth and the like, or in being residual."""
    return bool(what_differs(deep)) or len(WAYS[deep.residual]) > 1


@body
def deep_networks() -> None:
    scene = open_page("deep", DEEP)
    if not lesson.hidden(scene):
        heading(headline(scene.experiment))
        at_hand, folded = sides(0.33)
        with at_hand:
            rate(scene)
        with folded:  # one row, so that a projector shows pictures and player below it
            left, middle, right = st.columns([4, 6, 4])
            with left:
                batch(scene)
            with middle:
                normalizations(scene, common_only=True)
            with right:
                size(scene)
        result = picture(scene)
        if result is not None:
            if result.progress == 1:
                lesson.answer(scene)
            takeaway(message(result))
            if compared(scene.experiment) and result.progress == 1:
                st.markdown(errors(result))
            asked = lesson.lessons().get(scene.view_state.lesson)
            charts(scene, result, ON_NETWORKS, "" if asked is None else asked.chart)
        try_next(
            tr("open Over seeds, and see which difference is chance.")
            if compared(scene.experiment)
            else tr("move the rate down to 0.1, where both learn; then up, and see who stands the largest.")
        )
        control_panel(scene)
    end_page(scene)


deep_networks()
lesson.links()
