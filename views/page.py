"""What every page is made of: the scene taken from the address, its heading, the picture, and the address written last."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from browser.board import FLIP, Act, BoardData
from compute.engine import asking_for, interruptible
from core.messages import Refusal
from core.settings import Window
from labs.plane.run import PanelResult, Result, start_at
from labs.plane.setup import EDGE, Experiment
from verdict.plane import JudgedResult
from views import board, lesson, prefetch, progress
from views.affordable import affordable
from views.language import one_language, say, tr
from views.plane.board import plane_board
from views.plane.caption import caption
from views.plane.rates import rate
from views.session import E, Scene, edits, load_scene, moving, store_scene, visitor


def body(draw: Callable[[], None]) -> Callable[[], None]:
    """What a change on a page runs again, and nothing around it: no navigation, no links, no menu of languages.

    draw is named for its page: Streamlit tells fragments apart by their names.
    """

    @st.fragment
    @wraps(draw)
    def drawn() -> None:
        with one_language():
            draw()
        progress.go_on_alone()

    return drawn


def open_page(page: str, opening: E, topics: Mapping[str, E] | None = None) -> Scene[E]:
    """The scene of this run, and a warning for each thing that was asked for and could not be had."""
    asked = lesson.lessons().get(st.query_params.get("lesson", ""))
    if asked is not None and asked.page != page:
        st.switch_page(lesson.PAGES[asked.page], query_params=dict(st.query_params))
    prefetch.clear(page)
    interruptible(progress.left_alone)
    asking_for(visitor())
    scenes = cast(dict[str, E], lesson.scenes(page))  # those of a page are of its kind
    scene, refused = load_scene(page, opening, topics or {}, scenes, affordable)
    for reason in refused:
        st.warning(say(reason))
    return scene


def heading(text: str) -> None:
    """What the page says first. No link to itself: that would be one more stop for the keyboard."""
    st.title(text, anchor=False)


def takeaway(text: str) -> None:
    """One sentence under the picture that sums it up; "" for none."""
    if text:
        st.header(text, anchor=False)


def picture(
    scene: Scene,
    adorn: Callable[[BoardData, JudgedResult], BoardData] = lambda data, judged: data,
    rate_in: DeltaGenerator | None = None,
) -> Result | None:
    """Draw the board of the scene's experiment. Returns None, and shows the reason, where the combination is refused.

    adorn: what a page draws on it besides. rate_in: where to draw the control of the rate, with the limits of the panels marked.
    """
    try:
        judged = progress.result_of(scene)
    except Refusal as refusal:
        st.error(say(refusal.reason))
        return None
    if judged is None:
        return None
    result = judged.result

    def change(experiment: Experiment, act: Act) -> Experiment:
        return done(experiment, result.panels[act.panel], act) if act.panel < len(result.panels) else experiment

    data = plane_board(scene.experiment, judged, scene.view_state, moving=moving(), edit=edits())
    if data["player"]["batches"] > 1:
        prefetch.offer(FLIP, prefetch.flipped(result))
    board.draw(scene, adorn(data, judged), ("start", "point", "window", "fit"), change)
    progress.bar(scene, judged)
    st.caption(caption(scene.experiment, result))
    board.notes(result.notes)
    if rate_in is not None:
        with rate_in:
            rate(scene, result)
    return result


def done(experiment: Experiment, panel: PanelResult, act: Act) -> Experiment:
    """Apply an action on a picture to the experiment: a new start, which all pictures share, or a new window of this one."""
    panels = experiment.panels
    if act.kind == "point":
        assert act.values is not None
        units = act.pixel if act.pixel is not None else (0.0, 0.0)
        return replace(experiment, point=(_rounded(act.values[0], units[0] / 4), _rounded(act.values[1], units[1] / 4)))
    if act.kind != "start":
        window = panel.fitting if act.kind == "fit" else None
        if act.kind == "window" and act.values is not None:
            window = window_of(act.values)
            if window is None:
                return experiment  # a zoom beyond what numbers can tell apart
        return replace(
            experiment,
            window=None if window is None else experiment.window,
            panels=(*panels[: act.panel], replace(panels[act.panel], window=window), *panels[act.panel + 1 :]),
        )
    assert act.values is not None
    x, y = act.values[:2]
    start = start_at(experiment, panels[act.panel], (x, y))
    if act.pixel is None:
        return replace(experiment, start=start)
    # No more digits than a quarter of a pixel needs, in the units that the start is given in.
    aside = ((x + act.pixel[0] / 4, y), (x, y + act.pixel[1] / 4))
    nudged = [start_at(experiment, panels[act.panel], point) for point in aside]
    first, second = (_rounded(start[side], min(filter(None, (abs(n[side] - start[side]) for n in nudged)), default=0.0)) for side in (0, 1))
    return replace(experiment, start=(first, second))


def window_of(edges: tuple[float, ...]) -> Window | None:
    """A window with as many digits as a ten-thousandth of it needs; None where it is too small, or too far out, for an address."""
    left, right, bottom, top = edges
    wide, high = abs(right - left), abs(top - bottom)
    window = (*(_rounded(x, 1e-4 * wide) for x in (left, right)), *(_rounded(y, 1e-4 * high) for y in (bottom, top)))
    far = max(abs(value) for value in window)
    return None if min(wide, high) <= 1e-8 * max(1.0, far) or far > EDGE.high else (window[0], window[1], window[2], window[3])


def _rounded(value: float, unit: float) -> float:
    """To the power of ten below the unit."""
    return round(value, -math.floor(math.log10(unit))) if unit > 0 else value


def try_next(text: str) -> None:
    """A suggestion of what to try next."""
    st.markdown(tr("**Try next:** {what}").format(what=text))


def end_page(scene: Scene[E]) -> None:
    """Last in the body of every page: prefetches pictures, and writes the address."""
    if isinstance(scene.experiment, Experiment):
        prefetch.serve(cast(Scene, scene))
    store_scene(scene)
