"""The board: one to three pictures side by side, the walks on them, and a player that all of them share.

Python says what is drawn, once a change; playing, stepping, scrubbing and turning happen in the browser without it.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict, get_args

import numpy as np
import streamlit as st

from browser.pack import pack
from browser.static_files import component
from figures.derived import Drawn
from figures.figure import Figure

FLIP = "flip-book"  # the pictures of the mini-batches, see views/prefetch.py
NAME = 16  # letters that name a parcel, in front of it
AGAIN = 4  # bytes behind the name: another number where the browser asked again, as Streamlit does not call a component with the same data
View = Literal["contour", "surface"]
Clock = Literal["updates", "epochs", "evaluations"]


class Fact(TypedDict):
    label: str
    value: str
    help: NotRequired[str]


class Moves(TypedDict):
    """What the update from each point was made of: step = −rates·momentum/scale. NaN where there is none."""

    gradient: np.ndarray  # float32 (k, 2), of the batch
    momentum: np.ndarray  # float32 (k, 2)
    scale: np.ndarray  # float32 (k, 2)
    step: np.ndarray  # float32 (k, 2)
    rates: np.ndarray  # float32 (k,)
    adaptive: bool  # rates/scale is a rate for each weight


class Meter(TypedDict):
    """What the plane hides of each point, as people read numbers."""

    distance: Sequence[str]  # of the point from the plane
    true_loss: Sequence[str]
    plane_loss: Sequence[str]  # of the point of the plane where it is shown


class Walk(TypedDict):
    """One optimizer's path: the k points that are drawn, and the number of the update that led to each."""

    name: str
    color: str
    dash: str  # solid, dot, dash, dashdot
    marker: str  # circle, square, diamond, triangle-up, cross, x, star
    path: Drawn  # (k, 2)
    lowest: float  # excess is counted from here: loss = lowest + excess
    excess: np.ndarray  # float32 (k,)
    slope: np.ndarray  # float32 (k,): norm of the full-batch gradient
    update: np.ndarray  # uint16 or int32 (k,), ascending
    stride: int  # mini-batches' worth of rows that an update reads: 1, or a whole epoch of them
    evaluations: NotRequired[np.ndarray]  # gradients computed before each point; else as many as updates
    moves: NotRequired[Moves]
    off: NotRequired[np.ndarray]  # float32 (k,): 0 on the plane that is drawn, 1 at right angles to it; what is off fades
    meter: NotRequired[Meter]
    numbers: NotRequired[Sequence[str]]  # the big number at each point; else it counts updates
    count: str  # the big number as it stands in the end: "32"
    unit: str  # "steps"
    settled: int | None
    diverged: int | None
    status: Literal["settled", "open", "diverged"]
    detail: str
    verdicts: NotRequired[Sequence[tuple[int, str]]]  # what it is doing, from which update on


class Panel(TypedDict):
    """contour, cloud, surface and walks hold the arrays. A cloud with moments (figures/regions.py) is as large as the contour, and follows
    the player."""

    title: str
    subtitle: str
    contour: Figure
    cloud: Figure | None
    surface: Figure | None
    start: Sequence[float] | None  # None: nobody can move it
    point: NotRequired[Sequence[float]]  # the one that is looked at: where a picture has one, it takes the clicks
    axes: tuple[str, str]
    fitted: bool  # the window holds minima and walks
    alt: str
    alt_cloud: NotRequired[str]  # else words.data and the title
    caption_cloud: NotRequired[str]  # else words.data
    facts: Sequence[Fact]
    walks: Sequence[Walk]


class Player(TypedDict):
    """The bar counts whole mini-batches: an epoch is `batches` of them."""

    length: Mapping[Clock, int]
    batches: int
    clock: Clock
    clocked: bool  # the clocks differ
    details: bool | None  # what updates are made of is drawn; None: it is not known
    flip: bool  # the contours of each update's mini-batch are drawn
    logarithmic: NotRequired[bool]  # the bar gives every decade of updates as much of its length
    redraws: NotRequired[bool]  # a person may ask for the planes through the update that is shown


class BoardData(TypedDict):
    panels: Sequence[Panel]
    curves: Figure | None
    player: Player
    view: View
    surface_panel: int
    moving: bool  # a rough picture, for a hand that moves on
    edit: int  # another number after each change that a person made: what is drawn over in the browser is then drawn anew
    words: Mapping[str, str]  # what the board says, translated; {k} and {n} are filled in the browser


@dataclass(frozen=True)
class BoardState:
    """What a person last chose on the board; None where nobody chose yet."""

    view: View | None = None
    surface_panel: int | None = None
    clock: Clock | None = None
    details: bool = False
    flip: bool = False


Kind = Literal["start", "point", "window", "fit", "again", "through"]


@dataclass(frozen=True)
class Act:
    """What a person did to a picture: moved the start or the point that is looked at, zoomed to a window, asked for the window that fits
    or for the planes "through" the update that is shown. "again": the browser did not get what was drawn, and asks for it once more.
    """

    kind: Kind
    panel: int  # its index
    values: tuple[float, ...] | None  # the point, the update, or the edges of the window; None: the window of the beginning
    pixel: tuple[float, float] | None  # how much of each axis a pixel is; None where the point is one of the grid
    moving: bool  # a hand is still dragging
    turn: int  # a running number: the browser learns which act was taken


_BOARD = component("board", isolate_styles=False)  # Plotly puts its own style sheet into the page's head
_PARCEL = component("parcel")
_PARCELS = {"picture": ("contour", "cloud", "surface"), "walks": ("walks",)}


def _nothing() -> None:
    pass


def board(data: BoardData, key: str, *, on_change: Callable[[], None] = _nothing, on_act: Callable[[], None] = _nothing) -> BoardState:
    """Draws `data`; `on_change` is called when a person switches between contour and 3-D, picks another panel or clock, `on_act` when a
    start or a window was moved (see `board_act`).

    The arrays of each panel travel in parcels of their own: one that is as it was is not sent again (Streamlit sends its hash).
    """
    act = board_act(key)
    if act is not None and act.kind == "again":
        st.session_state[f"{key} again"] = act.turn
    again = int(st.session_state.get(f"{key} again", 0)).to_bytes(AGAIN, "little")
    panels: list[Mapping[str, object]] = []
    with st.container(key=f"esl-parcels-{key.replace(' ', '-')}"):
        for i, panel in enumerate(data["panels"]):
            rest: dict[str, object] = dict(panel)
            for part, fields in _PARCELS.items():
                content = pack({field: rest.pop(field) for field in fields})
                name = hashlib.blake2b(content, digest_size=NAME // 2).hexdigest()
                _PARCEL(key=f"{key} {part} {i}", data=name.encode() + again + content)
                rest[part] = name
            panels.append(rest)
    sent = {**data, "panels": panels, "answered": act.turn if act else 0}
    shown = _BOARD(key=key, data=pack(sent), on_choice_change=on_change, on_act_change=on_act)
    return _read(shown.get("choice"))


def board_state(key: str) -> BoardState:
    """The same before the board is drawn in this run, or inside `on_change`."""
    return _read(st.session_state.get(key, {}).get("choice"))


def board_act(key: str) -> Act | None:
    """What a person last did to a picture; None if nobody did, or if the browser sent what is none."""
    act = st.session_state.get(key, {}).get("act")
    if not isinstance(act, Mapping):
        return None
    panel, turn = act.get("panel"), act.get("turn")
    kind: Kind | None = next((known for known in get_args(Kind) if known == act.get("kind")), None)
    if kind is None or not isinstance(panel, int) or not 0 <= panel < 3 or not isinstance(turn, int):
        return None
    count = {"start": 2, "point": 2, "through": 1}.get(kind, 4)
    values, pixel = _numbers(act.get("at"), count), _numbers(act.get("pixel"), 2)
    if values is None and kind in ("start", "point", "through"):
        return None
    return Act(kind, panel, values, None if pixel is None else (pixel[0], pixel[1]), bool(act.get("moving")), turn)


def _numbers(given: object, count: int) -> tuple[float, ...] | None:
    if not isinstance(given, Sequence) or len(given) != count:
        return None
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in given):
        return None
    return tuple(float(value) for value in given)


def _read(choice: object) -> BoardState:
    if not isinstance(choice, Mapping):
        return BoardState()
    view, panel, clock = choice.get("view"), choice.get("panel"), choice.get("clock")
    return BoardState(
        view=view if view in ("contour", "surface") else None,
        surface_panel=panel if isinstance(panel, int) and 0 <= panel < 3 else None,
        clock=clock if clock in ("updates", "epochs", "evaluations") else None,
        details=choice.get("details") is True,
        flip=choice.get("flip") is True,
    )
