"""The verdict on every network's training: its label under the big number, and a sentence with the numbers behind it below the board."""

import time

import streamlit as st

from browser.board.board import BoardData
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from verdict.deep import judging
from verdict.verdict import Judgment, label, network_suggestion, sentence
from views import progress
from views.deep.board import name_of
from views.language import say, tr
from views.session import Scene
from views.verdict import numbers, suggestion_button


def places(one: NetworkResult) -> list[int]:
    """The records that are judged: the one that the plane goes through, and the last."""
    final = len(one.record.update) - 1
    return [final] if one.cut is None else sorted({one.cut.through, final})


def known(one: NetworkResult) -> list[Judgment]:
    """Those judgments that are there, by update."""
    jobs = [judging(one.setup, at) for at in places(one)]
    return [job.result for job in jobs if job.begun and job.result is not None]


def judged_board(data: BoardData, result: DeepResult) -> BoardData:
    """The same board, where every walk says what became of it, as far as that is found."""
    if result.progress < 1:
        return data
    cut = [one for one in result.pictures if one.cut is not None]
    for panel, one in zip(data["panels"], cut, strict=True):
        said = [(found.point.update, tr(label(found.kind))) for found in known(one)]
        for walk in panel["walks"]:
            if len(said) == len(places(one)):
                walk["verdicts"] = said
    return data


def verdicts(scene: Scene[Deep], result: DeepResult) -> None:
    """A sentence a network and record, as far as they are found in time; the page comes again for the others."""
    if result.progress < 1:
        return
    before = sum(len(known(one)) for one in result.nets)
    deadline = time.monotonic() + progress.PATIENCE
    for one in result.nets:
        for at in places(one):
            if time.monotonic() < deadline:
                judging(one.setup, at).work(deadline)
    found = [(one, known(one)) for one in result.nets]
    after = sum(len(said) for _, said in found)
    if after > before or after < sum(len(places(one)) for one in result.nets):
        progress.more()  # the board is still to be told, or there is still something to find
    explained = tr(
        "All rows, in the mode that is trained in. λ by {steps} steps of Lanczos’ method, ± ‖Hu − λu‖. How it moves: the 20 updates that "
        "would follow, at the rate of the last one. Lengths are in units of the largest ‖θ‖ on the way, and of 1 at least."
    )
    for i, (one, judgments) in enumerate(found):
        for judgment in judgments:
            curvature = judgment.point.curvature
            st.markdown(
                f"**{name_of(one)}** · {say(sentence(judgment))} :gray[{numbers(judgment)}]",
                help=explained.format(steps=0 if curvature is None else curvature.steps),
            )
            if "rate" in one.setup.hyper and judgment.point.update == one.record.update[-1]:
                suggestion_button(scene, network_suggestion(scene.experiment, float(one.setup.hyper["rate"]), judgment), i)
