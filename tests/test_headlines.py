"""A headline is a claim about the setting that is drawn now: each is held against a predicate of its own, from numbers of run()."""

import pytest
from streamlit.testing.v1 import AppTest

from core.address import read
from labs.plane.run import Result, run
from labs.plane.setup import Experiment
from lessons.scenes import MOMENTUM, RATES
from tests.pages import headings, opened, takeaways
from views.view_state import ViewState

Query = dict[str, str]


def drawn(opening: Experiment, query: Query) -> Result:
    experiment, _, refused = read(query, opening, ViewState())
    assert not refused
    return run(experiment)


@pytest.mark.parametrize("unit", ["0.1", "0.3", "1", "10", "12", "20"])
def test_four_rates(unit: str) -> None:
    """λmax by the Hessian that is drawn; who explodes and who arrives by the walks themselves."""
    at = opened("optimizers", {"scale2": unit})
    result = drawn(RATES, {"scale2": unit})
    (panel,) = result.panels
    assert panel.fit.hessian is not None
    trace, det = panel.fit.hessian.trace(), panel.fit.hessian[0, 0] * panel.fit.hessian[1, 1] - panel.fit.hessian[0, 1] ** 2
    limit = 2 / (trace / 2 + (trace**2 / 4 - det) ** 0.5)
    above = sum(walk.rated.rate > limit for walk in panel.walks)
    (heading,) = headings(at)
    assert ("all below the speed limit" in heading) == (above == 0)
    assert ("all above the speed limit" in heading) == (above == 4)
    assert ("the speed limit decides" in heading) == (0 < above < 4)
    (told,) = takeaways(at)
    arrived = sum(walk.settled is not None for walk in panel.walks)
    assert f"it explodes: {above} of them. Of the {4 - above} below it, {arrived} come down to 1 % of the loss within 300 updates" in told
    assert all(walk.settled is None for walk in panel.walks if walk.rated.rate > limit)
    assert all(walk.diverged is None for walk in panel.walks if walk.rated.rate < limit)


@pytest.mark.parametrize("unit", ["1", "20"])
def test_momentum_is_said_to_save_steps_where_it_does(unit: str) -> None:
    (heading,) = headings(opened("optimizers", {"topic": "momentum", "scale2": unit}))
    plain, *others = (walk.settled or 10**9 for walk in drawn(MOMENTUM, {"scale2": unit}).panels[0].walks)
    assert ("far fewer steps" in heading) == (2 * min(others) <= plain)


@pytest.mark.parametrize(
    ("page", "query", "said", "not_said"),
    [
        ("optimizers", {"topic": "batches", "batch": "0"}, "nothing trembles", "a walk that trembles"),
        ("optimizers", {"topic": "batches", "batch": "5"}, "a walk that trembles", "nothing trembles"),
        ("optimizers", {"topic": "schedules", "schedule": "constant"}, "to the end", "end calm"),
        ("optimizers", {"topic": "schedules", "schedule": "cosine"}, "end calm", "to the end"),
        ("scale", {}, "Only the unit of one feature changed", "normalized differs"),
        ("scale", {"p1.features": "none", "p2.features": "center"}, "Only how the features are normalized differs", "Only the unit"),
        ("scale", {"scale2": "1"}, "Only how the features are normalized differs", "Only the unit"),
        ("hidden", {"surface.gain": "1"}, "no ravine", "not enough"),
        ("hidden", {"surface.gain": "30"}, "not enough", "no ravine"),
    ],
)
def test_a_headline_of_the_setting_now(page: str, query: Query, said: str, not_said: str) -> None:
    (heading,) = headings(opened(page, query))
    assert said in heading
    assert not_said not in heading


def tried(at: AppTest) -> str:
    return " ".join(said.value for said in at.markdown if "Try next" in said.value)


def test_what_to_try_next_is_not_what_is_set() -> None:
    assert "set g = 1," not in tried(opened("hidden", {"surface.gain": "1"}))
    assert "set g = 1," in tried(opened("hidden"))
