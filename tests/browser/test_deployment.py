"""Where the app is put: behind a path prefix, as a proxy gives it one, and in a room without the internet."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, Route, expect

from tests.browser.test_components import settle

PATHS = ("/", "/hidden", "/optimizers", "/workbench", "/?view=surface", "/loss", "/masks", "/deep?depth=2&width=4&steps=12&v=1")


def drawn(page: Page) -> None:
    """Every picture on the page was drawn by Plotly."""
    expect(page.locator(".esl-board, .esl-chart").first).to_have_attribute("data-drawn", re.compile(r"\d"), timeout=60_000)
    settle(page)
    expect(
        page.locator(":is(.esl-surface .gl-container canvas, .esl-contour .main-svg, .esl-lines .main-svg):visible").first
    ).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/optimizers", "/hidden", "/workbench", "/deep?depth=2&width=4&steps=12&v=1"])
def test_behind_a_path_prefix(serve: Callable[..., str], page: Page, path: str) -> None:
    """The pictures appear, links stay below the prefix, and nothing is asked for beside it."""
    address = serve("app.py", STREAMLIT_SERVER_BASE_URL_PATH="lab")
    outside: list[str] = []

    def watch(url: str) -> None:
        if url.startswith("http") and not url.startswith(f"{address}/"):
            outside.append(url)

    assert address.endswith("/lab")
    page.on("request", lambda request: watch(request.url))
    page.goto(address + path)
    drawn(page)
    page.get_by_role("link", name="Scale", exact=True).click()
    expect(page.get_by_role("heading", name="Same 150 flowers")).to_be_visible()
    assert urlsplit(page.url).path in ("/lab/", "/lab/scale")
    drawn(page)
    assert not outside, f"asked for outside the prefix: {outside}"


@pytest.mark.parametrize("path", PATHS)
def test_without_the_internet(serve: Callable[..., str], page: Page, path: str) -> None:
    """Everything that a page needs comes from the app itself; nothing else is even asked for."""
    address, elsewhere = serve("app.py"), []

    def gate(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    page.route("**/*", gate)
    page.on("websocket", lambda socket: elsewhere.append(socket.url) if urlsplit(socket.url).netloc != urlsplit(address).netloc else None)
    page.goto(address + path)
    drawn(page)
    fold = page.locator("summary", has_text="All controls")
    if fold.count():
        fold.click()
        part = "Network" if path.startswith("/deep") else "Model and loss"
        expect(page.get_by_role("radio", name=part, exact=True)).to_be_visible()
        settle(page)
    assert not elsewhere, f"asked for elsewhere: {elsewhere}"
