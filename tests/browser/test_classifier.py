"""The page of classifiers in a real browser: its regions follow the player, what is flat is shaded, and losses are swapped."""

import re

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from core import address
from labs.deep.regions import regions
from labs.deep.run import run
from lessons.deep_scene import CLASSIFIER
from tests.browser.conftest import Visit
from tests.browser.helpers import CLASSIFIER as TINY
from tests.browser.helpers import query
from views.view_state import ViewState

# The sum of the class numbers of each picture of regions, as Plotly holds them.
PREDICTED = """() => [...document.querySelectorAll(".esl-cloud .esl-plotly")].map(
    (node) => node.data?.[0].z.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0) ?? null)"""


def test_the_regions_follow_the_player(visit: Visit, page: Page) -> None:
    visit(TINY)
    scene, _, _ = address.read(query(page), CLASSIFIER, ViewState())
    found = [regions(one.setup, len(one.record.update)) for one in run(scene).nets]
    scrub = page.locator(".esl-scrub")
    for update in (0, 7, 23, 40):
        scrub.fill(str(update))
        sums = [int(one.predicted[np.searchsorted(one.update, update, side="right") - 1].sum()) for one in found]
        page.wait_for_function(f"(wanted) => String(({PREDICTED})()) === String(wanted)", arg=sums, timeout=10_000)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".esl-update")).to_have_text("update 40 of 40", timeout=15_000)
    page.wait_for_function(f"(wanted) => String(({PREDICTED})()) === String(wanted)", arg=sums, timeout=10_000)


def test_the_flat_part_is_drawn_over_the_map(visit: Visit, page: Page) -> None:
    """On the page as it opens: over the first map two traces more than over the second, and one that can be seen."""
    visit("/classifier")
    counts = page.evaluate("() => [...document.querySelectorAll('.esl-contour .esl-plotly')].map((node) => node.data.length)")
    assert counts == [3, 1]
    expect(page.locator(".esl-subtitle").first).to_contain_text("shaded")
    expect(page.locator(".esl-contour").first.locator(".scatterlayer .js-line").first).to_be_attached()
    region, contour = page.locator(".esl-cloud").first.bounding_box(), page.locator(".esl-contour").first.bounding_box()
    assert region is not None
    assert contour is not None
    assert region["x"] >= contour["x"] + contour["width"] - 1, "side by side"
    assert region["y"] < contour["y"] + contour["height"]


def test_losses_are_swapped_and_the_address_says_so(visit: Visit, page: Page) -> None:
    visit(TINY)
    page.get_by_role("button", name="focal loss").click()
    expect(page).to_have_url(re.compile("l3=focal"), timeout=60_000)
    titles = page.locator(".esl-panel .esl-title")
    expect(titles).to_have_count(3, timeout=60_000)
    page.get_by_role("button", name="cross-entropy", exact=True).click()
    expect(page).to_have_url(re.compile("l2=focal"), timeout=60_000)
    expect(titles).to_have_count(2, timeout=60_000)
    expect(titles.last).to_have_text("focal loss")
