"""Five minutes in class: the question first, the picture only on the click, and an answer whose numbers are those of the picture."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.address import read, write
from core.numerals import numeral
from labs.plane.run import PanelResult, run
from labs.plane.setup import Experiment
from lessons.scenes import SCALE
from tests.pages import at_address, board, components, fine, opened, panels, steps
from views.lesson import lessons, scenes
from views.view_state import ViewState

ORDER = ["unit", "same_rate", "standardize", "correlation", "hidden_gain"]
ELSEWHERE = [
    "vanishing",
    "deeper",
    "degradation",
    "residual",
    "place",
    "batch_size",
    "edge",
    "saddle",
    "flat_loss",
]  # see test_deep_page.py, test_stuck_page.py and test_loss_page.py
LABELS = ["cm → mm", "the same η = 0.5 for both", "standardize", "correlation: what remains", "hidden gain and batch norm"]
LABELS += ["12 sigmoid layers", "2 layers or 6?", "6 layers or 32?", "32 layers, residual", "before or after the activation?"]
LABELS += ["8 rows, 64, or all?", "edge of stability", "a gradient of zero", "MSE or cross-entropy?"]


def numbers_in(text: str) -> list[str]:
    """Every number of a sentence as it stands there, but those of its names (0.95, ρ) and of "1 + ρ"."""
    return re.findall(r"(?<![\w.])\d+(?:[.,]\d+)*(?! [+−]|\w)", text.replace("(1 + |ρ|)/(1 − |ρ|)", ""))


def _unit(panels: tuple[PanelResult, ...]) -> list[object]:
    before, after = run(replace(SCALE, scale2=1.0)).panels[0], panels[0]
    return [after.walks[0].settled, before.walks[0].settled, before.condition, after.condition]


def _same_rate(panels: tuple[PanelResult, ...]) -> list[object]:
    raw, other = panels
    assert raw.limit is not None
    assert other.limit is not None
    return [raw.walks[0].diverged, raw.limit, other.walks[0].settled, other.limit, round(other.limit / raw.limit)]


def _standardize(panels: tuple[PanelResult, ...]) -> list[object]:
    raw, other = panels
    return [raw.walks[0].settled, other.walks[0].settled, raw.condition, other.condition]


def _correlation(panels: tuple[PanelResult, ...]) -> list[object]:
    return [panels[1].condition, panels[1].walks[0].settled]


SAID: dict[str, Callable[[tuple[PanelResult, ...]], list[object]]] = {
    "unit": _unit,
    "same_rate": _same_rate,
    "standardize": _standardize,
    "correlation": _correlation,
    "hidden_gain": _standardize,
}
KNOWN = {  # what the tables of the issue say, as the sentence writes it
    "unit": ["31", "3", "3.698", "28.12"],
    "same_rate": ["0.05296", "0.8948", "17"],
    "standardize": ["3007", "1", "2809.5", "1.266"],
    "correlation": ["39"],
    "hidden_gain": ["331", "2", "778.6", "1.656"],
}


def scene_of(name: str) -> Experiment:
    scene = lessons()[name].experiment
    assert isinstance(scene, Experiment)
    return scene


def test_lessons_in_their_order() -> None:
    assert list(lessons()) == ORDER + ELSEWHERE
    assert [lesson.label for lesson in lessons().values()] == LABELS
    for lesson in lessons().values():
        assert lesson.question.endswith("?")
        assert 2 <= len(lesson.choices) <= 4
        assert lesson.intro
        assert not re.search(r"κ|steps? ", lesson.intro), "the question does not give the answer away"


@pytest.mark.parametrize("page", ["scale", "hidden", "optimizers"])
def test_links_to_all_of_them_on_a_page(page: str) -> None:
    links = [link.proto for link in opened(page).get("page_link")]
    assert [link.label for link in links] == LABELS
    assert [link.query_string for link in links] == [f"lesson={name}" for name in ORDER + ELSEWHERE]
    assert [link.page for link in links] == [{"scale": ""}.get(lesson.page, lesson.page) for lesson in lessons().values()]


@pytest.mark.parametrize("name", ORDER)
def test_predict_first_then_reveal(name: str) -> None:
    lesson = lessons()[name]
    at = opened(lesson.page, {"lesson": name})
    assert components(at, "board") == []
    assert components(at, "slider") == []
    assert not at.success
    assert not at.warning
    assert [said.value for said in at.title] == [lesson.label]
    assert [said.value for said in at.markdown if said.value == lesson.intro]
    (radio,) = at.radio
    assert len(at.button) == 1
    assert radio.label == f"**{lesson.question}**"
    assert tuple(radio.options) == lesson.choices
    assert radio.value is None
    fine(radio.set_value(1).run())
    assert components(at, "board") == [], "a guess reveals nothing"
    assert at.query_params == {"lesson": name, "v": "1"}
    fine(at.button[0].click().run())
    assert not at.radio
    assert len(at.success) == 1
    result = run(scene_of(name))
    assert [panel.condition for panel in panels(at)] == [numeral(panel.condition) for panel in result.panels]
    said = numbers_in(at.success[0].value)
    expected = [numeral(value) if isinstance(value, float) else str(value) for value in SAID[name](result.panels)]
    assert said == expected
    assert all(known in said for known in KNOWN[name])
    assert at.query_params == {"lesson": name, "revealed": "yes", "v": "1"}
    fine(at.run())
    assert board(at)


@pytest.mark.parametrize("name", ORDER)
def test_a_revealed_lesson_is_an_address(name: str) -> None:
    lesson = lessons()[name]
    known = frozenset(scenes(lesson.page))
    view = ViewState(lesson=name, revealed="yes")
    query = write(lesson.experiment, view, lesson.experiment)
    assert query == {"lesson": name, "revealed": "yes", "v": "1"}
    assert read(query, scene_of(name), ViewState(), known) == (lesson.experiment, view, [])
    at = opened(lesson.page, query)
    assert at.query_params == query
    assert len(at.success) == 1
    assert [panel.condition for panel in panels(at)] == [numeral(panel.condition) for panel in run(scene_of(name)).panels]


def test_a_lesson_that_is_changed_keeps_its_address() -> None:
    """What is done after the reveal is beside the lesson's own scene, so that the link still opens it."""
    at = opened("scale", {"lesson": "unit", "revealed": "yes"})
    fine(at.toggle(key="scale features en").set_value(False).run())
    copied = dict(at.query_params)
    assert (copied["lesson"], copied["p1.features"]) == ("unit", "none")
    assert len(panels(opened("scale", copied))) == 1


def test_from_a_lesson_to_the_next_and_back_to_the_bare_page() -> None:
    at = opened("scale", {"lesson": "unit"})
    fine(at.button[0].click().run())
    assert len(at.success) == 1
    at_address(at, {"lesson": "standardize"})
    assert components(at, "board") == []
    assert at.title[0].value == "standardize"
    at_address(at, {})
    assert not at.success
    assert [panel.counts for panel in panels(at)] == [[steps(31)], [steps(1)]]


@pytest.mark.parametrize(("page", "name"), [("hidden", "unit"), ("scale", "hidden_gain"), ("optimizers", "unit")])
def test_a_lesson_asked_for_on_another_page_opens_on_its_own(page: str, name: str) -> None:
    at = opened(page, {"lesson": name})
    assert not at.warning
    assert [said.value for said in at.markdown if said.value == lessons()[name].intro]
