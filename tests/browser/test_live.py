"""The live picture in a real browser: click, drag, keys, zoom, camera, arrows, flip-book, morph, and pictures ahead of a long line."""

import re

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Page, Route, expect

from labs.plane.run import problem_of, run
from labs.plane.setup import Experiment
from labs.plane.start import started
from lessons.scenes import SCALE
from tests.browser.conftest import Serve, Visit
from tests.browser.helpers import PHONE, at_pixel, at_rest, becomes, box, contour, drawn, numbers, query, requested_start, settle
from tests.browser.slow_line import slow_line

UNIT = "unit of x₂ (sepal width)"
# in the browser: the address of a module that the page has loaded
PAGE = """performance.getEntriesByType("resource").map((entry) => entry.name).find((name) => name.endsWith("/page.js"))"""
PREFETCH = f"const {{ prefetch }} = (await import({PAGE})).pageOf(document.body);"


def near(page: Page, panel: int, at: tuple[float, float], pixel: tuple[float, float]) -> None:
    """The start of the address comes to lie at this point of a picture, give or take a pixel."""
    problem = problem_of(SCALE, SCALE.panels[panel])

    def landed() -> list[float]:
        return [float(value) for value in started(problem, requested_start(page))[1]]

    becomes(page, landed, [pytest.approx(at[i], abs=abs(pixel[i])) for i in (0, 1)])


@pytest.mark.parametrize("panel", [0, 1])
def test_a_click_puts_the_start_there_in_all_pictures_and_in_the_address(visit: Visit, page: Page, panel: int) -> None:
    visit("/")
    left, top, width, height = box(contour(page, panel))
    x, y = 0.62 * width, 0.4 * height
    at, pixel = at_pixel(page, panel, x, y)
    page.mouse.click(left + x, top + y)
    near(page, panel, at, pixel)
    start = requested_start(page)
    expected = run(Experiment(**{**SCALE.__dict__, "start": start}))
    expect(page.locator(".esl-number")).to_have_text([str(p.walks[0].settled) for p in expected.panels])
    for i, p in enumerate(expected.panels):
        said = contour(page, i).locator(".esl-start").get_attribute("aria-valuetext")
        assert said
        found = [float(value) for value in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?(?=,|$)", said)]
        assert found == pytest.approx([float(p.start[0]), float(p.start[1])], rel=2e-3)


def test_the_start_is_dragged_and_the_walks_follow(visit: Visit, page: Page) -> None:
    visit("/")
    ring = contour(page, 0).locator(".esl-start")
    x, y, width, height = box(ring)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    seen = set()
    for i in range(200):
        page.mouse.move(x + width / 2 + 0.5 * i, y + height / 2 + 0.3 * i)
        page.wait_for_timeout(30)
        seen.add(tuple(numbers(page)))
        if len(seen) >= 3:
            break
    assert len(seen) >= 3, "the counts follow while the button is down"
    left, top, _, _ = box(contour(page, 0))
    end = (x + width / 2 + 0.5 * i - left, y + height / 2 + 0.3 * i - top)
    at, pixel = at_pixel(page, 0, *end)
    page.mouse.up()
    near(page, 0, at, pixel)


def test_arrow_keys_move_the_start(visit: Visit, page: Page) -> None:
    visit("/")
    ring = contour(page, 1).locator(".esl-start")
    before, low, high = (float(str(ring.get_attribute(f"aria-value{which}"))) for which in ("now", "min", "max"))
    ring.focus()
    page.keyboard.press("ArrowRight")
    assert float(str(ring.get_attribute("aria-valuenow"))) == pytest.approx(before + 0.01 * (high - low), rel=1e-6)
    assert requested_start(page) != (0.0, 0.0)


def test_a_zoom_draws_the_new_window_at_full_resolution_and_fit_gives_it_back(visit: Visit, page: Page) -> None:
    visit("/")
    left, top, width, height = box(contour(page, 0))
    page.mouse.move(left + 0.4 * width, top + 0.3 * height)
    page.mouse.down()
    page.mouse.move(left + 0.7 * width, top + 0.6 * height, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile("p1.window="))
    assert "p2.window" not in query(page), "the other picture stays as it is"
    low, high, bottom, up = (float(value) for value in query(page)["p1.window"].split(","))
    map_of = "({ data: [{ x, y, z }] }) => [x[0], x.at(-1), y[0], y.at(-1), z.length, z[0].length]"
    plot = contour(page, 0).locator(".esl-plotly")
    becomes(page, lambda: plot.evaluate(map_of), pytest.approx([low, high, bottom, up, 100, 100], rel=1e-4))
    page.get_by_role("textbox", name=UNIT).fill("20")
    page.get_by_role("textbox", name=UNIT).press("Enter")
    page.wait_for_url(re.compile("scale2=20"))
    assert query(page)["p1.window"].startswith(f"{low:g}"[:4]), "the window outlives a change"
    page.get_by_role("button", name="Fit", exact=True).click()
    page.wait_for_url(re.compile(r"^(?!.*p1\.window)"))
    assert "p1.window" not in query(page)


def test_a_click_on_the_surface_puts_the_start_on_a_point_of_its_grid(visit: Visit, page: Page) -> None:
    visit("/?view=surface")
    plot = page.locator(".esl-surface .esl-plotly")
    expect(plot.locator("canvas").first).to_be_visible(timeout=60_000)
    plot.evaluate("node => node.on('plotly_click', ({ points: [point] }) => { window.clicked = [point.x, point.y]; })")
    left, top, width, height = box(plot)
    for i in range(40):  # until the surface under the pointer was found by the drawing that tells what is under it
        page.mouse.move(left + width / 2 + i % 3, top + height / 2)
        page.wait_for_timeout(300)
        page.mouse.down()
        page.mouse.up()
        if page.evaluate("window.clicked"):
            break
    at = page.evaluate("window.clicked")
    cell = page.evaluate(
        "() => { const [{ x, y }] = document.querySelector('.esl-surface .esl-plotly').data; return [x[1] - x[0], y[1] - y[0]]; }"
    )
    near(page, 0, (at[0], at[1]), (cell[0], cell[1]))


def test_the_arrows_of_an_update_and_the_lens_of_an_adaptive_method(visit: Visit, page: Page) -> None:
    visit("/?o1=gradient_descent&o2=adam")
    page.get_by_role("button", name="Arrows").click()
    expect(page.locator(".esl-moves")).to_contain_text("−η·gradient")
    assert page.locator(".esl-lens:visible").count() == 0, "at the end no update is made any more"
    scrub = page.get_by_role("slider", name="Shown update")
    scrub.press("Home")
    expect(contour(page, 0).locator(".esl-lens")).to_be_visible()
    expect(contour(page, 0).locator(".esl-lens")).to_contain_text("Adam")
    page.wait_for_url(re.compile("details=on"))
    page.get_by_role("button", name="Arrows").click()
    expect(page.locator(".esl-lens:visible")).to_have_count(0)


def test_the_flip_book_draws_each_batch_over_all_rows(visit: Visit, page: Page) -> None:
    visit("/optimizers?topic=batches")
    page.get_by_role("button", name="Flip-book").click()
    expect(page.locator(".esl-update")).to_have_text(re.compile(r"^update 0 of"))
    plot = contour(page, 0).locator(".esl-plotly")
    pages = "node => node.data.filter((trace) => trace.name === 'this batch').map((trace) => trace.z[0].slice(0, 5).join())"
    seen: set[str] = set()
    for _ in range(3):
        becomes(page, lambda: len(seen.union(plot.evaluate(pages))), len(seen) + 1)  # another batch, another landscape
        shown = plot.evaluate(pages)
        assert len(shown) == 1
        seen.update(shown)
        page.get_by_role("button", name="One update forward").click()
    page.get_by_role("button", name="Flip-book").click()
    expect(page.locator(".esl-update")).to_be_visible()
    settle(page)
    assert plot.evaluate(pages) == []


def test_epochs_and_updates(visit: Visit, page: Page) -> None:
    visit("/optimizers?topic=batches&curves=on")
    page.get_by_role("combobox", name="Count").select_option("epochs")
    expect(page.locator(".esl-update")).to_have_text(re.compile(r"^epoch (\S+) of \1$"))
    settle(page)
    title = page.locator(".esl-curves .esl-plotly").evaluate("node => node._fullLayout.xaxis.title.text")
    assert title == "epochs"
    page.wait_for_url(re.compile("clock=epochs"))


def test_on_logarithmic_time_half_of_the_bar_is_the_root_of_the_last_update(visit: Visit, page: Page) -> None:
    visit("/?mode=same&steps=10000&length=budget&pace=log&v=1")
    bar, shown = page.locator(".esl-scrub"), page.locator(".esl-update")
    expect(shown).to_have_text("update 10,000 of 10,000")
    stops = int(bar.get_attribute("max") or "0")
    assert 200 < stops <= 400
    bar.fill(str(stops))
    told = []
    for stop in (0, 1, 2, stops):
        bar.fill(str(stop))
        told.append(shown.inner_text())
    assert told == [f"update {k:,} of 10,000" for k in (0, 1, 2, 10_000)], "early updates one by one"
    bar.fill(str(stops - 200))
    expect(shown).to_have_text("update 99 of 10,000")  # 200 stops of 400 are half of ln(1 + 10000)
    bar.press("ArrowRight")
    expect(shown).to_have_text("update 101 of 10,000")
    page.get_by_role("button", name="Play").click()
    expect(shown).to_have_text("update 10,000 of 10,000", timeout=20_000)


def test_the_morph_turns_the_sliver_into_a_circle(visit: Visit, page: Page) -> None:
    visit("/")
    kappa = page.locator(".esl-panel").nth(1).locator(".esl-fact", has_text="condition number").locator("dd")
    page.evaluate(
        """() => {
            const value = [...document.querySelectorAll(".esl-panel")][1].querySelector(".esl-fact dd");
            window.seen = new Set([value.textContent]);
            new MutationObserver(() => seen.add(document.querySelectorAll(".esl-panel")[1].querySelector(".esl-fact dd").textContent))
                .observe(document.querySelectorAll(".esl-panel")[1], { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.get_by_text("Watch the ravine turn into a bowl").click()
    page.get_by_role("button", name="Play: from raw to normalized").click()
    page.wait_for_function("Math.max(...seen) > 20")  # it begins raw
    page.wait_for_function("seen.size >= 4")  # and goes through what lies between
    expect(kappa).to_have_text("1.266")


@pytest.mark.long
@pytest.mark.timed
def test_a_long_line_shows_what_was_sent_ahead(serve: Serve, page: Page) -> None:
    """150 ms of round trip. The drag shows pictures that are here already: the count follows the hand within one frame or two."""
    with slow_line(serve("app.py"), 0.075) as address:
        page.goto(address)
        drawn(page)
        slider = page.get_by_role("slider", name=UNIT)
        x, y, width, height = box(slider)
        page.mouse.move(x + 0.66 * width, y + height / 2)
        ready = f"""async () => {{
            {PREFETCH}
            const {{ control, count }} = prefetch.wanted ?? {{ count: 0 }};
            return Array.from({{ length: count }}, (_, stop) => prefetch.picture(control, stop)).filter(Boolean).length;
        }}"""
        # Pictures of the stops around the hand are sent ahead. Where the server was busy, they are asked for again in 5 s, 10 s, ...
        becomes(page, lambda: page.evaluate(ready) >= 60, True, seconds=60)
        page.mouse.down()
        for share in (0.5, 0.58, 0.62):
            page.mouse.move(x + share * width, y + height / 2)
            page.wait_for_timeout(60)
            unit = float(page.get_by_role("textbox", name=UNIT).input_value())
            expected = run(Experiment(**{**SCALE.__dict__, "scale2": unit})).panels[0].walks[0].settled
            assert numbers(page)[0] == str(expected), "the exact count of the value that is shown, at once"
        assert "scale2" not in query(page), "nobody was asked while the hand moved"
        page.mouse.up()
        page.wait_for_url(re.compile(f"scale2={unit:g}"))
        drawn(page)
        assert numbers(page)[0] == str(expected)


def test_a_double_click_looks_at_the_whole_map_and_leaves_the_start(visit: Visit, page: Page) -> None:
    visit("/?start=1.5,0.5&p1.window=-3,3,-2,2")
    expect(page).to_have_url(re.compile("p1.window"))
    x, y, width, height = box(contour(page, 0))
    page.mouse.dblclick(x + 0.6 * width, y + 0.3 * height)
    expect(page).not_to_have_url(re.compile("window"), timeout=30_000)
    assert requested_start(page) == (1.5, 0.5)


def test_a_drawing_that_was_lost_on_its_way_is_asked_for_once_more(visit: Visit, page: Page) -> None:
    """Streamlit drops the messages of a run where a fragment's rerun arrives just as it ends: the browser then lacks what Python drew."""
    visit("/")
    again = f"async (edit) => {{ {PREFETCH} prefetch.screen.check(edit); prefetch.screen.check(edit); return true; }}"
    count = "document.querySelector('.esl-board').dataset.contours"
    for edit, draws in ((0, False), (1000, True), (1000, False), (1001, True)):
        before = at_rest(page, lambda: page.evaluate(count))
        assert page.evaluate(again, edit)
        if draws:
            page.wait_for_function(f"before => {count} !== before", arg=before)
        else:
            page.wait_for_timeout(4000)
            assert page.evaluate(count) == before, f"what was drawn up to change {edit}"


@pytest.mark.parametrize("lost", [pytest.param(1, marks=pytest.mark.long), 4])
def test_arrays_that_were_lost_on_their_way_are_asked_for_once_more(serve: Serve, fresh_page: Page, lost: int) -> None:
    """Streamlit calls a component with the data that it had when its script began to load, and forgets what came meanwhile."""
    page = fresh_page
    page.add_init_script(f"window.lost = {lost}")

    def forgetful(route: Route) -> None:
        script = route.fetch()
        text = script.text()
        assert "part.parcels.put(" in text
        route.fulfill(response=script, body=text.replace("part.parcels.put(", "if (window.lost-- > 0) return;\n    part.parcels.put("))

    page.route("**/parcel.js", forgetful)
    page.goto(f"{serve('app.py')}/")
    drawn(page)
    assert numbers(page) == ["31", "1"]
    assert page.evaluate("window.lost") < 0


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_window_that_shrinks_is_drawn_to_its_rim_and_no_farther(visit: Visit, page: Page) -> None:
    """Where a picture is wider than high, Plotly took a smaller range for a zoom of the last one, and drew empty land beside it."""
    visit("/?scale2=0.1&v=1")
    plot = contour(page, 0).locator(".esl-plotly")
    ends = "node => [node._fullLayout.xaxis.range[0] - node.data[0].x[0], node._fullLayout.xaxis.range[1] - node.data[0].x.at(-1)]"
    span = "node => node.data[0].x.at(-1) - node.data[0].x[0]"
    before = plot.evaluate(span)
    page.get_by_role("button", name=f"{UNIT}: ×100", exact=True).click()
    page.wait_for_url(re.compile("scale2=100"))
    drawn(page)
    page.wait_for_function(
        "([node, before]) => node.data[0].x.at(-1) - node.data[0].x[0] < 0.8 * before", arg=[plot.element_handle(), before]
    )
    assert plot.evaluate(ends) == pytest.approx([0, 0], abs=1e-4 * plot.evaluate(span))
