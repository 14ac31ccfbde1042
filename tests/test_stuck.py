"""What the page "Stuck?" says of points and walks, beside closed forms, NumPy and simulations written here."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import math

from dataclasses import replace

import numpy as np
import pytest
from jaxtyping import Float
from sklearn.datasets import load_iris

from labs.plane.setup import SAME, Experiment, Panel, optimizers
from labs.plane.run import PanelResult, run
from landscape.curvature import NEAR_ZERO, counted, preconditioned
from optim.optimizer import stable_below
from core.settings import Pick, pick
from verdict.plane import judge_walk, story
from labs.plane.atlas import atlas_of
from labs.plane.closeup import Closeup, closeup, point_of_interest, rest_of
from labs.plane.escape import LEFT, race, step_off
from labs.plane.stability import convergence, noise, sharpness

RAW, STANDARDIZED = (Panel(),), (Panel(pick("standardize")),)
TOY = Experiment(surface=pick("lecture_toy"), panels=RAW, mode=SAME, optimizers=(pick("gradient_descent", rate=0.02),), steps=400)
IRIS = Experiment(data=pick("iris"), panels=RAW, mode=SAME, optimizers=(pick("gradient_descent", rate=0.02),), steps=400)


def near(experiment: Experiment) -> tuple[PanelResult, Closeup]:
    panel = run(experiment).panels[0]
    return panel, closeup(experiment, panel)


# ------------------------------------------------------------------------------------------------------------ facts A: the point


@pytest.mark.parametrize("point", [(0.0, 0.0), (1.5, -1.45), (2.0, 0.5), (2.0, -2.0), (-2.0, 2.0)])
def test_the_lectures_toy_in_closed_form(point: tuple[float, float]) -> None:
    """L = (1 − w₁w₂)², ∇L = −2(1 − w₁w₂)(w₂, w₁), H = [[2w₂², −2 + 4w₁w₂], [·, 2w₁²]]."""
    _, found = near(replace(TOY, point=point))
    x, y = point
    hessian = np.array([[2 * y * y, -2 + 4 * x * y], [-2 + 4 * x * y, 2 * x * x]])
    assert found.loss == pytest.approx((1 - x * y) ** 2, rel=1e-14)
    np.testing.assert_allclose(found.gradient, [-2 * (1 - x * y) * y, -2 * (1 - x * y) * x], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(found.hessian, hessian, rtol=1e-13)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(hessian), rtol=1e-12, atol=1e-14)
    for value, vector in zip(found.plane_eigenvalues, found.vectors.T, strict=True):
        np.testing.assert_allclose(hessian @ vector, value * vector, atol=1e-12)


def test_the_saddle_of_the_toy() -> None:
    _, found = near(replace(TOY, point=(0.0, 0.0)))
    assert found.loss == 1.0
    np.testing.assert_array_equal(found.values, [-2.0, 2.0])
    assert tuple(found.counts) == (1, 0, 1)
    assert found.condition is None
    assert abs(float(found.vectors[:, 0] @ np.array([1.0, 1.0]))) == pytest.approx(math.sqrt(2), rel=1e-15)


def test_its_corners_and_its_valley() -> None:
    assert near(replace(TOY, point=(2.0, -2.0)))[1].loss == near(replace(TOY, point=(-2.0, 2.0)))[1].loss == 25
    for w in (0.5, 0.8, 1.0, 1.7):
        _, found = near(replace(TOY, point=(w, 1 / w)))
        np.testing.assert_allclose(found.values, [0, 2 * (w * w + 1 / w**2)], atol=1e-14)
        assert tuple(found.counts) == (1, 1, 0)
        assert found.counts.kind == "degenerate minimum"
        assert found.values[1] >= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_minimum_ratio_needs_a_tolerance(dtype: type[np.floating]) -> None:
    """A positive semi-definite matrix of rank 6 and size 128: 6/128 with a tolerance, about ½ when counting "> 0" in float32."""
    factor = np.random.default_rng(0).standard_normal((128, 6))
    values = np.linalg.eigvalsh((factor @ factor.T).astype(dtype))
    if dtype is np.float32:
        assert 0.3 < float(np.mean(values > 0)) < 0.7
        values = np.where(np.abs(values) <= 1e-5 * values[-1], 0, values)  # rounding of float32 is no 1e-8
    counts = counted(np.asarray(values, np.float64))
    assert counts.minimum_ratio == 6 / 128
    assert tuple(counts) == (6, 122, 0)


def test_near_zero_is_relative_also_to_what_was_met_elsewhere() -> None:
    assert tuple(counted(np.array([-1e-9, 1.0]))) == (1, 1, 0)
    assert tuple(counted(np.array([-1e-7, 1.0]))) == (1, 0, 1)
    assert tuple(counted(np.array([-1e-7, 1.0]), largest=100.0)) == (1, 1, 0)
    assert tuple(counted(np.zeros(2))) == (0, 2, 0)
    assert NEAR_ZERO == 1e-8


# ------------------------------------------------------------------------------------------------------ the second-order expansion


@pytest.mark.parametrize("name", ["himmelblau", "rosenbrock", "beale", "three_hump_camel", "styblinski_tang", "plateau", "monkey_saddle"])
def test_the_error_of_the_expansion_falls_as_the_cube(name: str) -> None:
    """Half the radius, an eighth of the error, to 5 %: the third derivatives do not vanish there."""
    base = replace(TOY, surface=pick(name), point=(0.7, -0.4), steps=5)
    errors = [near(replace(base, radius=radius))[1].error for radius in (4e-3, 2e-3, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(8, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(8, rel=0.05)


@pytest.mark.parametrize(
    "experiment", [replace(TOY, surface=pick("booth"), steps=5), replace(IRIS, steps=5)], ids=["Booth", "least squares"]
)
def test_a_quadratic_is_its_own_expansion(experiment: Experiment) -> None:
    _, found = near(replace(experiment, point=(0.7, -0.4), radius=1.0))
    assert found.error <= 1e-12 * found.range


def test_what_is_drawn_is_the_loss_and_its_expansion() -> None:
    panel, found = near(replace(TOY, point=(0.5, -0.3), radius=0.4))
    da, db = np.meshgrid(found.a - 0.5, found.b + 0.3)
    np.testing.assert_allclose(found.true, (1 - found.a[None, :] * found.b[:, None]) ** 2, rtol=1e-13)
    h = found.hessian
    quadratic = h[0, 0] * da**2 / 2 + h[0, 1] * da * db + h[1, 1] * db**2 / 2
    np.testing.assert_allclose(found.expanded, found.loss + found.gradient[0] * da + found.gradient[1] * db + quadratic, rtol=1e-13)
    reach = 0.4 * panel.unit
    assert (found.a[-1] - found.a[0]) / 2 == pytest.approx(float(reach[0]), rel=1e-12)


def test_without_a_point_the_end_of_the_first_walk_is_looked_at() -> None:
    panel, found = near(TOY)
    np.testing.assert_array_equal(found.theta, panel.walks[0].end)
    exploded = replace(TOY, optimizers=(pick("gradient_descent", rate=0.5),), start=(2.0, 0.1))
    panel = run(exploded).panels[0]
    np.testing.assert_array_equal(point_of_interest(exploded, panel), panel.start)


def test_a_trained_bias_is_held_by_the_plane_and_counts_among_the_eigenvalues() -> None:
    panel, found = near(replace(IRIS, surface=pick("linear", bias="trained"), point=(0.3, 0.1)))
    assert found.theta.size == found.values.size == 3
    assert panel.fit.theta is not None
    assert rest_of(panel) == (panel.fit.theta[2],)
    np.testing.assert_allclose(found.plane_eigenvalues, np.linalg.eigvalsh(found.hessian[:2, :2]), rtol=1e-12)


# ------------------------------------------------------------------------------------------------------------- off a saddle


def test_from_exactly_the_saddle_only_the_step_leaves() -> None:
    experiment = replace(TOY, point=(0.0, 0.0), steps=1000)
    panel, found = near(experiment)
    plain, heavy, step = race(experiment, panel, found)
    assert (plain.left, heavy.left) == (None, None)
    np.testing.assert_array_equal(plain.walk.end, [0.0, 0.0])
    assert step.left is not None
    assert step.walk.points.loss[-1] < 1e-12
    assert [r.name for r in (plain, heavy, step)] == ["plain gradient descent", "momentum 0.9", "a step along the negative curvature"]


def test_the_step_grows_as_the_negative_curvature_says() -> None:
    """Along (1, 1) descent multiplies the distance by 1 + 2η(1 − w²) an update; simulated here, it leaves at the same update."""
    experiment = replace(TOY, point=(0.0, 0.0), steps=400)
    panel, found = near(experiment)
    step = step_off(experiment, panel, found)
    assert step is not None
    w, k = abs(float(step[0])), 0
    assert w == pytest.approx(0.05 * 2)  # a twentieth of half the picture
    while w <= LEFT * 2:
        w, k = w + 0.02 * 2 * (1 - w * w) * w, k + 1
    assert race(experiment, panel, found)[-1].left == k


def test_downhill_is_along_the_lowest_eigenvector_to_the_lower_side() -> None:
    for point in [(0.3, -0.1), (-0.2, 0.4), (0.1, 0.1), (-0.1, -0.1)]:
        panel, found = near(replace(TOY, point=point))
        step = step_off(TOY, panel, found)
        assert step is not None
        values, vectors = np.linalg.eigh(found.hessian)
        assert abs(float(step @ vectors[:, 0])) == pytest.approx(float(np.linalg.norm(step)), rel=1e-12)
        assert float(found.gradient @ step) <= 0
        assert found.gradient @ step + step @ found.hessian @ step / 2 < 0
        assert values[0] < 0
    panel, found = near(replace(TOY, surface=pick("booth"), point=(0.0, 0.0)))
    assert step_off(TOY, panel, found) is None
    assert len(race(TOY, panel, found)) == 2


def test_a_model_of_data_races_mini_batches_too() -> None:
    """At a saddle of two sigmoid units on raw flowers: the whole gradient is zero, that of a mini-batch is not."""
    experiment = replace(IRIS, surface=pick("network", plane="hidden", activation="sigmoid"), scale2=10.0, steps=300)
    panel = run(experiment).panels[0]
    window = (float(panel.a[0]), float(panel.a[-1]), float(panel.b[0]), float(panel.b[-1]))
    (saddle,) = (p for p in atlas_of(panel.problem, rest_of(panel), window).points if p.kind == "saddle")
    asked = replace(experiment, point=(float(saddle.position[0]), float(saddle.position[1])))
    found = closeup(asked, panel)
    assert found.slope <= 1e-8 * float(np.abs(found.values).max())
    plain, heavy, noisy, step = race(asked, panel, found)
    assert noisy.name == "mini-batch noise"
    unit = panel.unit
    moved = [float(np.abs((r.walk.points.path - found.theta) / unit).max()) for r in (plain, heavy, noisy)]
    assert moved[2] > 1e3 * max(moved[0], moved[1], 1e-15)
    assert step.walk.points.loss[0] < found.loss
    assert step.walk.points.loss[-1] < step.walk.points.loss[0]


# ------------------------------------------------------------------------------------------------------------------- stability

CURVATURES = (1.0, 7.0)


def simulated(name: str, hyper: dict[str, float], curvature: float, steps: int = 4000) -> float:
    """The method with its scale frozen at 1 on ½λx², from 1: how far it is in the end."""
    η, x, v = hyper["rate"], 1.0, 0.0
    m, β = hyper.get("momentum", 0.0), hyper.get("b1", 0.0)
    for _ in range(steps):
        g = curvature * x
        if name in ("momentum", "nesterov", "gradient_descent"):
            v = m * v + g
            x -= η * (g + m * v if name == "nesterov" else v)
        else:
            v = β * v + (1 - β) * g
            x -= η * (β * v + (1 - β) * g if name == "nadam" else v)
        if abs(x) > 1e6:
            break
    return abs(x)


@pytest.mark.parametrize("curvature", CURVATURES)
@pytest.mark.parametrize(
    "name",
    ["gradient_descent", "momentum", "nesterov", "adam", "adamw", "adabelief", "amsgrad", "yogi", "radam", "nadam", "rmsprop", "adagrad"],
)
def test_the_limit_of_every_method_whose_steps_have_one(name: str, curvature: float) -> None:
    """One percent below it a walk dies out, one percent above it explodes: simulated with a frozen scale."""
    item = optimizers()[name]
    hyper = {field.name: float(field.default) for field in item.fields}
    limit = stable_below(item, hyper) / curvature
    assert simulated(name, hyper | {"rate": 0.99 * limit}, curvature) < 1e-3
    assert simulated(name, hyper | {"rate": 1.01 * limit}, curvature) > 1e3


def test_methods_without_such_a_form_have_no_limit() -> None:
    for name in ("lbfgs", "newton", "sign_sgd", "rprop", "lion"):
        item = optimizers()[name]
        assert stable_below(item, {field.name: float(field.default) for field in item.fields}) == math.inf


def test_preconditioned_sharpness_is_the_largest_eigenvalue_of_the_step() -> None:
    """η·λmax(D^−½HD^−½) is the largest eigenvalue of ηD⁻¹H, by a general eigensolver."""
    draws = np.random.default_rng(1)
    for _ in range(20):
        root, scale = draws.standard_normal((3, 3)), draws.uniform(0.1, 10, 3)
        hessian = root @ root.T
        expected = float(np.linalg.eigvals(0.3 * hessian / scale[:, None]).real.max())
        assert preconditioned(hessian, 0.3, scale) == pytest.approx(expected, rel=1e-12)
    assert preconditioned(np.diag([5.0, 2.0]), 1.0, np.array([np.inf, 4.0])) == 0.5


LONG_RUN = "the closed form's"


def quadratic(surface: Pick, method: Pick, mode: str = SAME, steps: int = 3000) -> PanelResult:
    return run(replace(IRIS, surface=surface, optimizers=(method,), mode=mode, steps=steps, resolution=50)).panels[0]


@pytest.mark.parametrize(
    "surface", [pick("quadratic_bowl", kappa=50.0, angle=20.0), pick("linear"), pick("linear", bias="trained")], ids=str
)
@pytest.mark.parametrize(
    ("method", "mode"),
    [
        (pick("gradient_descent", rate=0.01), SAME),
        (pick("momentum", rate=0.004, momentum=0.8), SAME),
        (pick("nesterov", rate=0.004, momentum=0.7), SAME),
        (pick("gradient_descent"), LONG_RUN),
        (pick("momentum"), LONG_RUN),
        (pick("nesterov"), LONG_RUN),
    ],
    ids=lambda given: str(getattr(given, "name", given)),
)
def test_predicted_and_measured_rates_of_convergence(surface: Pick, method: Pick, mode: str) -> None:
    """To 1e-3. Predicted once more here, by the roots of the characteristic polynomials; the best ones by the closed forms of facts B."""
    panel = quadratic(surface, method)
    if mode == LONG_RUN:
        closed_form = optimizers()[method.name].best
        assert closed_form is not None
        assert panel.fit.eigenvalues is not None
        panel = quadratic(surface, method.having(**closed_form(*map(float, panel.fit.eigenvalues[[0, -1]]))))
    found = convergence(panel, panel.walks[0])
    assert found is not None
    assert found.measured == pytest.approx(found.predicted, abs=1e-3)
    assert panel.fit.eigenvalues is not None
    hyper = dict(panel.walks[0].rated.hyper)
    η, m = hyper["rate"], hyper.get("momentum", 0.0)
    roots = []
    for λ in panel.fit.eigenvalues:
        left = 1 - η * λ
        polynomial = {"gradient_descent": [1, -left], "momentum": [1, -(m + left), m], "nesterov": [1, -(1 + m) * left, m * left]}
        roots += list(np.abs(np.roots(polynomial[method.name])))
    assert found.predicted == pytest.approx(max(roots), abs=1e-7)
    if mode == LONG_RUN and method.name != "nesterov":
        κ = float(panel.fit.eigenvalues[-1] / panel.fit.eigenvalues[0])
        root = κ if method.name == "gradient_descent" else math.sqrt(κ)
        assert found.predicted == pytest.approx((root - 1) / (root + 1), abs=1e-6)


def test_no_rate_of_convergence_where_there_is_none() -> None:
    for experiment in (TOY, replace(IRIS, optimizers=(pick("adam"),)), replace(IRIS, schedule=pick("cosine"))):
        panel = run(experiment).panels[0]
        assert convergence(panel, panel.walks[0]) is None


def test_sharpness_over_the_updates() -> None:
    """Of the toy at each kept point: the closed-form Hessian, by NumPy."""
    panel = run(replace(TOY, start=(1.5, -1.45))).panels[0]
    walked = panel.walks[0]
    found = sharpness(panel.problem, walked)
    assert found is not None
    assert found.stable == 2
    for update, value in zip(found.update, found.value, strict=True):
        x, y = walked.points.path[list(walked.points.update).index(update)]
        hessian = np.array([[2 * y * y, -2 + 4 * x * y], [-2 + 4 * x * y, 2 * x * x]])
        assert value == pytest.approx(0.02 * np.linalg.eigvalsh(hessian)[-1], rel=1e-10)


def pokemon(*methods: Pick, **changes: object) -> PanelResult:
    experiment = Experiment(
        data=pick("pokemon"), surface=pick("linear", bias="axis", reduce="sum"), panels=RAW, mode=SAME, start=(-120.0, -4.0), steps=20_000
    )
    return run(replace(experiment, optimizers=methods, resolution=50, **changes)).panels[0]  # type: ignore[arg-type]


def test_the_bursts_of_the_root_mean_square_rule_come_where_its_sharpness_passes_2() -> None:
    """Facts C and D: with constant η = 1 it bursts sideways again and again. At every burst that is seen, the sharpness before it was
    above 2; where the sharpness stays below 1.9 the loss falls."""
    panel = pokemon(pick("root_mean_square", rate=1.0))
    walked = panel.walks[0]
    hessian = np.array([[20.0, 5020.0], [5020.0, 1746816.0]])
    sharp = np.array([preconditioned(hessian, 1.0, scale) for scale in walked.points.scale])
    consecutive = np.flatnonzero(np.diff(walked.points.update) == 1)
    settled = consecutive[walked.points.update[consecutive] > 100]
    rises = settled[walked.points.loss[settled + 1] > 1.02 * walked.points.loss[settled]]
    assert rises.size > 20
    assert float(np.mean(sharp[rises] > 2)) > 0.97
    calm = settled[sharp[settled] < 1.9]
    assert calm.size > 20
    assert float(np.mean(walked.points.loss[calm + 1] <= walked.points.loss[calm] * (1 + 1e-9))) > 0.9
    drawn = sharpness(panel.problem, walked)
    assert drawn is not None
    assert float(np.nanmax(drawn.value)) > 2


def test_adagrad_is_the_root_mean_square_rule_with_a_decayed_rate() -> None:
    """Facts C: ηᵗ = η/√(t+1) gives classic Adagrad, step for step, to 1e-9."""
    classic = pokemon(pick("adagrad", rate=1.0), steps=2000).walks[0]
    lecture = pokemon(pick("root_mean_square", rate=1.0), steps=2000, schedule=pick("inverse_sqrt")).walks[0]
    both = np.intersect1d(classic.points.update, lecture.points.update)
    assert both.size > 100
    one, other = (walk.points.path[np.searchsorted(walk.points.update, both)] for walk in (classic, lecture))
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


# ------------------------------------------------------------------------------------------------------------- gradient noise


def row_gradients(x: Float[np.ndarray, "2 n"], y: Float[np.ndarray, " n"], w: Float[np.ndarray, " 2"]) -> Float[np.ndarray, "n 2"]:
    """Of each row's (w·x − y)²."""
    return (2 * (w @ x - y) * x).T


@pytest.mark.parametrize("surface", ["linear", "logistic"])
def test_the_best_bias_is_held_while_noise_is_measured(surface: str) -> None:
    """At its best for each batch it would take up noise: of a batch of one row, all of it."""
    panel = run(replace(IRIS, surface=pick(surface))).panels[0]
    found = noise(panel.problem, tuple(float(x) for x in panel.walks[0].end))
    assert found is not None
    assert found.slope == pytest.approx(-0.5, abs=0.04)
    assert found.deviation[0] > 0


def test_gradient_noise_goes_as_one_over_the_root_of_the_batch() -> None:
    """Beside the closed form of sampling without replacement, s²(n − B)/(B(n − 1)), s² from the gradients of the single rows."""
    experiment = replace(IRIS, surface=pick("linear", bias="fixed"))
    panel = run(experiment).panels[0]
    theta = (0.4, -0.3)
    found = noise(panel.problem, theta)
    assert found is not None
    table = load_iris()
    names = {name.removesuffix(" (cm)"): i for i, name in enumerate(table.feature_names)}
    x = np.stack([np.asarray(panel.prepared.rows.x)[i][: panel.prepared.n] for i in (0, 1)]) if panel.prepared else np.zeros((2, 0))
    y = np.asarray(panel.prepared.rows.y)[: panel.prepared.n] if panel.prepared else np.zeros(0)
    assert {float(v) for v in y} <= {float(v) for v in table.data[:, names["petal length"]]} | {float(v) for v in table.data.ravel()}
    rows = row_gradients(x, y, np.array(theta))
    n, spread = len(rows), float(np.mean(np.sum((rows - rows.mean(axis=0)) ** 2, axis=1)))
    expected = np.sqrt(spread * (n - found.size) / (found.size * (n - 1)))
    np.testing.assert_allclose(found.deviation, expected, rtol=0.12)  # 512 draws: 1/√1024 = 3 % each, with long tails
    np.testing.assert_allclose(found.expected, expected, rtol=0.05)
    assert found.slope == pytest.approx(-0.5, abs=0.04)
    assert noise(run(TOY).panels[0].problem, (0.0, 0.0)) is None


# ------------------------------------------------------------------------------------------------------------------- the story


def test_a_story_has_its_turns_in_order() -> None:
    """From almost on the line into the saddle: down to it, a long wait, off along (1, 1), and into the valley."""
    experiment = replace(TOY, start=(1.5, -1.4999), steps=2000)
    panel = run(experiment).panels[0]
    told = story(experiment, panel, panel.walks[0])
    assert [kind for _, kind in told] == ["moving", "saddle", "moving", "degenerate minimum"]
    assert [update for update, _ in told] == sorted({update for update, _ in told})
    assert told[0][0] == 0


@pytest.mark.parametrize("scales", [(1.0, 1.0), (100.0, 0.01), (0.001, 1000.0)])
@pytest.mark.parametrize("features", ["none", "standardize"])
def test_a_verdict_does_not_depend_on_units(scales: tuple[float, float], features: str) -> None:
    """Newton's method is the same walk in any units: so is what is said of it."""
    experiment = replace(
        IRIS, scale1=scales[0], scale2=scales[1], panels=(Panel(pick(features)),), optimizers=(pick("newton", rate=1.0),), steps=50
    )
    panel = run(experiment).panels[0]
    found = judge_walk(experiment, panel, panel.walks[0])[0]
    assert found.kind == "minimum"
    assert found.point.critical is not None
    assert tuple(found.point.critical.counts) == (2, 0, 0)
