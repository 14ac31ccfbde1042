"""The verdict on every network's training: its label under the big number, and a sentence with the numbers behind it below the board."""

import time

import streamlit as st

from browser.board import BoardData
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from verdict.deep import judging
from verdict.verdict import Judgment, label, network_suggestion, sentence
from views import progress
from views.deep.board import name_of
from views.language import say, tr
from views.session import Scene
from views.verdict import numbers, suggestion_button


def judged_records(network: NetworkResult) -> list[int]:
    """The indices of the records that are judged: the one that the plane goes through, and the last."""
    final = len(network.record.update) - 1
    return [final] if network.slice is None else sorted({network.slice.through, final})


def finished(network: NetworkResult) -> list[Judgment]:
    """Those judgments that are finished, by update."""
    jobs = [judging(network.setup, record) for record in judged_records(network)]
    return [job.result for job in jobs if job.begun and job.result is not None]


def judged_board(data: BoardData, result: DeepResult) -> BoardData:
    """The same board, with the verdicts on every walk once all of them are finished."""
    if result.progress < 1:
        return data
    networks = [network for network in result.pictures if network.slice is not None]
    for panel, network in zip(data["panels"], networks, strict=True):
        judgments = finished(network)
        if len(judgments) == len(judged_records(network)):
            for walk in panel["walks"]:
                walk["verdicts"] = [(judgment.point.update, tr(label(judgment.kind))) for judgment in judgments]
    return data


def verdicts(scene: Scene[Deep], result: DeepResult) -> None:
    """A sentence for each network and judged record that is finished in time; the page runs again for the others."""
    if result.progress < 1:
        return
    before = sum(len(finished(network)) for network in result.nets)
    deadline = time.monotonic() + progress.PATIENCE
    for network in result.nets:
        for record in judged_records(network):
            if time.monotonic() < deadline:
                judging(network.setup, record).work(deadline)
    after = sum(len(finished(network)) for network in result.nets)
    if after > before or after < sum(len(judged_records(network)) for network in result.nets):
        progress.more()  # the board has been drawn without the new ones, or some are not finished
    help = tr(
        "All rows, in the mode that is trained in. λ by {steps} steps of Lanczos’ method, ± ‖Hu − λu‖. How it moves: the 20 updates that "
        "would follow, at the rate of the last one. Lengths are in units of the largest ‖θ‖ on the way, and of 1 at least."
    )
    for i, network in enumerate(result.nets):
        for judgment in finished(network):
            curvature = judgment.point.curvature
            st.markdown(
                f"**{name_of(network)}** · {say(sentence(judgment))} :gray[{numbers(judgment)}]",
                help=help.format(steps=0 if curvature is None else curvature.steps),
            )
            if "rate" in network.setup.hyper_parameters and judgment.point.update == network.record.update[-1]:
                suggestion_button(scene, network_suggestion(scene.experiment, float(network.setup.hyper_parameters["rate"]), judgment), i)
