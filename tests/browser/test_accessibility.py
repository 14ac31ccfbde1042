"""For whoever sees little or holds no mouse: axe-core finds nothing serious on any page, and the keyboard reaches every control."""

import io
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python")
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.helpers import CLASSIFIER, DARK, DEEP, PHONE, change_window, drawn, in_the_long_tests, settle

# As high as a page is long: axe judges the contrast of nothing that has to be scrolled into view.
TALL_PHONE = {"viewport": {"width": 390, "height": 4200}}
WINDOWS: dict[str, tuple[int, int, bool]] = {
    "phone": (390, 4200, False),
    "light": (1280, 2400, False),
    "dark": (1280, 2400, True),
}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
# A page of each kind: a board, a landscape in 3-D, a question, charts, tables, folds below a board, a training.
KINDS = ("/", "/?view=surface", "/?lesson=unit", "/loss?topic=encodings", "/masks", "/stuck", DEEP)
OTHERS = (
    "/?mode=same&v=1",
    "/hidden",
    "/?lesson=unit&revealed=yes",
    "/hidden?lesson=hidden_gain",
    "/masks?pad1=no&pad2=no&format=float16&v=1",
    *(f"/optimizers?topic={topic}" for topic in ("rates", "momentum", "adaptive", "batches", "schedules")),
    *(f"/loss?topic={topic}" for topic in ("output", "two")),
    CLASSIFIER,
    "/workbench",
)
FOLDED = ("/", "/?view=surface", "/hidden", *(path for path in OTHERS if path.startswith("/optimizers")))  # "More controls" on a phone
PLAYED = (*FOLDED, DEEP, CLASSIFIER, "/stuck", "/workbench", "/loss?topic=output", "/loss?topic=two")  # a picture and a player under it
PARTS = ("Data", "Normalization", "Optimizers", "Run", "Picture")

on_a_tall_phone = pytest.mark.parametrize("page", [TALL_PHONE], indirect=True, ids=["loaded on a phone"])


def opened(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    if "lesson=" in path and "revealed" not in path:
        expect(page.get_by_test_id("stRadio")).to_be_visible(timeout=60_000)
        settle(page)
    else:
        drawn(page)


def findings(page: Page) -> list[str]:
    """What axe holds to be serious or critical: the rule, where, and how to mend it."""
    report: Mapping[str, Any] = page.evaluate("options => axe.run(document, options)", WCAG)
    found = []
    for violation in report["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        rule = f"{violation['impact']} {violation['id']}"
        found += [f"{rule}: {node['target'][-1]}\n  {node['html'][:200]}\n  {node['failureSummary']}" for node in violation["nodes"]]
    return found


def assert_clean(page: Page, what: str, windows: Collection[str] = WINDOWS) -> None:
    """In each of the windows."""
    for name in windows:
        change_window(page, *WINDOWS[name])
        found = findings(page)
        assert not found, f"{what}, {name}:\n" + "\n".join(found)
        assert fits(page), f"{what}, {name}"


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    wide = page.locator(".stMainBlockContainer").evaluate("e => e.scrollWidth - e.clientWidth") > 0
    return not wide and page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("page", [{**TALL_PHONE, **DARK}], indirect=True, ids=["loaded on a dark phone"])
@pytest.mark.parametrize("path", [*KINDS, *in_the_long_tests(*OTHERS)])
def test_axe_finds_nothing_serious_in_any_window(serve: Callable[..., str], page: Page, path: str) -> None:
    opened(page, serve("app.py"), path)
    assert fits(page)
    page.evaluate(AXE_SCRIPT)
    assert_clean(page, path)


@on_a_tall_phone
@pytest.mark.parametrize("windows", [("phone", "dark"), pytest.param(WINDOWS, marks=pytest.mark.long, id="all windows")])
def test_axe_finds_nothing_serious_in_any_control_panel(visit: Visit, page: Page, windows: Collection[str]) -> None:
    visit("/workbench?surface=network")
    page.evaluate(AXE_SCRIPT)
    for part in PARTS:
        page.get_by_role("radio", name=part, exact=True).click()
        settle(page)
        assert_clean(page, part, windows)


@on_a_tall_phone
def test_axe_finds_nothing_serious_in_the_atlas(visit: Visit, page: Page) -> None:
    visit("/stuck?surface=himmelblau")
    page.evaluate(AXE_SCRIPT)
    page.get_by_text("Atlas: all critical points of this window").click()
    table = page.get_by_role("table", name="Atlas: all critical points of this window")
    table.get_by_role("button").first.click()
    expect(table.locator("tr[aria-current]")).to_be_visible()
    settle(page)
    assert_clean(page, "atlas", ("phone", "dark"))


# What has the focus, also inside shadow roots: its name, and the box in which it shows that; an input that is hidden shows it on its label.
FOCUSED = """() => {
    let it = document.activeElement;
    while (it?.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    if (!it || it === document.body) return null;
    const seen = it.matches("input[type=checkbox], input[type=radio]") ? it.closest("label") ?? it : it;
    const { x, y, width, height } = seen.getBoundingClientRect();
    const kind = it.tagName.toLowerCase();
    const label = [...(it.labels?.[0]?.childNodes ?? [])].find((part) => !part.contains(it))?.textContent;
    return { kind, name: (it.getAttribute("aria-label") || label || it.innerText || "").trim(), x, y, width, height };
}"""
BLUR = """() => {
    let it = document.activeElement;
    while (it?.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    window.focused = it;
    it?.blur();
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
UNIT = "unit of x₂ (sepal width)"
CONTROLS = (  # in the order of the page; of a row of buttons that arrows walk through, the first or the one that is picked
    ("a", "Scale"),
    ("a", "Workbench"),
    ("input", UNIT),
    ("input", UNIT),
    ("button", f"{UNIT}: ×0.1"),
    ("button", f"{UNIT}: ×100"),
    ("button", "each panel's own best"),
    ("button", "+ Momentum"),
    ("input", "Feature normalization"),
    ("button", "Help for Feature normalization"),
    ("button", "Play"),
    ("button", "One update forward"),
    ("input", "Shown update"),
    ("select", "Speed"),
    ("button", "Contour"),
    ("button", "3-D"),
    ("summary", "All controls"),
    ("a", "cm → mm"),
    ("a", "hidden gain and batch norm"),
    ("button", "English"),
)


def shot(page: Page, box: FloatRect) -> np.ndarray:
    """What the box shows once rings have faded in or out."""
    page.evaluate(TWO_FRAMES)
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box, animations="disabled"))).convert("RGB"), dtype=float)


def around(page: Page, element: Mapping[str, float]) -> FloatRect:
    """The box and what a ring around it needs, inside the window."""
    size = page.viewport_size
    assert size
    left, top = max(0.0, element["x"] - 8), max(0.0, element["y"] - 8)
    right, bottom = min(size["width"], element["x"] + element["width"] + 8), min(size["height"], element["y"] + element["height"] + 8)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(visit: Visit, page: Page) -> None:
    visit("/")
    wanted, unmarked, stops = list(CONTROLS), [], 0
    while stops < 90:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break  # once around
        stops += 1
        name = focused["name"].splitlines()[-1] if focused["name"] else ""
        if wanted and (focused["kind"], name) == wanted[0]:
            wanted.pop(0)
        if focused["kind"] == "main":
            continue  # Streamlit's scrolled page: arrows scroll it
        page.evaluate(TWO_FRAMES)  # what has the focus is scrolled into view
        box = around(page, page.evaluate(FOCUSED))
        with_focus = shot(page, box)
        page.evaluate(BLUR)
        changed = np.abs(shot(page, box) - with_focus).max(axis=2) > 60
        page.evaluate("window.focused.focus({ preventScroll: true })")
        if changed.sum() < 0.5 * (focused["width"] + focused["height"]):  # a quarter of a line of one pixel around it
            unmarked.append(f"{focused['kind']} {name!r}")
    assert not wanted, f"Tab does not get to {wanted[0]} after the control before it"
    assert not unmarked, f"no ring is seen around {unmarked}"


def pressed(page: Page, control: Locator, key: str) -> None:
    settle(page)
    control.focus()
    page.keyboard.press(key)


def test_the_keyboard_works_every_kind_of_control(visit: Visit, page: Page) -> None:
    visit("/")
    numbers = page.locator(".esl-number")
    pressed(page, page.get_by_role("slider", name=UNIT), "Home")
    expect(page.get_by_role("textbox", name=UNIT)).to_have_value("0.1")
    pressed(page, page.get_by_role("button", name=f"{UNIT}: mm"), "Enter")
    expect(numbers).to_have_text(["31", "1"])
    pressed(page, page.get_by_role("switch", name="Feature normalization"), "Space")
    expect(numbers).to_have_text(["31"])
    pressed(page, page.get_by_role("button", name="3-D", exact=True), "Enter")
    expect(page).to_have_url(re.compile("view=surface"))
    pressed(page, page.locator("summary", has_text="All controls"), "Enter")
    expect(page.get_by_role("radio", name="Model and loss")).to_be_visible()


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])
@pytest.mark.parametrize("path", [*KINDS, *OTHERS])
def test_a_page_on_a_phone(serve: Callable[..., str], page: Page, path: str) -> None:
    """Its picture comes first, nothing is wider than the window, and axe finds nothing serious (in all windows: see above)."""
    opened(page, serve("app.py"), path)
    if path in PLAYED:
        assert_the_picture_comes_first(page)
    if path in FOLDED:
        assert_controls_unfold_for_good(page)
    assert fits(page)
    if path in OTHERS:
        page.evaluate(AXE_SCRIPT)
        assert_clean(page, path, ["phone"])


def assert_the_picture_comes_first(page: Page) -> None:
    """Without scrolling: the whole first picture, and the player under it."""
    picture = page.locator(".esl-contour:visible, .esl-surface:visible").first.bounding_box()
    player = page.locator(".esl-player").bounding_box()
    assert picture
    assert player
    assert picture["y"] > 60
    assert picture["y"] + picture["height"] <= player["y"] + 25, "the axis' title may lie under the player's rim, the map may not"
    assert player["y"] + player["height"] <= 844


def assert_controls_unfold_for_good(page: Page) -> None:
    """Other controls than the first fold away, and a change of one does not fold them again."""
    mode = page.get_by_role("radio", name="each panel's own best")
    expect(mode).to_be_hidden()
    page.get_by_text("More controls").click()
    expect(mode).to_be_visible()
    mode.or_(page.get_by_role("radio", name="the same fraction of each limit")).last.click()
    expect(page).to_have_url(re.compile("mode=fraction"))
    expect(mode).to_be_visible()  # the page was drawn anew, and the fold is as it was left
    settle(page)


def test_on_a_projector_picture_number_and_player_are_in_view(visit: Visit, page: Page) -> None:
    """At 1280 × 800, and nothing lies on anything else."""
    for path in ("/", "/hidden", "/optimizers", "/loss", "/stuck"):
        visit(path)
        parts = page.locator(".esl-contour, .esl-counts, .esl-extras, .esl-head, .esl-player").locator("visible=true")  # no data, no extras
        boxes = [part.bounding_box() for part in parts.all()]
        expect(page.locator(".esl-player")).to_be_in_viewport(ratio=1)
        for number in page.locator(".esl-number").all():
            expect(number).to_be_in_viewport(ratio=1)
            assert number.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 36
        for i, one in enumerate(boxes):
            for other in boxes[i + 1 :]:
                assert one
                assert other
                across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
                down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
                assert min(across, down) <= 1, f"{path}: {one} and {other} overlap"
