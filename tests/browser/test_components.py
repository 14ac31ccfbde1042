"""The board and the live slider in a real browser, through a small app (component_app.py)."""

import re

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.helpers import DARK, PHONE, at_rest, becomes, change_window, in_the_long_tests, numbers, settle


@pytest.fixture
def script() -> str:
    return "tests/browser/components.py"


def ink(page: Page, panel: int = 0) -> str:
    """A fingerprint of what the overlay of a panel shows."""
    text = page.locator(".esl-contour > canvas").nth(panel).evaluate("canvas => canvas.toDataURL()")
    assert isinstance(text, str)
    return text


def received(page: Page) -> int:
    found = re.search(r"values received: (\d+)", page.get_by_text("values received").inner_text())
    assert found
    return int(found[1])


def scale(page: Page) -> Locator:
    return page.get_by_role("slider", name="Scale of the second feature")


def field(page: Page, label: str = "Scale of the second feature") -> Locator:
    return page.get_by_role("textbox", name=label)


# ------------------------------------------------------------------------------------------------------------------- the board


def test_a_board_shows_pictures_numbers_facts_and_named_controls(visit: Visit, page: Page) -> None:
    visit("/")
    expect(page.get_by_role("group", name=re.compile("Contours of the loss, Raw features: condition number 28.1"))).to_be_visible()
    assert page.locator(".esl-contour .contourlayer path").count() > 10
    assert numbers(page) == ["40", "1"]
    expect(page.locator(".esl-unit").first).to_have_text("steps")
    expect(page.locator(".esl-fact").first).to_contain_text("28.1")
    assert page.locator(".esl-panel").nth(1).locator(".esl-reached").count() == 1
    assert page.locator(".esl-panel").nth(0).locator(".esl-reached").count() == 0
    size = page.locator(".esl-number").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 32, "a number to be read from the last row"
    version = page.evaluate("window.Plotly.version")
    scripts = page.locator("script[src*='app/static/lab-'][src$='/plotly.min.js']").count()
    assert scripts == 1, f"plotly.js {version} should come from the app itself"
    # equal scales are drawn equal
    width, height = page.locator(".esl-contour .esl-plotly").first.evaluate(
        "e => [e._fullLayout.xaxis._length / (e._fullLayout.xaxis.range[1] - e._fullLayout.xaxis.range[0]),"
        " e._fullLayout.yaxis._length / (e._fullLayout.yaxis.range[1] - e._fullLayout.yaxis.range[0])]"
    )
    assert width == pytest.approx(height, rel=1e-3)
    # every control has a name and shows its focus
    for role, name in [
        ("button", "Play"),
        ("button", "One update forward"),
        ("slider", "Shown update"),
        ("combobox", "Speed"),
        ("button", "Contour"),
        ("button", "3-D"),
    ]:
        control = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        control.focus()
        page.keyboard.press("Shift")
        expect(control).to_be_focused()
    play = page.get_by_role("button", name="Play", exact=True)
    page.get_by_role("button", name="One update forward").focus()
    page.keyboard.press("Shift+Tab")
    expect(play).to_be_focused()
    assert play.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_play_step_and_scrub_move_the_markers_and_count_up_to_the_final_numbers(visit: Visit, page: Page) -> None:
    visit("/")
    full = [ink(page, 0), ink(page, 1)]
    speed = page.get_by_role("combobox", name="Speed")
    speed.select_option("0.25")  # slowly, so that a busy machine does not miss it
    page.get_by_role("button", name="Play").click()
    seen: set[str] = set()
    inks: set[str] = set()
    while min(len(seen), len(inks)) <= 4:
        seen.add(numbers(page)[0])
        inks.add(ink(page, 0))
        page.wait_for_timeout(50)
    assert numbers(page)[1] == "1", "the right walk stopped while the left one goes on"
    page.get_by_role("button", name="Pause").click()
    middle = numbers(page)[0]
    assert 0 < int(middle) < 40
    expect(page.locator(".esl-update")).to_have_text(f"update {middle} of 40")
    speed.select_option("1")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".esl-update")).to_have_text("update 40 of 40")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert numbers(page) == ["40", "1"]
    assert [ink(page, 0), ink(page, 1)] == full
    expect(page.locator(".esl-live")).to_contain_text("40 steps")
    step = page.get_by_role("button", name="One update forward")
    for k in (1, 2, 3):
        step.click()
        expect(page.locator(".esl-update")).to_have_text(f"update {k} of 40")
    assert numbers(page) == ["3", "1"]
    scrub = page.get_by_role("slider", name="Shown update")
    scrub.press("Home")
    assert numbers(page) == ["0", "0"]
    scrub.press("End")
    assert numbers(page) == ["40", "1"]
    assert scrub.get_attribute("aria-valuetext") == "update 40 of 40"


@pytest.mark.timed
def test_thousands_of_updates_play_in_seconds(visit: Visit, page: Page) -> None:
    visit("/?tall=1")
    expect(page.locator(".esl-update")).to_have_text("update 3,135 of 3,135")
    page.get_by_role("combobox", name="Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=8000)
    assert numbers(page)[0] == "3,135"


@pytest.mark.parametrize("page", [{"reduced_motion": "reduce"}], indirect=True)
def test_less_motion_plays_in_few_frames(visit: Visit, page: Page) -> None:
    visit("/")
    page.evaluate(
        """
        const number = document.querySelector(".esl-number");
        window.seen = new Set();
        new MutationObserver(() => seen.add(number.textContent)).observe(number, { childList: true, characterData: true, subtree: true });
        """
    )
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert page.evaluate("[...seen].length") <= 6
    assert numbers(page) == ["40", "1"]


def test_a_walk_that_leaves_says_when_and_a_diverged_one_says_it_too(visit: Visit, page: Page) -> None:
    visit("/?rate=same")
    label = page.locator(".esl-leave")
    expect(label).to_have_text(re.compile(r"leaves the picture at update \d+"))
    box, frame = label.bounding_box(), page.locator(".esl-contour .contourlayer").first.bounding_box()
    assert box
    assert frame
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= box["y"]
    assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    expect(page.locator(".esl-lost .esl-status")).to_have_text(re.compile(r"diverged at update \d+"))
    page.get_by_role("slider", name="Shown update").press("Home")
    expect(label).to_have_count(0)
    expect(page.locator(".esl-lost")).to_have_count(0)


def test_the_switch_draws_one_surface_and_python_hears_of_it(visit: Visit, page: Page) -> None:
    visit("/")
    assert page.locator(".esl-surface").count() == 0, "3-D is made on the first wish"
    page.get_by_role("button", name="3-D").click()
    surface = page.locator(".esl-surface .esl-plotly")
    expect(surface.locator("canvas").first).to_be_visible()
    expect(page.get_by_text("view: surface")).to_be_visible()
    kinds = surface.evaluate("e => e._fullData.map(trace => trace.type)")
    assert kinds[0] == "surface"
    assert "scatter3d" in kinds
    drawn = surface.evaluate("e => e._fullData.find(trace => trace.mode === 'lines').x.length")
    page.get_by_role("button", name="One update forward").click()
    page.wait_for_function(
        "n => document.querySelector('.esl-surface .esl-plotly')._fullData.find(t => t.mode === 'lines').x.length < n", arg=drawn
    )
    page.get_by_role("combobox", name="Surface of").select_option(label="Standardized features")
    expect(page.locator(".esl-panel").nth(1).locator(".esl-surface")).to_be_visible()
    assert page.locator(".esl-surface").count() == 1
    page.get_by_role("button", name="Contour", exact=True).click()
    expect(page.get_by_text("view: contour")).to_be_visible()
    expect(page.locator(".esl-surface")).to_be_hidden()


def test_the_camera_is_kept_over_new_data_and_another_panel(visit: Visit, page: Page) -> None:
    visit("/?view=surface")
    surface = page.locator(".esl-surface .esl-plotly")
    expect(surface.locator("canvas").first).to_be_visible()
    box = surface.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 230, steps=4)
    page.mouse.up()
    eye = "e => e._fullLayout.scene._scene.getCamera().eye.x"
    becomes(page, lambda: surface.evaluate(eye) != pytest.approx(1.3, abs=0.02), True)
    at_rest(page, lambda: surface.evaluate(eye))  # the turn runs out, on a busy machine later than Plotly tells of it
    field(page).fill("3")
    field(page).press("Enter")
    expect(page.get_by_text("scale: 3.0")).to_be_visible()
    settle(page)
    assert at_rest(page, lambda: surface.evaluate(eye)) != pytest.approx(1.3, abs=0.02), "new data do not turn it back"
    surface.evaluate("e => window.Plotly.relayout(e, { 'scene.camera': { eye: { x: 0.5, y: -1.5, z: 0.7 } } })")  # where it rests at once
    field(page).fill("2")
    field(page).press("Enter")
    expect(page.get_by_text("scale: 2.0")).to_be_visible()
    settle(page)
    page.set_viewport_size({"width": 1100, "height": 800})
    page.get_by_role("combobox", name="Surface of").select_option(label="Standardized features")
    assert at_rest(page, lambda: surface.evaluate(eye)) == pytest.approx(0.5, abs=0.001)


def test_without_webgl_the_contour_stays_and_words_say_why(serve: Serve, script: str, fresh_page: Page) -> None:
    page = fresh_page
    page.add_init_script(
        """
        const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return /webgl/.test(kind) ? null : get.call(this, kind, ...more);
        };
        """
    )
    page.goto(f"{serve(script)}/?view=surface")
    expect(page.get_by_text("This browser draws no 3-D")).to_be_visible()
    expect(page.get_by_role("button", name="Contour", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".esl-contour").first).to_be_visible()
    assert page.locator(".esl-surface").count() == 0


def test_nodes_and_zoom_outlive_new_data(visit: Visit, page: Page) -> None:
    visit("/?curves=1")
    contour = page.locator(".esl-contour .esl-plotly").first
    box = contour.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.65 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_function("e => e._fullLayout.xaxis.range[1] < 2", arg=contour.element_handle())
    zoomed = at_rest(page, lambda: contour.evaluate("e => { e.marked = true; return e._fullLayout.xaxis.range[1] }"))
    page.get_by_role("button", name="Scale of the second feature: dm").click()
    expect(page.locator(".esl-fact").first).to_contain_text("100")
    settle(page)
    page.wait_for_timeout(400)
    assert contour.evaluate("e => [e.marked, e._fullLayout.xaxis.range[1]]") == [True, pytest.approx(zoomed, abs=0.01)]


def test_a_board_that_is_taken_away_comes_back(visit: Visit, page: Page) -> None:
    visit("/?view=surface")
    for shown in (0, 1, 0, 1):
        page.get_by_text("Show the board").click()
        expect(page.locator(".esl-board")).to_have_count(shown)
    expect(page.locator(".esl-board")).to_have_attribute("data-drawn", re.compile(r"\d"))
    expect(page.locator(".esl-surface canvas").first).to_be_visible()
    assert page.locator(".esl-board").count() == 1
    assert numbers(page) == ["40", "1"]


def test_one_two_and_three_panels_in_one_row(visit: Visit, page: Page) -> None:
    for count in (1, 2, 3):
        visit(f"/?panels={count}")
        boxes = [page.locator(".esl-contour").nth(i).bounding_box() for i in range(count)]
        tops = {round(box["y"]) for box in boxes if box}
        assert len(boxes) == count
        assert len(tops) == 1
        assert page.locator(".esl-panel").count() == count


# ------------------------------------------------------------------------------------------------------------------ the slider


def test_a_drag_sends_live_its_last_value_wins_and_it_lands_on_a_tick(visit: Visit, page: Page) -> None:
    visit("/")
    box = scale(page).bounding_box()
    assert box
    before = received(page)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.572, y)
    page.mouse.down()
    moves = 0
    for moves in range(1, 400):  # to and fro until four values came; a busy machine needs longer
        page.mouse.move(box["x"] + box["width"] * (0.572 - abs(moves % 60 - 30) * 0.0145), y)
        page.wait_for_timeout(50)
        if received(page) - before >= 4 and moves >= 30:
            break
    assert received(page) - before >= 4, "values should arrive while the mouse is down"
    page.mouse.up()
    shown = field(page).input_value()
    expect(page.get_by_text(re.compile(rf"last: {re.escape(shown)}\b"))).to_be_visible()
    settle(page)
    assert field(page).input_value() == shown
    assert received(page) - before <= moves + 1
    # a drag lands exactly on a tick
    start, length = box["x"] + 12, box["width"] - 24
    page.mouse.move(start + 0.575 * length, y)
    page.mouse.down()
    page.mouse.move(start + 0.62 * length, y, steps=3)
    page.mouse.move(start + (2 / 3 + 0.007) * length, y)
    page.mouse.up()
    expect(page.get_by_text("scale: 10.0;")).to_be_visible()
    assert float(scale(page).input_value()) == pytest.approx(1000 * 2 / 3, abs=0.01)


def test_ticks_field_and_keyboard_set_exact_values(visit: Visit, page: Page) -> None:
    visit("/")
    for label, value in (("cm", "1.0"), ("mm", "0.1"), ("dm", "10.0"), ("m", "100.0")):
        page.get_by_role("button", name=f"Scale of the second feature: {label}", exact=True).click()
        expect(page.get_by_text(f"scale: {value};")).to_be_visible()
    for typed, value in (("2.345678", "2.345678"), ("7,5", "7.5"), ("1e6", "100.0"), ("-3", "0.1")):
        field(page).fill(typed)
        field(page).press("Enter")
        expect(page.get_by_text(f"scale: {value};")).to_be_visible()
    field(page).fill("nonsense")
    field(page).press("Enter")
    expect(field(page)).to_have_value("0.1")
    expect(field(page)).to_be_visible()
    # the keyboard
    rate = scale(page)
    rate.focus()
    rate.press("Home")
    expect(page.get_by_text("scale: 0.1;")).to_be_visible()
    rate.press("End")
    expect(page.get_by_text("scale: 100")).to_be_visible()
    rate.press("ArrowLeft")
    expect(field(page)).to_have_value("93.3")
    rate.press("ArrowUp")
    expect(field(page)).to_have_value("100")
    for _ in range(4):
        rate.press("PageDown")
    expect(page.get_by_text("scale: 10.0;")).to_be_visible()
    rate.press("PageDown")
    expect(field(page)).to_have_value("5.13")  # a tenth of the track further down, at the stop that is nearest there
    assert rate.get_attribute("aria-valuetext") == "5.13 ×"
    updates = page.get_by_role("slider", name="Updates")
    updates.focus()
    updates.press("ArrowRight")
    assert float(field(page, "Updates").input_value()) > 40
    for _ in range(3):
        updates.press("Home")
    expect(field(page, "Updates")).to_have_value("1")
    expect(page.locator(".esl-update")).to_have_text("update 1 of 1")


def test_marks_and_ticks_are_apart_and_inside(visit: Visit, page: Page) -> None:
    visit("/")
    for width, height in ((1280, 800), (390, 844)):
        change_window(page, width, height)
        _apart_and_inside(page)


def _apart_and_inside(page: Page) -> None:
    host = page.get_by_role("slider", name="Learning rate η").bounding_box()
    marks = page.locator(".mark")
    expect(marks).to_have_count(3)
    boxes = [box for i in range(3) if (box := marks.nth(i).bounding_box())]
    assert host
    for i, one in enumerate(boxes):
        assert host["x"] - 0.5 <= one["x"]
        assert one["x"] + one["width"] <= host["x"] + host["width"] + 0.5
        assert one["y"] + one["height"] <= host["y"] + 1, "above the track"
        for other in boxes[i + 1 :]:
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )


# ----------------------------------------------------------------------------------------------------------- places and themes


@pytest.mark.parametrize("page", [PHONE], indirect=True)
@pytest.mark.parametrize("query", [*in_the_long_tests(""), "panels=3&curves=1", "rate=same&more=1"])
def test_nothing_overflows_on_a_phone(visit: Visit, page: Page, query: str) -> None:
    visit(f"/?{query}")
    wide = page.evaluate(
        """
        [...document.querySelectorAll(".esl-board *")]
          .filter((e) => !e.closest("svg, .esl-live") && e.getBoundingClientRect().right > innerWidth + 0.5)
          .map((e) => e.className)
        """
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [page.locator(".esl-contour").nth(i).bounding_box() for i in range(2)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["width"] > 340
    assert boxes[1]["y"] > boxes[0]["y"] + 300, "one below the other"


@pytest.mark.parametrize("page", [DARK], indirect=True)
def test_the_dark_theme_and_a_change_of_it(visit: Visit, page: Page) -> None:
    visit("/")
    color = "e => [e._fullLayout.font.color, e._fullLayout.paper_bgcolor, getComputedStyle(document.querySelector('.stApp')).color]"
    contour = page.locator(".esl-contour .esl-plotly").first
    assert page.locator(".esl-board.esl-dark").count() == 1
    dark, paper, text = contour.evaluate(color)
    assert paper == "rgba(0,0,0,0)"
    assert contour.evaluate("(e, c) => { e.style.color = c; return getComputedStyle(e).color }", dark) == text
    page.emulate_media(color_scheme="light")
    expect(page.locator(".esl-board:not(.esl-dark)")).to_have_count(1)
    page.wait_for_function("c => document.querySelector('.esl-contour .esl-plotly')._fullLayout.font.color !== c", arg=dark)
