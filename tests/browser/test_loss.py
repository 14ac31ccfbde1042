"""The page "Loss" in a real browser: a click in the desert, the gradient's map, a slider that is fine around 0, the way to its topics."""

import re

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from core.address import read
from core.numerals import numeral
from labs.plane.run import run
from lessons.scenes import OUTPUT
from tests.browser.conftest import Visit
from tests.browser.helpers import at_pixel, box, contour, drawn, query, requested_start, settle
from views.view_state import ViewState


def test_a_click_starts_there_in_both_pictures_and_the_first_steps_follow(visit: Visit, page: Page) -> None:
    visit("/loss")
    left, top, width, height = box(contour(page, 0))
    x, y = 0.45 * width, 0.5 * height
    at, pixel = at_pixel(page, 0, x, y)
    page.mouse.click(left + x, top + y)
    page.wait_for_url(re.compile(r"[?&]start="))
    landed = requested_start(page)
    assert [abs(landed[i] - at[i]) <= abs(pixel[i]) for i in (0, 1)] == [True, True]
    steps = [float(np.linalg.norm(panel.walks[0].points.step[0])) for panel in run(read(query(page), OUTPUT, ViewState())[0]).panels]
    for panel, step in enumerate(steps):
        fact = page.locator(".esl-panel").nth(panel).locator(".esl-fact", has_text="first step, GD").locator("dd")
        expect(fact).to_have_text(numeral(step))
    expect(page.get_by_role("heading", level=1)).to_contain_text(numeral(float(f"{steps[0]:.3g}")))


def test_a_wide_slider_is_fine_around_zero_and_reaches_far(visit: Visit, page: Page) -> None:
    visit("/loss")
    slider = page.get_by_role("slider", name="y₃, the third logit")
    x, y, _, height = box(slider)
    page.get_by_role("button", name="y₃, the third logit: 0", exact=True).click()
    page.wait_for_url(re.compile("surface.others=0"))
    drawn(page)
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"surface\.others=(0\.\d+|1)(&|$)"))
    page.mouse.click(x + 4, y + height / 2)
    page.wait_for_url(re.compile(r"surface\.others=-9\d\d|^((?!others).)*$"))


def test_the_gradients_map_and_back(visit: Visit, page: Page) -> None:
    visit("/loss")
    traces = "node => node.data[0].hovertemplate"
    plot = contour(page, 0).locator(".esl-plotly")
    page.get_by_role("radio", name="the norm of its gradient").click()
    page.wait_for_url(re.compile("drawn=slope"))
    settle(page)
    assert "gradient norm" in plot.evaluate(traces)
    page.get_by_role("radio", name="the loss", exact=True).click()
    expect(page).not_to_have_url(re.compile("drawn=slope"))
    settle(page)
    assert "gradient norm" not in plot.evaluate(traces)


TOPICS = {"Two classes": "topic=two", "Encodings": "topic=encodings", "Classifier": "/classifier", "Masks": "/masks"}


def test_the_topics_lead_to_their_pages_and_back(visit: Visit, page: Page) -> None:
    """On every one of them the navigation says that this is "Loss", and only that."""
    current = page.get_by_test_id("stTopNavLink").and_(page.locator("[aria-current=page]"))
    visit("/loss")
    for topic, address in TOPICS.items():
        page.get_by_role("radio", name=topic).click()
        page.wait_for_url(re.compile(address))
        expect(page.get_by_role("radio", name=topic)).to_be_checked()
        expect(current).to_have_text(["Loss"])
        page.get_by_role("radio", name="Output space").click()
        expect(page.get_by_role("radio", name="Output space")).to_be_checked()
        expect(page).not_to_have_url(re.compile(address))
        page.wait_for_url(re.compile("/loss"))
        drawn(page)


def test_the_item_of_a_page_that_is_not_listed(visit: Visit, page: Page) -> None:
    """It is marked for eyes and for screen readers, also where a narrow window folds the navigation, and no more once it is left."""
    page.set_viewport_size({"width": 390, "height": 844})
    visit("/masks?lang=zh_TW")
    page.get_by_test_id("stExpandSidebarButton").click()
    items = page.get_by_test_id("stSidebarNavLink")
    current = items.and_(page.locator("[aria-current=page]"))
    expect(current).to_have_text(["損失"])
    expect(current).to_have_css("font-weight", "600")
    items.nth(5).click()
    page.wait_for_url(re.compile("/stuck"))
    expect(current).to_have_text([items.nth(5).inner_text()])
