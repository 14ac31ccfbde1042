"""A real browser against a real server: `serve(script)` starts an app and gives its address, `page` fails on any console error."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

playwright_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, expect, sync_playwright  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[..., str]


def chromium() -> str | None:
    """The browser to test with: $CHROMIUM, else one on the PATH, else None for Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """`serve("app.py", OPTION="value")` runs the script (relative to the repository) once a session and returns its address.

    Keywords are added to the environment. What the server wrote is shown when it fails to start.
    """
    running: dict[tuple[object, ...], str] = {}
    servers: list[subprocess.Popen[bytes]] = []

    def start(script: str | Path, **environment: str) -> str:
        asked = (str(script), *sorted(environment.items()))
        if asked in running:
            return running[asked]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = (f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none")
        log = tmp_path_factory.mktemp("server") / "log.txt"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(ROOT / script), *options],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        servers.append(server)
        prefix = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
        address = f"http://127.0.0.1:{port}" + (f"/{prefix}" if prefix else "")
        deadline = time.monotonic() + 60
        while True:
            with (
                contextlib.suppress(URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer,
            ):
                if answer.status == 200:
                    break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{script} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        running[asked] = address
        return address

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


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
    yield opened
    opened.close()


def is_error(said: ConsoleMessage) -> bool:
    """An error on the console, except those that Streamlit writes itself: at /hidden it first asks whether the app lives below /hidden."""
    own = ("/_stcore/health", "/_stcore/host-config")
    return said.type == "error" and not str(said.location.get("url", "")).endswith(own)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, 1280 × 800. `@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)` sets its options.

    The test fails if the page wrote an error to the console or raised one.
    """
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **getattr(request, "param", {})}
    context = browser.new_context(**options)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)  # a first page on a busy machine takes its time
    errors: list[str] = []
    opened.on("console", lambda said: errors.append(f"{said.text} ({said.location.get('url')})") if is_error(said) else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, "the page reported errors:\n" + "\n".join(errors)
