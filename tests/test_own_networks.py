"""Networks that differ in more than their normalization: addresses, what is trained, and what a page says and offers of it."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from core import address
from core.settings import Pick, pick
from labs.deep.cost import affordable, products
from labs.deep.races import entrants, training_setup
from labs.deep.run import run
from labs.deep.setup import OWN, Deep, own_settings
from labs.deep.training import initial_theta
from lessons.deep_scene import DEEP
from networks.architecture import layers
from normalization.hidden_layer import hidden_normalizations
from tests.pages import board, fine, headings, opened
from tests.test_deep_page import SMALL, TINY
from views.deep.own import having, with_networks
from views.view_state import ViewState

TWO = {"n1": "none", "n2": "none", "n2.depth": "4", "n2.width": "8", "n2.batch": "0", "n2.initialization": "lecun"}
NETS = (Pick("none"), pick("none", depth=4, width=8, batch=0, initialization="lecun"))


def read(query: dict[str, str], opening: Deep = DEEP) -> tuple[Deep, list[str]]:
    scene, _, refused = address.read(query, opening, ViewState())
    return scene, [reason.english for reason in refused]


def test_an_address_and_back() -> None:
    assert read(TWO) == (replace(DEEP, nets=NETS), [])
    assert address.write(replace(DEEP, nets=NETS), ViewState(), DEEP) == TWO | {"v": "1"}
    opening = replace(DEEP, nets=NETS)
    for scene in (DEEP, replace(DEEP, nets=(Pick("none"), pick("none", depth=32))), replace(DEEP, nets=(pick("batch", place="after"),))):
        assert read(address.write(scene, ViewState(), opening), opening) == (scene, [])
    assert read({"n2.depth": "12"})[0] == replace(DEEP, nets=(Pick("none"), pick("batch", depth=12)))


def test_no_normalization_has_a_setting_of_such_a_name() -> None:
    assert list(own_settings()) == list(OWN)
    assert not {field.name for item in hidden_normalizations().values() for field in item.fields} & set(OWN)


def test_what_is_equal_stands_twice_and_what_cannot_be_is_as_for_all() -> None:
    scene, refused = read({"n1": "batch", "n2": "batch", "n2.epsilon": "0.1"})
    assert (scene.nets, refused) == ((Pick("batch"),), ["`batch` stands twice; the first counts."])
    scene, refused = read({"n1": "none", "n1.depth": "8", "n2": "none", "n2.depth": "8", "n3": "none"})
    assert (scene.nets, refused) == ((pick("none", depth=8), Pick("none")), ["`none` stands twice; the first counts."])
    scene, refused = read({"n1": "none", "n2": "none", "n2.depth": "13"})
    assert scene.nets == (Pick("none"),)
    assert refused[0] == "`n2.depth=13` was not taken (depth has no choice `13`); the same as for all instead."


def test_each_is_trained_with_what_it_has_for_itself() -> None:
    deep = replace(SMALL, nets=(pick("none", depth=1), pick("batch", width=8, batch=0, place="after", initialization="lecun")))
    first, second = (training_setup(deep, *entrant) for entrant in entrants(deep))
    assert (first.net.depth, first.net.width, first.batch, first.initialization) == (1, 4, 16, "he")
    assert (second.net.depth, second.net.width, second.batch, second.initialization) == (2, 8, 0, "lecun")
    assert (first.net.place, second.net.place) == ("before", "after")
    alone = replace(SMALL, width=8, batch=0, place="after", initialization="lecun", nets=(Pick("batch"),))
    assert training_setup(alone, *entrants(alone)[0]) == second, "as if it had been set for all"
    keys = [network.key for network in run(deep).nets]
    assert len(set(keys)) == 2


def test_without_a_hidden_layer_nothing_is_normalized() -> None:
    deep = replace(SMALL, nets=(pick("batch", depth=0), pick("none", depth=0), Pick("batch")))
    assert [(entrant.hidden.name, deep.of(entrant.hidden).depth) for entrant in entrants(deep)] == [("none", 0), ("batch", 2)]


def test_a_host_that_is_small_makes_every_network_smaller() -> None:
    deep = replace(DEEP, nets=(pick("none", depth=32, width=128), Pick("batch")), depth=2)
    fits, line = affordable(deep, 1e9)
    assert products(fits) <= 1e9
    assert line is not None
    assert f"{fits.most('depth')} layers of {fits.most('width')} units" in line.english
    assert fits.most("width") < 128
    assert deep.capped("depth", 4) == replace(deep, nets=(pick("none", depth=4, width=128), Pick("batch")))


@pytest.mark.parametrize("depth", [2, 5, 32])
def test_scaled_branches_keep_the_size_of_what_comes_in(depth: int) -> None:
    """In NumPy: h ← h + relu(Wh + b)/L. Unscaled, values grow by a factor a layer."""
    deep = replace(SMALL, depth=depth, width=16, activation="relu", nets=(Pick("none"),))
    sizes = []
    for residual, branch in (("scaled", 1 / (depth - 1)), ("residual", 1.0)):
        setup = training_setup(replace(deep, residual=residual), Pick("none"), True)
        assert setup.net.branch == pytest.approx(branch)
        part = layers(setup.net, jnp.asarray(initial_theta(setup)))
        x = np.asarray(setup.split.training_rows.x)[:, : setup.split.n]
        h = np.maximum(np.asarray(part.first) @ x, 0)
        for matrix in np.asarray(part.deeper):
            h = h + branch * np.maximum(matrix @ h, 0)
        scores = np.asarray(part.output) @ h
        value = run(replace(deep, residual=residual, steps=1)).nets[0].record.measured.loss[0]
        labels = np.asarray(setup.split.training_rows.y)[: setup.split.n].astype(int)
        top = scores.max(axis=0)
        expected = np.mean(np.log(np.exp(scores - top).sum(axis=0)) + top - scores[labels, np.arange(labels.size)])
        assert value == pytest.approx(expected, rel=1e-4)
        sizes.append(np.linalg.norm(h))
    if depth == 32:
        assert sizes[1] > 1e4 * sizes[0]


def test_branches_that_are_not_scaled_are_warned_of() -> None:
    deep = replace(SMALL, steps=2, nets=(Pick("none"), Pick("batch")))
    said = {
        residual: [note.english for note in run(replace(deep, residual=residual)).notes] for residual in ("scaled", "residual", "plain")
    }
    assert said["scaled"] == said["plain"] == []
    (warning,) = said["residual"]
    assert "neither scaled nor normalized" in warning


def test_the_page_names_what_differs() -> None:
    at = opened("deep", TINY | {"n1": "none", "n2": "none", "n2.depth": "4", "n2.batch": "0"})
    assert [panel["title"] for panel in board(at)["panels"]] == [
        "no normalization, batches of 16, 2 hidden layers",
        "no normalization, full batch, 4 hidden layers",
    ]
    assert headings(at) == ["Same data, same rate. The networks differ in this: depth, batch size."]
    assert any("Training loss after 12 updates" in said.value for said in at.markdown)
    assert "mini-batches of 16 | full batch" in " ".join(caption.value for caption in at.caption)


def test_calm_by_default_and_on_demand_a_column_a_network() -> None:
    at = opened("deep", TINY, deep_all_controls=True, deep_part_en="network")
    assert not [box for box in at.selectbox if str(box.key).startswith("deep own ")]
    at = opened("deep", TINY, deep_all_controls=True, deep_part_en="network", deep_own=True)
    assert len([box for box in at.selectbox if str(box.key).startswith("deep own ")]) == 2 * (1 + len(OWN))
    fine(at.selectbox(key="deep own depth 1 en").set_value(16).run())
    assert at.query_params["n2.depth"] == "16"
    fine(at.selectbox(key="deep own item 1 en").set_value("none").run())
    assert (at.query_params["n2"], at.query_params["n2.depth"]) == ("none", "16")
    fine(at.selectbox(key="deep own depth 1 en").set_value("same").run())
    assert at.query_params["n2.depth"] == "16", "two that are equal would be one"


def test_one_more_network_is_deeper_than_the_last() -> None:
    three = with_networks(DEEP, 3)
    assert [three.of(net).depth for net in three.nets] == [6, 6, 12]
    assert with_networks(three, 1).nets == DEEP.nets[:1]
    assert with_networks(replace(DEEP, depth=32), 3).nets[-1] == pick("batch", depth=24)
    assert having(DEEP, 0, "batch", ()) == DEEP
