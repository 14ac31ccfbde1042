"""Classifier: softmax regression or a network on the same rows from the same weights; only the loss differs."""

import streamlit as st

from core.numerals import numeral
from labs.deep.run import DeepResult
from lessons.deep_scene import CLASSIFIER
from views.deep.board import name_of, outcome_of
from views.deep.charts import ON_LOSSES, charts
from views.deep.control_panel import control_panel
from views.deep.likelihood import same_number
from views.deep.main_controls import data_set, losses, rate, size
from views.deep.picture import picture
from views.language import tr
from views.loss.topics import loss_topics
from views.page import body, end_page, heading, open_page, takeaway, try_next
from views.plane.main_controls import sides


def message(result: DeepResult) -> str:
    """What the race shows, once it is over: how right each is, and how steep its surface was at the start that all share."""
    if result.progress < 1 or not result.nets[0].by_loss:
        return ""
    best_first = sorted(result.nets, key=lambda network: -float(network.record.measured.held_out_accuracy[-1]))
    ends = ", ".join(f"{name_of(network)} {outcome_of(network)}" for network in best_first)
    slopes = ", ".join(f"{name_of(network)} {numeral(float(f'{network.record.measured.gradient[0]:.2g}'))}" for network in result.nets)
    text = tr("After {k} updates from the same weights, right on unseen rows: {ends}. The slope ‖∇L‖ at the start: {slopes}.")
    return text.format(k=f"{result.nets[0].setup.steps:,}", ends=ends, slopes=slopes)


@body
def classifier() -> None:
    scene = open_page("classifier", CLASSIFIER)
    loss_topics(scene, {}, "classifier")
    heading(tr("Same network, same start, same rate: only the loss differs."))
    at_hand, folded = sides(0.3)
    with at_hand:
        rate(scene)
    with folded:
        left, middle, right = st.columns([3, 8, 4])
        with left:
            data_set(scene, "main ")
        with middle:
            losses(scene)
        with right:
            size(scene)
    result = picture(scene)
    if result is not None:
        takeaway(message(result))
        charts(scene, result, ON_LOSSES)
        if result.nets[0].by_loss and result.progress == 1:
            same_number(result)
    try_next(tr("take 0 hidden layers and the data iris; then add the focal loss, or the hinge."))
    control_panel(scene)
    end_page(scene)


classifier()
