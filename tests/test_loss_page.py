"""The page "Loss" without a browser: its topics of the output space, their controls, and the numbers that they say."""

from dataclasses import replace

import numpy as np
import pytest

from core.address import read, write
from core.numerals import numeral
from labs.plane.run import run
from labs.plane.setup import Panel, class_losses
from lessons.minutes.flat_loss import lesson
from lessons.scenes import OUTPUT, TWO
from tests.pages import board, fine, headings, opened, panels, takeaways, told
from views.view_state import ViewState


def first_steps(query: dict[str, str]) -> list[float]:
    panels = run(read(query, OUTPUT, ViewState())[0]).panels
    return [float(np.linalg.norm(panel.walks[0].points.step[0])) for panel in panels]


def test_it_opens_on_the_lectures_figure_and_says_how_far_the_first_steps_go() -> None:
    at = opened("loss")
    square, entropy = first_steps({})
    rounded = [numeral(float(f"{step:.3g}")) for step in (square, entropy)]
    assert headings(at) == ["Same start, same rate. First step of GD: MSE after softmax {}, cross-entropy {}.".format(*rounded)]
    assert [panel.title for panel in panels(at)] == ["MSE after softmax", "cross-entropy"]
    assert [panel.facts["first step, GD"] for panel in panels(at)] == [numeral(square), numeral(entropy)]
    assert takeaways(at)[0].startswith("Surely wrong, and GD is stuck: MSE after softmax. The loss is 2 there")
    assert "3 classes: all other logits are −1000." in told(at)


@pytest.mark.parametrize("name", class_losses())
def test_every_loss_is_a_chip_and_a_picture(name: str) -> None:
    at = opened("loss")
    fine(at.button_group(key="loss losses en").set_value([name]).run())
    assert [panel.title for panel in panels(at)] == [class_losses()[name].label]
    assert read(at.query_params, OUTPUT, ViewState())[0].panels[0].surface == (("loss", name),)


def test_three_losses_at_most_the_newest_stay() -> None:
    at = opened("loss")
    fine(at.button_group(key="loss losses en").set_value(list(class_losses())).run())
    assert len(panels(at)) == 3


def test_the_map_shows_the_norm_of_the_gradient() -> None:
    at = opened("loss")
    fine(at.button_group(key="loss drawn en").set_value("slope").run())
    assert at.query_params["drawn"] == "slope"
    shown = board(at)["panels"][0]["contour"]["data"][0]
    assert "gradient norm" in shown["hovertemplate"]
    assert "The maps show the norm of the gradient" in told(at)


@pytest.mark.parametrize(("name", "value", "address"), [("classes", 5, ("surface.classes", "5")), ("target", 2, ("surface.target", "2"))])
def test_what_is_folded_away_is_taken(name: str, value: int, address: tuple[str, str]) -> None:
    at = opened("loss", loss_more=True)
    fine(at.selectbox(key=f"loss {name} en").set_value(value).run())
    assert at.query_params[address[0]] == address[1]
    assert len(panels(at)) == 2


def test_fewer_classes_than_the_right_one_make_the_last_of_them_right() -> None:
    at = opened("loss", {"surface.classes": "6", "surface.target": "6"}, loss_more=True)
    fine(at.selectbox(key="loss classes en").set_value(4).run())
    assert (at.query_params["surface.classes"], at.query_params["surface.target"]) == ("4", "4")


def test_one_color_range_for_all_pictures() -> None:
    """The level lines of both pictures are those of the larger loss."""
    own, same = (board(opened("loss", query))["panels"] for query in ({}, {"span": "same"}))
    assert same[0]["contour"]["data"][0]["contours"] == same[1]["contour"]["data"][0]["contours"]
    heights = [panel["surface"]["layout"]["scene"]["zaxis"].get("range") for panel in same]
    assert heights[0] == heights[1] == pytest.approx([0, 20 * 1.03], rel=1e-6)
    assert all("range" not in panel["surface"]["layout"]["scene"]["zaxis"] for panel in own)


def test_two_classes() -> None:
    at = opened("loss", {"topic": "two"})
    assert [panel.title for panel in panels(at)] == ["softmax", "sigmoid of y₁ − y₂"]
    one, other = run(TWO).panels
    gap = float(np.abs(one.grid - other.grid).max())
    assert (numeral(gap) if gap else "their difference is 0") in takeaways(at)[0]
    said = next(shown.value for shown in at.markdown if shown.value.startswith("Curvatures"))
    curvature = 2 / (1 + np.exp(12.0)) / (1 + np.exp(-12.0))
    assert f"0 along (1, 1)/√2, {numeral(curvature)} along (1, −1)/√2" in said


SAID = {
    "right from the start": ({"start": "8,-8"}, "The answer is right at the start"),
    "the other class is right": ({"surface.target": "2"}, "The answer is right at the start"),
    "two that move": (
        {f"p{i}.{k}": v for i, name in ((1, "hinge"), (2, "focal")) for k, v in (("features", "none"), ("surface.loss", name))},
        "From here GD finds the way by each of these losses.",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_holds_wherever_the_start_is(name: str) -> None:
    query, sentence = SAID[name]
    assert takeaways(opened("loss", query))[0].startswith(sentence)


@pytest.mark.parametrize("query", [{"surface": "rosenbrock"}, {"surface": "linear"}, {"topic": "two", "surface": "himmelblau"}])
def test_another_surface_is_drawn_as_it_is(query: dict[str, str]) -> None:
    at = opened("loss", query)
    assert headings(at) == ["This surface is not the output space of a classifier."]
    assert panels(at)


def test_label_smoothing_has_shades_though_its_minimum_is_far_out() -> None:
    at = opened("loss", {"p1.features": "none", "p1.surface.loss": "label_smoothing"})
    trace = board(at)["panels"][0]["contour"]["data"][0]
    lines = trace["contours"]
    heights = np.asarray(trace["z"])
    assert np.ptp(heights) > 5 * lines["size"], "several level lines cross the window"


@pytest.mark.parametrize("loss", class_losses())
def test_two_classes_by_every_loss(loss: str) -> None:
    at = opened("loss", {"topic": "two"})
    fine(at.selectbox(key="loss loss en").set_value(loss).run())
    assert len(panels(at)) == 2


def test_a_setting_for_all_pictures_takes_it_from_each() -> None:
    """In the control panel one loss is picked: then there is one picture, since the two are the same formula."""
    query = write(replace(OUTPUT, panels=(Panel(surface=(("loss", "focal"),)), *OUTPUT.panels)), ViewState(), OUTPUT)
    at = opened("loss", query, loss_all_controls=True)
    at.session_state["loss part en"] = "model"
    fine(at.run())
    fine(at.selectbox(key="loss surface.logits.loss en").set_value("hinge").run())
    assert [panel.title for panel in panels(at)] == ["logits of one row (output space)"]


def test_the_lesson() -> None:
    at = opened("loss", {"lesson": "flat_loss", "revealed": "yes"})
    answer = next(said.value for said in [*at.success, *at.info, *at.markdown] if "Only the cross-entropy moves" in said.value)
    steps = [float(np.linalg.norm(panel.walks[0].points.step[0])) for panel in run(lesson.experiment).panels]  # type: ignore[arg-type]
    assert all(numeral(step) in answer for step in steps)
