"""What all boards share, whichever setup they show: texts, facts, and callbacks."""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from browser.board import Act, BoardData, Fact, Panel, Player, board, board_act, board_state
from core.messages import Message
from figures.figure import Figure
from views.language import say, tr
from views.session import E, Scene, edit, show
from views.view_state import ViewState


def draw(scene: Scene[E], data: BoardData, kinds: Collection[str], change: Callable[[E, Act], E]) -> None:
    """The board of a page. change: what an act of these kinds does to the setup."""
    key = f"{scene.page} board"

    def looked() -> None:
        chosen = board_state(key)
        if chosen.view is not None:
            show(
                scene.page,
                view=chosen.view,
                panel=chosen.surface_panel or 0,
                clock=chosen.clock or "updates",
                details="on" if chosen.details else "off",
                flip="on" if chosen.flip else "off",
            )

    def acted() -> None:
        act = board_act(key)
        if act is not None and act.kind in kinds:
            edit(scene.page, lambda setup: change(setup, act), moving=act.moving)

    board(data, key, on_change=looked, on_act=acted)


def board_data(
    panels: Sequence[Panel], player: Player, view_state: ViewState, edit: int, *, curves: Figure | None = None, moving: bool = False
) -> BoardData:
    """What the component gets. moving: a rough picture, for a hand that moves on."""
    return {
        "panels": panels,
        "curves": curves,
        "player": player,
        "view": "surface" if view_state.view == "surface" else "contour",
        "surface_panel": min(view_state.panel, len(panels) - 1),
        "moving": moving,
        "edit": edit,
        "words": words(),
    }


def notes(texts: Collection[Message]) -> None:
    """Notes on a result, each in a box."""
    for text in texts:
        st.info(say(text), icon=":material/info:")


def fact(label: str, value: str, help: str) -> Fact:
    return {"label": label, "value": value, "help": help}


def words() -> dict[str, str]:
    """All texts of the board, by the keys that browser/client uses."""
    return {
        "play": tr("Play"),
        "pause": tr("Pause"),
        "step": tr("One update forward"),
        "speed": tr("Speed"),
        "contour": tr("Contour"),
        "surface": tr("3-D"),
        "update": tr("update {k} of {n}"),
        "epoch": tr("epoch {k} of {n}"),
        "evaluation": tr("gradient evaluation {k} of {n}"),
        "clock": tr("Count"),
        "updates": tr("updates"),
        "epochs": tr("epochs"),
        "evaluations": tr("gradient evaluations"),
        "details": tr("Arrows"),
        "details_help": tr("Each update taken apart: gradient, momentum, the step, and where adaptive rates make it go"),
        "flip": tr("Flip-book"),
        "flip_help": tr("The contours of each update's own mini-batch, over those of all rows"),
        "meter": tr("{distance} off the plane; loss {truth}, drawn {drawn}"),
        "redraw": tr("Redraw through this step"),
        "moves": tr("Dotted: −η·gradient. Dashed: −η·momentum. Solid: the step. Ellipse: where a momentum of this length would lead."),
        "enlarged": tr("Drawn larger: {times}."),
        "lens": tr("as {optimizer} sees it"),
        "leaves": tr("leaves the picture at update {k}"),
        "diverged": tr("diverged at update {k}"),
        "no_webgl": tr("This browser draws no 3-D (WebGL is missing). The contour map shows the same landscape."),
        "data": tr("The data as the model sees it"),
        "which": tr("Surface of"),
        "scrub": tr("Shown update"),
        "view": tr("Picture"),
        "settled": tr("at rest at the lowest minimum known"),
        "curves": tr("Loss above the minimum, and gradient norm"),
        "start": tr("Start: drag it, click anywhere, or use the arrow keys"),
        "fit": tr("Fit"),
        "reset": tr("Reset view"),
    }
