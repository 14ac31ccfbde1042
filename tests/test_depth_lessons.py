"""Lessons on depth, residual layers, place and batch size: what they claim, by forward passes in NumPy from the weights of the training."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from labs.deep.races import entrants, training_setup
from labs.deep.seeds import AT_ONCE, SEEDS, Ending, Seeds, best, clock, endings, over_seeds
from labs.deep.setup import Deep
from labs.deep.training import trained
from labs.deep.training_setup import TrainingSetup
from networks.architecture import layers
from tests.pages import fine, opened
from tests.test_deep_page import SMALL, TINY
from views.lesson import lessons


def scene_of(name: str) -> Deep:
    scene = lessons()[name].experiment
    assert isinstance(scene, Deep)
    return scene


def numbers_of(name: str) -> dict[str, Any]:
    return dict(lessons()[name].answer().values)


def wrong(setup: TrainingSetup) -> float:
    """The share of the training rows that plain or residual layers of ReLU get wrong in the end, layer by layer."""
    net, rows, record = setup.net, setup.split, trained(setup).finish()
    part = layers(net, jnp.asarray(record.theta[record.last]))
    h = np.asarray(rows.training_rows.x, np.float64)[:, : rows.n]
    h = np.maximum(np.asarray(part.first) @ h + np.asarray(part.first_bias)[:, None], 0)
    for matrix, bias in zip(np.asarray(part.deeper), np.asarray(part.deeper_bias), strict=True):
        out = np.maximum(matrix @ h + bias[:, None], 0)
        h = h + out / (net.depth - 1) if net.residual else out
    scores = np.asarray(part.output) @ h + np.asarray(part.output_bias)[:, None]
    return float(np.mean(scores.argmax(axis=0) != np.asarray(rows.training_rows.y)[: rows.n]))


def setups_of(deep: Deep) -> list[TrainingSetup]:
    return [training_setup(deep, *entrant) for entrant in entrants(deep)]


CLAIMS: dict[str, Callable[[float, float], bool]] = {
    "deeper": lambda shallow, deep: deep < 0.5 * shallow,
    "degradation": lambda shallow, deep: deep > max(0.1, 5 * shallow),
    "residual": lambda plain, residual: plain > 0.4 > 0.05 > residual,
}


@pytest.mark.parametrize("name", ["deeper", "degradation", pytest.param("residual", marks=pytest.mark.long)])
def test_who_is_wrong_about_its_own_training_rows(name: str) -> None:
    first, second = map(wrong, setups_of(scene_of(name)))
    assert CLAIMS[name](first, second)


@pytest.mark.long
@pytest.mark.parametrize("name", CLAIMS)
def test_their_answers_say_so(name: str) -> None:
    first, second = map(wrong, setups_of(scene_of(name)))
    said = numbers_of(name)
    one, two = ("plain", "residual") if name == "residual" else ("shallow", "deep")
    assert (said[one], said[two]) == (pytest.approx(100 * first, abs=0.06), pytest.approx(100 * second, abs=0.06))


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_deeper_plain_networks_train_worse_from_other_seeds_too(seed: int) -> None:
    shallow, deep = map(wrong, setups_of(replace(scene_of("degradation"), seed=seed)))
    assert CLAIMS["degradation"](shallow, deep)


@pytest.mark.long
def test_batch_normalization_works_in_both_places() -> None:
    said = numbers_of("place")
    assert max(said["before"], said["after"]) < 0.1
    assert said["times"] == pytest.approx(max(said["before"], said["after"]) / min(said["before"], said["after"]), rel=0.05)


@pytest.mark.long
def test_which_batch_size_is_best_depends_on_what_is_counted() -> None:
    """The smallest by epochs, the largest by updates, neither by the time of a machine that computes 64 rows at once."""
    said = numbers_of("batch_size")
    by = {clock: [float(said[f"{clock}{i}"]) for i in (1, 2, 3)] for clock in "uet"}
    assert [int(np.argmin(losses)) for losses in (by["u"], by["e"], by["t"])] == [2, 0, 1]


def test_seeds_are_other_weights_on_the_same_rows() -> None:
    setup = training_setup(SMALL, *entrants(SMALL)[0])
    found = over_seeds(setup).finish()
    assert found.loss.shape == found.right.shape == (SEEDS, len(setup.updates))
    for i in (0, SEEDS - 1):
        alone = trained(replace(setup, seed_offset=i)).finish().measured
        np.testing.assert_array_equal(found.loss[i], alone.loss)
        np.testing.assert_array_equal(found.right[i], alone.held_out_accuracy)
    assert len(set(found.loss[:, 0].tolist())) == SEEDS


def test_clocks_and_endings_by_hand() -> None:
    """90 rows: 12 updates of 16 rows read 192 of them; of all rows, 12 epochs, each two turns of 64."""
    setup = training_setup(SMALL, *entrants(SMALL)[0])
    small, whole = setup, replace(setup, batch=0)
    n, update = setup.split.n, np.array([0, 1, 2, 4, 12])
    np.testing.assert_allclose(clock(small, update, "epochs"), update * 16 / n)
    np.testing.assert_allclose(clock(whole, update, "epochs"), update)
    np.testing.assert_allclose(clock(small, update, "time"), update)
    np.testing.assert_allclose(clock(whole, update, "time"), update * np.ceil(n / AT_ONCE))
    loss = np.array([[9.0, 8.0, 7.0, 6.0, 5.0], [8.0, 7.0, 6.0, 5.0, 4.0], [9.0, 9.0, 9.0, 9.0, np.nan]])
    some, others = Seeds(update, loss, 1 - loss / 10), Seeds(update, loss - 3, 1 - loss / 10)
    last, (first, second) = endings([small, whole], [some, others], "updates")
    assert (last, first[:3], second[:2]) == (12, (4, 5, np.inf), (1, 2))
    last, (first, second) = endings([small, whole], [some, others], "epochs")
    assert last == pytest.approx(12 * 16 / n)
    assert first[:2] == (4, 5)
    record = int(np.flatnonzero(update <= last)[-1])
    assert second[:3] == tuple(np.sort(loss[:, record] - 3))
    assert best([Ending(1, 2, 3, 0), Ending(4, 5, 6, 0)]) == (0, True)
    assert best([Ending(2, 3, 6, 0), Ending(1, 2, 3, 0)]) == (1, False)
    assert best([Ending(2, np.inf, np.inf, 0), Ending(1, np.inf, np.inf, 0)]) is None, "most seeds of both explode"
    assert best([Ending(1, 2, 3, 0), Ending(1, 2, 4, 0)]) is None


def test_the_page_compares_over_seeds() -> None:
    at = opened("deep", TINY | {"n1": "none", "n2": "none", "n2.batch": "0"}, deep_chart_en="seeds")
    fine(at)
    (table,) = [said.value for said in at.markdown if "equal epochs" in said.value]
    setups = [training_setup(SMALL, entrant) for entrant in (SMALL.nets[0], SMALL.nets[0].having(batch=0))]
    last, ends = endings(setups, [over_seeds(setup).finish() for setup in setups], "epochs")
    assert f"equal epochs: {last:.3g}"[:17] in table
    for end in ends:
        assert f"{end.middle:.3g}" in table
    assert ("in every seed" in table) or ("seeds overlap" in table)
