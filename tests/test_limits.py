"""What a page says of 2/λmax, on every surface: beyond it a quadratic explodes, and no other walk rests at the minimum it belongs to."""

from dataclasses import replace

import numpy as np
import pytest

from core.settings import Pick, pick
from labs.plane.minimum import fitted
from labs.plane.problem import probed
from labs.plane.run import problem_of, run
from labs.plane.setup import SAME, Experiment, Panel, start_of
from surfaces.catalogue import surfaces
from tests.pages import opened, sliders
from views.plane.board import facts_of

STEPS = 3000
PICKS = [
    *(pick(name) for name, item in surfaces().items() if not item.needs_data and not item.first_steps),
    pick("linear"),
    pick("linear", loss="huber"),
    pick("linear", bias="trained"),
    pick("logistic"),
    pick("network"),
    pick("network", plane="hidden"),
]


def scene(surface: Pick) -> Experiment:
    return Experiment(surface=surface, panels=(Panel(),), mode=SAME, scale2=1.0, steps=STEPS, resolution=50)


def test_what_is_said_of_a_limit_is_what_descent_does_around_it() -> None:
    """At 0.9, 1.1 and 1.5 of every printed limit, from a thousandth of the picture beside the minimum along its steepest direction.

    Plain descent, once more: θ ← θ − η∇L, in NumPy.
    """
    printed = 0
    for surface in PICKS:
        experiment = scene(surface)
        problem = problem_of(experiment, experiment.panels[0])
        fit = fitted(problem, start_of(experiment))
        if fit.theta is None or fit.stable is None:
            continue
        printed += 1
        panel = run(replace(experiment, steps=1)).panels[0]
        said = [(each["label"], each["help"]) for each in facts_of(panel)][1]
        assert (said == ("speed limit 2/λmax", "gradient descent explodes at any larger rate")) == fit.quadratic
        assert ("will not come to rest at this minimum" in said[1]) == (not fit.quadratic)
        steep = np.linalg.eigh(probed(problem, tuple(fit.theta))[2])[1][:, -1]
        for part in (0.9, 1.1, 1.5):
            rate = part * fit.stable
            θ = fit.theta + 1e-3 * steep * max(1.0, float(np.abs(fit.theta).max()))
            begin, far = float(np.linalg.norm(θ - fit.theta)), 0.0
            for _ in range(400):
                θ = θ - rate * probed.__wrapped__(problem, tuple(map(float, θ)))[1]  # type: ignore[attr-defined]  # not kept
                far = float(np.linalg.norm(θ - fit.theta))
                if not np.isfinite(far) or far > 1e6 * begin:
                    break
            if part < 1:
                assert far < begin, (surface, part, far / begin)
            elif fit.quadratic:
                assert far > 1e6 * begin, (surface, part, far / begin)
            else:
                assert far > 0.5 * begin, (surface, part, far / begin)
    assert printed >= 12


@pytest.mark.parametrize("surface", ["linear", "logistic"])
@pytest.mark.parametrize("mode", ["same", "fraction"])
def test_a_mark_on_the_slider_says_limit_where_it_is_one(surface: str, mode: str) -> None:
    """Only a squared error of a linear model is a quadratic: 2/λmax of the others is the stability of one minimum."""
    at = opened("scale", {"surface": surface, "mode": mode, "v": "1"})
    (slider,) = [each for name, each in sliders(at).items() if "η" in name]
    names = [mark[1] for mark in slider["marks"]]
    assert names
    assert ("limit" in names) == (surface == "linear" and mode == "fraction")
    assert ("2/λmax at the minimum" in names) == (surface == "logistic" and mode == "fraction")
    assert ("will not come to rest at this minimum" in slider["help"]) == (surface == "logistic")
