"""The page of classifiers as a person meets it: its words are the numbers of the run, its scene is its address, every part of it draws."""

from dataclasses import replace

import numpy as np
import pytest

from core import address
from core.numerals import numeral
from core.settings import Number, Pick, pick
from figures.derived import Derived
from labs.deep.flat import flat
from labs.deep.likelihood import likelihood
from labs.deep.regions import SIDE, regions
from labs.deep.run import run
from labs.deep.setup import MOST_LOSSES, Deep
from lessons.deep_scene import CLASSIFIER, DEEP
from surfaces.class_loss import class_losses
from tests.pages import alternatives, board, opened
from views.deep.board import deep_board
from views.deep.charts import ON_LOSSES
from views.view_state import ViewState

TINY = {"data": "moons", "data.samples": "120", "depth": "2", "width": "4", "activation": "tanh", "steps": "12", "resolution": "25"}
SOFTMAX = {"data": "iris", "depth": "0", "steps": "12", "resolution": "25", "l1": "focal", "l2": "label_smoothing"}
# The network of test_classifier.py: what is compiled for one is compiled for both.
SMALL = replace(CLASSIFIER, data=pick("moons", samples=120), depth=2, width=4, activation="tanh", steps=12, resolution=25)


def test_the_page_says_the_numbers_of_the_run() -> None:
    result, at = run(SMALL), opened("classifier", TINY)
    said = board(at)
    assert [panel["title"] for panel in said["panels"]] == [class_losses()[picked.name].label for picked in SMALL.losses]
    for panel, one in zip(said["panels"], result.nets, strict=True):
        facts = {fact["label"]: fact["value"] for fact in panel["facts"]}
        assert one.slice is not None
        assert one.slice.slopes is not None
        assert facts["its own loss"] == numeral(float(one.record.measured.loss[-1]))
        assert facts["cross-entropy"] == numeral(float(one.record.measured.entropy[-1]))
        share = 100 * flat(one.slice.slopes.loss, one.slice.slopes.norm).share
        assert abs(float(facts["flat and high"].removesuffix(" %")) - share) <= 0.5
        assert facts["flat and high"] in panel["subtitle"]
    (headline,) = [header.value for header in at.header]
    for one in result.nets:
        assert f"{class_losses()[one.setup.loss.name].label} {round(100 * float(one.record.measured.held_out_accuracy[-1]))} %" in headline
        assert numeral(float(f"{float(one.record.measured.gradient[0]):.2g}")) in headline
    assert "full batch" in at.caption[0].value
    assert "one plane" in at.caption[0].value


def test_the_regions_travel_with_every_moment() -> None:
    result, at = run(SMALL), opened("classifier", TINY)
    for panel, one in zip(board(at)["panels"], result.nets, strict=True):
        found = regions(one.setup, len(one.record.update))
        moments = panel["cloud"]["data"][0]["moments"]
        np.testing.assert_array_equal(moments["update"], found.update)
        z = np.asarray(moments["z"])
        assert z.shape == (found.update.size, SIDE, SIDE)
        np.testing.assert_array_equal(z, found.predicted)


def test_the_two_routes_to_one_number_are_printed() -> None:
    result, at = run(SMALL), opened("classifier", TINY)
    tables = [part.value for part in at.markdown if "Π p(y∣x)" in part.value]
    assert len(tables) == 2
    for table, one in zip(tables, result.nets, strict=True):
        found = likelihood(one.setup, one.record.last)
        assert found is not None
        assert table.count(f"{found.entropy:.12g}") >= 1 + (f"{found.nll:.12g}" == f"{found.entropy:.12g}")
        assert f"| {numeral(found.difference)} |" in table


def test_each_loss_has_colors_of_its_own_and_the_same_axes() -> None:
    result = run(SMALL)
    drawn = deep_board(SMALL, result, ViewState(), 0)["panels"]
    contours = [panel["contour"]["data"][0] for panel in drawn]
    for axis in ("x", "y"):
        first, second = (part[axis] for part in contours)
        assert isinstance(first, Derived)
        assert isinstance(second, Derived)
        np.testing.assert_array_equal(first.value(), second.value())
    first, second = (part["z"] for part in contours)
    assert isinstance(first, Derived)
    assert isinstance(second, Derived)
    assert first.by != second.by


# Without a hidden layer the charts of curvature compile for long, and go the same way as with two.
ON_DEPTHS = [
    pytest.param(query, name, id=f"{name} {query['depth']}", marks=[pytest.mark.long] * (query is SOFTMAX and name in ("why", "escape")))
    for query in (TINY, SOFTMAX)
    for name in ON_LOSSES
]


@pytest.mark.parametrize(("query", "name"), ON_DEPTHS)
def test_every_chart_says_its_message_with_numbers(query: dict[str, str], name: str) -> None:
    at = opened("classifier", query, classifier_chart_en=name)
    said = alternatives(at)
    assert said or (name == "gradients" and query["depth"] == "0")
    for alt in said:
        assert any(character.isdigit() for character in alt) or name == "why"


@pytest.mark.parametrize("part", ["data", "network", "losses", "normalization", "training", "picture"])
def test_every_part_of_the_control_panel_draws(part: str) -> None:
    query = SOFTMAX if part == "losses" else TINY
    bare = len(opened("classifier", query).get("bidi_component"))
    at = opened("classifier", query, classifier_all_controls=True, classifier_part_en=part)
    assert len(at.selectbox) + len(at.get("bidi_component")) > 4
    if part == "losses":
        assert len(at.get("bidi_component")) == bare + 2, "γ and ε"
    if part == "data":
        assert "Diabetes" not in at.selectbox(key="classifier data en").options, "its rows have no classes"


def test_softmax_regression_and_a_target_without_classes() -> None:
    at = opened("classifier", SOFTMAX)
    assert [panel["title"] for panel in board(at)["panels"]] == [class_losses()[name].label for name in ("focal", "label_smoothing")]
    at = opened("classifier", {"data": "diabetes", "depth": "0", "steps": "12", "resolution": "25"})
    assert len(board(at)["panels"]) == 1
    assert not at.header


def test_a_bad_link_is_said_and_the_page_still_works() -> None:
    at = opened("classifier", SOFTMAX | {"l1": "zero_one", "l2": "focal", "l2.focus": "99", "planes": "two", "l3": "focal"})
    assert len(at.warning) == 4
    assert board(at)["panels"]


SCENES: dict[str, Deep] = {f"loss {name}": replace(CLASSIFIER, losses=(Pick(name),)) for name in class_losses()}
SCENES |= {
    f"{name}.{field.name}": replace(CLASSIFIER, losses=(pick(name, **{field.name: 0.5 * (field.low + field.high)}),))
    for name, item in class_losses().items()
    for field in item.fields
    if isinstance(field, Number)
}
SCENES |= {
    "three": replace(CLASSIFIER, losses=(Pick("hinge"), pick("focal", focus=1.0), Pick("mean_squared"))),
    "own planes": replace(CLASSIFIER, planes="own"),
    "softmax regression": replace(CLASSIFIER, depth=0, data=Pick("iris")),
    "networks too": replace(CLASSIFIER, nets=(Pick("none"), Pick("batch"))),
    "a window": CLASSIFIER.zoomed(1, (-1.0, 2.0, 0.0, 1.0)),
    "the other page's": DEEP,
}


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_read_back_from_its_address(name: str) -> None:
    scene = SCENES[name]
    for opening in (CLASSIFIER, DEEP):
        if opening is DEEP or scene.losses:
            query = address.write(scene, ViewState(), opening)
            assert address.read(query, opening, ViewState()) == (scene, ViewState(), [])
    assert len(scene.losses) <= MOST_LOSSES


def test_the_page_of_deep_networks_knows_no_loss() -> None:
    """Its scenes and addresses mean what they meant."""
    assert DEEP.losses == ()
    assert DEEP.planes == "own"
    assert not any(key.startswith("l") and key[1:2].isdigit() for key in address.write(replace(DEEP, depth=2), ViewState(), DEEP))


def test_a_rate_that_explodes_is_told_and_breaks_nothing() -> None:
    at = opened("classifier", TINY | {"optimizer": "gradient_descent", "optimizer.rate": "10", "steps": "300"})
    assert not at.exception
