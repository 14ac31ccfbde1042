"""The verdict on every network's training: its label under the big number, and a sentence with the numbers behind it below the board."""

import math
import time
from collections.abc import Sequence

import streamlit as st

from browser.board.board import BoardData
from core.numerals import numeral
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from verdict.deep import Judged, judging, sentence
from verdict.deep_advice import suggestion
from verdict.plane_advice import LABELS
from views import progress
from views.deep.board import name_of
from views.language import say, tr
from views.session import Scene, edit


def places(one: NetworkResult) -> list[int]:
    """The records that are judged: the one that the plane goes through, and the last."""
    final = len(one.record.update) - 1
    return [final] if one.cut is None else sorted({one.cut.through, final})


def known(one: NetworkResult) -> list[Judged]:
    """Those verdicts that are found, by update."""
    found = [judging(one.setup, at).found for at in places(one)]
    return [said for said in found if said is not None]


def judged_board(data: BoardData, result: DeepResult) -> BoardData:
    """The same board, where every walk says what became of it, as far as that is found."""
    if result.progress < 1:
        return data
    cut = [one for one in result.pictures if one.cut is not None]
    for panel, one in zip(data["panels"], cut, strict=True):
        said = [(found.update, tr(LABELS[found.kind])) for found in known(one)]
        for walk in panel["walks"]:
            if len(said) == len(places(one)):
                walk["verdicts"] = said
    return data


def _curvature(found: Judged) -> Sequence[str]:
    there = found.there
    if there is None:
        return []
    return [
        f"λmax = {numeral(there.highest)} ± {numeral(there.highest_error)}",
        f"λmin = {numeral(there.lowest)} ± {numeral(there.lowest_error)}",
    ]


def numbers(found: Judged) -> str:
    """The evidence in one line."""
    said = [tr("after {k} updates").format(k=f"{found.update:,}"), f"L = {numeral(found.loss)}", f"‖g‖ = {numeral(found.slope)}"]
    said.extend(_curvature(found))
    if math.isfinite(found.sharpness):
        at = tr("limit {value}").format(value=numeral(found.stable))
        limit = f" ({at})" if math.isfinite(found.stable) else ""
        name = tr("η·λmax, preconditioned") if found.scaled else "η·λmax"
        said.append(f"{name} = {numeral(found.sharpness)}{limit}")
    if math.isfinite(found.noise) and found.noise != 1:
        said.append(tr("gradient of a batch over that of all rows: {noise}").format(noise=numeral(found.noise)))
    return " · ".join(said)


def _suggested(scene: Scene[Deep], one: NetworkResult, found: Judged, i: int) -> None:
    """The button that tries something, for the end of a training."""
    offered = suggestion(scene.experiment, float(one.setup.hyper["rate"]), found) if "rate" in one.setup.hyper else None
    if offered is not None and found.update == one.record.update[-1]:
        st.button(
            say(offered.said), key=f"{scene.page} try {i}", icon=":material/lightbulb:", on_click=lambda: edit(scene.page, offered.change)
        )


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
    for i, (one, said) in enumerate(found):
        for each in said:
            steps = each.there.steps if each.there is not None else 0
            st.markdown(
                f"**{name_of(one)}** · {say(sentence(each))} :gray[{numbers(each)}]",
                help=explained.format(steps=steps),
            )
            _suggested(scene, one, each, i)
