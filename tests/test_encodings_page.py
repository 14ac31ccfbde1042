"""The topic Encodings as a person meets it: its numbers are those of the comparison, and every control changes what it says it changes."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.address import read, write
from core.numerals import numeral
from core.settings import Pick, pick
from labs.encodings.comparison import compared
from labs.plane.run import run
from labs.plane.setup import Experiment, Panel, dataset_of
from lessons.scenes import ENCODINGS
from tests.pages import alternatives, board, components, fine, opened
from views.view_state import ViewState

AT = ViewState(topic="encodings")


def at(experiment: Experiment = ENCODINGS) -> AppTest:
    return opened("loss", write(experiment, AT, ENCODINGS) | {"topic": "encodings"})


def rights(page: AppTest) -> list[str]:
    return [said.value for said in page.metric]


def said_right(data: Pick) -> list[str]:
    found = compared(replace(ENCODINGS, data=data))
    return [f"{100 * judged.right:.0f} % right" for judged in (found.by_number, found.by_one_hot, found.by_softmax)]


def charts(page: AppTest) -> dict[str, bytes]:
    """What each chart was sent, by its key."""
    return {proto.id: proto.bytes for proto in components(page, "chart")}


def titles(page: AppTest) -> list[str]:
    return [panel["title"] for panel in board(page)["panels"]]


def tried(page: AppTest) -> str:
    return next(said.value for said in page.markdown if said.value.startswith("**Try next"))


def shown(page: AppTest) -> Experiment:
    scene, view, refused = read(dict(page.query_params), ENCODINGS, ViewState())
    assert refused == []
    assert view.topic == "encodings"
    return scene


def test_it_opens_on_an_order_that_is_not_there() -> None:
    page = at()
    assert rights(page) == said_right(ENCODINGS.data) == ["53 % right", "77 % right", "96 % right"]
    assert page.title[0].value.startswith(
        "Iris numbered like this: 53 % right by class number. Numbered setosa < versicolor < virginica: 96 %"
    )
    assert titles(page) == ["class number: squared error", "virginica: squared error", "virginica: softmax and cross-entropy"]
    assert shown(page) == ENCODINGS


def test_renumbering_leaves_one_hot_as_it_is() -> None:
    page = at()
    before = charts(page)
    fine(page.selectbox(key="loss numbering en").set_value("012").run())
    assert rights(page) == said_right(shown(page).data) == ["96 % right", "77 % right", "96 % right"]
    changed = {key for key, sent in charts(page).items() if sent != before[key]}
    assert {key.split("-")[-1].rsplit(" ", 1)[0] for key in changed} == {"regions number", "distances number"}
    assert "Numbered versicolor < setosa < virginica: 42 %" in page.title[0].value


def test_the_drawn_class_and_the_data() -> None:
    page = at()
    fine(page.button_group(key="loss drawn en").set_value("setosa").run())
    assert titles(page)[1:] == ["setosa: squared error", "setosa: softmax and cross-entropy"]
    assert [dict(panel.data).get("target") for panel in shown(page).panels] == [None, "setosa", "setosa"]
    fine(page.button_group(key="loss rows en").set_value("school_grades").run())
    assert titles(page)[1:] == ["grade 6: squared error", "grade 6: softmax and cross-entropy"]
    assert rights(page) == said_right(Pick("school_grades"))
    assert shown(page).data.name == "school_grades"
    assert "take the school grades" not in tried(page)
    assert any("Yet none of grade" in said.value for said in page.caption)


def test_one_bowl_moved() -> None:
    """The numbers of the sentence are those of the panels."""
    page, (one, other, _) = at(), run(ENCODINGS).panels
    (sentence,) = (said.value for said in page.markdown if said.value.startswith("**One bowl"))
    assert one.fit.hessian is not None
    assert numeral(float(one.fit.hessian[0, 1])) in sentence
    for panel in (one, other):
        assert panel.fit.theta is not None
        assert f"({numeral(float(panel.fit.theta[0]))}, {numeral(float(panel.fit.theta[1]))})" in sentence
    raw = replace(ENCODINGS, panels=tuple(replace(panel, features=Pick("none")) for panel in ENCODINGS.panels))
    fixed = replace(raw, surface=pick("linear", bias="fixed"))  # then it is not the covariance: nothing is said
    assert any(said.value.startswith("**One bowl") for said in at(raw).markdown)
    assert not any(said.value.startswith("**One bowl") for said in at(fixed).markdown)


@pytest.mark.parametrize(
    ("data", "picture"),
    [
        ("wine", True),
        pytest.param("digits", True, marks=pytest.mark.long),
        ("breast_cancer", True),
        ("school_grades", True),
        ("spirals", False),
        ("pokemon", False),
    ],
)
def test_other_rows_by_a_link(data: str, picture: bool) -> None:
    """Classes of the opening scene that these rows do not have are left out; rows without a column for each are told what to do."""
    page = opened("loss", {"topic": "encodings", "data": data})
    assert len(rights(page)) == (3 if picture else 0)
    assert not page.error
    assert ("This topic compares classes: pick Iris or School grades." in [said.value for said in page.info]) != picture
    if picture:
        name = dataset_of(Experiment(data=Pick(data))).one_hot[-1]
        assert titles(page) == ["class number: squared error", f"{name}: squared error", f"{name}: softmax and cross-entropy"]
    else:
        assert len(titles(page)) == 1


def test_the_drawn_class_of_rows_by_a_link() -> None:
    page = opened("loss", {"topic": "encodings", "data": "wine"})
    fine(page.button_group(key="loss drawn en").set_value("class 1").run())
    assert titles(page) == ["class number: squared error", "class 1: squared error", "class 1: softmax and cross-entropy"]
    (sentence,) = (said.value for said in page.markdown if said.value.startswith("**One bowl"))
    assert "for class number," in sentence
    assert "take the school grades" in tried(page)


@pytest.mark.parametrize(("name", "last"), [("iris", "virginica"), ("school_grades", "grade 6")])
def test_a_formula_is_told_what_to_do_and_left_again(name: str, last: str) -> None:
    page = opened("loss", {"topic": "encodings", "surface": "rosenbrock"})
    assert next(said.value for said in page.info) == "This topic compares classes: pick Iris or School grades."
    assert len(board(page)["panels"]) > 0
    fine(page.button_group(key="loss rows en").set_value(name).run())
    assert titles(page)[1:] == [f"{last}: squared error", f"{last}: softmax and cross-entropy"]


@pytest.mark.parametrize("data", ["iris", "wine", "pokemon"])
def test_the_data_part_of_the_control_panel_opens(data: str) -> None:
    """No control of it has the key of one of the topic's own."""
    state = {"loss_all_controls": True, "loss_part_en": "data"}
    page = opened("loss", {"topic": "encodings", "data": data}, **state)
    assert page.selectbox(key="loss data en").value == data


@pytest.mark.parametrize(
    "panels",
    [
        (Panel(model="softmax"),),
        (Panel(data=(("target", "setosa"),), model="softmax", surface=(("decay", 0.5),)), Panel()),
        (Panel(), Panel(model="logistic"), Panel(model="network")),
    ],
)
def test_another_model_of_a_panel_is_in_the_address(panels: tuple[Panel, ...]) -> None:
    experiment = replace(ENCODINGS, panels=panels)
    assert read(write(experiment, AT, ENCODINGS), ENCODINGS, ViewState()) == (experiment, AT, [])


@pytest.mark.parametrize("name", ["nonsense", "lecture_toy", ""])
def test_a_model_that_is_none_is_refused(name: str) -> None:
    experiment, _, refused = read({"p3.surface": name}, ENCODINGS, ViewState())
    assert experiment == ENCODINGS
    assert len(refused) == 1


def test_what_the_charts_say() -> None:
    """Their alternative texts hold the numbers."""
    alts = alternatives(at())
    assert len(alts) == 5
    assert sum("53 % of the rows are right" in alt for alt in alts) == 1
    assert sum("1.414 between each two classes" in alt for alt in alts) == 1
