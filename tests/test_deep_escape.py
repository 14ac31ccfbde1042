"""Where a large network stands, ways off it, and the verdict: beside whole Hessians, closed forms and cases that are known beforehand."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from compute import backend  # noqa: F401  (float64, before JAX)
from core.settings import Pick, pick
from labs.deep.curvature import STEPS, curvature
from labs.deep.dead import dead_shares, dead_units
from labs.deep.escape import CURVED, FALLEN, HEAVY, MOMENTUM, NOISE, PLAIN, REACH, STEP, UPDATES, Escape, escape_race
from labs.deep.follow_up import FollowUp, follow_up
from labs.deep.races import training_setup
from labs.deep.setup import Deep
from labs.deep.training import Record, initial_theta, snapshot, trained
from labs.deep.training_setup import TrainingSetup
from landscape.lanczos import ends, leading, rayleigh
from networks.architecture import Layers, layers
from tests.oracle import once
from tests.pages import board, opened
from tests.test_compilations import compiling
from tests.test_deep_page import TINY
from verdict.deep import judged
from verdict.evidence import LEAST
from verdict.verdict import Judgment, network_suggestion, sentence, verdicts

Array = np.ndarray[Any, Any]
Start = Callable[[TrainingSetup], Array]
PLAINLY = Pick("none")

ROUNDED = 1e-5  # of the largest |λ|: what float32 products Hv leave, ε = 6e-8 over sums of a few hundred terms


def gd(rate: float) -> Pick:
    return pick("gradient_descent", rate=rate)


# Of 86 rows 64 are trained on; at seed 3 just 32 of either class, so that every mean at θ = 0 is an exact 0 (64 is a power of two).
MOONS = Deep(
    data=pick("moons", samples=86, noise=0.05), optimizer=gd(0.1), depth=1, width=8, activation="tanh", batch=0, steps=100, seed=3,
    resolution=25,
)  # fmt: skip
MIXED = replace(MOONS, data=pick("moons", samples=86, noise=0.3))
NUMBERS = replace(MOONS, data=pick("diabetes"), activation="linear")  # L = mean (y − wᵀWx − b)², y of mean 0 and variance 1


def zeros(setup: TrainingSetup) -> Array:
    return np.zeros(setup.net.size)


def small(setup: TrainingSetup) -> Array:
    return 0.01 * np.random.default_rng(0).normal(size=setup.net.size)


def dead(setup: TrainingSetup) -> Array:
    """All units of the first layer so far below 0 that no row reaches them."""
    theta, k, d = np.array(initial_theta(replace(setup, initialization="he"))), setup.net.width, setup.net.inputs
    theta[k * d : k * d + k] = -30
    return theta


def dead_in_part(setup: TrainingSetup) -> Array:
    """Three units of the first layer, and all of the second."""
    theta, where = np.array(initial_theta(replace(setup, initialization="he"))), places(setup)
    theta[where.first_bias[:3]] = theta[where.deeper_bias[0]] = -30
    return theta


def enormous(setup: TrainingSetup) -> Array:
    return np.full(setup.net.size, 1e20)


STARTS: dict[str, Start] = {start.__name__: start for start in (zeros, small, dead, dead_in_part, enormous)}


@pytest.fixture(scope="module", autouse=True)
def starts() -> Iterator[None]:
    """Those θ of our own are initializations."""

    def start(setup: TrainingSetup) -> Array:
        own = STARTS.get(setup.initialization)
        return initial_theta(setup) if own is None else own(setup).astype(np.float32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labs.deep.training.initial_theta", start)
        yield


def ended(deep: Deep, start: Start | None = None, picked: Pick = PLAINLY) -> TrainingSetup:
    """A training from a θ of our own, through to its end."""
    setup = training_setup(deep if start is None else replace(deep, initialization=start.__name__), picked)
    trained(setup).finish()
    return setup


def record_of(setup: TrainingSetup) -> Record:
    return trained(setup).finish()


def last(setup: TrainingSetup) -> int:
    return len(record_of(setup).update) - 1


def escape(deep: Deep, start: Start | None = None, at: int = 0, picked: Pick = PLAINLY) -> Escape:
    return escape_race(ended(deep, start, picked), at).finish()


def wide(setup: TrainingSetup, at: int) -> tuple[Callable[[Any], Any], Array]:
    """The training loss in float64, and θ."""
    point = jax.tree.map(lambda part: jnp.asarray(part, jnp.float64), snapshot(setup, record_of(setup), at))
    return jax.jit(setup.trained_objective.of_theta(point)), np.asarray(point.theta)


def places(setup: TrainingSetup) -> Layers:
    """Where in θ each part of the network stands."""
    net = setup.net
    return jax.tree.map(lambda part: np.asarray(part, int), layers(net, jnp.arange(net.size, dtype=float)))


# ----------------------------------------------------------------------------------------------------------------- curvature

NETS: dict[str, tuple[Deep, Pick, int]] = {
    "tanh, at the start": (MOONS, Pick("none"), 0),
    "tanh, trained": (MOONS, Pick("none"), -1),
    "ReLU, two layers": (replace(MIXED, depth=2, activation="relu"), Pick("none"), -1),
    "batch normalization": (replace(MIXED, depth=2, activation="tanh"), Pick("batch"), -1),
    "linear, of numbers": (NUMBERS, Pick("none"), 0),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (name == "batch normalization")) for name in NETS])
def test_both_ends_of_the_spectrum_beside_the_whole_hessian(name: str) -> None:
    """By eigh in float64. What Lanczos says of itself holds: an eigenvalue within its error, no value beyond the ends; and 64 steps are
    enough here, to a ten-thousandth of the largest."""
    deep, picked, at = NETS[name]
    training = ended(deep, None, picked)
    assert training.net.size <= 300
    at = at % (last(training) + 1)
    loss, theta = wide(training, at)
    hessian = np.asarray(once(jax.hessian(loss))(theta))
    values, found = np.linalg.eigvalsh(hessian), curvature(training, at)
    most = float(np.abs(values).max())
    rounding = ROUNDED * most
    assert found.steps == min(STEPS, theta.size)
    for value, error, end in ((found.lowest, found.lowest_error, values[0]), (found.highest, found.highest_error, values[-1])):
        assert float(np.abs(values - value).min()) <= error + rounding
        assert value == pytest.approx(end, abs=1e-4 * most)
    assert found.lowest >= values[0] - rounding
    assert found.highest <= values[-1] + rounding
    u = found.down.astype(np.float64)
    assert float(np.linalg.norm(u)) == pytest.approx(1, abs=1e-6)
    assert float(u @ hessian @ u) == pytest.approx(found.lowest, abs=rounding)
    assert float(np.linalg.norm(hessian @ u - found.lowest * u)) == pytest.approx(found.lowest_error, abs=rounding)
    g = np.asarray(once(jax.grad(loss))(theta))
    assert found.slope == pytest.approx(float(np.linalg.norm(g)), rel=1e-4)
    assert found.along == pytest.approx(float(g @ hessian @ g / (g @ g)), abs=1e-4 * most)


def test_both_ends_are_those_of_leading() -> None:
    """`ends` of H beside `leading` of H and of −H, on a matrix with a null space of its own."""
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.normal(size=(40, 40)))
    spectrum = np.concatenate([[-3.0, -1.0], np.zeros(18), np.linspace(0.5, 4, 20)])
    matrix, start = jnp.asarray(basis @ np.diag(spectrum) @ basis.T), jnp.asarray(rng.normal(size=40))
    found = ends(lambda v: matrix @ v, start, 24)
    values, errors = rayleigh(lambda v: matrix @ v, found)
    (top,), _ = leading(lambda v: matrix @ v, start, 24, 1)
    (bottom,), (u,) = leading(lambda v: -matrix @ v, start, 24, 1)
    np.testing.assert_allclose(values, [-bottom, 0, top], atol=1e-9)
    assert abs(float(found[0] @ u)) == pytest.approx(1, abs=1e-9)
    flat = basis[:, 2:20] @ (basis[:, 2:20].T @ start)  # the part of the start in the null space
    assert abs(float(found[1] @ flat) / float(jnp.linalg.norm(flat))) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(errors, 0, atol=1e-6)


def test_the_saddle_at_zero_in_closed_form() -> None:
    """L = mean (y − wᵀWx − wᵀc − b)² at 0: of wᵢ and Wᵢ alone the Hessian is [[0, −2mᵀ], [−2m, 0]], m = mean yx, for every unit the same;
    of b it is 2; of c nothing, as mean y = 0. So λmin = −2‖m‖."""
    training = ended(NUMBERS, zeros)
    rows = training.split
    m = np.asarray(rows.train.x, np.float64)[:, : rows.n] @ np.asarray(rows.train.y, np.float64)[: rows.n] / rows.n
    found = curvature(training, 0)
    assert found.lowest == pytest.approx(-2 * float(np.linalg.norm(m)), rel=1e-5)
    assert found.highest == pytest.approx(max(2.0, 2 * float(np.linalg.norm(m))), rel=1e-5)
    weights, output = layers(training.net, jnp.asarray(found.down))[0], layers(training.net, jnp.asarray(found.down)).output[0]
    np.testing.assert_allclose(np.asarray(weights), np.outer(output, m / np.linalg.norm(m)), atol=1e-4)


# --------------------------------------------------------------------------------------------------------------------- escape


def runner(found: Escape, name: str) -> tuple[Array, int | None]:
    one = next(one for one in found.runners if one.name == name)
    assert one.loss.shape == (UPDATES + 1,)
    return one.loss, one.left


def test_at_the_saddle_plain_descent_and_momentum_stay_exactly_and_the_step_gets_away() -> None:
    """All weights 0, as many rows of either class: the gradient is 0 to the last bit, so nothing that goes by it moves. The step leads down
    by ½λs², and from there plain descent leaves."""
    found = escape(MOONS, zeros)
    there, (curved, left) = found.there, runner(found, CURVED)
    assert there.slope == 0
    assert there.descends
    for name in (PLAIN, MOMENTUM):
        loss, away = runner(found, name)
        assert np.all(loss == loss[0])
        assert away is None
    assert abs(found.length) == pytest.approx(STEP)  # of 1, as θ = 0
    assert curved[0] - there.loss == pytest.approx(0.5 * there.lowest * STEP**2, rel=0.02)
    assert left is not None
    assert 0 < left < UPDATES
    assert curved[left] < (1 - FALLEN) * there.loss <= curved[left - 1]
    assert curved[-1] < 0.5 * there.loss


def test_at_the_saddle_the_noise_of_batches_moves_nothing_but_the_last_bias() -> None:
    """At θ = 0 the hidden units are 0 and so are the output weights: ∂L/∂w = mean δh = 0 and ∂L/∂W = mean wδx = 0 of every batch, whatever
    rows it has, and so it stays for every output bias. A batch of unequal classes moves that bias alone, whose best value is 0: noise
    that has no part along the escape cannot find it, however long it lasts."""
    loss, left = runner(escape(MOONS, zeros), NOISE)
    assert left is None
    assert np.all(loss >= loss[0] * (1 - 1e-6))
    assert loss.max() > loss[0]
    theta = record_of(ended(replace(MOONS, batch=8), zeros)).theta
    biases = places(ended(MOONS)).output_bias
    assert not np.delete(theta, biases, axis=1).any()
    assert theta[1:, biases].any()


def test_beside_the_saddle_everybody_leaves_and_the_step_first() -> None:
    """With small weights, not zero, there is a part along the escape, and it grows by 1 + η|λ| an update; the heavy ball is faster."""
    found = escape(replace(MOONS, optimizer=gd(0.3)), small)
    left = {name: runner(found, name)[1] for name in (PLAIN, MOMENTUM, NOISE, CURVED)}
    assert all(update is not None for update in left.values()), left
    assert left[MOMENTUM] < left[PLAIN]  # type: ignore[operator]
    assert left[CURVED] < left[PLAIN]  # type: ignore[operator]


def test_the_loss_along_the_direction_in_float64() -> None:
    training, found = ended(MOONS), escape(MOONS, None, 5)
    loss, theta = wide(training, 5)
    assert found.update == int(record_of(training).update[5])
    assert found.places[[0, -1]] == pytest.approx(REACH * np.linalg.norm(theta) * np.array([-1, 1]))
    true = [float(loss(theta + s * found.there.down.astype(np.float64))) for s in found.places]
    np.testing.assert_allclose(found.along, true, rtol=2e-6)
    sides = [float(loss(theta + s * found.there.down.astype(np.float64))) for s in (found.length, -found.length)]
    assert sides[0] <= sides[1], "the lower side"
    assert runner(found, CURVED)[0][0] == pytest.approx(sides[0], rel=2e-6)


def test_plain_and_heavy_runners_in_float64() -> None:
    """v ← λv + g, θ ← θ − ηv, by hand; over the first hundred updates, before float32 and float64 part."""
    training, found = ended(MOONS), escape(MOONS, None, 5)
    loss, begun = wide(training, 5)
    gradient = once(jax.grad(loss))
    for name, momentum in ((PLAIN, 0.0), (MOMENTUM, HEAVY)):
        theta, v, losses = begun, np.zeros_like(begun), [float(loss(begun))]
        for _ in range(100):
            v = momentum * v + np.asarray(gradient(theta))
            theta = theta - 0.1 * v
            losses.append(float(loss(theta)))
        np.testing.assert_allclose(runner(found, name)[0][:101], losses, rtol=1e-4)


def test_the_noisy_runner_is_the_training_itself() -> None:
    """From update 0 with the experiment's batches and rate it does what the training does, also from the next seed's order of the rows."""
    training = ended(replace(MOONS, batch=8))
    for setup in (training, replace(training, seed_offset=1)):
        found, record = escape_race(setup, 0).finish(), record_of(setup)
        assert found.batch == 8
        np.testing.assert_allclose(runner(found, NOISE)[0][record.update], record.measured.loss, rtol=1e-5)
    assert escape(MOONS, None, 5).batch == 6, "of all 64 rows, a tenth"


def test_where_nothing_leads_down_there_are_three_runners() -> None:
    """At the end of the valley of a linear network the loss is the least squares' own: nothing is lower anywhere."""
    training = ended(VALLEY)
    found = escape(VALLEY, None, last(training))
    assert not found.there.descends
    assert math.isnan(found.length)
    assert [one.name for one in found.runners] == [PLAIN, MOMENTUM, NOISE]
    assert np.nanmin(found.along) >= found.there.loss * (1 - 1e-6)


def test_a_runner_that_explodes_says_so() -> None:
    found = escape(replace(NUMBERS, optimizer=gd(10.0)))
    loss, left = runner(found, PLAIN)
    assert left is None
    assert np.isnan(loss[-1])


def test_numbers_never_compile() -> None:
    escape(MOONS, None, 5)
    judged(ended(MOONS), 5)
    other = replace(MOONS, optimizer=gd(0.07), seed=11, data=pick("moons", samples=86, noise=0.11), steps=99)
    with compiling() as found:
        ended(other)
        escape(other, None, 7)
        judged(ended(other), 7)
    assert not found


# --------------------------------------------------------------------------------------------------------------------- onward


def followed(setup: TrainingSetup, index: int) -> FollowUp:
    found = follow_up(setup, index).finish()
    assert found is not None
    return found


@pytest.mark.parametrize("seed_offset", [0, 1])
@pytest.mark.parametrize("method", [gd(0.1), pick("adam", rate=0.01)])
def test_what_follows_a_record_is_what_followed_it(method: Pick, seed_offset: int) -> None:
    """Every update of a short training is recorded: replayed to the middle, the next ones are those, to the last bit. So they are of the
    other solution, whose rows come in the order of the next seed."""
    setup = replace(training_setup(replace(MOONS, batch=8, optimizer=method), PLAINLY), seed_offset=seed_offset)
    record = record_of(setup)
    assert np.array_equal(record.update, np.arange(101))
    after = followed(setup, 40)
    assert int(after.training.t) == 40
    np.testing.assert_array_equal(after.training.theta, record.theta[40])
    np.testing.assert_array_equal(after.theta, record.theta[40 : 41 + LEAST])
    np.testing.assert_allclose(after.loss, record.measured.loss[40 : 41 + LEAST], rtol=1e-6)
    np.testing.assert_allclose(after.slope, record.measured.gradient[40 : 41 + LEAST], rtol=1e-5)
    if method.name == "gradient_descent":
        steps = np.linalg.norm(np.diff(record.theta[40 : 42 + LEAST].astype(np.float64), axis=0), axis=1)
        np.testing.assert_allclose(after.batch_slope, steps / 0.1, rtol=1e-4)


def test_a_replay_goes_a_record_a_step() -> None:
    patient = follow_up(ended(replace(MOONS, batch=8)), 39)
    for _ in range(39):
        patient.advance()
        assert patient.result is None
    patient.advance()
    assert patient.finished


# -------------------------------------------------------------------------------------------------------------------- verdicts


class Case(NamedTuple):
    """kind: what must be said, known by construction. at: the record, −1 the last."""

    kind: str
    deep: Deep
    start: Start | None = None
    at: int = -1


VALLEY = replace(NUMBERS, optimizer=gd(0.05), steps=6000)
EXPLODING = replace(NUMBERS, optimizer=gd(1000.0))

DEAD_IN_PART = replace(NUMBERS, activation="relu", depth=2, batch=8, steps=40)
TANH = replace(NUMBERS, activation="tanh", width=1, optimizer=pick("lbfgs"), steps=200)
CASES: dict[str, Case] = {
    "one hidden unit, by L-BFGS: nothing to trade, so every direction leads up": Case("minimum", TANH),
    "rate 1000": Case("diverging", EXPLODING),
    "just above the limit where it begins": Case("diverging", replace(NUMBERS, optimizer=gd(0.3), steps=200)),
    "no number from the first update on": Case("diverging", NUMBERS, enormous),
    "five updates": Case("out of budget", replace(MOONS, optimizer=gd(0.01), steps=5)),
    "in the middle of that": Case("moving", replace(MOONS, optimizer=gd(0.01), steps=5), None, 2),
    "all weights 0": Case("saddle", MOONS, zeros),
    "all weights 0, with momentum": Case("saddle", replace(MOONS, optimizer=pick("momentum", rate=0.1, momentum=0.9)), zeros),
    "all weights 0, of numbers": Case("saddle", NUMBERS, zeros),
    "all weights 0, mini-batches: the last bias trembles": Case("noise floor", replace(MOONS, batch=8), zeros),
    "all weights 0, two layers: third derivatives lead down": Case("plateau", replace(NUMBERS, depth=2), zeros),
    "all weights 0, three layers: fourth ones do": Case("plateau", replace(NUMBERS, depth=3), zeros),
    "tiny weights in three layers": Case("plateau", replace(NUMBERS, depth=3, optimizer=gd(0.01), steps=600), small),
    "separable rows": Case("infinity", replace(MOONS, optimizer=gd(1.0), steps=3000)),
    "separable rows, mini-batches": Case("infinity", replace(MOONS, optimizer=gd(0.5), steps=3000, batch=16)),
    "a linear network: W → cW, w → w/c costs nothing": Case("degenerate minimum", VALLEY),
    "no unit is ever reached: only the last bias matters": Case("dead", replace(NUMBERS, activation="relu"), dead),
    "and with mini-batches, of which the last bias trembles": Case("dead", DEAD_IN_PART, dead_in_part),
    "batches of two at a constant rate": Case("noise floor", replace(NUMBERS, optimizer=gd(0.02), steps=1000, batch=2)),
    "a rate above 2/λmax, and a loss that is bounded": Case("bouncing", replace(MIXED, optimizer=gd(3.0), steps=30)),
    "weight decay balances the gradient": Case(
        "held by decay", replace(MOONS, optimizer=pick("adamw", rate=0.1, decay=0.1, eps=1.0), steps=8000)
    ),
}


def verdict_of(case: Case) -> tuple[TrainingSetup, Judgment]:
    training = ended(case.deep, case.start)
    return training, judged(training, case.at % (last(training) + 1))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 10
    assert len({case.kind for case in CASES.values()}) >= 8


@pytest.mark.parametrize("name", CASES)
def test_the_verdict(name: str) -> None:
    training, found = verdict_of(CASES[name])
    assert found.kind == CASES[name].kind, found.kind
    assert found.kind in verdicts()
    said = sentence(found).english
    assert "{" not in said
    assert any(character.isdigit() for character in said)
    assert found.point.update == int(record_of(training).update[CASES[name].at])


def test_what_is_dead_beside_numpy() -> None:
    """Layer by layer and back again by hand: what no row reaches, and that of all gradients only the output bias has one."""
    training, found = verdict_of(CASES["and with mini-batches, of which the last bias trembles"])
    record, rows = record_of(training), training.split
    part = jax.tree.map(np.asarray, layers(training.net, jnp.asarray(record.theta[-1], jnp.float64)))
    x, y = np.asarray(rows.train.x, np.float64)[:, : rows.n], np.asarray(rows.train.y, np.float64)[: rows.n]
    z = part.first @ x + part.first_bias[:, None]
    deeper = part.deeper[0] @ np.maximum(z, 0) + part.deeper_bias[0][:, None]
    reached = [(z > 0).any(axis=1), (deeper > 0).any(axis=1)]
    assert found.point.dead == tuple(1 - float(np.mean(units)) for units in reached)
    np.testing.assert_array_equal(~np.array(reached), dead_units(training, last(training)))
    assert list(found.point.dead) == [0.375, 1.0]
    error = 2 * (part.output @ np.maximum(deeper, 0) + part.output_bias[:, None] - y) / rows.n
    back = part.output.T @ error * (deeper > 0)
    below = part.deeper[0].T @ back * (z > 0)
    assert not any(gradient.any() for gradient in (error @ np.maximum(deeper, 0).T, back, back @ np.maximum(z, 0).T, below @ x.T))
    assert float(error.sum()) != 0
    moved = np.flatnonzero(np.ptp(record.theta, axis=0))
    np.testing.assert_array_equal(moved, places(training).output_bias)
    assert "by layer: 38, 100 %" in sentence(found).english, "three of eight"


def test_a_network_that_learns_is_not_dead_though_some_units_are() -> None:
    """Neither with half of its units alive, nor at θ = 0, where gradients are 0 while every slope is 1."""
    training = ended(replace(MIXED, depth=2, activation="relu"))
    assert dead_shares(training, last(training)) == ()
    assert dead_shares(ended(MOONS, zeros), 0) == ()


def test_what_stands_behind_a_divergence() -> None:
    """Since which update, and the rate that would have been stable where it turned, 2/λmax of the whole Hessian. Below it it learns."""
    training, found = verdict_of(CASES["rate 1000"])
    loss, theta = wide(training, 0)
    most = float(np.linalg.eigvalsh(np.asarray(once(jax.hessian(loss))(theta)))[-1])
    assert found.since == 0
    assert found.point.stable_rate == pytest.approx(2 / most, rel=1e-4)
    assert found.sharpness == pytest.approx(1000 * most, rel=1e-4)
    assert found.point.stable_rate is not None
    tamed = record_of(ended(replace(NUMBERS, optimizer=gd(0.5 * found.point.stable_rate))))
    assert tamed.diverged is None
    assert tamed.measured.loss[-1] < tamed.measured.loss[0]


def test_before_it_turned_it_was_not_diverging() -> None:
    training = ended(EXPLODING)
    assert judged(training, 0).kind != "limit cycle"
    assert judged(training, last(training)).kind == "diverging"


def test_the_noise_of_batches_is_measured() -> None:
    """‖g_B‖² = ‖g‖² + the variance of a batch, on average; where every update takes all rows the two are the same."""
    _, noisy = verdict_of(CASES["batches of two at a constant rate"])
    assert noisy.point.noise > 2
    assert verdict_of(CASES["five updates"])[1].point.noise == 1


def test_every_row_right_is_what_makes_the_minimum_infinite() -> None:
    """Twice the output layer is twice the scores, so the cross-entropy is lower still; and ‖θ‖ has grown."""
    training, found = verdict_of(CASES["separable rows"])
    loss, theta = wide(training, last(training))
    net, record = training.net, record_of(training)
    scale = np.ones(net.size)
    scale[places(training).output.ravel()] = scale[places(training).output_bias] = 2
    assert float(loss(theta * scale)) < 0.1 * float(loss(theta))
    assert np.linalg.norm(record.theta[-1]) > np.linalg.norm(record.theta[last(training) // 2]) > np.linalg.norm(record.theta[0])
    assert found.point.curvature is not None
    assert found.point.curvature.slope > 0


def test_the_sharpness_of_adam_is_preconditioned_by_what_it_remembers() -> None:
    """η·λmax(D^−½HD^−½), D = √v̂ + ε by the paper's formula over all gradients of the walk."""
    training = ended(replace(NUMBERS, optimizer=pick("adam", rate=0.01), steps=30))
    found = judged(training, last(training))
    loss, theta = wide(training, last(training))
    gradient, v = once(jax.grad(loss)), np.zeros(theta.size)
    for before in record_of(training).theta[:-1]:
        v = 0.999 * v + 0.001 * np.asarray(gradient(before.astype(np.float64))) ** 2
    root = (np.sqrt(v / (1 - 0.999**30)) + 1e-8) ** -0.5
    most = float(np.linalg.eigvalsh(np.asarray(once(jax.hessian(loss))(theta)) * np.outer(root, root))[-1])
    assert found.point.preconditioned
    assert found.stable == pytest.approx(38)
    assert found.sharpness == pytest.approx(0.01 * most, rel=1e-3)


def test_a_verdict_is_never_a_minimum_where_a_curvature_is_negative() -> None:
    for case in CASES.values():
        _, found = verdict_of(case)
        if found.point.curvature is not None and found.point.curvature.descends:
            assert found.kind not in ("minimum", "degenerate minimum")


# ------------------------------------------------------------------------------------------------------------------------ page


def test_the_page_says_the_verdicts() -> None:
    """Under the big number the label, at the update through which the plane goes and at the end; below, the sentence and its numbers."""
    at = opened("deep", TINY | {"through": "6"})
    walks = [panel["walks"][0] for panel in board(at)["panels"]]
    for walk in walks:
        updates, labels = zip(*walk["verdicts"], strict=True)
        assert updates == (6, 12)
        assert set(labels) <= {verdict.label for verdict in verdicts().values()}
    said = [one.value for one in at.markdown if "λmax" in one.value]
    assert len(said) == 2 * len(walks)
    assert all("‖g‖" in one and "λmin" in one for one in said)


@pytest.mark.parametrize(
    "name",
    ["rate 1000", "five updates", "a rate above 2/λmax, and a loss that is bounded", "batches of two at a constant rate", "separable rows"],
)
def test_a_suggestion_is_another_training_and_helps(name: str) -> None:
    """It does not explode; what bounced or ran away does so no more, anything else ends lower."""
    case = CASES[name]
    training, found = verdict_of(case)
    offered = network_suggestion(case.deep, float(training.hyper["rate"]), found)
    assert offered is not None
    assert "{" not in offered.text.english
    changed = offered.change(case.deep)
    assert changed != case.deep
    again = ended(changed, None)
    after = judged(again, last(again))
    assert record_of(again).diverged is None
    if case.kind in ("diverging", "bouncing", "infinity"):
        assert after.kind != case.kind
    else:
        assert after.point.loss < max(found.recent_loss, found.point.loss)


@pytest.mark.parametrize("name", ["a linear network: W → cW, w → w/c costs nothing", "weight decay balances the gradient"])
def test_where_it_has_arrived_nothing_is_suggested(name: str) -> None:
    training, found = verdict_of(CASES[name])
    assert network_suggestion(CASES[name].deep, float(training.hyper["rate"]), found) is None
