"""The verdict: constructed walks whose ends are known beforehand, each reason stated, and what the suggestions do to them."""

from compute import backend  # noqa: F401, I001  (float64, before JAX is used)

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pytest

from core.catalogue import catalogue
from labs.deep.setup import Deep
from verdict import kinds
from verdict.evidence import Circumstances, Trail
from verdict.plane import judge_walk
from verdict.verdict import Judgment, Point, judge, label, network_suggestion, sentence, verdicts, walk_suggestion
from labs.plane.setup import BEST, SAME, Experiment, Panel
from labs.plane.run import run
from core.settings import Pick, pick

RAW, STANDARDIZED = (Panel(),), (Panel(pick("standardize")),)
HIMMELBLAU_TOP = (-0.27084459, -0.92303856)  # its one maximum, to eight digits


class Case(NamedTuple):
    """kind: what must be said, and why it is known: by construction, never by running it first. then: what the suggestion leads to."""

    kind: str
    surface: str | Pick
    method: Pick
    steps: int
    start: tuple[float, float] | None = None
    then: tuple[str, ...] = ()
    more: Mapping[str, object] = MappingProxyType({})

    @property
    def experiment(self) -> Experiment:
        surface = pick(self.surface) if isinstance(self.surface, str) else self.surface
        base = Experiment(
            surface=surface, panels=RAW, mode=SAME, optimizers=(self.method,), steps=self.steps, start=self.start, resolution=50
        )
        return replace(base, **self.more)  # type: ignore[arg-type]


def gd(rate: float) -> Pick:
    return pick("gradient_descent", rate=rate)


BOWL = pick("quadratic_bowl", kappa=10.0, angle=0.0)  # L = ½(x² + 10y²): λ = 1 and 10, so the limit is 0.2
IRIS: dict[str, object] = {"data": pick("iris"), "scale2": 10.0}
SEPARABLE: dict[str, object] = {"data": pick("iris", target="petal length", x1="petal length", x2="petal width")}
MINI: dict[str, object] = {"data": pick("iris"), "panels": STANDARDIZED, "batch": 5}
SPLIT = (1.0, -1.0)  # on the line w₂ = −w₁ of the lecture's toy, which leads into the saddle for every symmetric method

CASES: dict[str, Case] = {
    # the lecture's toy, L = (1 − w₁w₂)²
    "the valley w₁w₂ = 1": Case("degenerate minimum", "lecture_toy", gd(0.02), 4000),
    "from exactly the saddle it stays": Case("saddle", "lecture_toy", gd(0.02), 50, (0.0, 0.0), ("degenerate minimum", "out of budget")),
    "(1, −1) leads into the saddle": Case("saddle", "lecture_toy", gd(0.02), 400, SPLIT, ("degenerate minimum",)),
    "so it does with momentum": Case(
        "saddle", "lecture_toy", pick("momentum", rate=0.02, momentum=0.5), 400, SPLIT, ("degenerate minimum",)
    ),
    "and with Adam": Case("saddle", "lecture_toy", pick("adam", rate=0.02), 3000, SPLIT, ("degenerate minimum",)),
    "and with Newton, whom saddles attract": Case("saddle", "lecture_toy", pick("newton", rate=1.0), 60, SPLIT, ("out of budget",)),
    "(2, 0.1) at 0.4 converges": Case("degenerate minimum", "lecture_toy", gd(0.4), 500, (2.0, 0.1)),
    "(2, 0.1) at 0.5 diverges": Case("diverging", "lecture_toy", gd(0.5), 500, (2.0, 0.1), ("degenerate minimum",)),
    # the bowl, where everything is known in closed form
    "below the limit": Case("minimum", BOWL, gd(0.19), 2000),
    "above the limit": Case("diverging", BOWL, gd(0.21), 5000, None, ("minimum",)),
    "far above": Case("diverging", BOWL, gd(1.0), 100, None, ("minimum", "out of budget")),
    "at the limit it goes back and forth for ever": Case("limit cycle", BOWL, gd(0.2), 800, (2.0, 1.0), ("minimum", "out of budget")),
    "heavy ball within its wider limit": Case("minimum", BOWL, pick("momentum", rate=0.37, momentum=0.9), 2000),
    "heavy ball beyond it": Case("diverging", BOWL, pick("momentum", rate=0.39, momentum=0.9), 4000, None, ("minimum",)),
    "Nesterov beyond its narrower one": Case("diverging", BOWL, pick("nesterov", rate=0.15, momentum=0.9), 8000, None, ("minimum",)),
    "Nesterov within": Case("minimum", BOWL, pick("nesterov", rate=0.13, momentum=0.9), 2000),
    "nothing is lost at λ = 1": Case(
        "limit cycle", BOWL, pick("momentum", rate=0.01, momentum=1.0), 3000, None, ("out of budget", "limit cycle", "minimum")
    ),
    "steps of a fixed length cannot rest": Case("limit cycle", BOWL, pick("sign_sgd", rate=0.03), 600, (1.0, 0.71), ("minimum",)),
    "too few updates": Case("out of budget", BOWL, gd(0.001), 100, None, ("out of budget",)),
    "Newton in one step": Case("minimum", BOWL, pick("newton", rate=1.0), 20),
    "L-BFGS": Case("minimum", BOWL, pick("lbfgs"), 60),
    "back and forth over the narrow axis, on the way": Case("bouncing", BOWL, gd(0.199), 40, (2.0, 1.0), ("minimum", "out of budget")),
    # other textbook surfaces
    "Rosenbrock, a thousand steps": Case("out of budget", "rosenbrock", gd(0.001), 1000, None, ("minimum", "out of budget")),
    "Rosenbrock by Newton": Case("minimum", "rosenbrock", pick("newton", rate=1.0), 100),
    "Rosenbrock by Adam": Case("minimum", "rosenbrock", pick("adam", rate=0.05), 5000),
    "Rosenbrock exploding": Case("diverging", "rosenbrock", gd(0.01), 200, (-1.2, 1.0), ("out of budget", "bouncing", "minimum")),
    "Himmelblau": Case("minimum", "himmelblau", gd(0.01), 500),
    "Himmelblau's maximum": Case("maximum", "himmelblau", gd(1e-4), 3, HIMMELBLAU_TOP, ("moving", "out of budget")),
    "three humps: a local minimum": Case("minimum", "three_hump_camel", gd(0.05), 800, (1.9, -0.9)),
    "Styblinski and Tang": Case("minimum", "styblinski_tang", gd(0.01), 800),
    "Rastrigin: a local minimum": Case("minimum", "rastrigin", gd(0.001), 2000),
    "a monkey saddle has no bottom": Case("infinity", "monkey_saddle", gd(0.05), 800),
    "on the monkey saddle itself it stays": Case("saddle", "monkey_saddle", gd(0.05), 50, (0.0, 0.0), ("out of budget",)),
    "the floor leads to the foot of the cliff": Case("minimum", "ravine_with_cliff", gd(0.05), 800),
    "the flat rim of a basin": Case("plateau", "plateau", gd(0.5), 300, (-4.5, 3.0), ("minimum",)),
    "from nearer it gets in": Case("minimum", "plateau", gd(0.5), 20_000),
    "Ackley's kink is never rested on": Case("limit cycle", "ackley", gd(0.01), 600, (0.2, 0.1), ("kink",)),
    "a falling rate brings it to the kink": Case("kink", "ackley", gd(0.01), 600, (0.2, 0.1), (), {"schedule": pick("cosine")}),
    "too little above the limit to explode in time": Case("diverging", BOWL, gd(0.2005), 60, None, ("minimum", "out of budget")),
    "a spiral that closes in slowly": Case(
        "out of budget", BOWL, pick("momentum", rate=0.1, momentum=0.999), 400, None, ("out of budget",)
    ),
    "a rate that decayed to nothing": Case(
        "stopped", "rosenbrock", gd(0.001), 3000, None, ("out of budget", "minimum"), {"schedule": pick("exponential")}
    ),
    "RMSProp across the ravine": Case(
        "bouncing", "rosenbrock", pick("root_mean_square", rate=0.3), 30, (-1.2, 1.0), ("out of budget", "minimum")
    ),
    # data
    "batches of one row tremble": Case("noise floor", "linear", gd(0.1), 3000, None, ("minimum",), {**MINI, "batch": 1}),
    "half of the rows at a time, just below the limit": Case(
        "bouncing", "linear", gd(0.0525), 60, None, ("minimum", "noise floor"), {**IRIS, "batch": 75}
    ),
    "mini-batches above the limit": Case(
        "bouncing", "linear", gd(0.92), 600, None, ("minimum", "noise floor", "out of budget", "bouncing"), {**MINI, "batch": 20}
    ),
    "iris at its best rate": Case("minimum", "linear", gd(0.01), 10_000, None, (), {**IRIS, "mode": BEST}),
    "iris above the limit": Case("diverging", "linear", gd(0.5), 600, None, ("minimum", "out of budget"), IRIS),
    "iris just below the limit": Case("bouncing", "linear", gd(0.0525), 60, None, ("minimum",), IRIS),
    "iris, too slow": Case("out of budget", "linear", gd(0.0005), 200, None, ("out of budget",), IRIS),
    "iris by RMSProp with a fixed rate": Case(
        "limit cycle", "linear", pick("rmsprop", rate=0.05), 3000, None, ("minimum", "out of budget"), IRIS
    ),
    "one feature twice: a line of minima": Case(
        "degenerate minimum", "linear", gd(0.01), 3000, None, (), {"data": pick("iris", x1="sepal length", x2="sepal length")}
    ),
    "mini-batches at a constant rate": Case("noise floor", "linear", gd(0.4), 800, None, ("minimum", "noise floor", "out of budget"), MINI),
    "mini-batches with a falling rate": Case("minimum", "linear", gd(0.4), 3000, None, (), {**MINI, "schedule": pick("cosine")}),
    "separable classes": Case("infinity", "logistic", gd(0.5), 5000, None, ("held by decay", "out of budget"), SEPARABLE),
    "weight decay holds the weights": Case(
        "held by decay", "logistic", pick("adamw", rate=0.1, decay=0.01, eps=1.0), 20_000, None, (), SEPARABLE
    ),
    "Pokémon: 100,000 updates are not enough": Case(
        "out of budget", pick("linear", bias="axis", reduce="sum"), gd(1e-7), 100_000, (-120.0, -4.0), (), {"data": pick("pokemon")}
    ),
    "Pokémon: 1e-2 diverges, it does not oscillate": Case(
        "diverging", pick("linear", bias="axis", reduce="sum"), gd(1e-2), 100, (-120.0, -4.0), ("out of budget",), {"data": pick("pokemon")}
    ),
}


def end_of(experiment: Experiment) -> Judgment:
    panel = run(experiment).panels[0]
    return judge_walk(experiment, panel, panel.walks[0])[0]


def test_there_are_enough_cases_and_every_kind_is_among_them() -> None:
    assert len(CASES) >= 40
    assert {case.kind for case in CASES.values()} == set(verdicts()) - {"moving", "dead"}  # a walk's end never moves; it has no units


@pytest.mark.parametrize("name", CASES)
def test_the_verdict(name: str) -> None:
    case = CASES[name]
    found = end_of(case.experiment)
    assert found.kind == case.kind, found
    assert "{" not in sentence(found).english


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.then])
def test_the_suggestion_helps(name: str) -> None:
    """Taken, it leads to what it promised: never to the same trouble unless it says so, and never to a higher loss."""
    case = CASES[name]
    experiment = case.experiment
    panel = run(experiment).panels[0]
    found = judge_walk(experiment, panel, panel.walks[0])[0]
    offered = walk_suggestion(experiment, panel, panel.walks[0], found)
    assert offered is not None
    assert "{" not in offered.text.english
    after = end_of(offered.change(experiment))
    assert after.kind in case.then, (offered.text.english, after)
    if panel.problem.source is None or case.kind != "infinity":
        assert after.point.loss <= max(found.point.loss, found.recent_loss) * (1 + 1e-9) or case.kind in ("minimum", "saddle")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind in ("minimum", "degenerate minimum", "kink")])
def test_where_it_has_arrived_nothing_is_suggested(name: str) -> None:
    experiment = CASES[name].experiment
    panel = run(experiment).panels[0]
    assert walk_suggestion(experiment, panel, panel.walks[0], judge_walk(experiment, panel, panel.walks[0])[0]) is None


def test_a_saddle_without_negative_curvature_is_not_said_to_have_one() -> None:
    """The Hessian of a monkey saddle is zero; from there the third order leads down, and the button goes there."""
    found = end_of(CASES["on the monkey saddle itself it stays"].experiment)
    assert "third derivatives" in sentence(found).english
    assert "along one direction" in sentence(end_of(CASES["(1, −1) leads into the saddle"].experiment)).english


HERE = Point(
    update=100, loss=1.0, slope=2.0, theta=np.zeros(2), eigenvalues=np.array([-1.0, 1.0]), stable_rate=None, critical=None, quadratic=False
)
JUDGMENT = Judgment("moving", HERE, recent_loss=3.0, recent_slope=4.0, sharpness=1.0, stable=2.0, since=0, fell=0.1, updates=20)


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("stable_rate", [None, 0.1])
def test_every_kind_has_a_label_and_a_sentence_that_can_be_filled(network: bool, stable_rate: float | None) -> None:
    point = HERE._replace(network=network, stable_rate=stable_rate)
    assert len(verdicts()) >= 15
    for kind in verdicts():
        assert label(kind)
        assert "{" not in sentence(JUDGMENT._replace(kind=kind, point=point)).english


@pytest.mark.parametrize(("fell", "slow"), [(0.1, False), (2e-3, False), (1e-3, True), (1e-6, True), (0.0, True), (-1e-6, False)])
def test_out_of_budget_says_when_it_hardly_moved(fell: float, slow: bool) -> None:
    """Within a thousandth of the loss, and not upward."""
    assert ("slow" in sentence(JUDGMENT._replace(kind="out of budget", fell=fell)).english) == slow


MADE_UP = """
from dataclasses import replace

from core.messages import N_, message
from verdict.verdict import Rule, Suggestion, Verdict

verdict = Verdict(
    label=N_("asleep"),
    sentence=N_("Asleep: the loss is {loss} after {n} updates."),
    rules=(Rule(5, lambda evidence: evidence.trail.loss[-1] == 7),),
    walk_advice=lambda experiment, panel, walk, judgment: Suggestion(message(N_("Wake up")), lambda e: replace(e, steps=11)),
    network_advice=lambda deep, rate, judgment: Suggestion(message(N_("Wake up")), lambda d: replace(d, steps=12)),
)
"""


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One more file in verdict/kinds/."""
    (tmp_path / "fast_asleep.py").write_text(MADE_UP)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    catalogue.cache_clear()
    yield "fast asleep"
    sys.modules.pop("verdict.kinds.fast_asleep")
    catalogue.cache_clear()


def test_a_new_verdict_is_one_file(made_up: str) -> None:
    """It is judged, before others where its rank is lower, worded, and advised for a walk and for a network."""
    nothing = np.full((3, 2), np.nan)
    trail = Trail(np.arange(3), np.zeros((3, 2)), nothing, np.array([9.0, 8.0, 7.0]), np.ones(3), np.ones(3))
    around = Circumstances(None, math.nan, math.inf, 1.0, 1.0, True, False, False, False, True)
    found = judge(trail, around, HERE._replace(loss=7.0), np.ones(3))
    assert found.kind == made_up
    assert judge(trail._replace(loss=np.array([9.0, 8.0, 6.0])), around, HERE, np.ones(3)).kind == "out of budget"
    assert label(found.kind) == "asleep"
    assert sentence(found).english == "Asleep: the loss is 7 after 100 updates."
    experiment = CASES["below the limit"].experiment
    panel = run(experiment).panels[0]
    of_walk = walk_suggestion(experiment, panel, panel.walks[0], found)
    of_network = network_suggestion(Deep(), 0.1, found)
    assert of_walk is not None
    assert of_network is not None
    assert of_walk.change(experiment).steps == 11
    assert of_network.change(Deep()).steps == 12
