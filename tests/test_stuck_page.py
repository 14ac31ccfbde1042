"""The page "Stuck?" without a browser: every landscape, suggestion and section, the lesson; its numbers are those of stuck/."""

import json
from dataclasses import replace

import pytest

from core.address import read, write
from core.numerals import numeral
from core.settings import pick
from labs.plane.atlas import atlas_of
from labs.plane.closeup import closeup, rest_of
from labs.plane.run import run
from labs.plane.setup import SAME, Experiment, Panel
from lessons.minutes.saddle import lesson as saddle
from lessons.scenes import STUCK
from surfaces.catalogue import surfaces
from tests.pages import board, components, fine, headings, opened, takeaways
from verdict.plane import judge_walk, story
from verdict.verdict import label, sentence, walk_suggestion
from views.view_state import ViewState


def link(experiment: Experiment) -> dict[str, str]:
    return write(experiment, ViewState(), STUCK)


def test_it_opens_at_a_saddle_and_says_so_in_all_its_words() -> None:
    at = opened("stuck")
    panel = run(STUCK).panels[0]
    ends = [judge_walk(STUCK, panel, walked)[0] for walked in panel.walks]
    assert [end.kind for end in ends] == ["saddle", "saddle"]
    assert label("saddle") in headings(at)[0]
    assert takeaways(at) == [], "each card of a row has a sentence of its own"
    assert [said.value for said in at.markdown if said.value in {sentence(end).english for end in ends}] == [
        sentence(end).english for end in ends
    ]
    drawn = board(at)["panels"][0]
    for walk, walked in zip(drawn["walks"], panel.walks, strict=True):
        assert [tuple(turn) for turn in walk["verdicts"]] == [(update, label(kind)) for update, kind in story(STUCK, panel, walked)]
    table = next(said.value for said in at.markdown if said.value.startswith("| | at this point"))
    near = closeup(STUCK, panel)
    for number in (near.loss, near.slope, *near.values):
        assert numeral(float(number)) in table
    assert "1 / 0 / 1" in table


def test_of_a_walk_that_is_alone_the_sentence_is_large_and_stands_once() -> None:
    scene = replace(STUCK, optimizers=STUCK.optimizers[:1])
    at = opened("stuck", link(scene))
    panel = run(scene).panels[0]
    said = sentence(judge_walk(scene, panel, panel.walks[0])[0]).english
    assert takeaways(at) == [said]
    assert said not in [each.value for each in at.markdown]


@pytest.mark.parametrize("name", [name for name, item in surfaces().items() if name != "network"])
def test_every_landscape_is_picked_and_listed(name: str) -> None:
    at = opened("stuck")
    menu = at.selectbox(key="stuck landscape en")
    shown = surfaces()[name].label in menu.options
    if shown:
        fine(menu.set_value(name).run())
    else:
        at = opened("stuck", {"surface": name})
    scene = read(at.query_params, STUCK, ViewState())[0]
    assert scene.surface.name == name
    panel = run(scene).panels[0]
    window = (float(panel.a[0]), float(panel.a[-1]), float(panel.b[0]), float(panel.b[-1]))
    found = atlas_of(panel.problem, rest_of(panel), window)
    tables = components(at, "table")
    assert len(tables) == (1 if found.points else 0)
    if found.points:
        assert len(json.loads(tables[0].json)["rows"]) == len(found.points)
    assert any(said.value.startswith("Critical points in this window") for said in at.markdown)


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_a_network_too(normalization: str) -> None:
    scene = Experiment(
        surface=pick("network", activation="tanh"), panels=(Panel(pick("standardize"), pick(normalization)),), mode=SAME, steps=200
    )
    at = opened("stuck", link(scene))
    assert len(components(at, "table")) == 1


def test_a_suggestion_is_one_click() -> None:
    at = opened("stuck")
    panel = run(STUCK).panels[0]
    offered = walk_suggestion(STUCK, panel, panel.walks[0], judge_walk(STUCK, panel, panel.walks[0])[0])
    assert offered is not None
    button = at.button(key="stuck try 0")
    assert button.label.endswith(offered.text.english)
    fine(button.click().run())
    assert read(at.query_params, STUCK, ViewState())[0] == offered.change(STUCK)
    assert label("degenerate minimum") in headings(at)[0]
    assert "stuck try 0" not in [button.key for button in at.button], "it has arrived: nothing is suggested"


def test_the_end_of_every_walk_is_looked_at_by_a_click() -> None:
    at = opened("stuck", {"surface": "himmelblau"})
    scene = read(at.query_params, STUCK, ViewState())[0]
    ends = [walked.end for walked in run(scene).panels[0].walks]
    for i, end in enumerate(ends):
        fine(at.button(key=f"stuck look {i}").click().run())
        assert read(at.query_params, STUCK, ViewState())[0].point == (end[0], end[1])


def test_sections_open_also_for_data() -> None:
    at = opened("stuck", {"point": "0,0", "v": "1"}, **{"stuck_away": True, "stuck_stable": True})
    assert any("still there after 400" in said.value for said in at.markdown)
    fine(at.button(key="stuck escape").click().run())
    assert read(at.query_params, STUCK, ViewState())[0].start is not None
    at = opened("stuck", {"surface": "linear", "mode": "best", "v": "1"}, **{"stuck_away": True, "stuck_stable": True})
    assert any("Nothing leads down from here" in said.value for said in at.markdown)
    assert any("to the power −0." in said.value for said in at.caption)


def test_of_several_pictures_the_first_is_looked_at() -> None:
    at = opened("stuck", {"surface": "linear", "p1.features": "none", "p2.features": "standardize", "mode": "best", "v": "1"})
    assert len(board(at)["panels"]) == 1


def test_the_lesson_is_predicted_then_revealed_with_computed_numbers() -> None:
    at = opened("stuck", {"lesson": "saddle"})
    (radio,) = at.radio
    assert tuple(radio.options) == saddle.choices
    assert not takeaways(at)
    fine(at.button[0].click().run())
    (said,) = at.success
    panel = run(saddle.experiment).panels[0]  # type: ignore[arg-type]  # this one's is of two parameters
    assert numeral(float(panel.walks[0].points.slope[-1])) in said.value
    assert "−2" in said.value
    assert at.query_params == {"lesson": "saddle", "revealed": "yes", "v": "1"}


@pytest.mark.parametrize("language", ["zh_TW", "zh_CN"])
def test_it_speaks_chinese(language: str) -> None:
    at = opened("stuck", {"lang": language})
    assert not headings(at)[0].startswith("GD: at a")
    assert not any("Critical points in this window" in said.value for said in at.markdown)
