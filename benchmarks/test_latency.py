"""The live picture: how long a change takes to be painted, what it sends, whether anything grows, and how smoothly it follows a hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from statistics import median

import pytest

from benchmarks.conftest import Row, Table
from benchmarks.visitor import server, until_listening

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser

from benchmarks.browser import AtBoard, Empty, Holdings, browsing, query
from core import address
from core.settings import pick
from labs.plane.setup import FRACTION, Experiment, Panel
from lessons.scenes import SCALE, WORKBENCH
from tests.browser.slow_line import slow_line
from views.view_state import ViewState

CHANGES = 20
WARM = 5  # changes before the first that counts
EMPTY = "an empty page with one slider"

FOUR = tuple(pick(name) for name in ("gradient_descent", "momentum", "rmsprop", "adam"))
ONE = replace(WORKBENCH, surface=pick("rosenbrock"), optimizers=(pick("gradient_descent", rate=0.001),), resolution=150)
# Where the correlation changes, so do all three pictures.
THREE = replace(
    SCALE,
    data=pick("correlated_pair"),
    panels=(Panel(), Panel(features=pick("standardize")), Panel(features=pick("min_max"))),
    optimizers=FOUR,
    mode=FRACTION,
    steps=300,
)
WITH_PATHS = replace(SCALE, panels=(Panel(),), optimizers=FOUR, mode=FRACTION, steps=300)
CORRELATION, UNIT, WALLS = "correlation ρ of x₁ and x₂", "unit of x₂", "steepness of the walls"


@dataclass(frozen=True)
class Place:
    """The app on its server, the empty page on another, and the browser that looks at both."""

    browser: Browser
    app: str
    empty: str
    process: int

    @contextmanager
    def board(self, scene: Experiment, slider: str, *, shown: ViewState | None = None, at: str = "") -> Iterator[AtBoard]:
        """A page of the app that shows this scene, drawn and at rest, a few changes after its first picture."""
        page, opening = ("", SCALE) if slider != WALLS else ("workbench", WORKBENCH)
        shown = shown or ViewState()
        where = query(at or self.app, page, address.write(scene, shown, opening))
        visitor = AtBoard(self.browser, where, slider, deep=shown.view == "surface")
        try:
            for _ in range(WARM):
                visitor.change()
            yield visitor
        finally:
            visitor.close()


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        running, port = stack.enter_context(server({}))
        _, other = stack.enter_context(server({}, "benchmarks/empty_app.py"))
        for each in (port, other):
            until_listening(each)
        yield Place(stack.enter_context(browsing()), f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other}", running.pid)


def beside_empty(place: Place, *ways: Callable[[], tuple[float, ...]]) -> list[float]:
    """How many times as long as on the empty page it takes, for each time that each way gives: medians of changes in turns."""
    empty = Empty(place.browser, place.empty)
    for _ in range(WARM):
        empty.change()
    times = [(empty.change(), *(time for way in ways for time in way())) for _ in range(CHANGES)]
    empty.close()
    floor, *others = (median(column) for column in zip(*times, strict=True))
    print(f"\nmilliseconds: {floor:.1f} on the empty page;", ", ".join(f"{other:.1f}" for other in others))
    return [other / floor for other in others]


def test_one_contour(place: Place, table: Table) -> None:
    with place.board(ONE, WALLS) as visitor:
        ratio, _ = beside_empty(place, visitor.change)
    table.time(lambda: None)
    table.add(Row("one contour, 150×150, from key to painted", EMPTY, ratio, 2, True))


def test_three_contours(place: Place, table: Table) -> None:
    with place.board(THREE, CORRELATION) as visitor:
        ratio, _ = beside_empty(place, visitor.change)
    table.time(lambda: None)
    table.add(Row("three contours, four paths each, from key to painted", EMPTY, ratio, 3, True))


def test_surface(place: Place, table: Table) -> None:
    """It comes after its contour; and while it is due, the next contour does not wait for it."""
    with place.board(ONE, WALLS, shown=ViewState(view="surface")) as visitor:
        contour, surface, again = beside_empty(place, visitor.change, lambda: (visitor.change_again(),))
    table.time(lambda: None)
    work = "one contour, 150×150, with its 3-D surface on show"
    table.add(Row(f"{work}: the contour", EMPTY, contour, 2, True))
    table.add(Row(f"{work}: the surface", EMPTY, surface, 8, True))
    table.add(Row(f"{work}: the contour of a second key, at once after the first's", EMPTY, again, 2, True))


def test_bytes(place: Place, table: Table) -> None:
    with place.board(THREE, CORRELATION, shown=ViewState(curves="on")) as visitor:
        sent = median(visitor.bytes_of_a_change() for _ in range(CHANGES))
    table.time(lambda: None)
    table.add(Row("one change of three panels, 100×100, four paths each and their curves", "on the websocket", sent / 1e3, 200, True, "kB"))


def test_drag(place: Place, table: Table) -> None:
    with place.board(WITH_PATHS, UNIT) as visitor:
        near = visitor.pictures_of_a_drag()
    table.time(lambda: None)
    table.add(Row("a slider dragged, one contour with four paths", "pictures a second", near, 10, False, "/s"))


def test_drag_on_a_slow_line(place: Place, table: Table) -> None:
    with slow_line(place.app, 0.075) as far, place.board(SCALE, UNIT, at=far) as visitor:
        pictures = visitor.pictures_of_a_drag()
    table.time(lambda: None)
    table.add(Row("a slider dragged on the page Scale, 150 ms of round trip", "pictures a second", pictures, 10, False, "/s"))


def test_play(place: Place, table: Table) -> None:
    with place.board(THREE, CORRELATION) as visitor:
        frames = median(visitor.frames_of_play() for _ in range(3))
    table.time(lambda: None)
    table.add(Row("four paths of 300 steps played over three contours each", "frames a second", frames, 50, False, "/s"))


MANY, FIRST = 500, 150  # changes that are counted, and those before, which fill what is kept on purpose
MOST = {"DOM nodes": 50.0, "WebGL contexts": 0.0, "MB of JavaScript heap": 2.0, "MB of the server": 20.0}  # measured to and fro at rest


@pytest.mark.timeout(3600)
def test_nothing_grows(place: Place, table: Table) -> None:
    """A page with everything on it: three panels, four paths each, their curves and one surface."""
    with place.board(THREE, CORRELATION, shown=ViewState(view="surface", curves="on")) as visitor:
        holdings = Holdings(visitor, place.process)
        for _ in range(FIRST):
            visitor.follow()
        before = holdings.now()
        for _ in range(MANY):
            visitor.follow()
        after = holdings.now()
    print("\n", before, "\n", after)
    table.time(lambda: None)
    for name, most in MOST.items():
        work = f"{MANY} changes of three panels with paths, curves and 3-D: more {name.removeprefix('MB of ')}"
        table.add(Row(work, "none at all", after[name] - before[name], most, True, "MB" if name.startswith("MB") else ""))
