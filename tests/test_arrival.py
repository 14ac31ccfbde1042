"""One notion of having arrived: the check mark, the verdict and the words under a picture never exclude each other."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core.address import VERSION, write
from core.settings import pick
from labs.plane.run import PanelResult, run
from labs.plane.setup import SAME, Experiment, Panel
from labs.plane.walks import Walk
from verdict.arrival import AT_REST, arrived
from verdict.plane import judge_walk, judged_run
from verdict.verdict import Judgment, sentence, verdicts
from views.plane.board import _detail, count_of, plane_board
from views.plane.caption import caption
from views.view_state import ViewState

BEALE = Experiment(surface=pick("beale"), panels=(Panel(),), mode=SAME, start=(3.0, 4.0), optimizers=(pick("newton"),), steps=200)
CONVEX = Experiment(
    data=pick("pokemon", x1="CP before", target="CP after"),
    surface=pick("linear", bias="axis", reduce="sum"),
    panels=(Panel(),),
    scale2=1.0,
    mode=SAME,
    start=(-120.0, -4.0),
    optimizers=(pick("gradient_descent", rate=1e-7), pick("adagrad", rate=1.0)),
    steps=1000,
)
SCENES = {
    "iris": Experiment(),
    "beale": BEALE,
    "the lecture's convex surface": CONVEX,
    "himmelblau": Experiment(
        surface=pick("himmelblau"), panels=(Panel(),), mode=SAME, optimizers=(pick("gradient_descent", rate=0.01),), steps=400
    ),
    "toy": Experiment(surface=pick("lecture_toy"), panels=(Panel(),), mode=SAME, optimizers=(pick("adam", rate=0.05),), steps=400),
    "batches": Experiment(batch=5, mode=SAME, optimizers=(pick("gradient_descent", rate=0.01),), steps=600),
}


def ends(experiment: Experiment) -> list[tuple[PanelResult, Walk, Judgment]]:
    return [
        (panel, walk, judge_walk(experiment, panel, walk)[0])
        for panel in run(replace(experiment, resolution=50)).panels
        for walk in panel.walks
    ]


@pytest.mark.parametrize("name", SCENES)
def test_the_mark_stands_where_the_gradient_vanishes_at_the_lowest_minimum(name: str) -> None:
    """By hand: loss beside the lowest known, gradient beside the first, no negative curvature."""
    for panel, walk, end in ends(SCENES[name]):
        _, unit, status = count_of(panel, walk, end, SCENES[name].steps)
        assert panel.fit.loss is not None
        assert panel.goal is not None
        low = walk.points.loss[-1] - panel.fit.loss <= 0.01 * panel.goal
        flat = walk.points.slope[-1] <= 0.01 * walk.points.slope[0]
        if status == "settled":
            assert low
            assert flat
            assert end.point.eigenvalues[0] > -1e-6 * abs(end.point.eigenvalues[-1])
            assert end.kind in AT_REST
            assert "of the loss" not in unit
        elif walk.settled is not None:
            assert unit == "steps to 1 % of the loss"


def test_newton_at_the_saddle_of_beale_has_not_arrived() -> None:
    ((panel, walk, end),) = ends(BEALE)
    assert end.kind == "saddle"
    assert walk.settled is not None
    assert walk.settled <= 5
    assert walk.points.loss[-1] == pytest.approx(14.2, abs=0.05)
    assert count_of(panel, walk, end, 200) == (str(walk.settled), "steps to 1 % of the loss", "open")


def test_the_walks_of_the_convex_surface_are_still_far_away() -> None:
    """The optimum by least squares: b* = −188.43; after 24 updates a hundredth of the loss is left, and 68 in b."""
    (panel, plain, end), (_, adagrad, other) = ends(CONVEX)
    assert panel.prepared is not None
    x, y = (np.asarray(part)[..., : panel.prepared.n] for part in (panel.prepared.rows.x[0], panel.prepared.rows.y))
    b = float(np.polyfit(x, y, 1)[1])
    assert b == pytest.approx(-188.4332, abs=1e-3)
    assert (plain.settled, adagrad.settled) == (24, 63)
    for walk, judgment in ((plain, end), (adagrad, other)):
        assert count_of(panel, walk, judgment, 1000)[1:] == ("steps to 1 % of the loss", "open")
        assert f"still {abs(walk.end[0] - b):.4g} away in b" in _detail(panel, walk, judgment)


def test_no_card_holds_two_sentences_that_exclude_each_other() -> None:
    """All verdicts × counts × marks: a mark beside a verdict that is no minimum, a mark beside an explosion or an open count."""
    ((panel, walk, end),) = ends(replace(SCENES["himmelblau"]))
    critical = end.point.critical
    assert critical is not None
    higher = end.point._replace(critical=replace(critical, loss=critical.loss + 1.0))
    for kind, settled, diverged, point in product(verdicts(), (None, 0, 24), (None, 7), (end.point, higher)):
        walked = walk._replace(settled=None if diverged else settled, diverged=diverged)
        judgment = end._replace(kind=kind, point=point)
        number, unit, status = count_of(panel, walked, judgment, 400)
        marked = status == "settled"
        assert marked == (kind in AT_REST and walked.settled is not None and diverged is None and point is end.point)
        assert marked == arrived(panel, walked, judgment)
        assert (number == "✕") == (diverged is not None)
        assert ("of the loss" in unit) == (walked.settled is not None and not marked)
        assert number.startswith(">") == (walked.settled is None and diverged is None)
        assert ("away" in _detail(panel, walked, judgment)) <= (not marked and walked.settled is not None)


def test_the_player_covers_the_whole_budget_when_asked() -> None:
    """The lecture's walk of 100,000 updates: the bar ends a little after the count, or at the last update, which is a point of the walk."""
    experiment = replace(CONVEX, steps=100_000, resolution=50)
    result = judged_run(experiment)
    short, whole = (plane_board(experiment, result, ViewState(length=length)) for length in ("count", "budget"))
    assert short["player"]["length"]["updates"] == 70
    assert whole["player"]["length"]["updates"] == 100_000
    for walk in whole["panels"][0]["walks"]:
        assert walk["update"][-1] == 100_000
        assert np.count_nonzero(walk["update"] > 1000) > 100
        assert walk["update"].size < 2000


def test_a_loss_that_has_risen_is_not_said_to_fall() -> None:
    """The lecture's rule with its bursts: at update 725 the loss is far above what it was 20 updates before."""
    bursts = replace(CONVEX, optimizers=(pick("root_mean_square", rate=1.0),), steps=725)
    ((_, walk, end),) = ends(bursts)
    before = walk.points.loss[np.searchsorted(walk.points.update, 705)]
    assert walk.points.loss[-1] > 20 * before
    assert "falls" not in sentence(end).english
    ((_, _, calm),) = ends(replace(bursts, steps=300))
    assert "does not fall" not in sentence(calm).english


MEASURES = {
    "loss": lambda panel, points: points.loss - panel.fit.loss,
    "distance": lambda panel, points: np.linalg.norm(points.path - panel.fit.theta, axis=1),
    "gradient": lambda panel, points: points.slope,
}


@pytest.mark.parametrize("share", [0.01, 1e-4])
@pytest.mark.parametrize("measure", MEASURES)
def test_what_counts_as_arrived_is_a_setting(measure: str, share: float) -> None:
    """The count is the update from which on the measure stays within its share of the start's, read off the walk; of the loss on data
    the share is of the best constant's, Var(y)."""
    experiment = Experiment(arrival=measure, share=share, resolution=50, steps=2000)
    for panel in run(experiment).panels:
        (walk,), points = panel.walks, panel.walks[0].points
        assert panel.prepared is not None
        far = MEASURES[measure](panel, points)
        whole = np.var(panel.prepared.rows.y[: panel.prepared.n]) if measure == "loss" else far[0]
        assert walk.settled is not None
        assert np.array_equal(points.update[: walk.settled + 1], np.arange(walk.settled + 1)), "every update so far is recorded"
        assert far[walk.settled] <= share * whole * (1 + 1e-9)
        assert walk.settled == 0 or far[walk.settled - 1] > share * whole * (1 - 1e-9)
        assert np.all(far[walk.settled :] <= share * whole * (1 + 1e-9))
        judgment = judge_walk(experiment, panel, walk)[0]
        assert count_of(panel, walk, judgment, 2000)[0] == str(walk.settled)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_best_rate_is_the_best_by_what_counts(measure: str) -> None:
    """None of 80 rates around it needs less than 0.9 of its updates, by NumPy's gradient descent on the two weights."""
    experiment = Experiment(arrival=measure, share=1e-3, resolution=50, steps=2000, panels=(Panel(),))
    (panel,) = run(experiment).panels
    (walk,), fit = panel.walks, panel.fit
    assert walk.settled is not None
    assert fit.theta is not None
    assert fit.loss is not None
    assert fit.hessian is not None
    assert panel.prepared is not None
    y = np.asarray(panel.prepared.rows.y)[: panel.prepared.n]
    rates = np.append(walk.rated.rate * np.geomspace(0.2, 1.3, 80), walk.rated.rate)
    away = np.tile(panel.start - fit.theta, (rates.size, 1))
    last = np.full(rates.size, -1)
    start = {"distance": np.linalg.norm(away[0]), "gradient": np.linalg.norm(fit.hessian @ away[0]), "loss": np.var(y)}[measure]
    for k in range(2001):
        slope = away @ fit.hessian
        far = {
            "distance": np.linalg.norm(away, axis=1),
            "gradient": np.linalg.norm(slope, axis=1),
            "loss": 0.5 * np.sum(away * slope, axis=1),
        }[measure]
        last = np.where(far <= 1e-3 * start, last, k)
        away = np.clip(away - rates[:, None] * slope, -1e100, 1e100)
    updates = np.where(last < 2000, last + 1.0, np.inf)
    assert updates[-1] == walk.settled
    assert updates.min() >= 0.9 * walk.settled


def test_words_say_what_counts() -> None:
    """At a saddle the number is of what was measured; the caption says the measure and the share; and neither is in a plain address."""
    for measure, unit in (("loss", "steps to 2 % of the loss"), ("gradient", "steps to 2 % of the gradient")):
        ((panel, walk, end),) = ends(replace(BEALE, arrival=measure, share=0.02))
        assert (end.kind, count_of(panel, walk, end, 200)[1]) == ("saddle", unit)
    ((panel, walk, end),) = ends(replace(BEALE, arrival="distance"))
    assert walk.settled is None
    told = {
        measure: caption(changed, run(changed)) for measure in MEASURES for changed in [Experiment(arrival=measure, share=0.015, steps=9)]
    }
    assert "= 0.015·Var(y) for good" in told["loss"]
    assert "the distance from the minimum is at most 1.5 % of the start's" in told["distance"]
    assert "the norm of the gradient is at most 1.5 % of the start's" in told["gradient"]
    assert write(Experiment(), ViewState(), Experiment()) == {}
    assert write(Experiment(arrival="gradient", share=0.02), ViewState(), Experiment()) == {
        "arrival": "gradient",
        "share": "0.02",
        "v": VERSION,
    }
