"""The page of masks in a real browser: picture, tables and sentence follow every control, and nothing is wider than a phone."""

import re

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, expect

from labs.masks.method import mask_methods
from labs.masks.run import run
from labs.masks.setup import LENGTH, Masked
from tests.browser.conftest import Visit
from tests.browser.helpers import DARK, PHONE, address_is, settle

HALF = "/masks?pad1=no&pad2=no&pad3=no&pad4=no&v=1"


def bars(page: Page) -> list[str]:
    """What is written above the bars, panel by panel."""
    return page.locator(".esl-chart .bartext").all_text_contents()


def test_bare_it_shows_uniform_nan_and_zero_at_once(visit: Visit, page: Page) -> None:
    visit("/masks")
    expect(page.get_by_role("heading", level=1)).to_contain_text("0.167, −∞ gives NaN. Where-masking, the safe form, gives 0")
    written = bars(page)
    assert written == [*["0.17"] * 12, *["NaN"] * 6, *["0"] * 18]
    expect(page.locator(".esl-chart .annotation-text", has_text="gradient NaN")).to_have_count(1)
    for name in ("where-masking (safe)", "multiply after softmax"):
        row = page.locator("tr", has_text=name).first
        expect(row.get_by_role("cell", name="✓ all 0")).to_have_count(4)
    expect(page.locator(".esl-nan", has_text=re.compile("^✗ NaN$"))).to_have_count(6)
    expect(page.locator(".esl-chart")).to_be_in_viewport(ratio=1)
    expect(page.locator(".esl-masks").first).to_be_in_viewport(ratio=1)


def test_every_control_is_in_the_address_and_the_picture_follows(visit: Visit, page: Page) -> None:
    visit("/masks")
    page.get_by_role("radio", name="float16", exact=True).click()
    address_is(page, format="float16", v="1")
    expect(page.locator(".esl-chart .bartext").first).to_have_text("NaN")
    assert bars(page) == [*["NaN"] * 18, *["0"] * 18]
    page.get_by_text("all masked", exact=True).click()
    address_is(page, format="float16", pad1="no", pad2="no", pad3="no", pad4="no", v="1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("sum 0.689")
    page.get_by_role("button", name="5", exact=True).click()
    expect(page).to_have_url(re.compile("pad5=no"))
    score = page.get_by_role("textbox", name="score 6")
    score.fill("4")
    score.press("Enter")
    expect(page).to_have_url(re.compile("y6=4"))
    total = run(Masked(y6=4.0, pad5="no", format="float16")).here["float16"]["multiply"].sum
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"sum {total:.3g}")
    for name in ("float64", "float32", "bfloat16"):
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page.get_by_text(f"Share of each position, in {name}")).to_be_visible()
    page.go_back()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_folds_open_on_numbers_formats_and_code(visit: Visit, page: Page) -> None:
    visit(HALF)
    for name in ("The numbers", "in each number format", "The safe form as code"):
        page.locator("summary", has_text=name).click()
    expect(page.get_by_text("float32, with this padding")).to_be_visible()
    expect(page.get_by_role("cell", name="−4,294,967,295")).to_be_visible()
    expect(page.get_by_role("cell", name="16,777,216")).to_be_visible()
    expect(page.get_by_text("def where_masked")).to_be_visible()
    expect(page.locator(".katex-display")).to_have_count(len(mask_methods()))


@pytest.mark.parametrize(
    ("page", "path"),
    [
        pytest.param(PHONE, "/masks", id="phone"),
        pytest.param({**PHONE, **DARK}, HALF, id="dark phone, half masked"),
        pytest.param(PHONE, HALF, id="phone, half masked", marks=pytest.mark.long),
        pytest.param({**PHONE, **DARK}, "/masks", id="dark phone", marks=pytest.mark.long),
    ],
    indirect=["page"],
)
def test_on_a_phone_the_picture_comes_first_and_nothing_is_wider(visit: Visit, page: Page, path: str) -> None:
    visit(path)
    box = page.locator(".esl-chart").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 844
    expect(page.get_by_role("slider", name="score 1")).to_be_hidden()
    for name in ("The numbers", "in each number format", "The safe form as code"):
        page.locator("summary", has_text=name).click()
    page.get_by_text("More controls").click()
    expect(page.get_by_role("slider", name=f"score {LENGTH}")).to_be_visible()
    expect(page.get_by_text("def where_masked")).to_be_visible()
    settle(page)
    assert page.locator(".stMainBlockContainer").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
