"""A person at a page, in a headless browser: what they press, and when the answer is painted; what came over the line, what is left."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, CDPSession, Locator, Page, WebSocket, expect, sync_playwright

from tests.browser.conftest import chromium

WATCH = Path(__file__).with_name("watch.js")
QUIET = 120  # ms after a page has come to rest, before it is asked again
PATIENCE = 60_000  # ms
SWING = 20  # changes one way, and as many back: no end of the slider is met, where a key would change nothing


@contextmanager
def browsing() -> Iterator[Browser]:
    """WebGL is drawn in software, as where no GPU is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One page, watched by watch.js, and every byte that it got over its websocket."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        self.context.add_init_script(path=WATCH)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.received = 0
        self.page.on("websocket", self._listen)

    def _listen(self, line: WebSocket) -> None:
        def count(frame: str | bytes) -> None:
            self.received += len(frame)

        line.on("framereceived", count)

    def rest(self) -> None:
        """Waits until the script has ended, what it sent is drawn, and nothing more came for a while."""
        state = self.page.locator("[data-test-script-state]")
        for _ in range(2):
            expect(state).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
            self.page.wait_for_timeout(QUIET / 2)

    def press(self, key: str, parts: tuple[str, ...]) -> dict[str, float]:
        """Milliseconds from this key to the painting of each part."""
        self.page.keyboard.press(key)
        self.page.wait_for_function("parts => parts.every((part) => benchmark.painted[part])", arg=list(parts))
        painted: dict[str, float] = self.page.evaluate("benchmark.painted")
        self.rest()
        return painted

    def close(self) -> None:
        self.context.close()


class Empty(Visitor):
    """Streamlit's own: benchmarks/empty_app.py."""

    def __init__(self, browser: Browser, address: str) -> None:
        super().__init__(browser)
        self.page.goto(address)
        text = self.page.get_by_text(re.compile(r"^value \d+$"))
        expect(text).to_be_visible(timeout=PATIENCE)
        text.evaluate("text => benchmark.read(text)")
        self.page.get_by_role("slider").focus()
        self.rest()

    def change(self) -> float:
        return self.press("ArrowRight", ("text",))["text"]


class AtBoard(Visitor):
    """A page of the app, with the focus on one of its sliders.

    contours, surface: the attributes of the board that count what is painted of each; an older board has one for all.
    """

    def __init__(self, browser: Browser, address: str, slider: str, *, deep: bool = False) -> None:
        super().__init__(browser)
        self.page.goto(address)
        board = self.page.locator(".esl-board")
        expect(board).to_have_attribute("data-drawn", re.compile(r"\d"), timeout=PATIENCE)
        if deep:
            expect(self.page.locator(".esl-surface canvas").first).to_be_visible(timeout=PATIENCE)
        self.slider = self.page.get_by_role("slider", name=slider)
        self.slider.focus()
        self.rest()
        there = board.evaluate("board => Object.keys(board.dataset)")
        self.contours = "contours" if "contours" in there else "drawn"
        self.surface = ("surface" if "surface" in there else "drawn") if deep else self.contours
        self.changes = 0

    def key(self) -> str:
        """The next one to press."""
        self.changes += 1
        return "ArrowRight" if (self.changes - 1) // SWING % 2 == 0 else "ArrowLeft"

    def change(self) -> tuple[float, float]:
        """Milliseconds until the contours are painted, and until the surface is; the same where there is none."""
        painted = self.press(self.key(), tuple({self.contours, self.surface}))
        return painted[self.contours], painted[self.surface]

    def change_again(self) -> float:
        """Milliseconds until the contours of a change are painted that comes at once after those of another, while its surface is due."""
        self.page.keyboard.press(self.key())
        self.page.wait_for_function("part => benchmark.painted[part]", arg=self.contours)
        return self.change()[0]

    def follow(self) -> None:
        """A change, until its contours are painted; a surface comes when it can."""
        self.press(self.key(), (self.contours,))

    def bytes_of_a_change(self) -> int:
        before = self.received
        self.change()
        return self.received - before

    def pictures_of_a_drag(self, seconds: float = 4.0, ends: tuple[float, float] = (0.55, 0.1), swing: float = 1.5) -> float:
        """Pictures a second while the hand goes from one end to the other of a part of the slider and back, each way in `swing` seconds.

        It has rested on the slider for two seconds before, as a hand does that looks at a picture first.
        """
        box = box_of(self.slider)
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * ends[0], y)
        self.page.wait_for_timeout(2000)
        self.page.mouse.down()
        self.page.evaluate("benchmark.film()")
        begun = time.monotonic()
        while (now := time.monotonic() - begun) < seconds:
            way = 1 - abs(now / swing % 2 - 1)  # 0 to 1 and back
            self.page.mouse.move(box["x"] + box["width"] * (ends[0] + (ends[1] - ends[0]) * way), y)
            self.page.wait_for_timeout(10)
        took = time.monotonic() - begun
        pictures = len(self.page.evaluate("(benchmark.still(), benchmark.pictures)"))
        self.page.mouse.up()
        self.rest()
        return pictures / took

    def frames_of_play(self) -> float:
        """Frames a second in which the player shows another update, from the first to the last of one play."""
        play = self.page.locator(".esl-play")
        self.page.evaluate("benchmark.count()")
        before = play.inner_text()
        play.click()
        expect(play).not_to_have_text(before)
        expect(play).to_have_text(before, timeout=PATIENCE)
        frames: list[float] = self.page.evaluate("(benchmark.still(), benchmark.frames)")
        return 1000 * (len(frames) - 1) / (frames[-1] - frames[0])


def box_of(element: Locator) -> Mapping[str, float]:
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


class Holdings:
    """What a page and its server hold after a garbage collection."""

    def __init__(self, visitor: Visitor, server: int) -> None:
        self._page, self._server = visitor.page, server
        self._session: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self._session.send("Performance.enable")

    def now(self) -> dict[str, float]:
        for _ in range(2):  # what the first one frees in one heap may free something in the other
            self._session.send("HeapProfiler.collectGarbage")
            self._page.wait_for_timeout(200)
        metrics = {metric["name"]: float(metric["value"]) for metric in self._session.send("Performance.getMetrics")["metrics"]}
        return {
            "DOM nodes": metrics["Nodes"],
            "WebGL contexts": float(self._page.evaluate("benchmark.contexts()")),
            "MB of JavaScript heap": metrics["JSHeapUsedSize"] / 1e6,
            "MB of the server": resident(self._server),
        }


def resident(process: int) -> float:
    """MB that a process holds now."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def query(address: str, page: str, parts: Mapping[str, str]) -> str:
    return f"{address}/{page}?{urlencode(parts)}"
