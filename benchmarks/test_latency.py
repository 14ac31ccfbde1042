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
from experiment import FRACTION, Experiment, Panel
from lessons.scenes import SCALE, WORKBENCH
from settings import pick
from tests.browser.slow_line import slow_line
from views import address
from views.shown import Shown

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
    def board(self, scene: Experiment, slider: str, *, shown: Shown | None = None, at: str = "") -> Iterator[AtBoard]:
        """A page of the app that shows this scene, drawn and at rest, a few changes after its first picture."""
        page, opening = ("", SCALE) if slider != WALLS else ("workbench", WORKBENCH)
        shown = shown or Shown()
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


def beside_empty(place: Place, visitor: AtBoard) -> tuple[float, float]:
    """How many times as long as on the empty page the contours take, and the surface: medians of changes in turns."""
    empty = Empty(place.browser, place.empty)
    for _ in range(WARM):
        empty.change()
    times = [(empty.change(), *visitor.change()) for _ in range(CHANGES)]
    empty.close()
    floor, contours, surface = (median(column) for column in zip(*times, strict=True))
    print(f"floor {floor:.1f} ms, contours {contours:.1f} ms, surface {surface:.1f} ms")
    return contours / floor, surface / floor


def test_one_contour(place: Place, table: Table) -> None:
    with place.board(ONE, WALLS) as visitor:
        ratio, _ = beside_empty(place, visitor)
    table.time(lambda: None)
    table.add(Row("one contour, 150×150, from key to painted", EMPTY, ratio, 2, True))


def test_three_contours(place: Place, table: Table) -> None:
    with place.board(THREE, CORRELATION) as visitor:
        ratio, _ = beside_empty(place, visitor)
    table.time(lambda: None)
    table.add(Row("three contours, four paths each, from key to painted", EMPTY, ratio, 3, True))


def test_surface(place: Place, table: Table) -> None:
    with place.board(ONE, WALLS, shown=Shown(view="surface")) as visitor:
        contours, surface = beside_empty(place, visitor)
    table.time(lambda: None)
    table.add(Row("one contour, 150×150, with its 3-D surface on show: the contour", EMPTY, contours, 2, True))
    table.add(Row("one contour, 150×150, with its 3-D surface on show: the surface", EMPTY, surface, 8, True))


def test_bytes(place: Place, table: Table) -> None:
    with place.board(THREE, CORRELATION, shown=Shown(curves="on")) as visitor:
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


def back_and_forth(change: Callable[[str], object], count: int) -> None:
    for i in range(count):
        change("ArrowRight" if i // 40 % 2 == 0 else "ArrowLeft")


@pytest.mark.timeout(1800)
def test_nothing_grows(place: Place, table: Table) -> None:
    """500 changes of a page with everything on it. The first hundred fill what is kept on purpose."""
    with place.board(THREE, CORRELATION, shown=Shown(view="surface", curves="on")) as visitor:
        holdings = Holdings(visitor, place.process)
        back_and_forth(visitor.change, 100)
        before = holdings.now()
        back_and_forth(visitor.change, 500)
        after = holdings.now()
    print(before, after)
    table.time(lambda: None)
    most = {"DOM nodes": 50.0, "WebGL contexts": 0.0, "MB of JavaScript heap": 1.0, "MB of the server": 10.0}
    for name, aim in most.items():
        table.add(Row("500 changes of three panels with paths, curves and 3-D", "none at all", after[name] - before[name], aim, True, name))
