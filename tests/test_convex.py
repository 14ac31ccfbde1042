"""The convex surface of lecture 3 against the same updates in NumPy: who explodes, who is how far away, when one is thrown out."""

import math
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from jaxtyping import Float

from core.numerals import numeral
from data.tables.pokemon import AFTER, BEFORE
from labs.plane.bursts import bursts
from labs.plane.run import PanelResult, run
from lessons.scenes import CONVEX
from tests.pages import fine, headings, opened, takeaways

LOWEST = np.polyfit(BEFORE, AFTER, 1)[::-1]  # b, w
HESSIAN = 2 * np.array([[BEFORE.size, BEFORE.sum()], [BEFORE.sum(), BEFORE @ BEFORE]])
STEPS = 100_000


def loss(theta: Float[np.ndarray, "k 2"]) -> Float[np.ndarray, " k"]:
    """Summed over the rows."""
    return ((theta[:, :1] + theta[:, 1:] * BEFORE - AFTER) ** 2).sum(axis=1)


class Replayed(NamedTuple):
    """θ before each update, and η·λmax of the Hessian, preconditioned by the root mean square of all gradients so far."""

    path: Float[np.ndarray, "k 2"]
    sharpness: Float[np.ndarray, " k"]


@cache
def root_mean_square(decay: bool) -> Replayed:
    """θ ← θ − (ηᵗ/σᵗ)g with σᵗ = √(Σ g²/(t + 1)), ηᵗ = 1 or 1/√(t + 1)."""
    path, scale = np.empty((STEPS + 1, 2)), np.empty((STEPS + 1, 2))
    assert CONVEX.start is not None
    (b, w), squares_b, squares_w = CONVEX.start, 0.0, 0.0
    n, x, xx, y, xy = (float(total) for total in (BEFORE.size, BEFORE.sum(), BEFORE @ BEFORE, AFTER.sum(), BEFORE @ AFTER))
    for t in range(STEPS + 1):
        slope_b, slope_w = 2 * (n * b + x * w - y), 2 * (x * b + xx * w - xy)
        squares_b, squares_w, steps = squares_b + slope_b**2, squares_w + slope_w**2, 1 if decay else t + 1
        path[t], scale[t] = (b, w), (math.sqrt(squares_b / steps), math.sqrt(squares_w / steps))
        b, w = b - slope_b / scale[t, 0], w - slope_w / scale[t, 1]
    a, d, off = HESSIAN[0, 0] / scale[:, 0], HESSIAN[1, 1] / scale[:, 1], HESSIAN[0, 1] ** 2 / scale.prod(axis=1)
    return Replayed(path, (a + d) / 2 + np.sqrt((a - d) ** 2 / 4 + off))


@pytest.fixture(scope="module")
def panel() -> PanelResult:
    return run(replace(CONVEX, resolution=50)).panels[0]


def test_the_rates_are_those_of_the_sum(panel: PanelResult) -> None:
    assert panel.fit.theta is not None
    np.testing.assert_allclose(panel.fit.theta, LOWEST, rtol=1e-9)
    assert panel.fit.stable == pytest.approx(2 / np.linalg.eigvalsh(HESSIAN)[-1], rel=1e-9)
    assert panel.fit.stable == pytest.approx(1.144931e-6, rel=1e-6)
    assert panel.condition == pytest.approx(313418, rel=1e-5)


def test_where_each_walk_ends(panel: PanelResult) -> None:
    large, small, own, decay = panel.walks
    assert large.diverged is not None
    assert large.diverged <= 3
    values, vectors = np.linalg.eigh(HESSIAN)
    along = vectors.T @ (np.array(CONVEX.start) - LOWEST)
    np.testing.assert_allclose(small.end, LOWEST + vectors @ ((1 - 1e-7 * values) ** STEPS * along), rtol=1e-9)
    np.testing.assert_allclose(small.end, (-123.6922, 2.4834), atol=1e-4)
    np.testing.assert_allclose(decay.end, root_mean_square(True).path[-1], rtol=1e-7)
    np.testing.assert_allclose(decay.end, (-188.3668, 2.6693), atol=1e-4)
    np.testing.assert_allclose(own.end, root_mean_square(False).path[-1], rtol=1e-3)  # it has been thrown out 62 times on the way


def test_the_bursts_of_a_constant_rate(panel: PanelResult) -> None:
    """The first 1,000 updates are in the record, each; later ones are thinned, so that its count is from below."""
    replayed, burst = root_mean_square(False), bursts(panel.walks[2], panel.fit)
    assert burst is not None
    high = loss(replayed.path) > 2 * loss(LOWEST[None])[0]
    high[: np.argmin(high)] = False
    turns = np.diff(high.astype(int))
    begins, ends = np.flatnonzero(turns == 1) + 1, np.flatnonzero(turns == -1) + 1
    # It grows out of rounding, so that another order of the same sums brings it some updates earlier or later.
    assert burst.first == pytest.approx((begins[0], ends[0]), abs=15)
    assert 700 < burst.first[0] < 720 < burst.first[1] < 743
    assert 0.6 * begins.size <= burst.many <= begins.size + 1
    assert begins.size == pytest.approx(62, abs=1)
    assert burst.peak == pytest.approx(loss(replayed.path[begins[0] :]).max() / loss(LOWEST[None])[0], rel=0.1)
    assert burst.unstable == np.flatnonzero(replayed.sharpness > 2)[0] == 512
    assert root_mean_square(True).sharpness.max() < 2, "with decay it never is"
    assert [bursts(panel.walks[i], panel.fit) for i in (1, 3)] == [None, None]


def test_one_click_each_and_every_sentence_is_of_what_is_drawn(panel: PanelResult) -> None:
    at = opened("optimizers", {"topic": "convex"})
    assert "gradient descent does not get there" in headings(at)[0]
    (text,) = takeaways(at)
    distances = [numeral(float(f"{abs(walk.end[0] - LOWEST[0]):.4g}")) for walk in panel.walks[1:]]
    assert [text.count(distance) >= 1 for distance in distances] == [True] * 3
    assert f"explodes at update {panel.walks[0].diverged}" in text
    burst = bursts(panel.walks[2], panel.fit)
    assert burst is not None
    said = {
        "large": ("does not get there", f"explodes at update {panel.walks[0].diverged}", numeral(panel.fit.stable)),
        "small": ("does not get there", "64.74 away", "722,000"),
        "own": ("thrown out again and again", f"first at updates {burst.first[0]} to {burst.first[1]}", "passes 2 at update 512"),
        "decay": ("this way gets there", "its steps shrink", distances[2]),
    }
    assert pytest.approx(abs(panel.walks[1].end[0] - LOWEST[0]), abs=0.005) == 64.74
    kappa = np.linalg.cond(HESSIAN)
    assert np.log(100) / np.log((kappa + 1) / (kappa - 1)) == pytest.approx(722_000, abs=500)
    for way, (heading, *parts) in said.items():
        fine(at.button_group(key="optimizers convex en").set_value(way).run())
        assert heading in headings(at)[0]
        (text,) = takeaways(at)
        for part in parts:
            assert part in text
