"""Stuck?: a verdict on every walk, and any point looked at closely: gradient, curvature, the critical points around, the way out."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from browser.board import BoardData
from labs.plane.atlas import Atlas
from labs.plane.closeup import Closeup, closeup
from labs.plane.escape import Runner
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment
from lessons.scenes import STUCK
from verdict.plane import JudgedResult
from verdict.verdict import Judgment, label
from views import lesson, prefetch
from views.control_panel import fold, item_choice
from views.controls import picked
from views.language import tr
from views.page import body, end_page, heading, open_page, picture, try_next
from views.plane.board import method_of
from views.plane.control_panel import control_panel, with_surface
from views.plane.main_controls import sides
from views.session import Scene
from views.stuck.away import escape
from views.stuck.card import card
from views.stuck.critical_points import critical_points
from views.stuck.many import many_dimensions
from views.stuck.marks import window_atlas, with_marks
from views.stuck.stable import stability
from views.stuck.verdicts import verdicts

LANDSCAPES = ("lecture_toy", "himmelblau", "rosenbrock", "monkey_saddle", "plateau", "quadratic_bowl", "linear", "logistic", "network")


def landscape(scene: Scene) -> None:
    """A few landscapes to choose from; all of them are under All controls."""
    now = scene.experiment.surface.name
    surface = replace(picked(scene, "surface"), put=lambda e, surface: replace(with_surface(e, surface), point=None))
    item_choice(scene, "landscape", tr("landscape"), surface, LANDSCAPES if now in LANDSCAPES else (*LANDSCAPES, now))


def headline(ends: list[Judgment], scene: Scene) -> str:
    """What became of the first walk."""
    if not ends:
        return tr("Where am I, and why did it stop?")
    name = method_of(scene.experiment.optimizers[0])
    return tr("{name}: {verdict}. Click anywhere on the map to see why.").format(name=name, verdict=tr(label(ends[0].kind)))


def suggestion(experiment: Experiment, listed: Sequence[str]) -> str:
    """listed: the kinds of the critical points of the window."""
    if experiment.surface.name == "lecture_toy" and "saddle" in listed:
        return tr("click the saddle in the middle, open Away from a saddle, and let three ways race out of it.")
    if listed:
        return tr("pick a point of the atlas, and see what the curvatures say there.")
    return tr("click anywhere on the map, and see what the curvatures say there.")


def sections(scene: Scene, panel: PanelResult, near: Closeup, atlas: Atlas) -> tuple[Runner, ...]:
    """What stands under the picture, below the verdicts; the race, where it is asked for."""
    runners: tuple[Runner, ...] = ()
    card(scene, panel, near)
    with st.expander(tr("Atlas: all critical points of this window"), icon=":material/map:"):
        critical_points(scene, panel, atlas)
    if away := fold(tr("Away from a saddle: four ways"), "stuck away", ":material/call_split:"):
        with away:
            runners = escape(scene, panel, near)
    if stable := fold(tr("Stability: is the rate too large?"), "stuck stable", ":material/speed:"):
        with stable:
            stability(scene, panel, near)
    if many := fold(tr("Many dimensions: how often is it a minimum?"), "stuck many", ":material/casino:"):
        with many:
            many_dimensions()
    return runners


def page(scene: Scene) -> None:
    above = st.container()
    at_hand, folded = sides()
    with at_hand:
        landscape(scene)
    with folded:
        between = st.container()
    board, below = st.container(), st.container()
    listed: list[str] = []

    def adorn(data: BoardData, judged: JudgedResult) -> BoardData:
        """What stands under the picture is drawn first: what it finds is drawn on it."""
        panel = judged.result.panels[0]
        near, atlas = closeup(scene.experiment, panel), window_atlas(panel)
        listed.extend(point.kind for point in atlas.points)
        with below:
            lesson.answer(scene)
            ends = verdicts(scene, panel, judged.ends[0])
            runners = sections(scene, panel, near, atlas)
        with above:
            heading(headline(ends, scene))
        return with_marks(data, scene.experiment, panel, near, atlas, runners)

    with board:
        picture(scene, adorn, rate_in=between)
    try_next(suggestion(scene.experiment, listed))
    control_panel(scene)


@body
def stuck() -> None:
    scene = open_page("stuck", STUCK)
    prefetch.none()  # prefetched pictures would be without the marks
    scene = replace(scene, experiment=replace(scene.experiment, panels=scene.experiment.panels[:1]))
    if not lesson.hidden(scene):
        page(scene)
    end_page(scene)


stuck()
lesson.links()
