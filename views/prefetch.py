"""Prefetched films: the pictures of a slider's stops, sent to the browser before the slider is dragged.

The connection may be too slow to follow a drag. As soon as a slider has the pointer or the focus, the browser requests the pictures of
its stops, the nearest first. While the slider is dragged it shows those that have arrived, each what `run()` returned for exactly that
value. A fragment answers the requests, so the rest of the page does not run.
"""

import hashlib
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from browser.pack import pack
from browser.static_files import component
from compute.engine import Busy, not_urgent
from core.messages import Refusal
from figures.contour import lines_over
from figures.levels import levels
from labs.plane.run import Result, batch_landscape
from labs.plane.setup import Experiment
from verdict.plane import judged_run
from views.language import language, one_language, tr
from views.plane.board import plane_board
from views.session import Scene, edits

_PREFETCHER = component("prefetcher")
_OFFERS, _PLACE = "prefetch offers", "prefetch place"
_DRAWN = "edits that were drawn"
SHARE = 0.25  # seconds that one answer may take
FINEST = 150  # points a side of a prefetched picture
SLOW = 0.2  # seconds: pictures that take longer are not prefetched

Picture = Mapping[str, object]


@dataclass(frozen=True)
class Offer:
    """A film that the browser can ask for."""

    depends: Callable[[Scene], str]  # all that its pictures depend on, as text: where that changes, it is another film
    picture: Callable[[Scene, int], Picture | None]  # the i-th; None where there is none, or where it would take too long


def slid(take: Callable[[Experiment, float], Experiment], stops: tuple[float, ...]) -> Offer:
    """The pictures of a slider's stops: at each the experiment is take(experiment, stop)."""

    def picture(scene: Scene, i: int) -> Picture | None:
        if not 0 <= i < len(stops):
            return None
        experiment = take(scene.experiment, stops[i])
        experiment = replace(experiment, resolution=min(experiment.resolution, FINEST))
        try:
            with not_urgent():
                judged = judged_run(experiment, SLOW, moving=True)
        except (Refusal, Busy):
            return None
        if judged.progress < 1:
            return None
        drawn = plane_board(experiment, judged, scene.view_state, moving=True)
        return {name: drawn[name] for name in ("panels", "curves", "player", "moving")}

    return Offer(lambda scene: repr((take(scene.experiment, stops[0]), stops, scene.view_state, language())), picture)


def flipped(result: Result) -> Offer:
    """The flip-book: the contours of each update's mini-batch."""

    def picture(scene: Scene, i: int) -> Picture | None:
        if not 0 <= i < scene.experiment.steps:
            return None
        try:
            with not_urgent():
                losses = [batch_landscape(scene.experiment, panel, i) for panel in result.panels]
        except Busy:
            return None
        pages = []
        for panel, loss in zip(result.panels, losses, strict=True):
            scale = levels(scene.experiment.levels, loss, None, panel.goal)
            pages.append(lines_over(panel.a, panel.b, scale.coarse(loss), scale, tr("this batch")))
        return {"pages": pages}

    return Offer(lambda scene: repr((scene.experiment, language())), picture)


def clear(page: str) -> None:
    """Remove all offers; called first on a page.

    What answers the requests gets the first place on it. It is a fragment of its own: where the page runs again before the server has sent
    the last run, Streamlit drops what the page drew and still sends what the fragment did. In a later place it would hang on nothing.
    """
    st.session_state[_OFFERS] = {}
    st.session_state[_PLACE] = st.container(key=f"esl-parcels-{page}-prefetch")


def none() -> None:
    """Offer nothing on this page in this run, whatever is drawn later."""
    st.session_state[_OFFERS] = None


def offer(key: str, film: Offer) -> None:
    """Offer a film on this page."""
    offers: dict[str, Offer] | None = st.session_state[_OFFERS]
    if offers is not None:
        offers[key] = film


def serve(scene: Scene) -> None:
    """Serve the offers of this page; called last."""
    st.session_state[_DRAWN] = edits()
    with st.session_state[_PLACE]:
        _serve(scene, dict(st.session_state[_OFFERS] or {}))


@st.fragment
def _serve(scene: Scene, offers: Mapping[str, Offer]) -> None:
    with one_language():
        _answer(scene, offers)


def _answer(scene: Scene, offers: Mapping[str, Offer]) -> None:
    key = f"{scene.page} prefetch"
    asked = st.session_state.get(key, {}).get("asked")
    # With the time in it no two messages are alike, so the browser hears each of them, and knows the newest.
    # The browser also learns how far the page was drawn: where Streamlit has lost that drawing, it asks for it again.
    sequences = {name: _name(scene, film) for name, film in offers.items()}
    message: dict[str, object] = {"turn": time.time(), "sequences": sequences, "edit": st.session_state[_DRAWN]}
    if isinstance(asked, Mapping) and str(asked.get("control")) in offers:
        control = str(asked["control"])
        message |= {"control": control, "name": _name(scene, offers[control]), **_pictures(scene, offers[control], asked.get("stops"))}
    _PREFETCHER(key=key, data=zlib.compress(pack(message), 1), on_asked_change=_nothing)


def _nothing() -> None:
    """An empty callback: Streamlit keeps the state of a component only if one is registered."""


def _name(scene: Scene, film: Offer) -> str:
    return hashlib.blake2b(film.depends(scene).encode(), digest_size=8).hexdigest()


def _pictures(scene: Scene, film: Offer, wanted: object) -> dict[str, object]:
    """These pictures, as many as there is time for; slow: of none more."""
    pictures: dict[str, object] = {}
    begun = time.monotonic()
    for i in wanted if isinstance(wanted, list) else []:
        before = time.monotonic()
        if before - begun > SHARE:
            break
        picture = film.picture(scene, i) if isinstance(i, int) else None
        if picture is None or (pictures and time.monotonic() - before > SLOW):
            return {"pictures": pictures, "slow": True}
        pictures[str(i)] = picture
    return {"pictures": pictures, "slow": False}
