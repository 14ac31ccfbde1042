"""Every page as a person meets it: it opens, says the numbers of the two tables, and no control, menu or link breaks it."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from compute import engine
from compute.engine import Request
from compute.workers import Workers
from core.catalogue import catalogue
from core.settings import Option, Pick, pick, values
from data.dataset import DataSet
from labs.plane.run import run
from labs.plane.setup import Experiment
from lessons.scenes import SCALE, WORKBENCH
from surfaces.catalogue import surfaces
from tests.menus import fields_of, menus
from tests.pages import at_address, board, fine, headings, open_controls, opened, panels, sliders, steps, takeaways, told
from views import progress
from views.plane import rates
from views.plane.control_panel import with_surface
from views.session import Scene
from views.warm import until_paths_are_ready

PAGES = ("scale", "hidden", "optimizers", "loss", "stuck", "workbench")
TOPICS = ("rates", "momentum", "adaptive", "batches", "schedules", "convex")
PARTS = ("data", "model", "normalization", "optimizers", "run", "picture")


def label(part: str, name: str) -> str:
    return menus()[part][name].label


# every page, on its finished scene


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_its_finished_scene(page: str) -> None:
    at = opened(page)
    (heading,) = headings(at)
    assert heading
    assert all(panel.counts for panel in panels(at))
    assert not at.warning
    assert not at.error
    assert sum(said.value.startswith("**Try next:** ") for said in at.markdown) == 1
    assert at.query_params == {}, "a bare address stays bare"
    if page != "workbench":  # every menu open: that is its purpose
        controls = [key for key in open_controls(at) if " try " not in key and " look " not in key]  # the buttons in an answer are none
        assert len(controls) <= 4
        assert len(takeaways(at)) == (page != "stuck"), "there every card of a row has a sentence of its own"
    fine(at.run())
    assert at.query_params == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_of_the_optimizers_opens_finished(topic: str) -> None:
    at = opened("optimizers", {"topic": topic})
    controls = open_controls(at)
    assert len(controls) <= 4
    assert len(takeaways(at)) == 1
    assert at.query_params == ({} if topic == "rates" else {"topic": topic, "v": "1"})
    by_hand = opened("optimizers")
    fine(by_hand.button_group(key="topics optimizers en").set_value(topic).run())
    assert by_hand.query_params == at.query_params
    assert panels(by_hand) == panels(at)


# the Scale page


def test_scale() -> None:
    at = opened()
    assert headings(at) == ["Same 150 flowers, same model. Only the unit of one feature changed."]
    raw, standardized = panels(at)
    assert (raw.title, standardized.title) == (f"{label('features', 'none')} features", f"{label('features', 'standardize')} features")
    assert (raw.counts, standardized.counts) == (["31 steps"], ["1 step"]) == ([steps(31)], [steps(1)])
    assert (raw.condition, standardized.condition) == ("28.12", "1.266")
    assert (raw.limit, standardized.limit) == ("0.05296", "0.8948")
    assert takeaways(at) == [
        "Normalization did not speed up the rate, it raised the speed limit 17 times: 2/λmax went from 0.05296 to 0.8948."
    ]
    assert board(at)["player"]["length"]["updates"] >= 31


@pytest.mark.parametrize(
    ("unit", "condition", "counts"), [("1", "3.698", (3, 1)), ("20", "112.4", (120, 1)), ("100", "2809.5", (3_007, 1))]
)
def test_scale_in_another_unit(unit: str, condition: str, counts: tuple[int, int]) -> None:
    at = opened(query={"scale2": unit})
    raw, standardized = panels(at)
    assert ([steps(counts[0])], [steps(counts[1])]) == (raw.counts, standardized.counts)
    assert (raw.condition, standardized.condition) == (condition, "1.266")
    assert standardized.limit == "0.8948"
    assert sliders(at)["unit of x₂ (sepal width)"]["value"] == float(unit)
    assert at.query_params == {"scale2": unit, "v": "1"}
    changed = "Same 150 flowers, same model. Only the unit of one feature changed."
    assert headings(at) == ["Same 150 rows, same model. Only how the features are normalized differs." if unit == "1" else changed]


def test_feature_normalization_switches_the_second_picture() -> None:
    at = opened()
    fine(at.toggle(key="scale features en").set_value(False).run())
    (raw,) = panels(at)
    assert (raw.condition, raw.counts) == ("28.12", [steps(31)])
    assert takeaways(at) == []
    assert at.query_params == {"p1.features": "none", "p1.hidden": "none", "v": "1"}
    fine(at.toggle(key="scale features en").set_value(True).run())
    assert [panel.counts for panel in panels(at)] == [[steps(31)], [steps(1)]]
    assert at.query_params == {}


def test_chips_add_optimizers_and_take_them_away() -> None:
    at = opened()
    chips = at.button_group(key="scale methods en")
    fine(chips.set_value(["adam", "momentum"]).run())
    walks = board(at)["panels"][0]["walks"]
    assert [walk["name"] for walk in walks] == [label("optimizer", name) for name in ("gradient_descent", "momentum", "adam")]
    assert len({walk["color"] for walk in walks}) == len({walk["marker"] for walk in walks}) == 3
    assert (at.query_params["o1"], at.query_params["o2"], at.query_params["o3"]) == ("gradient_descent", "momentum", "adam")
    assert walks[0]["count"] == "31"
    assert int(walks[1]["count"]) < 31
    fine(at.button_group(key="scale methods en").set_value([]).run())
    assert [walk["name"] for walk in board(at)["panels"][0]["walks"]] == [label("optimizer", "gradient_descent")]
    assert at.query_params == {}


def test_rate_modes_on_the_page() -> None:
    at = opened()
    modes = at.button_group(key="scale mode en")
    assert modes.value == "best"
    assert set(sliders(at)) == {"unit of x₂ (sepal width)"}
    fine(modes.set_value("same").run())
    same = sliders(at)["learning rate η, the same number for all"]
    assert [mark[1] for mark in same["marks"]] == [f"{panel.title}: {panel.limit}" for panel in panels(at)]
    assert [mark[0] for mark in same["marks"]] == pytest.approx([0.05296, 0.8948], rel=5e-4)
    details = [panel.details[0] for panel in panels(at)]
    assert details[0] == details[1]
    assert re.fullmatch(r"η = [\d.]+", details[0]), "nothing but the number that is set could be meant"
    fine(at.button_group(key="scale mode en").set_value("fraction").run())
    assert sliders(at)["η as a fraction of each panel's limit 2/λmax"]["value"] == 0.5
    assert all("0.5 of its limit" in panel.details[0] for panel in panels(at))
    assert at.query_params == {"mode": "fraction", "v": "1"}
    fine(at.button_group(key="scale mode en").set_value("best").run())
    assert at.query_params == {}


def test_the_same_rate_of_a_half_explodes_on_the_left_only() -> None:
    at = opened(query={"mode": "same", "o1": "gradient_descent", "o1.rate": "0.5"})
    raw, standardized = board(at)["panels"]
    (left,), (right,) = raw["walks"], standardized["walks"]
    assert (left["count"], left["unit"], left["status"]) == ("✕", "explodes", "diverged")
    assert left["diverged"] < 40
    assert right["status"] == "settled"
    assert sliders(at)["learning rate η, the same number for all"]["value"] == 0.5
    assert len(open_controls(at)) <= 5


def test_a_rate_is_given_to_the_methods_whose_limit_is_known() -> None:
    experiment = replace(SCALE, optimizers=(pick("gradient_descent"), pick("adam"), pick("momentum", momentum=0.5)))
    rated = rates.with_rate(experiment, 0.25).optimizers
    assert rated == (pick("gradient_descent", rate=0.25), pick("adam"), pick("momentum", momentum=0.5, rate=0.25))


def test_correlated_data_bring_their_own_slider() -> None:
    at = opened(query={"data": "correlated_pair", "data.rho": "0.9", "scale2": "1"})
    assert sliders(at)["correlation ρ of x₁ and x₂"]["value"] == 0.9
    assert [panel.condition for panel in panels(at)] == ["19", "19"]
    assert "Same 200 rows" in headings(at)[0] or re.match(r"Same \d+ rows, same model\.", headings(at)[0])


@pytest.mark.parametrize(
    ("page", "query", "label", "value"),
    [
        ("scale", {"scale2": "1000"}, "unit of x₂ (sepal width)", 1000.0),
        ("scale", {"mode": "same", "o1.rate": "1e-06"}, "learning rate η, the same number for all", 1e-6),
        ("optimizers", {"topic": "batches", "data": "diabetes", "batch": "300"}, "batch size (0 = all rows)", 300.0),
    ],
)
def test_a_slider_shows_what_is_drawn(page: str, query: dict[str, str], label: str, value: float) -> None:
    assert sliders(opened(page, query))[label]["value"] == value


# the Hidden-layer page


@pytest.mark.parametrize(
    ("gain", "conditions", "limits", "counts"),
    [
        ("1", ("1.411", "1.656"), ("2.944", "2.699"), (2, 2)),
        ("8", ("55.41", "1.656"), ("0.05873", "2.699"), (25, 2)),
        ("30", ("778.6", "1.656"), ("0.004178", "2.699"), (331, 2)),
    ],
)
def test_hidden_layer(gain: str, conditions: tuple[str, str], limits: tuple[str, str], counts: tuple[int, int]) -> None:
    at = opened("hidden", {"surface": "network", "surface.gain": gain})
    plain, batch = panels(at)
    assert (plain.title, batch.title, plain.subtitle) == ("no batch normalization", "batch normalization", batch.subtitle)
    assert (plain.condition, batch.condition) == conditions
    assert (plain.limit, batch.limit) == limits
    assert (plain.counts, batch.counts) == ([steps(counts[0])], [steps(counts[1])])
    (said,) = takeaways(at)
    worse = "At this gain batch normalization is slightly worse: κ went from 1.411 to 1.656. There was nothing to repair."
    assert (said == worse) == (gain == "1")
    assert all(condition in said for condition in conditions)
    assert sliders(at)["gain g of the second hidden unit"]["value"] == float(gain)


def test_the_address_of_the_hidden_page_at_gain_1_opens_at_gain_1() -> None:
    at = opened("hidden", {"surface.gain": "1"})
    assert panels(at)[0].condition == "1.411"
    copied = dict(at.query_params)
    assert panels(opened("hidden", copied))[0].condition == "1.411"


RAW_INPUTS = {"p1.features": "none", "p1.hidden": "none", "p2.features": "none", "p2.hidden": "batch", "surface.gain": "1"}


def test_batch_normalization_of_raw_inputs_is_said_to_be_worse() -> None:
    at = opened("hidden", RAW_INPUTS)
    before, after = (float(panel.condition) for panel in panels(at))
    assert before < after
    (said,) = takeaways(at)
    assert "batch normalization is slightly worse" in said, "by less than three times"
    assert f"from {panels(at)[0].condition} to {panels(at)[1].condition}" in said
    assert "collinear" not in said, "two units of κ 5 are not"


def test_both_toggles_of_the_hidden_page() -> None:
    at = opened("hidden")
    fine(at.toggle(key="hidden features en").set_value(False).run())
    raw = f"{label('features', 'none')} features"
    assert [(panel.title, panel.subtitle) for panel in panels(at)] == [("no batch normalization", raw), ("batch normalization", raw)]
    fine(at.toggle(key="hidden batch normalization en").set_value(False).run())
    assert [panel.title for panel in panels(at)] == ["no batch normalization"]
    fine(at.toggle(key="hidden features en").set_value(True).run())
    fine(at.toggle(key="hidden batch normalization en").set_value(True).run())
    assert [panel.condition for panel in panels(at)] == ["55.41", "1.656"]
    assert at.query_params == {}


# the control panel


CONTROL_PANELS: list[tuple[str, str, dict[str, str]]] = [(page, part, {}) for page in PAGES for part in PARTS]
CONTROL_PANELS += [("scale", "optimizers", {"mode": "fraction"}), ("scale", "data", {"data": "correlated_pair"})]
CONTROL_PANELS += [("optimizers", "run", {"topic": topic}) for topic in ("batches", "schedules")]


@pytest.mark.parametrize(("page", "part", "query"), CONTROL_PANELS)
def test_every_part_of_the_control_panel_draws(page: str, part: str, query: dict[str, str]) -> None:
    at = opened(page, query)
    address = at.query_params
    before = len(open_controls(at))
    if page != "workbench":
        at.session_state[f"{page} all controls"] = True
    at.session_state[f"{page} part en"] = part
    fine(at.run())
    formula = page in ("stuck", "loss") and part in ("data", "normalization")  # it says that a formula has none
    assert page == "workbench" or len(open_controls(at)) > before + (0 if formula else 1)
    assert at.query_params == address, "looking changes nothing"


def shelf(part: str, **query: str) -> AppTest:
    """The workbench with a model of data and one part of the controls open."""
    at = opened("workbench", {"surface": "network", "o1": "gradient_descent", "steps": "50"} | query)
    at.session_state["workbench part en"] = part
    return fine(at.run())


def test_the_control_panel_changes_the_scene() -> None:
    at = shelf("normalization")
    for count in "312":
        fine(at.button_group(key="workbench panels en").set_value(count).run())
        assert len(panels(at)) == int(count)
    fine(at.toggle(key="workbench p2 features on en").set_value(True).run())
    fine(at.toggle(key="workbench p2 hidden on en").set_value(True).run())
    assert (panels(at)[1].title, panels(at)[1].subtitle) == ("batch normalization", f"{label('features', 'standardize')} features")
    for name in menus()["features"]:
        if name != "none":
            fine(at.selectbox(key="workbench p2.features en").set_value(name).run())
            assert at.query_params["p2.features"] == name


def test_optimizers_are_added_and_removed() -> None:
    at = shelf("optimizers")
    for count in (2, 3, 4):
        fine(at.button(key="workbench add").click().run())
        assert len(panels(at)[0].counts) == count
    assert "workbench add" not in [button.key for button in at.button], "four strokes are told apart, no more"
    for count in (3, 2, 1):
        fine(at.button(key="workbench remove").click().run())
        assert len(panels(at)[0].counts) == count
    assert "workbench remove" not in [button.key for button in at.button]
    names = set(at.selectbox(key="workbench o1 en").options)
    fine(at.toggle(key="o1 more workbench").set_value(True).run())
    assert names < set(at.selectbox(key="workbench o1 en").options)
    assert len(at.selectbox(key="workbench o1 en").options) == len(menus()["optimizer"])


def test_another_surface_from_the_menu() -> None:
    at = opened("workbench")
    for name in ("rosenbrock", "linear", "ackley"):
        fine(at.selectbox(key="workbench surface en").set_value(name).run())
        assert at.query_params["surface"] == name
        assert not at.error
    changed = with_surface(replace(WORKBENCH, start=(1.0, 1.0), window=(0.0, 1.0, 0.0, 1.0)), Pick("rosenbrock"))
    assert (changed.start, changed.window, changed.mode) == (None, None, "same")
    assert changed.optimizers[0] == pick("gradient_descent", rate=surfaces()["rosenbrock"].rate)
    assert dict(changed.optimizers[2].settings) == {"rate": 0.05}, "Adam's rate is its own"


def test_every_data_set_and_column_from_the_menu() -> None:
    at = shelf("data", surface="linear")
    for name in menus()["data"]:
        fine(at.selectbox(key="workbench data en").set_value(name).run())
        assert at.error or panels(at)[0].counts


def test_curves_and_the_way_back_from_them() -> None:
    at = shelf("picture")
    assert board(at)["curves"] is None
    fine(at.toggle(key="workbench all curves en").set_value(True).run())
    assert board(at)["curves"]["data"]
    assert at.query_params["curves"] == "on"
    fine(at.toggle(key="workbench all curves en").set_value(False).run())
    assert "curves" not in at.query_params


# every menu of the workbench, by link


def drawn(query: Mapping[str, str]) -> AppTest:
    """Everything in the link was taken, and there is a picture or a sentence that says why not."""
    at = opened("workbench", {"o1": "gradient_descent", "steps": "50", "resolution": "50"} | dict(query))
    assert [said.value for said in at.warning] == []
    if at.error:
        assert len(at.error) == 1
        assert len(at.error[0].value) > 30
    else:
        for panel in panels(at):
            assert panel.counts
            assert panel.facts
            condition = panel.facts.get("condition number κ", "1")
            assert not condition.startswith("—") or len(condition) > 10, "no κ needs a reason"
    return at


MODELS = [name for name, surface in surfaces().items() if surface.needs_data]


FEW = ("iris", "pokemon")  # the numbers of rows of a table are a program's shapes: all pairs are compiled for a long time
PAIRS = [
    pytest.param(surface, data, marks=[pytest.mark.long] * (surface != "linear" and data not in FEW))
    for surface in surfaces()
    for data in (menus()["data"] if surface in MODELS else ["iris"])
]


@pytest.mark.parametrize(("surface", "data"), PAIRS)
def test_every_surface_on_every_data_set_opens(surface: str, data: str) -> None:
    """SLOW: with its best bias the logistic loss of many rows takes seconds to draw, 50 s a picture for the digits: a trained one here."""
    bias = {"surface.bias": "trained"} if surface == "logistic" else {}
    drawn({"surface": surface, "data": data, "p1.features": "standardize"} | bias)


@pytest.mark.parametrize("optimizer", menus()["optimizer"])
def test_every_optimizer_opens(optimizer: str) -> None:
    at = drawn({"surface": "linear", "o1": optimizer})
    assert board(at)["panels"][0]["walks"][0]["name"] == label("optimizer", optimizer)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs", "nesterov"])
@pytest.mark.parametrize("mode", ["best", "fraction"])
def test_rate_modes_and_batches_of_other_optimizers(optimizer: str, mode: str) -> None:
    drawn({"surface": "linear", "o1": optimizer, "mode": mode, "batch": "20"})


@pytest.mark.parametrize("schedule", menus()["schedule"])
def test_every_schedule_opens(schedule: str) -> None:
    drawn({"surface": "linear", "schedule": schedule, "warmup": "10"})


@pytest.mark.parametrize("features", menus()["features"])
def test_every_feature_normalization_opens(features: str) -> None:
    drawn({"surface": "linear", "p1.features": features})
    drawn({"surface": "network", "p1.features": features, "p1.hidden": "batch"})
    if features != "none":
        drawn({"surface": "linear", "p1.features": features, "p1.features.amount": "0.5"})


OPTIONS = [
    (surface, field.name, choice)
    for surface in MODELS
    for field in fields_of("surface", surface)
    if isinstance(field, Option)
    for choice in field.choices
    if choice != field.default
]


@pytest.mark.parametrize(("surface", "name", "choice"), OPTIONS)
def test_every_option_of_a_model_opens(surface: str, name: str, choice: str) -> None:
    bias = {"surface.bias": "trained"} if surface == "logistic" and name != "bias" else {}
    drawn({"surface": surface, f"surface.{name}": choice, "p1.features": "standardize", "p1.hidden": "batch"} | bias)


def test_the_other_numbers_of_a_scene_open() -> None:
    drawn({"surface": "linear", "start": "3,-4", "window": "-5,5,-5,5", "aspect": "free", "levels": "even"})
    drawn({"surface": "linear", "levels": "linear", "view": "surface", "curves": "on"})
    drawn({"surface": "linear", "scale1": "0.001", "scale2": "1000"})
    drawn({"surface": "linear", "start": "1000000,-1000000", "o1.rate": "1000"})


# what may go wrong is said


REFUSED = {"scale2": "1e999", "data": "Iris", "mode": "<b>", "steps": "-3", "bogus": "[x](https://e.org)", "lesson": "none", "v": "9"}


@pytest.mark.parametrize("page", PAGES)
def test_a_bad_link_is_one_line_for_each_wrong_part_and_the_page_still_works(page: str) -> None:
    at = opened(page, REFUSED)
    assert len(at.warning) == len(REFUSED)
    assert panels(at)
    assert at.query_params == {}
    if page == "scale":
        fine(at.toggle(key="scale features en").set_value(False).run())
        assert not at.warning, "said once"


def constant_column() -> str | None:
    """A column of the digits that is the same in every row, if the table has one."""
    table = catalogue("data.tables", DataSet)["digits"].load()
    return next((name for name, column in table.items() if column.min() == column.max()), None)


HARD = {
    "pokemon with two weights": {"surface": "linear", "data": "pokemon"},
    "pokemon, standardized": {"surface": "linear", "data": "pokemon", "p1.features": "standardize"},
    "pokemon, whitened": {"surface": "linear", "data": "pokemon", "p1.features": "whiten_pca"},
    "pokemon, logistic": {"surface": "logistic", "data": "pokemon"},
    "pokemon, network": {"surface": "network", "data": "pokemon", "p1.hidden": "batch"},
    "the same feature twice": {"surface": "linear", "data.x2": "sepal length", "p1.features": "standardize"},
    "the same feature twice, whitened": {"surface": "linear", "data.x2": "sepal length", "p1.features": "whiten_zca"},
    "the target is a feature": {"surface": "linear", "data.x1": "petal length"},
    "a class against itself": {"surface": "logistic", "data.x1": "setosa", "data.target": "setosa"},
    "one row at a time, absolute": {"surface": "linear", "surface.loss": "mean_absolute", "batch": "1"},
    "a batch of one under batch normalization": {"surface": "network", "p1.hidden": "batch", "batch": "1"},
    "no gain": {"surface": "network", "surface.gain": "0.1", "p1.hidden": "batch", "p1.hidden.epsilon": "1"},
    "γ = 0": {"surface": "network", "p1.hidden": "batch", "p1.hidden.gamma": "0"},
    "v = 0 under the drawn hidden weights": {"surface": "network", "surface.plane": "hidden", "surface.v1": "0"},
    "correlation at its end": {"surface": "linear", "data": "correlated_pair", "data.rho": "0.999"},
}


@pytest.mark.parametrize("name", HARD)
def test_hard_cases_work_or_say_why_not(name: str) -> None:
    drawn({"mode": "best"} | HARD[name])


def test_a_target_that_is_the_same_everywhere_works_or_says_why_not() -> None:
    column = constant_column()
    if column is None:
        pytest.skip("no constant column in the digits")
    for features in ("none", "standardize", "whiten_pca"):
        drawn({"surface": "linear", "data": "digits", "data.target": column, "p1.features": features})
        drawn({"surface": "linear", "data": "digits", "data.x1": column, "p1.features": features})
    at = drawn({"surface": "logistic", "data": "digits", "data.target": column})
    assert [said.value for said in at.error] == ["All targets are equal: there is nothing to classify. Pick another target column."]


def test_classes_that_can_be_separated_have_no_minimum_and_it_is_said() -> None:
    at = drawn({"surface": "logistic", "data.x1": "petal length", "data.x2": "petal width", "data.target": "setosa"})
    (panel,) = panels(at)
    assert panel.condition.startswith("— (minimum at infinity: the two classes can be separated")
    assert panel.limit == "—"
    assert "lowest loss" not in panel.facts


def test_the_flat_direction_under_batch_normalization_is_said() -> None:
    query = {"surface": "network", "surface.plane": "hidden", "p1.features": "standardize"}
    flat = panels(drawn({"p1.hidden": "batch"} | query))[0]
    assert flat.condition.startswith("— (flat direction: batch normalization makes the loss constant along rays")
    assert "batch normalization" not in panels(drawn(query))[0].condition


TOLD: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["squared error (MSE)", "linear regression", "mean over 150 rows", "full batch", "w1, w2", "at its best value"]),
    ({"surface.reduce": "sum"}, ["summed over 150 rows"]),
    ({"surface.loss": "huber"}, ["Huber"]),
    ({"surface.loss": "mean_absolute"}, ["absolute error"]),
    ({"surface.bias": "axis"}, ["over b, w"]),
    ({"surface.bias": "trained"}, ["the walks move it too"]),
    ({"batch": "15"}, ["mini-batches of 15"]),
    ({"batch": "150"}, ["full batch"]),
    ({"batch": "4000"}, ["full batch"]),
    ({"data": "diabetes", "batch": "150"}, ["442 rows", "mini-batches of 150"]),
    ({"surface": "logistic"}, ["cross-entropy", "logistic regression", "Label 1 where the target is above its mean"]),
    ({"surface": "network", "p1.hidden": "batch"}, ["network with two hidden units", "v1, v2", "train mode"]),
    ({"surface": "network", "surface.plane": "hidden"}, ["W11, W12", "weights into the first hidden unit"]),
    ({"surface": "rosenbrock"}, ["Rosenbrock", "99 %"]),
]


@pytest.mark.parametrize(("query", "said"), TOLD)
def test_what_is_drawn_is_told(query: dict[str, str], said: list[str]) -> None:
    text = told(drawn({"surface": "linear"} | query))
    for words in said:
        assert words.lower() in text.lower(), text


def test_goal_is_told_as_a_number() -> None:
    assert "loss − minimum ≤ 0.03096 = 0.01·Var(y) for good" in told(opened())


# links, Back, and several pages in one session


def test_back_and_a_typed_link_change_the_same_session() -> None:
    at = opened()
    at_address(at, {"scale2": "100"})
    assert panels(at)[0].counts == [steps(3_007)]
    at_address(at, {})
    assert panels(at)[0].counts == [steps(31)]
    at_address(at, {"scale2": "nan"})
    assert len(at.warning) == 1
    at_address(at, {"scale2": "1"})
    assert not at.warning
    assert panels(at)[0].counts == [steps(3)]


def test_a_page_keeps_its_scene_while_another_is_visited() -> None:
    at = opened(query={"scale2": "100"})
    at.switch_page("views/pages/hidden_layer.py")
    at_address(at, {})
    assert panels(at)[0].condition == "55.41"
    at.switch_page("views/pages/scale.py")
    at_address(at, {})
    assert panels(at)[0].counts == [steps(3_007)]
    assert at.query_params == {"scale2": "100", "v": "1"}


def test_sessions_do_not_share_a_scene() -> None:
    one, other = opened(query={"scale2": "100"}), opened()
    fine(one.run())
    assert panels(one)[0].counts == [steps(3_007)]
    assert panels(other)[0].counts == [steps(31)]


def test_what_is_stopped_stays_whatever_else_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run of the page that Stop interrupts works on for a moment; so may another visitor who has the same scene open."""

    def says(at: AppTest) -> list[str]:
        return [bar.proto.text for bar in at.get("progress")]

    monkeypatch.setattr(progress, "go_on", lambda: None)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    at = opened("workbench", {"steps": "77"})
    assert says(at) == ["Computing: 0 %"]
    fine(at.button("workbench stop").click().run())
    stopped = ["Stopped: 0 % of the work is done, and what is computed is drawn."]
    assert says(at) == stopped
    run(at.session_state["scene workbench"].experiment)
    assert says(fine(at.run())) == stopped
    fine(at.button("workbench go on").click().run())
    assert says(at) == []


class Slow:
    """An engine that lets a page wait for its first answer."""

    LONG = 1.5  # seconds

    def __init__(self) -> None:
        self.asked, self._workers = list[Request](), Workers()

    def ask(self, request: Request) -> object:
        """See Engine."""
        self.asked.append(request)
        until = time.monotonic() + (self.LONG if len(self.asked) == 1 else 0.0)
        while time.monotonic() < until:
            time.sleep(0.01)
            engine.asker().waiting()
        return self._workers.ask(request)


@pytest.fixture
def slow() -> Iterator[Slow]:
    until_paths_are_ready()  # which asks, too
    slow = Slow()
    engine.start(lambda: slow)
    yield slow
    engine.stop()


@pytest.mark.parametrize("page", ["workbench", "deep"])
def test_stop_is_drawn_before_there_is_a_result(page: str, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the page waits on in the same run: a busy server has enough to do."""
    drawn, line = list[str](), progress._line

    def noted(scene: Scene, result: None, share_done: float, where: str = "") -> None:
        drawn.append(where)
        line(scene, result, share_done, where)

    monkeypatch.setattr(progress, "_line", noted)
    at = opened(page, {"steps": "20"} | ({} if page == "workbench" else {"depth": "1", "width": "4", "data.samples": "60"}))
    assert drawn[0] == "before"
    assert drawn.count("before") == 1
    assert f"{page} stop before" not in [button.key for button in at.button]
    assert at.get("bidi_component")


def test_what_is_stopped_before_there_is_a_result_goes_on(slow: Slow) -> None:
    at = opened("workbench", {"steps": "78"}, stopped=(replace(WORKBENCH, steps=78), None))
    assert [bar.proto.text for bar in at.get("progress")] == ["Stopped before there was anything to draw."]
    assert not slow.asked
    fine(at.button("workbench go on before").click().run())
    assert panels(at)


def test_what_is_said_of_a_refused_combination_is_no_exception() -> None:
    """The control panel stays open below, so that the person can go back."""
    at = opened("workbench", {"surface": "logistic", "data": "digits", "data.target": constant_column() or "label"})
    if at.error:
        at.session_state["workbench part en"] = "data"
        fine(at.run())
        fine(at.selectbox(key="workbench data en").set_value("iris").run())
        assert not at.error
        assert panels(at)


def test_settings_of_an_item_are_all_on_the_shelf() -> None:
    """Every Number and Count of the network is a slider, every Option a menu."""
    at = shelf("model")
    experiment = Experiment(surface=pick("network"))
    names = set(values(experiment.surface, fields_of("surface", "network")))
    keys = open_controls(at)
    assert {name for name in names if any(f"surface.network.{name} en" in key for key in keys)} == names


def test_a_change_is_not_taken_for_a_step_back() -> None:
    """The browser's address runs behind: a toggle is clicked before the address of the last change has arrived there."""
    at = opened("scale")
    fine(at.button_group(key="scale mode en").set_value("fraction").run())
    assert at.query_params["mode"] == "fraction"
    at.query_params.clear()  # the browser still has the address of before
    fine(at.toggle(key="scale features en").set_value(False).run())
    assert len(panels(at)) == 1, "the toggle counts"
    assert at.query_params["mode"] == "fraction", "and so does the change before it"
    at_address(at, {})
    assert len(panels(at)) == 2, "a step back is one"
