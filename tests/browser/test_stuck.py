"""The page "Stuck?" in a real browser: a click looks at a point, verdicts play with the walk, buttons do what they say."""

import re
from dataclasses import replace

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from core.address import read
from core.numerals import numeral
from labs.plane.closeup import closeup
from labs.plane.run import run
from lessons.scenes import STUCK
from tests.browser.conftest import Visit
from tests.browser.helpers import at_pixel, box, contour, query
from verdict.plane import story
from verdict.verdict import label
from views.view_state import ViewState


def point(page: Page) -> tuple[float, float]:
    page.wait_for_url(re.compile(r"[?&]point="))
    first, second = (float(value) for value in query(page)["point"].split(","))
    return first, second


def test_a_click_looks_at_that_point_and_the_start_stays(visit: Visit, page: Page) -> None:
    visit("/stuck")
    expect(page.get_by_role("heading", level=1)).to_contain_text(label("saddle"))
    left, top, width, height = box(contour(page, 0))
    x, y = 0.62 * width, 0.4 * height
    at, pixel = at_pixel(page, 0, x, y)
    page.mouse.click(left + x, top + y)
    landed = point(page)
    assert [abs(landed[i] - at[i]) <= abs(pixel[i]) for i in (0, 1)] == [True, True]
    assert "start" not in query(page)
    scene = read(query(page), STUCK, ViewState())[0]
    found = closeup(scene, run(scene).panels[0])
    table = page.get_by_role("table").first
    expect(table).to_contain_text(numeral(found.loss))
    expect(table).to_contain_text(", ".join(numeral(float(value)) for value in found.values))
    said = contour(page, 0).locator(".esl-point").get_attribute("aria-valuetext")
    assert said
    expect(page.get_by_text(f"wrong by at most {numeral(found.error)}").first).to_be_visible()


def test_the_point_is_moved_by_arrow_keys_and_the_start_by_a_drag(visit: Visit, page: Page) -> None:
    visit("/stuck?point=0.5,0.5&v=1")
    mark = contour(page, 0).locator(".esl-point")
    mark.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"point=0\.46"))
    ring = contour(page, 0).locator(".esl-start")
    x, y, width, height = box(ring)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2 - 30, y + height / 2 - 10, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile(r"[?&]start="))
    assert point(page)[0] == pytest.approx(0.46)


def test_a_row_of_the_atlas_is_looked_at_by_its_button_and_by_a_click(visit: Visit, page: Page) -> None:
    visit("/stuck?surface=himmelblau")
    page.get_by_text("Atlas: all critical points of this window").click()
    table = page.get_by_role("table", name="Atlas: all critical points of this window")
    current = table.locator("tr[aria-current]")
    for row, how in ((2, "button"), (4, "td:last-child")):
        asked = table.locator("tbody tr").nth(row)
        asked.locator(how).click()
        expect(current).to_have_text(asked.text_content() or "none")
        expect(page).to_have_url(re.compile(r"[?&]point="))
        written = [float(part.replace("−", "-")) for part in re.findall(r"[−\d.]+", asked.locator("button").text_content() or "")]
        assert list(point(page)) == pytest.approx(written, abs=0.01)


def test_verdicts_play_with_the_walk(visit: Visit, page: Page) -> None:
    visit("/stuck?start=1.5,-1.4999&steps=2000&v=1")
    scene = replace(STUCK, start=(1.5, -1.4999), steps=2000)
    panel = run(scene).panels[0]
    told = story(scene, panel, panel.walks[0])
    assert len(told) == 4
    verdict, scrub = page.locator(".esl-verdict").first, page.locator(".esl-scrub")
    expect(verdict).to_have_text(label("degenerate minimum"))
    for update, kind in told[:3]:
        scrub.fill(str(update))
        expect(verdict).to_have_text(label(kind))


def test_a_suggestion_is_taken_and_helps(visit: Visit, page: Page) -> None:
    visit("/stuck")
    page.get_by_role("button", name="Step along the negative curvature").first.click()
    page.wait_for_url(re.compile(r"[?&]start="))
    expect(page.locator(".esl-verdict").first).to_have_text(label("degenerate minimum"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(label("degenerate minimum"))


def test_every_section_opens_and_draws(visit: Visit, page: Page) -> None:
    visit("/stuck?point=0,0&v=1")
    for name in ("Atlas", "Away from a saddle", "Stability"):
        page.locator("summary", has_text=name).click()
    for name in ("plain gradient descent", "momentum 0.9"):
        expect(page.get_by_text(f"{name}: still there after 400")).to_be_visible()
    expect(page.locator(".esl-lines .main-svg").first).to_be_visible(timeout=30_000)
    expect(page.get_by_role("table")).to_have_count(3)  # the atlas, and what the two charts say
    expect(page.get_by_text("saddle: 1; valley of minima: 2")).to_be_visible()
    page.get_by_role("button", name="Start the walks a step down from here").click()
    page.wait_for_url(re.compile(r"[?&]start="))


def test_a_surface_of_data_and_its_noise(visit: Visit, page: Page) -> None:
    visit("/stuck?surface=linear&mode=best&v=1")
    page.locator("summary", has_text="Stability").click()
    expect(page.get_by_text(re.compile("to the power −0\\.(4[6-9]|5[0-4])")).first).to_be_visible(timeout=30_000)
    page.locator("summary", has_text="Atlas").click()
    expect(page.get_by_text("minimum: 1")).to_be_visible()
    expect(page.get_by_text("none is missing")).to_be_visible()
