"""What the tests of the browser wait for, and what they read off a page."""

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Locator, Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
# Small trainings that all tests share, so that the server compiles their networks once.
DEEP = "/deep?data=moons&data.samples=60&depth=2&width=4&steps=40&batch=16&resolution=25&v=1"
CLASSIFIER = "/classifier?data=moons&data.samples=60&depth=1&width=4&steps=40&resolution=25&v=1"


def in_the_long_tests(*values: str) -> list[ParameterSet]:
    """As parameters of a test: cases that `make test` leaves to `make test-long`."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


# ------------------------------------------------------------------------------------------------------------- what is waited for


def settle(page: Page) -> None:
    """No script runs any more on the server."""
    expect(page.locator("[data-test-script-state]")).to_have_attribute("data-test-script-state", "notRunning", timeout=120_000)


def drawn(page: Page) -> None:
    """The first picture is there, a board or a chart, and nothing is being computed any more."""
    expect(page.locator(".esl-board, .esl-chart").first).to_have_attribute("data-drawn", re.compile(r"\d"), timeout=60_000)
    expect(page.get_by_text("Computing:")).to_have_count(0, timeout=120_000)
    settle(page)


def becomes(page: Page, read: Callable[[], object], expected: object, seconds: float = 30) -> None:
    """Reads again and again until it is what is expected."""
    deadline = time.monotonic() + seconds
    while read() != expected and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert read() == expected


def at_rest(page: Page, read: Callable[[], object], seconds: float = 1) -> object:
    """Reads again and again until that gave the same for so long, and gives it."""
    value, since = read(), time.monotonic()
    while time.monotonic() - since < seconds:
        page.wait_for_timeout(100)
        if (now := read()) != value:
            value, since = now, time.monotonic()
    return value


def address_is(page: Page, **expected: str) -> None:
    """The address is written last: waits until its query is this."""
    becomes(page, lambda: query(page), expected)


# The text of every picture that can be seen has the color of the page's text, and every picture the size of its place.
_LAID_OUT = """dark => {
    const page = getComputedStyle(document.querySelector(".stApp"));
    const probe = document.body.appendChild(document.createElement("i"));
    const resolved = (color) => (probe.style.color = color, getComputedStyle(probe).color);
    const pictures = [...document.querySelectorAll(".esl-plotly")].filter((e) => e._fullLayout && e.checkVisibility());
    const fits = (e) => Math.abs(e._fullLayout.width - e.clientWidth) <= 1;
    const scheme = dark ? "dark" : "light";
    const done = page.colorScheme === scheme && pictures.every((e) => fits(e) && resolved(e._fullLayout.font.color) === page.color);
    probe.remove();
    return done;
}"""


def change_window(page: Page, width: int, height: int, dark: bool = False) -> None:
    """In place: a window of another size or color scheme. Waits until every picture follows."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function(_LAID_OUT, arg=dark)
    settle(page)


# ----------------------------------------------------------------------------------------------------------------- what is read


def query(page: Page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def numbers(page: Page) -> list[str]:
    """The big numbers under the pictures."""
    return page.locator(".esl-number").all_inner_texts()


def contour(page: Page, panel: int) -> Locator:
    return page.locator(".esl-panel").nth(panel).locator(".esl-contour")


def box(element: Locator) -> tuple[float, float, float, float]:
    """Its left, top, width and height."""
    bounds = element.bounding_box()
    assert bounds
    return bounds["x"], bounds["y"], bounds["width"], bounds["height"]


def at_pixel(page: Page, panel: int, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The point of the axes under a pixel of the picture, and how much of them a pixel is; by Plotly's own numbers."""
    point, pixel = (
        contour(page, panel)
        .locator(".esl-plotly")
        .evaluate(
            """(node, [x, y]) => {
            const { xaxis, yaxis } = node._fullLayout;
            return [[xaxis.p2d(x - xaxis._offset), yaxis.p2d(y - yaxis._offset)],
                    [(xaxis.range[1] - xaxis.range[0]) / xaxis._length, (yaxis.range[1] - yaxis.range[0]) / yaxis._length]];
        }""",
            [x, y],
        )
    )
    return (point[0], point[1]), (pixel[0], pixel[1])


def requested_start(page: Page) -> tuple[float, float]:
    """The start in the address, as soon as it is there."""
    page.wait_for_url(re.compile(r"[?&]start="))
    first, second = (float(value) for value in query(page)["start"].split(","))
    return first, second
