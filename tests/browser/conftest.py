"""A real browser against a real server: `visit("/hidden")` opens an address, `page` fails on any console error.

Compiling the scripts of a page takes a tab most of its time, so the tests of a process share one, emptied between them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, ViewportSize, expect, sync_playwright  # noqa: E402

from tests.browser.helpers import drawn  # noqa: E402
from tests.browser.servers import Servers  # noqa: E402

Serve = Callable[..., str]
Visit = Callable[[str], None]
WINDOW: ViewportSize = {"width": 1280, "height": 800}


def chromium() -> str | None:
    """The browser to test with: $CHROMIUM, else one on the PATH, else None for Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """`serve("app.py", OPTION="value")` is the address of a server of that script. The workers of pytest-xdist share it."""
    own = tmp_path_factory.getbasetemp()
    servers = Servers(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    yield servers.address
    servers.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    try:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
    except Error as error:
        pytest.fail(f"there is no browser to test with (make test brings one): {error}")
    expect.set_options(timeout=30_000)  # a first page on a busy machine takes its time
    yield opened
    opened.close()


def is_error(message: ConsoleMessage) -> bool:
    """An error on the console, except those that Streamlit writes itself: at /hidden it first asks whether the app lives below /hidden."""
    own = ("/_stcore/health", "/_stcore/host-config")
    return message.type == "error" and not str(message.location.get("url", "")).endswith(own)


def text_of(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url')})"


class Tab:
    """A page that tests use one after another, in a profile of its own, and what it has reported."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.open()

    def open(self) -> None:
        self.context = self.browser.new_context(viewport=WINDOW, locale="en-US")
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.errors: list[str] = []
        self.page.on("console", lambda message: self.errors.append(text_of(message)) if is_error(message) else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    @contextmanager
    def lent(self, viewport: ViewportSize = WINDOW, **media: Any) -> Iterator[Page]:  # noqa: ANN401  (what Playwright takes)
        """The page for one test, with a window of this size and these media features. It must report no error meanwhile."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference", **media})
        self.errors.clear()
        yield self.page
        errors = list(self.errors)
        try:
            self.empty()
        except Error:  # it hangs or has crashed
            self.context.close()
            self.open()
        assert not errors, "the page reported errors:\n" + "\n".join(errors)

    def empty(self) -> None:
        """As a new one, but for the compiled scripts: nothing is shown, stored or redirected, and the mouse rests in the corner."""
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self.page.unroute_all()
        with suppress(Error):  # an empty page stores nothing
            self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.context.clear_cookies()
        self.page.goto("about:blank")
        self.page.mouse.up()
        self.page.mouse.move(0, 0)


@pytest.fixture(scope="session")
def shared_tab(browser: Browser) -> Iterator[Tab]:
    tab = Tab(browser)
    yield tab
    tab.context.close()


@pytest.fixture
def page(shared_tab: Tab, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page, 1280 × 800. `@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)` sets its options.

    The test fails if the page wrote an error to the console or raised one.
    """
    with shared_tab.lent(**getattr(request, "param", {})) as page:
        yield page


@pytest.fixture
def fresh_page(browser: Browser) -> Iterator[Page]:
    """A page in a tab of its own, for what cannot be taken back: a script that runs before the page's."""
    tab = Tab(browser)
    with tab.lent() as page:
        yield page
    tab.context.close()


@pytest.fixture
def script() -> str:
    """What `visit` opens. A module may name another."""
    return "app.py"


@pytest.fixture
def visit(serve: Serve, script: str, page: Page) -> Visit:
    """`visit("/hidden?v=1")` opens an address and waits until its pictures are drawn and nothing is computed any more."""

    def go(path: str) -> None:
        page.goto(f"{serve(script)}{path}")
        drawn(page)

    return go
