"""What a hand does to a picture, and what is sent for it: starts and windows, pictures ahead of the hand, a flip-book, bytes."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from browser.board import Act, board_act
from browser.pack import pack
from browser.slider import stops
from core.settings import Pick, pick
from figures.derived import Derived
from labs.plane.run import batch_landscape, problem_of, run, start_at
from labs.plane.setup import Experiment, Panel
from labs.plane.start import started
from lessons.scenes import ADAPTIVE, BATCHES, SCALE
from verdict.plane import judged_run
from views import prefetch
from views.page import done
from views.plane.board import MOVING, plane_board
from views.session import Scene
from views.view_state import ViewState

FEATURES = [Pick("none"), pick("standardize"), pick("whiten_zca"), pick("standardize", amount=0.4)]
MODELS = {
    "bias at its best": pick("linear"),
    "bias trained": pick("linear", bias="trained"),
    "bias drawn": pick("linear", bias="axis"),
    "cross-entropy": pick("linear", loss="cross_entropy"),
    "network, output": pick("network", plane="output"),
    "network, hidden": pick("network", plane="hidden"),
    "formula": pick("himmelblau"),
}


@pytest.mark.parametrize("features", FEATURES, ids=str)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("hidden", ["none", "batch"])
def test_the_start_lands_where_it_was_put(model: str, features: Pick, hidden: str) -> None:
    panel = Panel(features, Pick(hidden))
    experiment = Experiment(surface=MODELS[model], panels=(panel,))
    problem = problem_of(experiment, panel)
    rng = np.random.default_rng(0)
    for _ in range(3):
        at = (float(rng.normal()), float(rng.normal()))
        start = start_at(experiment, panel, at)
        np.testing.assert_allclose(started(problem, start)[1][:2], at, rtol=1e-9, atol=1e-9)


def test_the_picture_stays_while_the_start_moves_in_it_and_widens_for_one_outside() -> None:
    home = run(replace(SCALE, optimizers=()))
    for share in (-0.9, 0.3, 0.99):
        for i, panel in enumerate(home.panels):
            at = (panel.a[-1] * share + panel.a[0] * (1 - share)) if share > 0 else panel.a[0]
            moved = run(replace(SCALE, optimizers=(), start=start_at(SCALE, panel.panel, (float(at), float(panel.b[3])))))
            np.testing.assert_array_equal(moved.panels[i].a, panel.a, err_msg="the picture that the hand is in")
            np.testing.assert_array_equal(moved.panels[i].b, panel.b)
    (raw, _) = home.panels
    far = run(replace(SCALE, optimizers=(), start=(40.0, 0.0))).panels[0]
    assert far.a[0] <= 40.0 <= far.a[-1]
    assert far.a[-1] - far.a[0] > raw.a[-1] - raw.a[0]


def test_a_window_is_of_one_picture() -> None:
    raw, standard = SCALE.panels
    result = run(replace(SCALE, panels=(replace(raw, window=(-1.0, 2.0, 0.0, 1.0)), standard), optimizers=()))
    assert [result.panels[0].a[0], result.panels[0].a[-1], result.panels[0].b[0], result.panels[0].b[-1]] == [-1, 2, 0, 1]
    np.testing.assert_array_equal(result.panels[1].a, run(replace(SCALE, optimizers=())).panels[1].a)


PIXEL = (0.01, 0.02)


@pytest.mark.parametrize("panel", [0, 1])
def test_a_click_is_kept_to_a_quarter_of_a_pixel_and_with_few_digits(panel: int) -> None:
    rng, drawn = np.random.default_rng(panel), run(replace(SCALE, optimizers=())).panels[panel]
    for _ in range(10):
        at = (float(rng.normal()), float(rng.normal()))
        moved = done(SCALE, drawn, Act("start", panel, at, PIXEL, False, 1))
        assert moved.start is not None
        landed = started(problem_of(SCALE, SCALE.panels[panel]), moved.start)[1]
        assert np.all(np.abs(landed[:2] - at) <= 0.25 * np.array(PIXEL))
        assert all(len(repr(value)) <= 9 for value in moved.start)


def test_a_window_is_taken_and_given_back() -> None:
    raw, standard = run(replace(SCALE, optimizers=())).panels
    zoomed = done(SCALE, standard, Act("window", 1, (-1.23456789, 2.0, 0.0, 1.0), None, False, 1))
    assert zoomed.panels[1].window == pytest.approx((-1.23456789, 2.0, 0.0, 1.0), abs=1e-4)
    assert len(repr(zoomed.panels[1].window)) < 40
    deep = done(SCALE, standard, Act("window", 1, (1.7756, 1.7756 + 1e-6, 0.5, 0.5 + 1e-6), None, False, 1)).panels[1].window
    assert deep is not None
    assert deep[1] - deep[0] == pytest.approx(1e-6, rel=1e-3)
    assert done(SCALE, standard, Act("window", 1, (1.7756, 1.7756 + 1e-12, 0.5, 0.6), None, False, 1)) == SCALE
    assert zoomed.panels[0].window is None
    assert done(zoomed, standard, Act("window", 1, None, None, False, 2)) == SCALE
    assert done(zoomed, standard, Act("fit", 1, None, None, False, 2)) == SCALE, "the window of the beginning holds everything"
    assert done(replace(SCALE, window=(-1.0, 1.0, -1.0, 1.0)), raw, Act("window", 0, None, None, False, 1)).window is None


CLOSE = Panel(window=(-1.0, 1.0, -1.0, 1.0))
LEAVING = {
    "a walk that leaves": replace(SCALE, mode="same", optimizers=(pick("momentum", momentum=0.99, rate=0.01),), steps=400),
    "minima far from the window": Experiment(
        surface=pick("himmelblau"), panels=(CLOSE,), steps=50, mode="same", optimizers=(pick("gradient_descent", rate=0.01),)
    ),
}


@pytest.mark.parametrize("name", LEAVING)
@pytest.mark.parametrize("aspect", ["equal", "free"])
def test_fit_holds_walks_and_minima(name: str, aspect: str) -> None:
    experiment = replace(LEAVING[name], aspect=aspect)
    before = run(experiment).panels[0]
    fitted = done(experiment, before, Act("fit", 0, None, None, False, 1))
    after = run(fitted).panels[0]
    left, right, bottom, top = after.a[0], after.a[-1], after.b[0], after.b[-1]
    points = [after.walks[0].points.path[:, :2]]
    if after.problem.source is None:
        minima = after.problem.surface.minima(after.problem.structure, {})
        assert minima is not None
        points.append(np.array(minima.points))
    for found in points:
        assert np.all((found >= [left, bottom]) & (found <= [right, top]))
    if aspect == "equal":
        assert right - left == pytest.approx(top - bottom, rel=1e-4)
    drawn = plane_board(fitted, judged_run(fitted), ViewState())
    assert drawn["panels"][0]["fitted"]


GOOD: dict[str, object] = {"kind": "start", "panel": 1, "at": [0.5, 2], "pixel": [0.1, 0.1], "moving": True, "turn": 3}


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({}, Act("start", 1, (0.5, 2.0), (0.1, 0.1), True, 3)),
        ({"pixel": None}, Act("start", 1, (0.5, 2.0), None, True, 3)),
        ({"kind": "fit", "at": None}, Act("fit", 1, None, (0.1, 0.1), True, 3)),
        ({"kind": "window", "at": None}, Act("window", 1, None, (0.1, 0.1), True, 3)),
        ({"kind": "window", "at": [0, 1, 2, 3]}, Act("window", 1, (0.0, 1.0, 2.0, 3.0), (0.1, 0.1), True, 3)),
        ({"kind": "explode"}, None),
        ({"panel": 3}, None),
        ({"panel": "1"}, None),
        ({"at": [0.5]}, None),
        ({"at": [0.5, math.nan]}, None),
        ({"at": [0.5, "x"]}, None),
        ({"turn": None}, None),
    ],
)
def test_what_the_browser_says_is_read_with_care(change: Mapping[str, object], read: Act | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"board": {"act": {**GOOD, **change}}})
    assert board_act("board") == read


# pictures ahead of the hand


def scene(experiment: Experiment) -> Scene:
    return Scene("scale", SCALE, experiment, ViewState())


def test_a_picture_ahead_is_what_run_gives_for_its_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "SLOW", 60.0)  # on a busy machine a picture is left out that takes too long
    rests = stops(0.1, 100.0, [1.0, 10.0], log=True)
    film = prefetch.slid(lambda experiment, value: replace(experiment, scale2=value), rests)
    run(SCALE)  # as the page has, before anybody can drag: the programs are compiled
    for i in (0, 17, 50, len(rests) - 1):
        picture = film.picture(scene(SCALE), i)
        assert picture is not None
        result = run(replace(SCALE, scale2=rests[i]))
        panels = picture["panels"]
        assert isinstance(panels, list)
        for drawn, panel in zip(panels, result.panels, strict=True):
            assert [walk["settled"] for walk in drawn["walks"]] == [walk.settled for walk in panel.walks]
            height = drawn["contour"]["data"][0]["z"]
            assert isinstance(height, Derived)
            assert height.of.dtype == np.uint16
            lowest = panel.fit.loss
            assert lowest is not None
            assert panel.goal is not None
            exact = np.log10(np.maximum(panel.grid - min(lowest, panel.grid.min()), panel.goal / 3))
            np.testing.assert_allclose(height.value(), exact, atol=2e-4)
    assert film.picture(scene(SCALE), len(rests)) is None


def test_a_film_is_another_one_where_anything_but_its_own_value_changes() -> None:
    film = prefetch.slid(lambda experiment, value: replace(experiment, scale2=value), stops(0.1, 100.0))
    assert film.depends(scene(SCALE)) == film.depends(scene(replace(SCALE, scale2=3.0)))
    for other in (replace(SCALE, scale1=2.0), replace(SCALE, start=(1.0, 1.0)), replace(SCALE, levels="rank"), ADAPTIVE):
        assert film.depends(scene(SCALE)) != film.depends(scene(other))


@pytest.mark.parametrize(("low", "high", "log"), [(0.1, 100.0, True), (-0.99, 0.99, False), (1e-4, 10.0, True), (0.0, 1.0, False)])
def test_stops_are_hundredths_of_the_track(low: float, high: float, log: bool) -> None:
    rests = np.array(stops(low, high, [], log=log))
    place = np.log(rests / low) / np.log(high / low) if log else (rests - low) / (high - low)
    assert len(rests) == 101
    np.testing.assert_allclose(place, np.linspace(0, 1, 101), atol=2e-3)
    assert (rests[0], rests[-1]) == (low, high)
    assert all(len(f"{value:.12g}".lstrip("-0.").replace(".", "")) <= 4 for value in rests)


def test_stops_of_counts_are_whole_and_ticks_are_stops() -> None:
    assert stops(0, 20, integer=True) == tuple(float(i) for i in range(21))
    assert 0.333 in stops(0.0, 1.0, [0.333, 7.0])
    assert 7.0 not in stops(0.0, 1.0, [0.333, 7.0])


# the flip-book


def of_batches(bias: str) -> Experiment:
    return replace(BATCHES, surface=pick("linear", bias=bias), batch=16, window=(-1.0, 3.0, -2.0, 2.0), resolution=9, steps=60)


@pytest.mark.parametrize("bias", ["fixed", "trained", "axis"])
def test_the_batches_of_an_epoch_are_all_rows(bias: str) -> None:
    """Mean of the batches' losses, weighted by their rows: the loss of all rows, at every point of the picture."""
    experiment = of_batches(bias)
    panel = run(experiment).panels[0]
    assert panel.prepared is not None
    n = panel.prepared.n
    sizes = [min(16, n - first) for first in range(0, n, 16)]
    for epoch in (0, 2):
        pages = [batch_landscape(experiment, panel, epoch * len(sizes) + k) for k in range(len(sizes))]
        np.testing.assert_allclose(sum(size / n * page for size, page in zip(sizes, pages, strict=True)), panel.grid, rtol=1e-11)
        assert np.abs(pages[0] - panel.grid).max() > 0.01 * panel.grid.max(), "one batch alone is another landscape"


def test_a_page_of_the_flip_book_is_the_landscape_that_its_update_went_by() -> None:
    """Its slope at the walk's point, from three points of the page (a quadratic: exact), is the gradient that the update took."""
    experiment = replace(of_batches("best"), optimizers=(pick("gradient_descent", rate=0.05),), mode="same")
    panel = run(experiment).panels[0]
    (walked,) = panel.walks
    for t in (0, 1, 7, 33):
        x, y = walked.points.path[list(walked.points.update).index(t), :2]
        near = panel._replace(a=np.array([x - 0.5, x, x + 0.5]), b=np.array([y - 0.5, y, y + 0.5]))
        page = batch_landscape(experiment, near, t)
        slope = (page[1, 2] - page[1, 0], page[2, 1] - page[0, 1])
        np.testing.assert_allclose(slope, walked.points.gradient[list(walked.points.update).index(t)], rtol=1e-8, atol=1e-10)


# bytes


def sent(experiment: Experiment, shown: ViewState, moving: bool) -> int:
    """Bytes of everything that a board is sent."""
    data = plane_board(experiment, judged_run(experiment, moving=moving), shown, moving=moving)
    apart = ("contour", "cloud", "surface", "walks")
    parcels = [{key: panel[key] for key in apart} for panel in data["panels"]]  # type: ignore[literal-required]
    rest = [{key: value for key, value in panel.items() if key not in apart} for panel in data["panels"]]
    return sum(len(pack(parcel)) for parcel in parcels) + len(pack({**data, "panels": rest}))


FULL = replace(
    ADAPTIVE,
    panels=(Panel(), Panel(features=pick("standardize")), Panel(features=pick("whiten_zca"))),
    optimizers=(pick("gradient_descent"), pick("momentum"), pick("rmsprop"), pick("adam")),
    mode="same",
    steps=20_000,
)


@pytest.mark.parametrize("moving", [False, True])
def test_three_pictures_with_four_walks_and_curves_are_at_most_200_kB(moving: bool) -> None:
    assert sent(FULL, ViewState(curves="on"), moving) <= (130_000 if moving else 190_000), "the rest of a page needs some, too"


def test_a_walk_that_moves_has_few_points_and_all_its_excursions() -> None:
    experiment = replace(FULL, panels=FULL.panels[:1], optimizers=(pick("momentum", momentum=0.99, rate=0.005),))
    judged = judged_run(experiment, moving=True)
    (walk,) = plane_board(experiment, judged, ViewState(), moving=True)["panels"][0]["walks"]
    whole = judged.result.panels[0].walks[0]
    path = walk["path"]
    assert isinstance(path, Derived)
    drawn = path.value().reshape(-1, 2)
    assert len(drawn) <= MOVING * 1.05
    np.testing.assert_allclose(drawn.min(axis=0), whole.points.path.min(axis=0), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(drawn.max(axis=0), whole.points.path.max(axis=0), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(drawn[-1], whole.points.path[-1], rtol=1e-6, atol=1e-7)
