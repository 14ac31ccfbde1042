"""What the browser needs ahead of the hand: the pictures that a slider leads to, sent before it is dragged.

A line to the server may be slow, a hand is not. As soon as a pointer or the focus is on a slider, the browser asks for the pictures of
its stops, the nearest first; while the slider is dragged it shows those it has without asking anybody, and what it shows is what
`run()` gave for exactly that value. A fragment answers, so that nothing else of the page runs.
"""

import hashlib
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from experiment import Experiment, Refusal, run
from views.board.pack import pack
from views.picture import board_data
from views.served import entry
from views.session import Scene
from views.words import language

_AHEAD = st.components.v2.component("error_surface_ahead", html="", js=entry("ahead"))
_OFFERS = "offered ahead"
SHARE = 0.25  # seconds that one answer may take
SLOW = 0.2  # seconds: pictures that take longer are not sent ahead


@dataclass(frozen=True)
class Offer:
    """A slider whose pictures can be asked for: at each of its stops the experiment is take(experiment, stop)."""

    take: Callable[[Experiment, float], Experiment]
    stops: tuple[float, ...]


def clear() -> None:
    """A page begins: no slider is drawn yet."""
    st.session_state[_OFFERS] = {}


def offer(key: str, take: Callable[[Experiment, float], Experiment], stops: tuple[float, ...]) -> None:
    """A slider of this page."""
    st.session_state[_OFFERS][key] = Offer(take, stops)


def serve(scene: Scene) -> None:
    """Last on a page, when all its sliders are known."""
    _serve(scene, dict(st.session_state[_OFFERS]))


@st.fragment
def _serve(scene: Scene, offers: Mapping[str, Offer]) -> None:
    key = f"{scene.page} ahead"
    asked = st.session_state.get(key, {}).get("asked")
    said: dict[str, object] = {"films": {name: _name(scene, one) for name, one in offers.items()}}
    if isinstance(asked, Mapping):
        said |= _frames(scene, offers.get(str(asked.get("control"))), str(asked.get("control")), asked.get("stops"))
    with st.container(key=f"esl-parcels-{scene.page}-ahead"):
        _AHEAD(key=key, data=zlib.compress(pack(said), 1), on_asked_change=_nothing)


def _nothing() -> None:
    """Streamlit keeps what a component says only where somebody listens."""


def _name(scene: Scene, one: Offer) -> str:
    """The same as long as nothing but the slider's own value changes."""
    content = repr((one.take(scene.experiment, one.stops[0]), one.stops, scene.shown, language()))
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _frames(scene: Scene, one: Offer | None, control: str, wanted: object) -> dict[str, object]:
    """The pictures of these stops, as many as there is time for; slow: of none more."""
    if one is None or not isinstance(wanted, list):
        return {}
    frames: dict[str, object] = {}
    begun = time.monotonic()
    slow = False
    for i in wanted:
        if not isinstance(i, int) or not 0 <= i < len(one.stops):
            continue
        before = time.monotonic()
        if before - begun > SHARE:
            break
        experiment = one.take(scene.experiment, one.stops[i])
        try:
            result = run(experiment, SLOW)
        except Refusal:
            continue
        slow = result.progress < 1 or (bool(frames) and time.monotonic() - before > SLOW)
        if slow:
            break
        drawn = board_data(experiment, result, scene.shown, moving=True)
        frames[str(i)] = {"panels": drawn["panels"], "curves": drawn["curves"], "player": drawn["player"]}
    return {"control": control, "name": _name(scene, one), "frames": frames, "slow": slow}
