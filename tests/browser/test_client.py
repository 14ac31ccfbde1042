"""The browser's modules by themselves, in a real browser: each function beside a second computation in NumPy."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, Route

from browser.pack import pack
from figures.derived import HOWS, Derived
from figures.levels import levels
from tests.browser.conftest import Tab

CLIENT = Path(__file__).resolve().parents[2] / "browser" / "client"
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Tab]:
    """Of its own: the app's would compile its scripts anew after another site."""
    tab = Tab(browser)
    yield tab
    tab.context.close()


@pytest.fixture
def page(tab: Tab) -> Iterator[Page]:
    with tab.lent() as page:
        yield page


@pytest.fixture
def call(page: Page) -> Call:
    """call("path", "clipSegment(0, 0, 1, 1, box)", box={...}): the expression's value, with the module's exports and the names in scope."""

    def serve(route: Route) -> None:
        file = CLIENT / Path(route.request.url).name
        kinds = {".js": "text/javascript", ".css": "text/css"}
        if file.suffix in kinds:
            route.fulfill(path=file, content_type=kinds[file.suffix])
        else:
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")

    page.route("http://modules.test/**", serve)
    page.goto("http://modules.test/")

    def evaluate(module: str, expression: str, **names: object) -> Any:  # noqa: ANN401  (whatever the expression gives)
        script = f"""async (names) => {{
            const module = await import("http://modules.test/{module}.js");
            const run = new Function(...Object.keys(module), ...Object.keys(names), {json.dumps(f"return ({expression});")});
            return await run(...Object.values(module), ...Object.values(names));
        }}"""
        return page.evaluate(script, names)

    return evaluate


BOX = {"left": 0.0, "right": 10.0, "top": 0.0, "bottom": 5.0}


@pytest.mark.parametrize(
    ("segment", "part"),
    [
        ((1, 1, 9, 4), (0, 1)),
        ((-5, 1, 5, 1), (0.5, 1)),
        ((5, 1, 15, 1), (0, 0.5)),
        ((-10, 1, 20, 1), (1 / 3, 2 / 3)),
        ((-1, -1, -2, 9), None),
        ((-5, 5, 5, -10), None),
        ((3, 3, 3, 3), (0, 1)),
        ((3, 9, 3, 9), None),
    ],
)
def test_the_part_of_a_segment_inside_a_box(call: Call, segment: tuple[float, ...], part: tuple[float, float] | None) -> None:
    result = call("path", "clipSegment(...segment, box)", segment=segment, box=BOX)
    assert result == (None if part is None else pytest.approx(list(part)))


def test_a_path_is_cut_where_it_leaves_and_says_at_which_update(call: Call) -> None:
    walk = {"path": [1, 1, 5, 2, 15, 2, 5, 3, 1e300, 3], "update": [0, 1, 2, 3, 4]}
    traced = call("path", "tracePath(walk, 5, { ...box, x: (v) => v, y: (v) => v })", walk=walk, box=BOX)
    assert [exit["update"] for exit in traced["exits"]] == [2, 4]
    assert [exit["x"] for exit in traced["exits"]] == [10, 10]
    assert traced["out"] is True
    assert len(traced["pieces"]) == 2
    assert [dot["i"] for dot in traced["dots"]] == [0, 1, 3], "what lies outside is no dot, and is not counted away"


@pytest.mark.parametrize(("tick", "count"), [(-1, 0), (0, 1), (2, 1), (3, 2), (9, 3), (math.inf, 3)])
def test_how_many_points_are_reached(call: Call, tick: float, count: int) -> None:
    assert call("values", "countUpTo([0, 3, 9], tick)", tick=tick) == count


@pytest.mark.parametrize("length", [0, 1, 10, 300, 100_000])
def test_every_decade_takes_as_much_of_the_logarithmic_bar(call: Call, length: int) -> None:
    """By NumPy: 401 stops evenly over log(1 + k), those that round to one tick once; and the last stop that is not beyond a tick."""
    ticks = np.unique(np.rint(np.expm1(np.linspace(0, np.log1p(length), 401))))
    expression = "((p) => [p.end, Array.from({ length: p.end + 1 }, (_, i) => p.tick(i)), asked.map((k) => p.stop(k))])(new Pace(n, true))"
    asked = [0, length // 2, length]
    end, stops, back = call("pace", expression, n=length, asked=asked)
    np.testing.assert_array_equal(stops, ticks)
    assert (end, stops[0], stops[-1]) == (ticks.size - 1, 0, length)
    np.testing.assert_array_equal(back, np.searchsorted(ticks, asked, side="right") - 1)
    even = "((p) => [p.end, p.tick(3), p.stop(3)])(new Pace(n))"
    assert call("pace", even, n=length) == [length, 3, 3]


@pytest.mark.parametrize("how", HOWS)
def test_derived_arrays_are_those_of_python(call: Call, how: str) -> None:
    rng = np.random.default_rng(1)
    of = np.exp(rng.normal(scale=3.0, size=(4, 6))).astype(np.float32)
    of[0, 0], of[1, 1], of[2, 2] = np.inf, 0.0, np.nan
    if how == "scale":
        of = rng.integers(0, 65536, (4, 6)).astype(np.uint16)
    by = {"shift": (0.4096,), "rank": (0.0, 0.1, 1.0, 7.0)}.get(how, (0.01, 50.0))
    made = Derived(of, how, by)
    packed = pack({"z": made, "path": Derived(of[:, :2], "shift", (1.0, -2.0))})
    read = call("unpack", "(({ z, path }) => [z.map((row) => [...row]), [...path]])(unpack(new Uint8Array(bytes)))", bytes=list(packed))
    np.testing.assert_allclose(np.array(read[0], dtype=float), made.value(), rtol=1e-14)
    np.testing.assert_allclose(np.array(read[1], dtype=float), (of[:, :2].astype(float) + np.array([1.0, -2.0])).ravel(), rtol=1e-15)


@pytest.mark.parametrize("kind", ["log", "even", "rank", "linear"])
def test_the_browser_draws_the_heights_of_levels(call: Call, kind: str) -> None:
    grid = np.exp(np.random.default_rng(2).normal(scale=2.0, size=(20, 20)))
    scale = levels(kind, grid, 0.0, 0.01)
    read = call(
        "unpack", "unpack(new Uint8Array(bytes)).z.map((row) => [...row])", bytes=list(pack({"z": scale.heights(scale.excess(grid))}))
    )
    reach = scale.last - scale.first
    np.testing.assert_allclose(np.array(read), scale.height(grid), atol=2e-6 * reach, err_msg="float32 of the excess")


def test_only_what_differs_is_different(call: Call) -> None:
    same = "[same(one, { ...one }), same(one, other), same(new Float32Array([1, NaN]), new Float32Array([1, NaN])), same([1], { 0: 1 })]"
    assert call("values", same, one={"a": [1, 2], "b": None}, other={"a": [1, 3], "b": None}) == [True, False, True, False]


CONTRAST = "pairs.map(([color, theme]) => [theme.background, legible(color, theme)].map((shade) => luminance(rgb(shade))))"


def test_walks_can_be_read_on_either_theme(call: Call) -> None:
    from figures.colors import WALKS

    themes = ({"text": "#31333f", "background": "#ffffff"}, {"text": "#fafafa", "background": "#0e1117"})
    pairs = [(stroke.color, theme) for stroke in WALKS for theme in themes]
    for ground, ink in call("theme", CONTRAST, pairs=pairs):
        assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 3


def test_a_sender_has_one_value_under_way_and_the_newest_follows(call: Call) -> None:
    sent = call(
        "sender",
        """(async () => {
            const sent = [];
            const sender = new Sender((value, turn) => sent.push([value, turn]));
            for (const value of [1, 2, 3]) sender.offer(value);
            sender.offer('w', 'window');
            const first = [...sent];
            const behind = sender.behind;
            sender.answer(1);
            await new Promise((done) => setTimeout(done, 100));
            sender.answer(2);
            await new Promise((done) => setTimeout(done, 100));
            sender.answer(3);
            await new Promise((done) => setTimeout(done, 100));
            return { first, behind, sent, idle: sender.idle };
        })()""",
    )
    assert sent == {"first": [[1, 1]], "behind": True, "sent": [[1, 1], [3, 2], ["w", 3]], "idle": True}


def test_a_parcel_is_given_to_who_asked_before_and_after(call: Call) -> None:
    asked = """
        const parcels = new Parcels();
        const before = parcels.get('a');
        parcels.put('a', { n: 1 });
        return [(await before).n, await parcels.get('a') === await before];
    """
    assert call("parcels", f"(async () => {{ {asked} }})()") == [1, True]


MOVES = {
    "path": [0, 0, 1, 2, 3, 3],
    "update": [0, 1, 5],
    "color": "#d55e00",
    "moves": {
        "gradient": [[2, 0], [4, -1], [0, 0]],
        "momentum": [[1, 0], [3, -4], [0, 0]],
        "scale": [[1, 1], [2, 0.5], [1, 1]],
        "step": [[-0.1, 0], [-0.15, 0.8], [None, None]],
        "rates": [0.1, 0.1, 0.1],
        "adaptive": True,
    },
}


def test_a_parcel_that_is_asked_for_stays_however_many_come(call: Call) -> None:
    kept = """
        const parcels = new Parcels();
        parcels.put('map', 1);
        for (let i = 0; i < 500; i++) { parcels.put('walk ' + i, i); await parcels.get('map'); }
        return parcels.get('map');
    """
    assert call("parcels", f"(async () => {{ {kept} }})()") == 1


def test_an_update_taken_apart(call: Call) -> None:
    moves = call("details", "movesOf(walk, 3, 'updates')", walk=MOVES)
    assert moves["point"] == [1, 2]
    assert moves["gradient"] == pytest.approx([-0.4, 0.1])
    assert moves["momentum"] == pytest.approx([-0.3, 0.4])
    assert moves["step"] == [-0.15, 0.8]
    a, b = moves["axes"]
    assert (a, b) == pytest.approx((0.1 * 5 / 2, 0.1 * 5 / 0.5))
    assert (moves["step"][0] / a) ** 2 + (moves["step"][1] / b) ** 2 == pytest.approx(1), "the step ends on the ellipse"
    assert call("details", "movesOf(walk, Infinity, 'updates')", walk=MOVES) is None, "no update is made from the last point"


@pytest.mark.parametrize(("length", "times"), [(100.0, 1), (24.0, 1), (23.9, 10), (2.5, 10), (2.3, 100), (0.0, 1)])
def test_steps_too_short_to_see_are_enlarged_by_a_power_of_ten(call: Call, length: float, times: int) -> None:
    assert call("details", "enlargement([{ step: [length, 0] }], [1, 1])", length=length) == times


def test_the_lens_shows_a_circle_where_the_method_sees_one(call: Call) -> None:
    """L = ½(h₁θ₁² + h₂θ₂²) with σ = h: in φ = √σ·θ it is round. Held by the area of level lines in the pixels of the inset."""
    h = (1.0, 64.0)
    axis = np.linspace(-2, 2, 201)
    z = 0.5 * (h[0] * axis[None, :] ** 2 + h[1] * axis[:, None] ** 2)
    last = 1.0
    trace = {
        "x": axis.tolist(),
        "y": axis.tolist(),
        "z": z.tolist(),
        "colorscale": [[0, "#ffffff"], [1, "#000000"]],
        "contours": {"start": 0, "end": last, "size": last},
    }
    half, share = call("lens", "insetExtent(map, scale)", map=trace, scale=h)
    assert share == pytest.approx(1 / 8)
    assert half[0] / half[1] == pytest.approx(8), "a unit of φ₁ is as long as one of φ₂"
    side = 132
    shades = call("lens", "[...shades(map, [0, 0], half, side)]", map=trace, half=half, side=side)
    inside = np.array(shades).reshape(side, side, 4)[:, :, 0] > 100  # the band below the first line
    rows, columns = np.nonzero(inside)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=3)
    assert np.ptp(rows) > 20
    assert inside.sum() == pytest.approx(math.pi / 4 * (np.ptp(rows) + 1) * (np.ptp(columns) + 1), rel=0.08)


def test_pictures_are_fetched_from_the_hand_outward_and_not_twice(call: Call) -> None:
    script = """(() => {
        const prefetch = new Prefetch();
        const asked = [];
        const shown = [];
        prefetch.connect((request) => asked.push(request.stops));
        prefetch.receive({ turn: 1, sequences: { unit: 'one' } });
        prefetch.want({ control: 'unit', count: 60, stop: () => 5 });
        prefetch.display({ show: (picture) => shown.push(picture), check() {} });
        const early = prefetch.show('unit', 5);
        const pictures = Object.fromEntries(asked[0].map((i) => [i, 'picture ' + i]));
        prefetch.receive({ turn: 2, sequences: { unit: 'one' }, control: 'unit', name: 'one', pictures, slow: false });
        const late = prefetch.show('unit', 5);
        prefetch.receive({ turn: 3, sequences: { unit: 'another' } });
        prefetch.receive({ turn: 2, sequences: { unit: 'one' } });
        return { asked, early, late, shown, stale: prefetch.show('unit', 5) };
    })()"""
    result = call("prefetch", script)
    assert result["asked"][0][:5] == [5, 6, 4, 7, 3]
    assert not set(result["asked"][0]) & set(result["asked"][1]), "what has come is not asked for again"
    assert (result["early"], result["late"], result["shown"], result["stale"]) == (False, True, ["picture 5"], False)


def test_who_leaves_disconnects_only_itself(call: Call) -> None:
    """Streamlit takes a page's components away after it has mounted those of the next."""
    script = """(() => {
        const prefetch = new Prefetch();
        const shown = [];
        const leave = prefetch.display({ show: () => shown.push('old'), check() {} });
        const stop = prefetch.connect(() => shown.push('asked the old one'));
        const next = prefetch.display({ show: () => shown.push('new'), check() {} });
        prefetch.connect(() => shown.push('asked'));
        leave();
        stop();
        prefetch.receive({ turn: 1, sequences: { unit: 'one' }, control: 'unit', name: 'one', pictures: { 0: 'picture' } });
        prefetch.want({ control: 'unit', count: 2, stop: () => 0 });
        prefetch.show('unit', 0);
        next();
        return [shown, prefetch.show('unit', 0)];
    })()"""
    assert call("prefetch", script) == [["asked", "new"], False]


@pytest.mark.parametrize(
    ("value", "cell"), [(-1, [0, -1]), (0, [0, 0]), (0.5, [0, 0.5]), (1, [1, 0]), (2, [1, 0.5]), (3, [1, 1]), (5, [1, 2])]
)
def test_the_cell_of_an_axis(call: Call, value: float, cell: list[float]) -> None:
    assert call("values", "cell([0, 1, 3], value)", value=value) == cell


def test_every_module_says_what_it_is_for() -> None:
    for file in CLIENT.glob("*.js"):
        assert file.read_text(encoding="utf-8").startswith("/**"), f"{file.name} begins with its @file line"
