"""Firefox, driven over WebDriver BiDi (w3.org/TR/webdriver-bidi). It speaks that by itself: no driver beside it, no build of its own."""

import base64
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from websockets.sync.client import ClientConnection, connect

EVENTS = ("log.entryAdded", "network.responseCompleted", "network.fetchError")
OWN = ("/_stcore/health", "/_stcore/host-config")  # Streamlit first asks whether the app lives below /hidden, see conftest.py
# What would otherwise come from the desktop: the language, and whether anything may move.
PREFERENCES = {"intl.accept_languages": "en-US, en", "intl.locale.requested": "en-US", "ui.prefersReducedMotion": 0}
# `all("css")` also looks into shadow roots, where the components live.
ALL = """const all = (css, root = document) => [...root.querySelectorAll(css),
    ...[...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? all(css, e.shadowRoot) : []))];"""


class Tab:
    """A page."""

    def __init__(self, browser: "Firefox", name: str) -> None:
        self.browser, self.name = browser, name

    def go(self, address: str) -> None:
        self.browser.command("browsingContext.navigate", context=self.name, url=address, wait="interactive")

    def ask(self, expression: str) -> dict[str, Any]:
        source = f"(() => {{ {ALL} return {expression}; }})()"
        answer = self.browser.command("script.evaluate", expression=source, target={"context": self.name}, awaitPromise=False)
        if answer["type"] == "exception":
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['text']}")
        return dict(answer["result"])

    def evaluate(self, expression: str) -> object:
        """The value of a JavaScript expression, in which `all("css")` finds elements."""
        return json.loads(self.ask(f"JSON.stringify(({expression}) ?? null)")["value"])

    def until(self, condition: str, seconds: float = 60) -> None:
        """Waits until the condition holds; as long as its elements are not there, it does not."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"(() => {{ try {{ return Boolean({condition}); }} catch {{ return false; }} }})()"):
            assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
            time.sleep(0.05)

    def element(self, css: str) -> dict[str, str]:
        """The first such element, brought into view, as commands name it."""
        found = self.ask(f'((e) => (e.scrollIntoView({{ block: "center", behavior: "instant" }}), e))(all("{css}")[0])')
        return {"sharedId": found["sharedId"]}

    def click(self, css: str) -> None:
        over = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": self.element(css)}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act(type="pointer", id="mouse", actions=[over, *press])

    def key(self, css: str, key: str) -> None:
        """Presses a key on an element; `key` as WebDriver writes it."""
        self.evaluate(f'all("{css}")[0].focus()')
        self.act(type="key", id="keys", actions=[{"type": kind, "value": key} for kind in ("keyDown", "keyUp")])

    def act(self, **source: object) -> None:
        self.browser.command("input.performActions", context=self.name, actions=[source])

    def pixels(self, css: str) -> np.ndarray:
        """What the first such element shows."""
        clip = {"type": "element", "element": self.element(css)}
        shot = self.browser.command("browsingContext.captureScreenshot", context=self.name, clip=clip)
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB"), dtype=float)


class Firefox:
    """A running browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.turn = socket, 0
        self.errors: dict[object, list[str]] = {}  # a page: its errors
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=EVENTS)

    def command(self, method: str, **parameters: object) -> dict[str, Any]:
        """Sends a command and waits for its answer; what happened before that comes first and is noted."""
        self.turn += 1
        self.socket.send(json.dumps({"id": self.turn, "method": method, "params": parameters}))
        while (said := json.loads(self.socket.recv(timeout=60))).get("id") != self.turn:
            if said["type"] == "event":  # and not the late answer to a command that was interrupted
                self.note(said["method"], said["params"])
        if said["type"] == "error":
            raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
        return dict(said["result"])

    def note(self, event: str, told: dict[str, Any]) -> None:
        """Keeps what a console shows in red: errors of scripts, and what could not be loaded. Aborted is what the page no longer wanted."""
        if event == "log.entryAdded":
            page, wrong = told["source"].get("context"), told["text"] if told["level"] == "error" else ""
        else:
            page, url = told["context"], told["request"]["url"]
            why = told["errorText"] if event == "network.fetchError" else told["response"]["status"]
            fine = why == "NS_BINDING_ABORTED" or (isinstance(why, int) and (why < 400 or url.endswith(OWN)))
            wrong = "" if fine else f"{why} ({url})"
        if wrong:
            self.errors.setdefault(page, []).append(wrong)

    @contextlib.contextmanager
    def tab(self) -> Iterator[Tab]:
        """A fresh page, 1280 × 800, that shares nothing with others. In the end it must not have reported an error."""
        user = self.command("browser.createUserContext")["userContext"]
        name = self.command("browsingContext.create", type="tab", userContext=user)["context"]
        self.command("browsingContext.setViewport", context=name, viewport={"width": 1280, "height": 800})
        yield Tab(self, name)
        self.command("session.status")  # all that was said until here is noted
        errors = self.errors.pop(name, [])
        self.command("browser.removeUserContext", userContext=user)
        assert not errors, "the page reported errors:\n" + "\n".join(errors)


@contextlib.contextmanager
def opened() -> Iterator[Firefox]:
    """Runs $FIREFOX, or one on the PATH, in a home of its own of which nothing is left afterwards. Without any, the test is skipped."""
    program = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("there is no Firefox (Debian: apt install firefox-esr; another one is named by $FIREFOX)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        profile, log = Path(home, "profile"), Path(home, "log.txt")
        profile.mkdir()
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        around = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MOZ_"))}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0", "about:blank"],
                env={**around, "HOME": home, "MOZ_CRASHREPORTER_DISABLE": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, so that its helpers end with it
            )
        try:
            deadline, told = time.monotonic() + 60, profile / "WebDriverBiDiServer.json"
            while not (told.exists() and (address := told.read_text(encoding="utf-8"))):
                if process.poll() is not None or time.monotonic() > deadline:
                    # Asked for or Debian's, it has to start. Another may be one that sees no profile of ours, such as Ubuntu's snap.
                    wanted = os.environ.get("FIREFOX") or program.endswith("firefox-esr")
                    (pytest.fail if wanted else pytest.skip)(f"{program} did not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.05)
            server = json.loads(address)
            with connect(f"ws://{server['ws_host']}:{server['ws_port']}/session", max_size=None, proxy=None) as socket:
                browser = Firefox(socket)
                yield browser
                browser.command("browser.close")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what is left of it
            process.wait()
