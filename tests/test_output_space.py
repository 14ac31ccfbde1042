"""The output space of a classifier: its pictures, slopes, minima and first steps against closed forms in NumPy."""

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
from jaxtyping import Float

from core.settings import Pick, numbers, pick
from labs.plane.problem import probed
from labs.plane.run import run
from labs.plane.setup import Experiment, Panel, own
from lessons.scenes import OUTPUT, TWO
from surfaces.catalogue import surfaces
from surfaces.class_loss import class_losses
from surfaces.surface import Structure
from verdict.plane import judge_walk

Grid = Float[np.ndarray, "m n"]
SMALL = replace(OUTPUT, resolution=50)


def panel_of(loss: str, **settings: float | str) -> Experiment:
    return replace(SMALL, surface=pick("logits", loss=loss, **settings), panels=(Panel(),), optimizers=())


def softmax_of(y1: Grid, y2: Grid, classes: int, others: float, temperature: float) -> Float[np.ndarray, "c m n"]:
    y = np.stack([y1, y2, *[np.full_like(y1, others)] * (classes - 2)]) / temperature
    raised = np.exp(y - y.max(axis=0))
    return raised / raised.sum(axis=0)


def test_the_lectures_figure() -> None:
    """d = y₁ − y₂, p = σ(d): MSE = 2(1 − p)², cross-entropy = ln(1 + e⁻ᵈ), over the whole picture; and the norms of their gradients."""
    square, entropy = run(replace(SMALL, quantity="slope")).panels
    y1, y2 = np.meshgrid(square.a, square.b)
    miss = 1 / (1 + np.exp(y1 - y2))
    hit = 1 / (1 + np.exp(y2 - y1))
    assert square.slopes is not None
    assert entropy.slopes is not None
    assert square.grid == pytest.approx(2 * miss**2, rel=1e-9)
    assert entropy.grid == pytest.approx(np.logaddexp(0, y2 - y1), rel=1e-9)
    assert square.slopes == pytest.approx(np.sqrt(2) * 4 * miss**2 * hit, rel=1e-9)
    assert entropy.slopes == pytest.approx(np.sqrt(2) * miss, rel=1e-9)


def test_in_the_corner_the_numbers_of_the_lecture() -> None:
    """At (−10, 10): cross-entropy 20 with slope 1 in each logit, MSE 2 with slope 8.24e-9."""
    square, entropy = run(replace(SMALL, start=(-10.0, 10.0))).panels
    for panel, value, slope in ((square, 2.0, 8.2446e-9), (entropy, 20.0, 1.0)):
        loss, gradient, _ = probed(panel.problem, (-10.0, 10.0))
        assert loss == pytest.approx(value, rel=1e-8)
        assert gradient == pytest.approx([-slope, slope], rel=1e-4)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("classes", [2, 3, 6, 10])
@pytest.mark.parametrize("target", [1, 2, 3])
def test_any_number_of_classes_any_temperature(target: int, classes: int, temperature: float) -> None:
    """Cross-entropy and MSE by the textbook's formulas. A class that is not there is the last that is."""
    right = min(target, classes) - 1
    for loss in ("cross_entropy", "mean_squared"):
        (panel,) = run(panel_of(loss, classes=classes, target=target, others=0.5, temperature=temperature)).panels
        y1, y2 = np.meshgrid(panel.a, panel.b)
        p = softmax_of(y1, y2, classes, 0.5, temperature)
        wanted = np.eye(classes)[right][:, None, None]
        expected = -np.log(p[right]) if loss == "cross_entropy" else np.sum((p - wanted) ** 2, axis=0)
        assert panel.grid == pytest.approx(expected, rel=1e-9, abs=1e-14)


def test_two_classes_are_one_surface_and_flat_along_one_one() -> None:
    """Softmax beside sigmoid, each against the binary cross-entropy; the walks, too; and the Hessian's zero eigenvalue."""
    softmax, sigmoid = run(replace(TWO, resolution=50)).panels
    y1, y2 = np.meshgrid(softmax.a, softmax.b)
    for panel in (softmax, sigmoid):
        assert panel.grid == pytest.approx(np.logaddexp(0, y2 - y1), rel=1e-12)
        values, vectors = np.linalg.eigh(probed(panel.problem, (-8.0, 4.0))[2])
        curvature = 1 / (1 + np.exp(12.0)) / (1 + np.exp(-12.0))
        assert values == pytest.approx([0.0, 2 * curvature], abs=1e-15, rel=1e-9)
        assert abs(vectors[:, 0]) == pytest.approx([np.sqrt(0.5), np.sqrt(0.5)])
        assert vectors[0, 0] * vectors[1, 0] > 0
        moved = panel.grid - np.roll(np.roll(panel.grid, 1, axis=0), 1, axis=1)  # one cell along (1, 1)
        assert moved[1:, 1:] == pytest.approx(np.zeros((49, 49)), abs=1e-12)
    assert softmax.grid == pytest.approx(sigmoid.grid, abs=1e-14)
    for one, other in zip(softmax.walks, sigmoid.walks, strict=True):
        assert one.points.path == pytest.approx(other.points.path, abs=1e-12)


@pytest.mark.parametrize("loss", class_losses())
def test_first_steps_are_rate_times_slope(loss: str) -> None:
    experiment = replace(SMALL, surface=pick("logits", loss=loss), panels=(Panel(),), optimizers=(pick("gradient_descent", rate=0.25),))
    for start in ((-8.0, 8.0), (-9.5, 3.25), (2.0, -1.0)):
        (panel,) = run(replace(experiment, start=start)).panels
        _, gradient, _ = probed(panel.problem, start)
        assert panel.walks[0].points.step[0] == pytest.approx(-0.25 * gradient, rel=1e-9, abs=1e-15)


MINIMA = [("label_smoothing", classes, target) for classes in (2, 3, 5) for target in (1, 2)] + [("hinge", 3, 1), ("hinge", 2, 2)]


@pytest.mark.parametrize(("loss", "classes", "target"), MINIMA)
def test_where_a_loss_has_a_margin_it_is_lowest_there(loss: str, classes: int, target: int) -> None:
    """Nothing in the plane is lower, and the gradient is 0 (of the hinge, from the far side of its kink)."""
    experiment = panel_of(loss, classes=classes, target=target, others=1.0, temperature=2.0)
    (panel,) = run(replace(experiment, window=(-20.0, 20.0, -20.0, 20.0))).panels
    problem = panel.problem
    minima = problem.surface.minima(problem.structure, dict(problem.numbers))
    assert minima is not None
    for point in minima.points:
        value, gradient, _ = probed(problem, point)
        assert value == pytest.approx(minima.value, abs=1e-12)
        if loss == "label_smoothing":
            assert gradient == pytest.approx([0.0, 0.0], abs=1e-12)
    assert panel.grid.min() >= minima.value - 1e-12


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("smoothing", [5e-324, 1e-323, 1e-310, 2.3e-308, 1e-16, 0.1, np.nextafter(0.9, 0.0), 0.9])
def test_a_margin_holds_at_the_ends_of_its_range(smoothing: float, classes: int) -> None:
    """ln(q_own/q_other) and the entropy of q, in decimal arithmetic: the smallest share of a class has no float64 of its own."""
    with localcontext(Context(prec=400)):
        other = Decimal(smoothing) / classes
        own = 1 - Decimal(smoothing) + other
        gap, entropy = (own / other).ln(), -own * own.ln() - (classes - 1) * other * other.ln()
        expected = (float(gap), float(entropy))
    assert class_losses()["label_smoothing"].margin(classes, {"smoothing": smoothing}) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("loss", class_losses())
def test_a_loss_with_an_infimum_comes_near_it_far_out_and_has_no_minimum(loss: str) -> None:
    surface = surfaces()["logits"]
    problem = run(panel_of(loss)).panels[0].problem
    infimum = surface.infimum(problem.structure)
    assert (infimum is None) == (surface.minima(problem.structure, dict(problem.numbers)) is not None)
    if infimum is not None:
        far, nearer = (probed(problem, (d, -d))[0] for d in (100.0, 50.0))
        assert infimum <= far < nearer < 1e-30


def test_the_verdicts_name_the_desert_and_the_minimum_at_infinity() -> None:
    kinds = [[judge_walk(OUTPUT, panel, walked)[0].kind for walked in panel.walks] for panel in run(OUTPUT).panels]
    assert kinds == [["plateau", "infinity"], ["infinity", "infinity"]]


ENDS = {
    "so steep that nothing is left at the end": ({"loss": "cross_entropy", "temperature": 0.05}, (-8.0, 8.0), "infinity"),
    "a hinge is at its minimum beyond its margin": ({"loss": "hinge"}, (-8.0, 8.0), "degenerate minimum"),
    "both drawn classes are wrong": ({"loss": "cross_entropy", "target": 3, "others": 0.0}, (8.0, 8.0), "infinity"),
    "right from the start": ({"loss": "mean_squared"}, (8.0, -8.0), "infinity"),
    "wrong for ever": ({"loss": "mean_squared"}, (-8.0, 8.0), "plateau"),
}


@pytest.mark.parametrize("name", ENDS)
def test_verdicts_of_single_losses(name: str) -> None:
    settings, start, kind = ENDS[name]
    experiment = replace(SMALL, surface=pick("logits", **settings), panels=(Panel(),), start=start, steps=200)  # type: ignore[arg-type]
    (panel,) = run(experiment).panels
    assert judge_walk(experiment, panel, panel.walks[0])[0].kind == kind


def test_panels_that_are_the_same_formula_are_one_picture() -> None:
    twice = replace(SMALL, panels=(*SMALL.panels, SMALL.panels[0]), optimizers=())
    assert [panel.panel for panel in run(twice).panels] == list(SMALL.panels)


def test_a_panel_has_its_own_settings_of_what_the_surface_knows() -> None:
    panel = Panel(surface=(("loss", "focal"), ("nothing", 3)), data=(("target", "setosa"),))
    mine = own(replace(SMALL, data=Pick("iris")), panel)
    assert dict(mine.surface.settings)["loss"] == "focal"
    assert "nothing" not in dict(mine.surface.settings)
    assert dict(mine.data.settings)["target"] == "setosa"
    assert Structure("logits", (("loss", "focal"),)).option("loss") == "focal"
    assert numbers(mine.surface, surfaces()["logits"].fields)["focus"] == 2.0
