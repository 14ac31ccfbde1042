"""The app itself in a real browser: a person moves the unit, switches both normalizations, adds an optimizer, and reads the numbers."""

import io
import re

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, Page, expect

from core.settings import pick
from labs.plane.run import run
from lessons.scenes import HIDDEN, SCALE
from tests.browser.conftest import Serve, Visit
from tests.browser.helpers import address_is, becomes, box, drawn, in_the_long_tests, numbers, query, settle


def counts(page: Page, *expected: str) -> None:
    """Waits until the big numbers are these."""
    expect(page.locator(".esl-number")).to_have_text(list(expected))


def fact(page: Page, panel: int, label: str) -> Locator:
    return page.locator(".esl-panel").nth(panel).locator(".esl-fact", has_text=label).locator("dd")


def pixels(page: Page, panel: int) -> np.ndarray:
    """What a contour map shows."""
    picture = page.locator(".esl-panel").nth(panel).locator(".esl-contour").screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=float)


def set_field(page: Page, label: str, value: str) -> None:
    box = page.get_by_role("textbox", name=label)
    box.fill(value)
    box.press("Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_first_screen_says_it_all(visit: Visit, page: Page) -> None:
    visit("/")
    heading = "Same 150 flowers, same model. Only the unit of one feature changed."
    expect(page.get_by_role("heading", name=heading)).to_be_in_viewport()
    counts(page, "31", "1")
    for count in page.locator(".esl-number").all():
        expect(count).to_be_in_viewport()  # without scrolling, at 1280 × 800
    assert fact(page, 0, "condition number").inner_text() == "28.12"
    assert fact(page, 1, "condition number").inner_text() == "1.266"
    assert fact(page, 0, "speed limit").inner_text() == "0.05296"
    assert fact(page, 1, "speed limit").inner_text() == "0.8948"
    expect(page.get_by_text("it raised the speed limit 17 times")).to_be_visible()
    address_is(page)


def test_moving_the_unit_moves_only_the_left_picture(visit: Visit, page: Page) -> None:
    visit("/")
    before = pixels(page, 1)
    press(page, "unit of x₂ (sepal width): cm")
    counts(page, "3", "1")
    for unit, steps, kappa in (("20", "120", "112.4"), ("100", "3,007", "2809.5")):
        set_field(page, "unit of x₂ (sepal width)", unit)
        counts(page, steps, "1")
        expect(fact(page, 0, "condition number")).to_have_text(kappa)
        expect(fact(page, 1, "condition number")).to_have_text("1.266")
        address_is(page, scale2=unit, v="1")
    settle(page)
    moved = np.mean(np.abs(pixels(page, 1) - before).max(axis=2) > 40)
    assert moved < 1e-3, "the standardized picture never moves (rounding may shift the smoothing of an edge)"


def test_dragging_the_unit_is_live(visit: Visit, page: Page) -> None:
    visit("/")
    slider = page.get_by_role("slider", name="unit of x₂ (sepal width)")
    left, top, width, height = box(slider)
    y, seen = top + height / 2, set()
    page.mouse.move(left + width * 0.66, y)
    page.mouse.down()
    for i in range(400):  # to and fro until four pictures were seen; a busy machine needs longer
        page.mouse.move(left + width * (0.66 - 0.015 * abs(i % 48 - 24)), y)
        page.wait_for_timeout(60)
        seen.add(numbers(page)[0])
        if len(seen) >= 4:
            break
    assert len(seen) >= 4, "the count follows the hand while the button is down"
    page.mouse.up()
    expect(page.locator(".esl-number").nth(1)).to_have_text("1")
    scale = float(page.get_by_role("textbox", name="unit of x₂ (sepal width)").input_value())
    becomes(page, lambda: float(query(page).get("scale2", 10)), pytest.approx(scale, rel=2e-3))  # the last value of the hand arrives last


def test_feature_normalization_is_a_toggle(visit: Visit, page: Page) -> None:
    visit("/")
    page.get_by_text("Feature normalization", exact=True).click()
    counts(page, "31")
    page.get_by_text("Feature normalization", exact=True).click()
    counts(page, "31", "1")


def test_batch_and_feature_normalization_of_the_hidden_layer(visit: Visit, page: Page) -> None:
    visit("/hidden")
    counts(page, "25", "2")
    press(page, "gain g of the second hidden unit: 30")
    counts(page, "331", "2")
    press(page, "gain g of the second hidden unit: 1")
    counts(page, "2", "2")
    expect(page.get_by_text("slightly worse: κ went from 1.411 to 1.656")).to_be_visible()
    page.get_by_text("Feature normalization", exact=True).click()
    expect(page.get_by_text("slightly worse: κ went from 3.698 to 5.375")).to_be_visible()
    page.get_by_text("Batch normalization", exact=True).click()
    expect(page.locator(".esl-panel")).to_have_count(1)
    page.get_by_text("Feature normalization", exact=True).click()
    expect(fact(page, 0, "condition number")).to_have_text("1.411")


def test_an_optimizer_is_added_and_its_number_is_the_one_that_run_gives(visit: Visit, page: Page) -> None:
    visit("/")
    press(page, "+ Momentum")
    picked = (*SCALE.optimizers, pick("momentum"))
    result = run(type(SCALE)(**{**vars(SCALE), "optimizers": picked}))
    counts(page, *(f"{walk.settled:,}" for panel in result.panels for walk in panel.walks))
    press(page, "+ Adam")
    expect(page.locator(".esl-number")).to_have_count(6)
    address_is(page, o1="gradient_descent", o2="momentum", o3="adam", v="1")


def test_the_three_rate_modes(visit: Visit, page: Page) -> None:
    visit("/")
    page.get_by_role("radio", name="the same number for all").or_(page.get_by_role("button", name="the same number for all")).click()
    set_field(page, "learning rate η, the same number for all", "0.5")
    counts(page, "✕", "2")
    marks = page.locator(".mark").all_inner_texts()
    assert any("0.05296" in text for text in marks)
    assert any("0.8948" in text for text in marks)
    name = "the same fraction of each limit"
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).click()
    expect(page.get_by_text("η as a fraction of each panel's limit")).to_be_visible()
    expect(page.locator(".esl-count-name").first).to_contain_text("of its limit")


def test_an_address_opened_elsewhere_gives_the_same_numbers(visit: Visit, page: Page) -> None:
    visit("/")
    press(page, "+ RMSProp")
    expect(page.locator(".esl-number")).to_have_count(4)
    set_field(page, "unit of x₂ (sepal width)", "3.7")
    settle(page)
    expect(page).to_have_url(re.compile("scale2=3.7"))
    with page.context.browser.new_context() as other:  # type: ignore[union-attr]
        elsewhere = other.new_page()
        elsewhere.goto(page.url)
        drawn(elsewhere)
        becomes(page, lambda: numbers(page), numbers(elsewhere))
        becomes(page, page.locator("dd").all_inner_texts, elsewhere.locator("dd").all_inner_texts())


def test_a_bad_address_is_said_and_does_no_harm(visit: Visit, page: Page) -> None:
    visit("/?data=nowhere&scale2=1e999&o1.rate=NaN&steps=999999999999&foo=%3Cimg%20src=x%3E")
    expect(page.get_by_test_id("stAlert")).to_have_count(5)
    counts(page, "31", "1")


def test_play_counts_up_and_stops_where_each_walk_arrives(visit: Visit, page: Page) -> None:
    visit("/?scale2=20")
    speed = page.get_by_role("combobox", name="Speed")
    speed.select_option("0.25")  # slowly, so that a busy machine does not miss it
    press(page, "Play")
    early = numbers(page)
    assert early[0] != "120"
    speed.select_option("4")
    counts(page, "120", "1")


def test_three_dimensions_are_one_click_away(visit: Visit, page: Page) -> None:
    visit("/")
    press(page, "3-D")
    expect(page.locator(".esl-board .gl-container canvas").first).to_be_visible()
    expect(page).to_have_url(re.compile("view=surface"))
    press(page, "Contour")
    expect(page).not_to_have_url(re.compile("view=surface"))


@pytest.mark.parametrize(
    "name",
    [
        "cm → mm",
        "hidden gain and batch norm",  # on another page
        *in_the_long_tests("the same η = 0.5 for both", "standardize", "correlation: what remains"),
    ],
)
def test_a_lesson_asks_first_and_then_shows(visit: Visit, page: Page, name: str) -> None:
    visit("/")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_test_id("stRadio")).to_be_visible()
    expect(page.locator(".esl-board")).to_have_count(0)
    page.get_by_test_id("stRadio").get_by_role("radio").first.check(force=True)
    press(page, "Show what happens")
    drawn(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page).to_have_url(re.compile("revealed=yes"))


def test_topics_of_the_page_of_optimizers(visit: Visit, page: Page) -> None:
    visit("/optimizers")
    for topic in ("Momentum", "Adaptive", "Mini-batches", "Schedules", "Rates"):
        page.get_by_role("radio", name=topic).or_(page.get_by_role("button", name=topic, exact=True)).click()
        expect(page.get_by_role("radio", name=topic)).to_be_checked()
        settle(page)
        expect(page.locator(".esl-number").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_workbench_draws_what_is_picked(visit: Visit, page: Page) -> None:
    visit("/workbench")
    page.get_by_role("combobox", name="what is minimized").click()
    page.keyboard.type("Himmel")
    page.get_by_role("option", name="Himmelblau").click()
    expect(page.locator(".esl-title").first).to_contain_text("Himmelblau")
    expect(page).to_have_url(re.compile("surface=himmelblau"))
    for part in ("Data", "Normalization", "Optimizers", "Run", "Picture", "Model and loss"):
        page.get_by_role("radio", name=part).or_(page.get_by_role("button", name=part, exact=True)).click()
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_table_of_the_hidden_layer_is_what_run_gives() -> None:
    """What the browser tests above read off the page."""
    assert [panel.walks[0].settled for panel in run(HIDDEN).panels] == [25, 2]


def share(page: Page, word: str) -> int:
    """The percentage behind "Computing: " or "Stopped: "."""
    found = re.search(r"(\d+) %", page.get_by_text(word).first.inner_text())
    assert found is not None
    return int(found[1])


def grows(page: Page, above: int) -> None:
    becomes(page, lambda: share(page, "Computing: ") > above, True, seconds=90)


def test_a_long_computation_is_stopped_and_goes_on(serve: Serve, page: Page) -> None:
    """36 rates of four methods, 100,000 updates each. The bar grows; stopped, it stays, whatever else is clicked; then it goes on."""
    methods = "o1=adam&o2=rmsprop&o3=adagrad&o4=nadam"
    page.goto(f"{serve('app.py')}/workbench?surface=network&surface.plane=hidden&mode=best&steps=100000&{methods}")
    expect(page.get_by_text("Computing: ")).to_be_visible(timeout=120_000)
    expect(page.locator(".esl-unit", has_text="so far").first).to_be_visible()
    expect(page.get_by_text("its best rate is being looked for").first).to_be_visible()
    grows(page, share(page, "Computing: "))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped: ")).to_be_visible()
    stopped = share(page, "Stopped: ")
    press(page, "3-D")  # the script runs once more, and computes nothing
    expect(page.get_by_role("button", name="3-D", exact=True)).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(1500)
    assert share(page, "Stopped: ") == stopped > 0
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("Computing: ")).to_be_visible()
    assert share(page, "Computing: ") >= stopped
    grows(page, stopped)
