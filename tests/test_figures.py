"""What is drawn: Plotly takes every figure, heights follow the loss, the goal's line is where the loss is that, colors differ."""

from itertools import combinations, pairwise
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from jaxtyping import Float
from sklearn.datasets import load_iris

from browser.pack import pack
from core.numerals import numeral
from core.settings import pick
from figures.bars import Bars, Words, bars
from figures.cloud import cloud
from figures.colors import DASHES, LOSS, LOSS_SCALE, PANELS, WALKS
from figures.contour import contour, ellipse
from figures.curves import Curve, curves
from figures.derived import Derived
from figures.figure import Figure
from figures.icon import icon
from figures.levels import levels
from figures.surface import surface
from labs.plane.run import run
from labs.plane.setup import Experiment
from lessons.scenes import ADAPTIVE, BATCHES, HIDDEN, RATES, SCALE, WORKBENCH
from verdict.plane import judged_run
from views.plane.board import plane_board
from views.view_state import ViewState

Vector = Float[np.ndarray, " n"]
KINDS = ("log", "even", "rank", "linear")


def accepted(figure: Figure) -> None:
    """Plotly's own validation raises a ValueError for any property or value that it does not know."""
    import plotly.graph_objects as go

    data = [{key: value.value() if isinstance(value, Derived) else value for key, value in trace.items()} for trace in figure["data"]]
    drawn = go.Figure(data=data, layout=figure["layout"])
    assert len(drawn.data) == len(figure["data"]) > 0


A, B = np.linspace(-2.0, 1.0, 31), np.linspace(0.0, 5.0, 21)
LOSSES = (A[None, :] + 0.5) ** 2 + 10 * (B[:, None] - 2) ** 2 + 3.0
FLAT, BROKEN = np.full((21, 31), 2.0), np.where(LOSSES > 50, np.inf, LOSSES)


# figures


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grid", [LOSSES, FLAT, BROKEN, np.full((21, 31), np.nan)], ids=["bowl", "flat", "infinite", "nothing"])
@pytest.mark.parametrize("equal", [True, False])
def test_contour_and_surface_are_figures(kind: str, grid: np.ndarray, equal: bool) -> None:
    scale = levels(kind, grid, None, 0.1)
    excess = scale.excess(grid)
    heights, losses = scale.heights(excess), scale.losses(excess)
    ring = ellipse(np.array([-0.5, 2.0]), np.diag([2.0, 20.0]), 0.1)
    point = np.array([0.3, 4.0])
    for given in ({}, {"minimum": point}, {"ring": ring}, {"level": scale.first + scale.step}):
        accepted(contour(A, B, heights, losses, scale, ("a", "b"), equal=equal, **given))
    accepted(contour(A, B, scale.coarse(grid), None, scale, ("a", "b"), equal=equal))
    assert np.all(np.isfinite(heights.value()))
    assert np.isfinite([scale.first, scale.last]).all()
    assert scale.step > 0
    if np.isfinite(grid).any():
        accepted(surface(A, B, heights, losses, 3.0, 9.0, scale, ("a", "b"), equal=equal))


SCENES = {
    "scale": SCALE,
    "hidden": HIDDEN,
    "rates": RATES,
    "adaptive": ADAPTIVE,
    "batches": BATCHES,
    "workbench": WORKBENCH,
    "b and w": Experiment(data=pick("pokemon"), surface=pick("linear", bias="axis"), scale2=1.0, steps=50),
    "absolute": Experiment(surface=pick("linear", loss="mean_absolute"), aspect="free", levels="even", steps=50),
    "no minimum": Experiment(surface=pick("monkey_saddle"), levels="linear", steps=50),
}


@pytest.mark.parametrize("name", SCENES)
def test_every_figure_of_a_page_is_one(name: str) -> None:
    experiment = SCENES[name]
    board = plane_board(experiment, judged_run(experiment), ViewState(curves="on"))
    assert board["curves"] is not None
    accepted(board["curves"])
    for panel in board["panels"]:
        accepted(panel["contour"])
        for figure in (panel["cloud"], panel["surface"]):
            if figure is not None:
                accepted(figure)
        assert (panel["cloud"] is None) == (name in ("workbench", "no minimum"))


@pytest.mark.parametrize("count", [1, 3, 6])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_bars_stand_in_panels_that_do_not_overlap(count: int, columns: int) -> None:
    """Every share is at its position, what is no number says so, and exactly 0 is told from nearly 0."""
    values, hatched = np.array([0.5, 0.0, 1e-7, np.nan]), np.array([False, True, True, False])
    figure = bars([Bars(f"panel {i}", values, hatched, "note") for i in range(count)], Words("plain", "other", "position"), columns)
    accepted(figure)
    texts: dict[int, str] = {}
    for trace in figure["data"][:3]:
        texts |= dict(zip(trace["x"], trace["text"], strict=True))  # type: ignore[call-overload]  # arrays and tuples, by construction
    assert texts == {1: "0.50", 2: "0", 3: "≈0", 4: "NaN"}
    named = [axis for key, axis in figure["layout"].items() if key.startswith("xaxis") and axis.get("title")]  # type: ignore[attr-defined]
    assert len(named) == min(columns, count)
    boxes = [
        (*figure["layout"][f"xaxis{i}"]["domain"], *figure["layout"][f"yaxis{i}"]["domain"])  # type: ignore[index]
        for i in ("", *range(2, count + 1))
    ]
    assert all(0 <= end <= 1 + 1e-12 for box in boxes for end in box)
    for one, other in combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


def test_curves_name_the_walk_whose_numbers_they_are() -> None:
    lines = [Curve(i % 2, i // 2, "Adam", WALKS[0].color, DASHES[i % 3]) for i in range(3)]
    figure = curves(lines, ("loss", "slope"), [0.1, 0.1])
    accepted(figure)
    assert [trace["meta"] for trace in figure["data"]] == [
        {"panel": panel, "walk": walk, "of": of} for panel, walk in ((0, 0), (1, 0), (0, 1)) for of in ("excess", "slope")
    ]
    assert "shapes" in figure["layout"]
    assert "shapes" not in curves(lines, ("loss", "slope"), [0.1, 0.2])["layout"], "two goals are not one line"
    accepted(curves(lines, ("loss", "slope"), []))


@pytest.mark.parametrize("n", [1, 2, 600, 601, 5000])
@pytest.mark.parametrize("equal", [True, False])
def test_cloud_draws_rows_evenly_and_not_too_many(n: int, equal: bool) -> None:
    x, y = np.linspace(5.0, 5.5, n), np.zeros(n)
    figure = cloud(x, y, ("x", "y"), equal=equal)
    accepted(figure)
    drawn = np.asarray(figure["data"][0]["x"])
    assert len(drawn) == min(n, 600)
    assert (drawn[0], drawn[-1]) == (np.float32(x[0]), np.float32(x[-1]))
    if equal:
        (left, right), (low, high) = (figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))  # type: ignore[index]
        assert right - left == pytest.approx(high - low, rel=1e-9)
        assert left < x.min() <= x.max() < right


# heights and levels


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lowest", [None, 0.0, 2.5])
@pytest.mark.parametrize("goal", [None, 0.0, 1e-3, 5.0, 1e9])
def test_heights_rise_with_the_loss(kind: str, lowest: float | None, goal: float | None) -> None:
    scale = levels(kind, LOSSES, lowest, goal)
    loss = np.sort(np.concatenate([LOSSES.ravel(), [0.0, 2.5, 3.0 + 1e-9]]))
    height = scale.height(loss)
    assert np.all(np.diff(height) >= 0)
    assert scale.first <= scale.height(np.array(LOSSES.min())) < scale.height(np.array(LOSSES.max())) <= scale.last + 1e-12
    assert scale.first + 14 * scale.step == pytest.approx(scale.last)
    upper = np.unique(loss[(loss > np.median(loss)) & (loss <= LOSSES.max())].round(6))
    assert np.all(np.diff(scale.height(upper)) > 0), "two losses of the upper half are two heights"
    assert scale.height(np.array([np.nan, np.inf])) == pytest.approx([scale.last] * 2)


def test_a_moving_picture_has_the_same_heights_in_sixteen_bits() -> None:
    for kind in KINDS:
        scale = levels(kind, LOSSES, 2.5, 0.1)
        coarse = scale.coarse(LOSSES)
        assert coarse.of.dtype == np.uint16
        np.testing.assert_allclose(coarse.value(), scale.height(LOSSES), atol=(scale.last - scale.first) / 65535 * 0.5000001)


def test_by_rank_every_band_is_as_large_as_the_next() -> None:
    rng = np.random.default_rng(0)
    losses = np.exp(rng.normal(scale=4.0, size=(100, 100)))
    scale = levels("rank", losses, None, None, lines=10)
    edges = scale.first + scale.step * np.arange(11)
    share = np.histogram(scale.height(losses), edges)[0] / losses.size
    np.testing.assert_allclose(share, 0.1, atol=0.005)
    plateau = levels("rank", np.where(LOSSES > 20, 20.0, LOSSES), None, None)
    assert np.all(np.diff(plateau.by) > 0), "two heights are never one loss, also where half of the picture is flat"


def test_the_goal_has_a_height_of_its_own_on_a_logarithmic_scale() -> None:
    scale = levels("log", LOSSES, 3.0, 0.01)
    assert scale.first < scale.height(np.array(3.01)) < scale.height(np.array(3.02))


def iris(unit: float, standard: bool) -> tuple[np.ndarray, Vector]:
    columns = load_iris().data.T
    x = columns[:2] * np.array([[1.0], [unit]])
    return ((x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True) if standard else x), columns[2]


def loss_at(w: Float[np.ndarray, "2 k"], x: np.ndarray, y: Vector) -> Float[np.ndarray, " k"]:
    """Mean squared error of every w, the bias at its best, residual by residual."""
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean()
    return np.mean((w.T @ dx - dy) ** 2, axis=1)


@pytest.mark.parametrize(
    ("hessian", "excess"),
    [
        (np.diag([2.0, 20.0]), 0.1),
        (np.array([[3.0, -2.9], [-2.9, 3.0]]), 7.0),
        (np.array([[1e6, 10.0], [10.0, 1e-3]]), 1e-4),
        (np.eye(2) * 1e-8, 1e8),
    ],
)
def test_ellipse_is_where_the_quadratic_has_that_excess(hessian: np.ndarray, excess: float) -> None:
    x, y = ellipse(np.zeros(2), hessian, excess)
    d = np.stack([x, y])
    np.testing.assert_allclose(0.5 * np.einsum("ik,ij,jk->k", d, hessian, d), excess, rtol=1e-12)
    np.testing.assert_allclose([x[0], y[0]], [x[-1], y[-1]], atol=1e-12 * np.abs(d).max())
    off, up = ellipse(np.array([5.0, -7.0]), hessian, excess)
    np.testing.assert_allclose([off - 5.0, up + 7.0], d, atol=1e-14 * max(7.0, float(np.abs(d).max())))


@pytest.mark.parametrize("unit", [1.0, 10.0, 100.0])
def test_the_drawn_goal_is_the_level_line_of_the_actual_regression(unit: float) -> None:
    """In the picture as it is sent: every point of the ring has the loss L* + 0.01·Var(y), residual by residual."""
    experiment = Experiment(scale2=unit, steps=50)
    judged = judged_run(experiment)
    board, result = plane_board(experiment, judged, ViewState()), judged.result
    for i, standard in enumerate((False, True)):
        x, y = iris(unit, standard)
        (ring,) = (trace for trace in board["panels"][i]["contour"]["data"] if trace.get("name") == "the goal")
        points = np.stack([np.asarray(ring["x"]), np.asarray(ring["y"])])
        best = np.linalg.lstsq((x - x.mean(axis=1, keepdims=True)).T, y - y.mean(), rcond=None)[0]
        wanted = loss_at(best[:, None], x, y)[0] + 0.01 * np.var(y)
        np.testing.assert_allclose(loss_at(points, x, y), wanted, rtol=1e-10)
        fit, goal = result.panels[i].fit, result.panels[i].goal
        assert fit.theta is not None
        assert fit.hessian is not None
        assert goal is not None
        d = points - fit.theta[:, None]
        np.testing.assert_allclose(0.5 * np.einsum("ik,ij,jk->k", d, fit.hessian, d), goal, rtol=1e-9)


def test_the_surface_shows_the_loss_itself_and_the_contour_its_height() -> None:
    experiment = Experiment(steps=50, resolution=20)
    judged = judged_run(experiment)
    board, result = plane_board(experiment, judged, ViewState(view="surface")), judged.result
    for i, panel in enumerate(board["panels"]):
        assert panel["surface"] is not None
        deep, flat, true = panel["surface"]["data"][0], panel["contour"]["data"][0], result.panels[i].grid
        assert isinstance(deep["z"], Derived)
        assert deep["surfacecolor"] is flat["z"]
        assert deep["z"] is flat["customdata"]
        heights = deep["z"].value()
        np.testing.assert_allclose(heights, true, rtol=1e-7)
        lowest = result.panels[i].fit.loss
        assert lowest is not None
        np.testing.assert_allclose(heights - lowest, true - lowest, rtol=1e-7, atol=1e-15 * lowest, err_msg="above the minimum too")
        x, y = iris(10.0, i == 1)
        across, up = deep["x"], deep["y"]
        assert isinstance(across, Derived)
        assert isinstance(up, Derived)
        np.testing.assert_allclose(across.value(), result.panels[i].a, atol=1e-7 * np.ptp(result.panels[i].a))
        corner = np.array([[across.value()[3]], [up.value()[17]]])
        assert heights[17, 3] == pytest.approx(loss_at(corner, x, y)[0], rel=1e-6), "row of b, column of a"
        assert len(pack({"x": [across, flat["x"]]})) < len(pack({"x": across})) + 100, "sent once"


# numbers


NUMERALS: list[tuple[float | None, str]] = [
    (3.698, "3.698"),
    (3.6978, "3.698"),
    (28.12, "28.12"),
    (112.4, "112.4"),
    (2809.5, "2809.5"),
    (313418.0, "313418"),
    (0.05296, "0.05296"),
    (0.004178, "0.004178"),
    (1e-6, "1·10⁻⁶"),
    (1.144931e-6, "1.145·10⁻⁶"),
    (1e12, "1·10¹²"),
    (1.7468e7, "1.747·10⁷"),
    (999.96, "1000"),
    (1000.0, "1000"),
    (17.0, "17"),
    (0.0, "0"),
    (-0.0, "0"),
    (-3.698, "−3.698"),
    (-2809.5, "−2809.5"),
    (-1e-6, "−1·10⁻⁶"),
    (5e-324, "4.941·10⁻³²⁴"),
    (float("nan"), "—"),
    (None, "—"),
    (float("inf"), "∞"),
    (float("-inf"), "−∞"),
]


@pytest.mark.parametrize(("value", "text"), NUMERALS)
def test_numerals(value: float | None, text: str) -> None:
    assert numeral(value) == text


# colors


def rgb(color: str) -> Float[np.ndarray, " 3"]:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def linear(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(light: Float[np.ndarray, " 3"]) -> Float[np.ndarray, " 3"]:
    """CIELAB under D65 of linear RGB, IEC 61966-2-1 and CIE 15."""
    matrix = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    t = matrix @ light / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Machado, Oliveira & Fernandes 2009, deuteranopia and protanopia at severity 1.0, for linear RGB.
VISION = {
    "full": np.eye(3),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
}


def apart(one: str, other: str, vision: str) -> float:
    """CIE 1976 distance of two colors as an eye sees them."""
    a, b = (lab(np.clip(VISION[vision] @ linear(rgb(color)), 0, 1)) for color in (one, other))
    return float(np.linalg.norm(a - b))


def test_lab_knows_white_black_and_red() -> None:
    np.testing.assert_allclose(lab(np.ones(3)), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(lab(np.zeros(3)), [0, 0, 0], atol=1e-9)
    np.testing.assert_allclose(lab(np.array([1.0, 0, 0])), [53.24, 80.09, 67.20], atol=0.05)


@pytest.mark.parametrize(("vision", "least"), [("full", 20.0), ("deuteranopia", 10.0), ("protanopia", 10.0)])
@pytest.mark.parametrize("colors", [tuple(stroke.color for stroke in WALKS), PANELS], ids=["walks", "limits"])
def test_colors_can_be_told_apart(colors: tuple[str, ...], vision: str, least: float) -> None:
    for one, other in combinations(colors, 2):
        assert apart(one, other, vision) > least, (one, other)


def test_walks_differ_by_marker_too() -> None:
    assert len({stroke.marker for stroke in WALKS}) == len({stroke.color for stroke in WALKS}) == len(WALKS)
    assert len(set(DASHES)) == len(DASHES)


@pytest.mark.parametrize("vision", VISION)
def test_loss_colors_darken_all_the_way(vision: str) -> None:
    lightness = [lab(np.clip(VISION[vision] @ linear(rgb(color)), 0, 1))[0] for color in LOSS]
    assert all(before - after > 2 for before, after in pairwise(lightness))
    assert [stop for stop, _ in LOSS_SCALE] == pytest.approx(np.linspace(0, 1, len(LOSS)))


def test_loss_colors_are_even_steps() -> None:
    steps = -np.diff([lab(linear(rgb(color)))[0] for color in LOSS])
    assert steps.max() < 2 * steps.min(), "no false edge in the map"


def test_icon() -> None:
    """A picture inside an address: every color of the maps once, smaller and brighter towards the valley."""
    head, drawn = icon().split(",", 1)
    assert head == "data:image/svg+xml"
    assert drawn.isascii()
    root = ElementTree.fromstring(unquote(drawn))
    shapes = [part for part in root.iter() if part.get("fill")]
    assert [part.get("fill") for part in shapes] == list(reversed(LOSS))
    widths = [float(part.attrib["rx"]) for part in shapes[1:]]
    assert widths == sorted(widths, reverse=True)


def test_a_far_start_does_not_hide_the_valley() -> None:
    """1 % of the loss at (3, 4) is 390 on Beale's function, above nearly half of its window."""
    panel = run(Experiment(surface=pick("beale"), start=(3.0, 4.0), steps=1)).panels[0]
    assert panel.goal is not None
    assert np.mean(panel.grid < panel.goal / 3) > 0.3
    scale = levels("log", panel.grid, panel.fit.loss, panel.goal)
    assert np.mean(scale.height(panel.grid) <= scale.first + 1e-9) < 0.06
