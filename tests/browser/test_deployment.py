"""Where the app is put: behind a path prefix, as a proxy gives it one, in a room without the internet, in a folder nobody may write to."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, Request, Route, WebSocket, expect

from tests.browser import helpers
from tests.browser.conftest import Serve
from tests.browser.helpers import DEEP, in_the_long_tests, settle
from tests.browser.servers import ROOT

# One page of each kind; the others, which are drawn by the same scripts, in make test-long.
PATHS = ("/", "/?view=surface", "/masks", DEEP)
OTHERS = ("/hidden", "/optimizers", "/workbench", "/loss")


def drawn(page: Page) -> None:
    """Every picture on the page was drawn by Plotly."""
    helpers.drawn(page)
    expect(
        page.locator(":is(.esl-surface .gl-container canvas, .esl-contour .main-svg, .esl-lines .main-svg):visible").first
    ).to_be_visible()


@contextmanager
def listening(page: Page, event: Literal["request", "websocket"], listener: Callable[[Any], None]) -> Iterator[None]:
    page.on(event, listener)
    yield
    page.remove_listener(event, listener)


@pytest.mark.parametrize("path", ["/", "/hidden", *in_the_long_tests("/optimizers", "/workbench", DEEP)])
def test_behind_a_path_prefix(serve: Serve, page: Page, path: str) -> None:
    """The pictures appear, links stay below the prefix, and nothing is asked for beside it."""
    address = serve("app.py", STREAMLIT_SERVER_BASE_URL_PATH="lab")
    outside: list[str] = []

    def watch(request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(f"{address}/"):
            outside.append(request.url)

    assert address.endswith("/lab")
    with listening(page, "request", watch):
        page.goto(address + path)
        drawn(page)
        page.get_by_role("link", name="Scale", exact=True).click()
        expect(page.get_by_role("heading", name="Same 150 flowers")).to_be_visible()
        assert urlsplit(page.url).path in ("/lab/", "/lab/scale")
        drawn(page)
    assert not outside, f"asked for outside the prefix: {outside}"


@pytest.mark.parametrize("path", [*PATHS, *in_the_long_tests(*OTHERS)])
def test_without_the_internet(serve: Serve, page: Page, path: str) -> None:
    """Everything that a page needs comes from the app itself; nothing else is even asked for."""
    address, elsewhere = serve("app.py"), []

    def gate(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def watch(socket: WebSocket) -> None:
        if urlsplit(socket.url).netloc != urlsplit(address).netloc:
            elsewhere.append(socket.url)

    page.route("**/*", gate)
    with listening(page, "websocket", watch):
        page.goto(address + path)
        drawn(page)
        fold = page.locator("summary", has_text="All controls")
        if fold.count():
            fold.click()
            part = "Network" if path.startswith("/deep") else "Model and loss"
            expect(page.get_by_role("radio", name=part, exact=True)).to_be_visible()
            settle(page)
    assert not elsewhere, f"asked for elsewhere: {elsewhere}"


def test_in_a_folder_that_nobody_may_write_to(serve: Serve, page: Page, tmp_path: Path) -> None:
    """The pictures appear, and the checkout is as it was."""
    checkout = tmp_path / "checkout"
    aside = shutil.ignore_patterns(".venv", ".git", "node_modules", "__pycache__", ".*_cache", ".cache", "tests", "docs", "static")
    shutil.copytree(ROOT, checkout, ignore=aside)
    before = sorted(checkout.rglob("*"))
    for path in (checkout, *before):
        path.chmod(path.stat().st_mode & ~0o222)  # which root is not held to: so it is looked at what was written, too
    try:
        # Compiled programs are kept beside the code, and by JAX only where it may write: here they come from those of the other tests.
        programs = os.environ.get("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
        page.goto(serve(checkout / "app.py", PYTHONDONTWRITEBYTECODE="1", JAX_COMPILATION_CACHE_DIR=programs))
        drawn(page)
        assert sorted(checkout.rglob("*")) == before
    finally:
        for path in (checkout, *before):
            path.chmod(path.stat().st_mode | 0o200)
