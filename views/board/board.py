"""The board: one to three pictures side by side, the walks on them, and a player that all of them share.

Python says what is drawn, once a change; playing, stepping, scrubbing and turning happen in the browser without it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

import numpy as np
import streamlit as st

from figures.figure import Figure
from views.board.pack import pack
from views.served import entry, plotly_urls, served

View = Literal["contour", "surface"]


class Fact(TypedDict):
    label: str
    value: str
    help: NotRequired[str]


class Walk(TypedDict):
    """One optimizer's path: the k points that are drawn, and the number of the update that led to each."""

    name: str
    color: str
    dash: str  # solid, dot, dash, dashdot
    marker: str  # circle, square, diamond, triangle-up, cross, x, star
    path: np.ndarray  # float64 (k, 2)
    height: np.ndarray  # float32 (k,)
    update: np.ndarray  # int32 (k,), ascending
    count: str  # the big number as it stands in the end: "32"
    unit: str  # "steps"
    settled: int | None
    diverged: int | None
    status: Literal["settled", "open", "diverged"]
    detail: str


class Panel(TypedDict):
    title: str
    subtitle: str
    contour: Figure
    cloud: Figure | None
    surface: Figure | None
    alt: str
    alt_cloud: NotRequired[str]  # else words.data and the title
    facts: Sequence[Fact]
    walks: Sequence[Walk]


class Player(TypedDict):
    length: int  # how many updates the scrub bar holds


class Words(TypedDict):
    """What the board says, translated. {k} and {n} are filled in the browser."""

    play: str
    pause: str
    step: str
    speed: str
    contour: str
    surface: str
    update: str  # "update {k} of {n}"
    leaves: str  # "leaves the picture at update {k}"
    diverged: str  # "diverged at update {k}"
    no_webgl: str
    data: str
    which: str
    scrub: NotRequired[str]  # name of the scrub bar, else `update`
    view: NotRequired[str]  # name of the Contour | 3-D switch
    settled: NotRequired[str]  # what the check mark means
    curves: NotRequired[str]  # alternative text of the curves


class BoardData(TypedDict):
    panels: Sequence[Panel]
    curves: Figure | None
    player: Player
    view: View
    surface_panel: int
    words: Words


@dataclass(frozen=True)
class BoardState:
    """What a person last chose on the board; None where nobody chose yet."""

    view: View | None = None
    surface_panel: int | None = None


_BOARD = st.components.v2.component(
    "error_surface_board",
    html="",
    js=entry("board"),
    isolate_styles=False,  # Plotly puts its own style sheet into the page's head
)


def board(data: Mapping[str, object], key: str, *, on_change: Callable[[], None] = lambda: None) -> BoardState:
    """Draws `data` (see `BoardData`); `on_change` is called when a person switches between contour and 3-D or picks another panel."""
    served()
    shown = _BOARD(key=key, data=pack({**data, "plotly": plotly_urls()}), on_choice_change=on_change)
    return _read(shown.get("choice"))


def board_state(key: str) -> BoardState:
    """The same before the board is drawn in this run, or inside `on_change`."""
    return _read(st.session_state.get(key, {}).get("choice"))


def _read(choice: object) -> BoardState:
    if not isinstance(choice, Mapping):
        return BoardState()
    view, panel = choice.get("view"), choice.get("panel")
    return BoardState(
        view=view if view in ("contour", "surface") else None,
        surface_panel=panel if isinstance(panel, int) and 0 <= panel < 3 else None,
    )
