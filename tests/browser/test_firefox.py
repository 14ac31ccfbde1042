"""The app in Firefox: pictures, the slider in its shadow root, the player. Everything else is asked in Chromium (test_app.py).

All of it is for `make test-long`.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.browser.conftest import Serve, Visit
from tests.browser.firefox import Firefox, Tab, opened

pytestmark = pytest.mark.long

ARROW_RIGHT = "\ue014"
UNIT = "input[type=range][aria-label^='unit of x₂']"
LEFT, RIGHT = ".esl-panel:nth-child(1) .esl-contour", ".esl-panel:nth-child(2) .esl-contour"
COUNTS = 'all(".esl-number").map((e) => e.textContent)'
UPDATE = 'all(".esl-update")[0].textContent'
DRAWN = 'Number(all(".esl-board")[0].dataset.drawn)'
SETTLED = 'all("[data-test-script-state]")[0].dataset.testScriptState === "notRunning"'


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with opened() as browser:
        yield browser


@pytest.fixture
def tab(firefox: Firefox) -> Iterator[Tab]:
    with firefox.tab() as page:
        yield page


@pytest.fixture
def visit(serve: Serve, tab: Tab) -> Visit:
    """Opens an address of the app, and waits for its pictures."""

    def go(path: str) -> None:
        tab.go(f"{serve('app.py')}{path}")
        tab.until(f"{DRAWN} >= 1 && {SETTLED}")
        assert tab.evaluate('all(".esl-contour").every((e) => e.querySelectorAll(".contourlayer path").length > 5)')

    return go


def test_an_arrow_key_on_the_unit_moves_only_the_left_picture(visit: Visit, tab: Tab) -> None:
    visit("/")
    assert tab.evaluate(COUNTS) == ["31", "1"]
    drawn, before = tab.evaluate(DRAWN), [tab.pixels(LEFT), tab.pixels(RIGHT)]
    tab.key(UNIT, ARROW_RIGHT)
    tab.until('new URLSearchParams(location.search).get("scale2") > 10')
    tab.until(f"{COUNTS}[0] > 32 && {DRAWN} > {drawn} && {SETTLED}")
    after = [tab.pixels(LEFT), tab.pixels(RIGHT)]
    left, right = (np.mean(np.abs(new - old).max(axis=2) > 40) for old, new in zip(before, after, strict=True))
    assert left > 1e-3 > right


def test_play_counts_up_to_where_each_walk_arrives(visit: Visit, tab: Tab) -> None:
    visit("/")
    last = tab.evaluate(UPDATE)

    def at_speed(times: float) -> None:
        tab.evaluate(f'all(".esl-speed").map((e) => {{ e.value = "{times}"; e.dispatchEvent(new Event("change")); }})')

    at_speed(0.25)  # slowly, so that a busy machine does not miss it
    tab.click(".esl-play")
    tab.until(f"{UPDATE} !== {last!r} && {COUNTS}[0] < 32")
    early = tab.evaluate(f"Number({COUNTS}[0])")
    tab.until(f"{COUNTS}[0] > {early}")
    at_speed(4)
    tab.until(f'{UPDATE} === {last!r} && {COUNTS}.join() === "32,2"')


@pytest.mark.parametrize("path", ["/hidden", "/optimizers", "/workbench", "/deep?depth=2&width=4&steps=12&v=1"])
def test_every_other_page_opens(visit: Visit, tab: Tab, path: str) -> None:
    visit(path)
    assert tab.evaluate("""all("[data-testid='stException'], [data-testid='stAlert']").length""") == 0


def test_the_surface_or_why_there_is_none(visit: Visit, tab: Tab) -> None:
    visit("/?view=surface")
    if tab.evaluate('document.createElement("canvas").getContext("webgl") !== null'):
        tab.until('all(".esl-board .gl-container canvas")[0].checkVisibility()')
    else:
        tab.until('all(".esl-note")[0].textContent.includes("WebGL") && all(".esl-note")[0].checkVisibility()')
        assert tab.evaluate(f'all("{LEFT}")[0].checkVisibility()')
