"""The page of deep networks in a real browser: it trains while one looks, plays, is redrawn through a step, and every chart draws."""

import re

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from core import address
from core.numerals import numeral
from labs.deep.run import NetworkResult, run
from lessons.deep_scene import DEEP
from tests.browser.conftest import Serve, Visit
from tests.browser.helpers import DEEP as TINY
from tests.browser.helpers import becomes, box, query, settle
from views.deep.charts import CHARTS, ON_NETWORKS
from views.view_state import ViewState


def right(one: NetworkResult, at: int) -> str:
    return f"{100 * float(one.record.measured.held_out_accuracy[at]):.1f} %"


def meter(one: NetworkResult, at: int) -> str:
    assert one.slice is not None
    distance, truth, shown = (numeral(float(f"{part[at]:.3g}")) for part in (one.slice.on.distance, one.true_loss, one.slice.plane_loss))
    return f"{distance} off the plane; loss {truth}, drawn {shown}"


def test_the_numbers_are_those_of_the_run_and_play_with_the_walk(visit: Visit, page: Page) -> None:
    visit(TINY)
    scene, _, _ = address.read(query(page), DEEP, ViewState())
    result = run(scene)
    expect(page.locator(".esl-number")).to_have_text([right(one, -1) for one in result.nets])
    scrub = page.locator(".esl-scrub")
    for update in (0, 17):
        scrub.fill(str(update))
        here = [right(one, int(np.searchsorted(one.record.update, update))) for one in result.nets]
        expect(page.locator(".esl-number")).to_have_text(here)
        expect(page.locator(".esl-meter")).to_have_text(
            [meter(one, int(np.searchsorted(one.record.update, update))) for one in result.nets]
        )
    page.get_by_role("button", name="Redraw through this step").click()
    expect(page).to_have_url(re.compile("through=17"))
    expect(page.get_by_text("through update 17")).to_be_visible()
    expect(page.locator(".esl-start:visible")).to_have_count(0)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".esl-update")).to_have_text("update 40 of 40", timeout=15_000)


def test_a_rate_and_a_normalization_are_in_the_address(visit: Visit, page: Page) -> None:
    visit(TINY)
    page.get_by_role("textbox", name="learning rate").fill("0.05")
    page.get_by_role("textbox", name="learning rate").press("Enter")
    expect(page).to_have_url(re.compile("optimizer.rate=0.05"))
    page.get_by_role("button", name="layer normalization").click()
    expect(page).to_have_url(re.compile("n3=layer"))
    expect(page.locator(".esl-panel .esl-title")).to_have_text(["no normalization", "batch normalization", "layer normalization"])
    page.get_by_role("button", name="3-D", exact=True).click()
    expect(page.locator(".esl-surface canvas").first).to_be_visible()


def test_a_zoom_draws_the_new_window_at_full_resolution_and_fit_gives_the_old_one_back(visit: Visit, page: Page) -> None:
    visit(TINY.replace("resolution=25", "resolution=50"))
    panel = page.locator(".esl-panel").nth(1)
    plot = panel.locator(".esl-contour .esl-plotly")
    shown = "({ data: [{ x, y, z }] }) => [x[0], x.at(-1), y[0], y.at(-1), z.length, z[0].length]"
    before = plot.evaluate(shown)
    left, top, width, height = box(panel.locator(".esl-contour"))
    page.mouse.move(left + 0.4 * width, top + 0.3 * height)
    page.mouse.down()
    page.mouse.move(left + 0.7 * width, top + 0.6 * height, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile("p2.window="))
    assert "p1.window" not in query(page), "the other picture stays as it is"
    window = [float(value) for value in query(page)["p2.window"].split(",")]
    assert window[1] - window[0] < 0.8 * (before[1] - before[0])
    becomes(page, lambda: plot.evaluate(shown), pytest.approx([*window, 50, 50], rel=1e-4, abs=1e-6))
    panel.get_by_role("button", name="Fit", exact=True).click()
    page.wait_for_url(re.compile(r"^(?!.*p2\.window)"))
    becomes(page, lambda: plot.evaluate(shown), pytest.approx(before, rel=1e-4, abs=1e-6))


def test_every_chart_is_drawn(visit: Visit, page: Page) -> None:
    visit(TINY)
    for label, _ in (CHARTS[name] for name in ON_NETWORKS):
        page.get_by_role("radio", name=label, exact=True).or_(page.get_by_role("button", name=label, exact=True)).first.click()
        settle(page)
        expect(page.locator(".esl-chart .main-svg").first).to_be_visible(timeout=60_000)
        expect(page.get_by_text("Computing:")).to_have_count(0, timeout=120_000)


def test_a_longer_training_is_drawn_on_its_way_stopped_and_goes_on(serve: Serve, page: Page) -> None:
    page.goto(f"{serve('app.py')}/deep?steps=20000&depth=12&v=1")
    expect(page.locator(".esl-number").first).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=60_000)
    settle(page)
    said = re.compile(r"Stopped: (\d+) %")
    reached = said.search(page.get_by_text(said).inner_text())
    assert reached
    numbers = page.locator(".esl-number").all_inner_texts()
    page.wait_for_timeout(2000)
    assert page.locator(".esl-number").all_inner_texts() == numbers, "it stands still"
    page.get_by_role("button", name="Go on").click()

    def further() -> bool:
        going = re.search(r"Computing: (\d+) %", page.locator(".stApp").inner_text())
        return going is not None and int(going[1]) > int(reached[1])

    becomes(page, further, True, seconds=90)  # it goes on from where it was
    page.get_by_role("button", name="Stop").click()
