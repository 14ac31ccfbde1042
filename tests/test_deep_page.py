"""The page of deep networks as a person meets it: it opens, every chart and every control draws, links are read back, bad ones are said."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from core import address
from core.messages import Value
from core.numerals import numeral
from core.settings import Count, Number, Option, Pick, pick
from core.setup import settings_of
from labs.deep.run import run, summary
from labs.deep.setup import MOST_NETS, Deep
from landscape.directions import slices
from lessons.deep_scene import DEEP
from networks.architecture import layers
from normalization.hidden_layer import hidden_normalizations
from tests.pages import alternatives, board, components, fine, opened
from views.deep import picture
from views.deep.board import deep_board
from views.deep.caption import errors
from views.deep.charts import CHARTS
from views.lesson import lessons
from views.session import Scene
from views.view_state import ViewState

TINY = {
    "data": "moons",
    "data.samples": "120",
    "depth": "2",
    "width": "4",
    "activation": "tanh",
    "steps": "12",
    "batch": "16",
    "resolution": "25",
}
# The network of test_deep.py: what is compiled for one is compiled for both.
SMALL = replace(DEEP, data=pick("moons", samples=120), depth=2, width=4, activation="tanh", steps=12, batch=16, resolution=25)


def test_the_surface_is_drawn_before_the_training_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run of a page stops at the initial weights, whatever patience it has."""
    new = replace(SMALL, seed=SMALL.seed + 40)

    def never(deep: Deep, patience: float) -> float:
        raise AssertionError("it trains")

    monkeypatch.setattr(picture, "train", never)
    first = picture._result(Scene("deep", new, new, ViewState()))
    assert 0 < first.progress < 1
    for network in first.nets:
        assert network.record.update.tolist() == [0]
        assert network.slice is not None
        assert np.isfinite(network.slice.grid).all()
    assert deep_board(new, first, ViewState(), 0)["player"]["length"]["updates"] == 0, "the bar says no update that is still to come"


def test_of_a_network_that_exploded_no_loss_at_the_end_is_told() -> None:
    """Its last finite record is of another update."""
    result = run(SMALL)
    exploded, other = result.nets[0], result.nets[1]
    exploded = exploded._replace(record=exploded.record._replace(diverged=3))
    text = errors(result._replace(nets=(exploded, other)))
    assert text.count("explodes at update 3") == 2, "of the loss, and of the rows"
    assert numeral(float(f"{other.record.measured.loss[-1]:.3g}")) in text


def test_what_was_trained_once_and_is_no_more_is_trained_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has ended, or the server was started anew: that all is done was kept, and what came out of it was not."""
    new = replace(SMALL, seed=SMALL.seed + 41)
    monkeypatch.setattr(picture, "begun", lambda deep: True)
    monkeypatch.setattr(picture, "train", lambda deep, patience: 1.0)
    assert picture._result(Scene("deep", new, new, ViewState())).progress == 1


def test_a_page_gets_the_numbers_without_the_parameters() -> None:
    whole, light = run(SMALL), summary(SMALL, float("inf"))
    for network, same in zip(whole.pictures, light.pictures, strict=True):
        assert same.record.theta.size == 0
        np.testing.assert_array_equal(network.record.measured.loss, same.record.measured.loss)
        assert same.slice is not None
        theta = network.record.theta[network.record.within_bounds]
        assert same.slice.farthest == np.linalg.norm(theta - network.record.theta[same.slice.through], axis=1).max()


def test_the_page_says_the_numbers_of_the_run() -> None:
    at, result = opened("deep", TINY), run(SMALL)
    said = board(at)
    assert [panel["title"] for panel in said["panels"]] == ["no normalization", "batch normalization"]
    for panel, one in zip(said["panels"], result.nets, strict=True):
        facts = {fact["label"]: fact["value"] for fact in panel["facts"]}
        assert float(facts["training loss"]) == pytest.approx(float(one.record.measured.loss[-1]), rel=1e-3)
        assert ("in test mode" in facts) == (one.picked.name == "batch")
        if "in test mode" in facts:
            assert float(facts["in test mode"]) == pytest.approx(float(one.record.measured.test_mode_loss[-1]), rel=1e-3)
        assert one.slice is not None
        assert facts["the plane holds"] == f"{100 * one.slice.on.explained_fraction:.0f} %"
    assert "1 − p" in at.caption[0].value
    assert "η = 0.8" in at.caption[0].value


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_says_its_message_with_numbers(name: str) -> None:
    at = opened("deep", TINY, deep_chart_en=name)
    said = alternatives(at)
    assert said
    for alt in said:
        assert any(character.isdigit() for character in alt) or name == "why"


@pytest.mark.parametrize("part", ["data", "network", "normalization", "training", "picture"])
def test_every_part_of_the_control_panel_draws(part: str) -> None:
    nets = {"n1": "batch", "n2": "group", "n3": "none"} if part == "normalization" else {}
    at = opened("deep", TINY | nets, deep_all_controls=True, deep_part_en=part)
    assert len(at.selectbox) + len(at.get("bidi_component")) > 4


def test_two_modes_side_by_side_are_two_pictures_of_one_network() -> None:
    said = board(opened("deep", TINY | {"mode": "both"}))
    assert [(panel["title"], panel["subtitle"]) for panel in said["panels"]] == [
        ("batch normalization", "train mode"),
        ("batch normalization", "test mode"),
    ]


def test_what_cannot_be_had_is_said() -> None:
    at = opened("deep", TINY | {"width": "128", "optimizer": "newton"})
    assert any("Hessian" in error.value for error in at.error)
    at = opened("deep", TINY | {"n1": "instance", "n2": "batch"})
    assert at.info, "why instance normalization makes no sense here"
    at = opened("deep", TINY | {"steps": "1"})
    assert any("path" in warning.value for warning in at.warning), "two records span no plane"
    assert board(at)["panels"], "so random directions stand in"
    at = opened("deep", TINY | {"n1": "batch", "n2": "batch", "n2.epsilon": "0.1"})
    assert any("twice" in warning.value for warning in at.warning)
    assert len(board(at)["panels"]) == 1


@pytest.mark.parametrize(
    ("rate", "says"), [("0.3", "Right on unseen rows: "), ("0.001", "Nobody learns at this rate: "), ("1000", "explodes at update")]
)
def test_the_headline_says_who_learns(rate: str, says: str) -> None:
    """What always says the same class is right on half of the rows: that is not learning."""
    unbounded = {"activation": "relu", "n1": "none"} if rate == "1000" else {}
    at = opened("deep", TINY | {"steps": "300", "optimizer.rate": rate} | unbounded)
    assert any(says in header.value for header in at.header), [header.value for header in at.header]


def test_a_zoom_and_fit() -> None:
    """What the browser says of a picture, done to the scene, is in the address, and drawn; Fit gives back what was there."""
    at = opened("deep", TINY)
    before = board(at)
    assert [panel["fitted"] for panel in before["panels"]] == [True, True]
    at = opened("deep", TINY | {"p2.window": "-0.5,0.5,-0.25,0.75"})
    assert at.query_params["p2.window"] in ("-0.5,0.5,-0.25,0.75", ["-0.5,0.5,-0.25,0.75"])
    assert [panel["fitted"] for panel in board(at)["panels"]] == [True, False]


def test_the_two_solutions_are_named() -> None:
    at = opened("deep", TINY | {"slice": "line", "slice.to": "seed"})
    assert "with seed 1 in the place of 0" in at.caption[0].value
    for panel, one in zip(board(at)["panels"], run(replace(SMALL, slice=pick("line", to="seed"))).nets, strict=True):
        facts = {fact["label"]: fact["value"] for fact in panel["facts"]}
        assert one.slice is not None
        assert facts["barrier between the two solutions"] == numeral(one.slice.barrier)


def test_a_bad_link_is_said_and_the_page_still_works() -> None:
    at = opened("deep", TINY | {"warmup": "-1", "n1": "Batch", "slice": "none", "held": "2", "bogus": "1"})
    assert len(at.warning) == 5
    assert board(at)["panels"]
    scene, _, refused = address.read(TINY | {"depth": "13"}, DEEP, ViewState())
    assert (scene.depth, len(refused)) == (DEEP.depth, 1)


# --------------------------------------------------------------------------------------------------------------- lessons


def scene_of(name: str) -> Deep:
    scene = lessons()[name].experiment
    assert isinstance(scene, Deep)
    return scene


def numbers_of(name: str) -> dict[str, float]:
    return {key: value for key, value in lessons()[name].answer().values if isinstance(value, float | int)}


@pytest.mark.parametrize("name", [pytest.param("vanishing", marks=pytest.mark.long), "edge"])
def test_a_lesson_is_predicted_then_revealed_and_an_address(name: str) -> None:
    lesson = lessons()[name]
    at = opened("deep", {"lesson": name})
    assert not components(at, "board")
    (radio,) = at.radio
    assert tuple(radio.options) == lesson.choices
    assert radio.value is None
    run(scene_of(name))  # so that the page has nothing left to train
    fine(at.button[0].click().run())
    assert len(at.success) == 1
    assert at.query_params == {"lesson": name, "revealed": "yes", "v": "1"}
    assert board(at)["panels"]
    assert at.session_state[f"deep chart en {lesson.chart}"] == lesson.chart
    view = ViewState(lesson=name, revealed="yes")
    query = address.write(scene_of(name), view, scene_of(name))
    assert address.read(query, scene_of(name), ViewState(), frozenset(lessons())) == (scene_of(name), view, [])


@pytest.mark.long
def test_the_last_of_twelve_sigmoid_layers_learns() -> None:
    """By the chain rule in NumPy: gradients of the first update, layer by layer, from the last to the first."""
    plain = run(scene_of("vanishing")).nets[0]
    net, rows, depth = plain.setup.net, plain.setup.split, 12
    part = layers(net, jnp.asarray(plain.record.theta[0], jnp.float64))
    matrices = [np.asarray(part.first), *np.asarray(part.deeper)]
    x, y = np.asarray(rows.train.x, np.float64)[:, : rows.n], np.asarray(rows.train.y)[: rows.n].astype(int)
    values = [x]
    for matrix in matrices:  # biases begin at 0
        values.append(1 / (1 + np.exp(-matrix @ values[-1])))
    scores = np.asarray(part.output) @ values[-1]
    share = np.exp(scores) / np.exp(scores).sum(axis=0)
    share[y, np.arange(rows.n)] -= 1
    back, norms = np.asarray(part.output).T @ (share / rows.n), np.zeros(depth)
    for i in reversed(range(depth)):
        through = back * values[i + 1] * (1 - values[i + 1])
        norms[i] = np.linalg.norm(through @ values[i].T)
        back = matrices[i].T @ through
    measured = plain.record.measured.weight_gradients[0]
    assert measured[depth - 1] / measured[0] == pytest.approx(norms[-1] / norms[0], rel=1e-2)
    assert norms[-1] / norms[0] > 1e4
    said = numbers_of("vanishing")
    assert said["many"] == pytest.approx(norms[-1] / norms[0], rel=1e-2)
    assert said["right"] > 90
    assert said["chance"] < 60


def test_at_the_edge_of_stability_the_sharpness_hovers_at_two_over_eta() -> None:
    """Cohen et al. 2021: it rises to 2/η and stays about there, while the loss falls."""
    said = numbers_of("edge")
    assert said["limit"] == pytest.approx(20)
    assert said["first"] < 0.6 * said["limit"]
    assert 0.9 * said["limit"] < said["low"] <= said["high"] < 1.15 * said["limit"]
    assert said["after"] < 0.5 * said["before"]


# --------------------------------------------------------------------------------------------------------------- the address


def other(name: str) -> Value:
    """A value of a field that its opening scene does not have."""
    field = settings_of(Deep)[name]
    if isinstance(field, Option):
        return next(choice for choice in field.choices if choice != getattr(DEEP, name))
    if isinstance(field, Count):
        return field.low + 1 if getattr(DEEP, name) != field.low + 1 else field.low + 2
    assert isinstance(field, Number)
    return 0.5 * (field.low + field.high)


SCENES: dict[str, Deep] = {name: replace(DEEP, **{name: other(name)}) for name in settings_of(Deep)}  # type: ignore[arg-type]
SCENES |= {f"normalization {name}": replace(DEEP, nets=(Pick(name),)) for name in hidden_normalizations()}
SCENES |= {f"slice {name}": replace(DEEP, slice=Pick(name)) for name in slices()}
SCENES |= {
    "a window": DEEP.zoomed(1, (-0.5, 1.25, 0.0, 2.0)),
    "two windows": DEEP.zoomed(0, (1 / 3, 0.5, -1e7, 1e7)).zoomed(2, (-1.0, 0.0, -2.0, 0.0)),
    "a line to the next seed": replace(DEEP, slice=pick("line", to="seed")),
    "three networks": replace(DEEP, nets=(pick("batch", gamma=2.0), pick("group", groups=4.0), Pick("none"))),
    "another optimizer": replace(DEEP, optimizer=pick("adam", rate=0.02, b1=0.5), schedule=Pick("cosine")),
    "other data": replace(DEEP, data=pick("rings", classes=4, noise=0.2), features=Pick("none")),
}


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_read_back_from_its_address(name: str) -> None:
    scene, view = SCENES[name], ViewState(view="surface")
    query = address.write(scene, view, DEEP)
    assert address.read(query, DEEP, ViewState()) == (scene, view, [])
    assert query["v"] == "1"
    assert address.write(DEEP, ViewState(), DEEP) == {}
    assert address.read({"p2.window": "auto"}, DEEP.zoomed(1, (0.0, 1.0, 0.0, 1.0)), ViewState())[0] == DEEP
    assert len(scene.nets) <= MOST_NETS


def test_a_suggestion_is_taken_by_a_click() -> None:
    """Of a training that explodes: a lower rate, and the address says so."""
    explodes = replace(SMALL, activation="relu", nets=(Pick("none"),), optimizer=Pick("gradient_descent", (("rate", 900.0),)))
    at = opened("deep", address.write(explodes, ViewState(), DEEP))
    for _ in range(20):
        if [button for button in at.button if button.key == "deep try 0"]:
            break
        at = fine(at.run())
    fine(at.button(key="deep try 0").click().run())
    scene = address.read(at.query_params, DEEP, ViewState())[0]
    assert float(dict(scene.optimizer.settings)["rate"]) < 900


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("normalization", {"n1": "batch"}, "divided by n − 1"),
        ("normalization", {"n1": "batch_renormalization"}, "their variance"),
        ("losses", {"l1": "hinge"}, "MultiMarginLoss"),
        ("training", {"optimizer": "nadam"}, "momentum_decay"),
        ("training", {"optimizer": "amsgrad"}, "PyTorch takes the maximum first"),
    ],
)
def test_a_convention_that_libraries_differ_in_is_told_where_the_item_is_picked(
    part: str, changes: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "picture", lambda scene: None)  # the controls alone: nothing is trained
    at = opened("deep", TINY | changes, deep_all_controls=True, deep_part_en=part)
    assert sum(words in line.value for line in at.caption) == 1
