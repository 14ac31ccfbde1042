"""The one door between what a person picked and the mathematics: an Experiment is names and numbers, run() gives arrays.

from labs.plane.run import run
from labs.plane.setup import HIDDEN, Experiment

result = run(Experiment(scale2=10.0))
[panel.condition for panel in result.panels]
"""

import math
import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import door, door_so_far
from core.messages import N_, Message, message
from core.settings import Pair, Pick, Window, numbers, options
from labs.plane.arrival import Arrival, goal_of
from labs.plane.minimum import Fit, fitted
from labs.plane.problem import Problem, batch_grid, grid, inputs_and_predictions, slopes
from labs.plane.rates import rated, waiting
from labs.plane.rows import Prepared, Source, class_names, prepared
from labs.plane.setup import HIDDEN, Experiment, Panel, loss_of, own, start_of
from labs.plane.start import started, unstarted
from labs.plane.walks import Updates, Walk, WalkSetup, walk
from landscape.grid import Axis
from optim.optimizer import optimizers
from surfaces.catalogue import surfaces
from surfaces.surface import Structure

_ANYWHERE = (1.37, -0.61)


class PanelResult(NamedTuple):
    """One panel, all in NumPy."""

    panel: Panel
    problem: Problem
    axes: tuple[str, ...]  # names of θ
    prepared: Prepared | None  # its rows; None of a formula
    inputs: Float[np.ndarray, "2 n"] | None  # what the weights of the plane multiply
    home: Window  # what is shown where nobody has zoomed
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    grid: Float[np.ndarray, "m n"]  # [i, j]: the loss at (a[j], b[i])
    slopes: Float[np.ndarray, "m n"] | None  # the norm of its gradient there, where that is what the map shows
    fit: Fit
    arrival: Arrival  # what counts as arrived
    goal: float | None  # how much above the minimum counts as arrived; None where the loss is not what counts
    start: Float[np.ndarray, " p"]  # of the walks
    walks: tuple[Walk, ...]
    fitting: Window | None  # holds its minima and its walks, but for those that explode; None: the home window does

    @property
    def condition(self) -> float | None:
        """κ = λmax/λmin of the Hessian by the plane's weights at the minimum; None where there is none, fit.reason says why."""
        return self.fit.condition

    @property
    def limit(self) -> float | None:
        """2/λmax, the largest stable rate of gradient descent."""
        return self.fit.limit

    @property
    def unit(self) -> Float[np.ndarray, " p"]:
        """Half the sides of the home window, and for every other weight their mean: the lengths that "near" is measured in."""
        left, right, bottom, top = self.home
        half = 0.5 * np.array([right - left, top - bottom])
        return np.append(half, np.full(self.start.size - 2, np.sqrt(half.prod())))


class Result(NamedTuple):
    """What there is of an experiment."""

    panels: tuple[PanelResult, ...]
    notes: tuple[Message, ...]  # what a person should know of it
    same: bool  # all panels hold the same functions, written in other coordinates
    progress: float  # the share of the walks' work that is done; 1: every walk is at its end


def problem_of(experiment: Experiment, panel: Panel) -> Problem:
    """The loss of one panel, by names and numbers."""
    experiment = own(experiment, panel)
    surface = surfaces()[experiment.surface.name]
    hidden = panel.hidden if surface.hidden_layer else Pick("none")
    hidden_fields = HIDDEN.fields(hidden.name)
    static = options(experiment.surface, surface.fields)
    if surface.classes:
        static += (("classes", str(len(class_names(experiment.data)))),)
    structure = Structure(experiment.surface.name, static, hidden.name)
    traced = numbers(experiment.surface, surface.fields) | numbers(hidden, hidden_fields)
    source = None
    if surface.needs_data:
        chosen = dict(structure.options)
        source = Source(
            data=experiment.data,
            scales=(experiment.scale1, experiment.scale2),
            features=panel.features,
            single=chosen.get("bias") == "axis",
            labels=loss_of(experiment).labels,
            classes=surface.classes,
        )
    return Problem(structure, tuple(sorted(traced.items())), source)


def _home(experiment: Experiment, problem: Problem, fit: Fit, start: Pair) -> Window:
    """The window where nobody has zoomed: the item's own, else one centered at the minimum that holds the surface's own start.

    It does not follow a start that is moved within it: the picture stays, and the start moves. One farther out widens it.
    """
    if problem.source is None:
        return problem.surface.window
    at_home, home = started(problem, problem.surface.begin(problem.structure))
    here = started(problem, start)[1]
    if fit.theta is None:
        center, reach = (
            home[:2],
            np.full(2, 10.0 / float(np.std(inputs_and_predictions(at_home, tuple(float(value) for value in home))[0]))),
        )
    else:
        center, reach = fit.theta[:2], 1.25 * np.abs(fit.theta - home)[:2]
    longest = float(reach.max()) or 1.0
    half = np.full(2, longest) if experiment.aspect == "equal" else np.where(reach > 0.02 * longest, reach, longest)
    out = 1.25 * np.abs(here[:2] - center)
    if np.any(0.8 * out > 1.01 * half):  # a start on the rim is in it
        half = np.full(2, max(float(half.max()), float(out.max()))) if experiment.aspect == "equal" else np.maximum(half, out)
    return (center[0] - half[0], center[0] + half[0], center[1] - half[1], center[1] + half[1])


def _axis(window: Window, fit: Fit, goal: float | None, side: int) -> Axis:
    """One side of the window, sampled finely enough around the minimum to show the goal's level line there."""
    low, high = float(window[2 * side]), float(window[2 * side + 1])
    if fit.theta is None or fit.hessian is None or not goal or fit.hessian[side, side] <= 0:
        return Axis(low, high, 0.0, 0.0)
    width = float(np.sqrt(2 * goal / fit.hessian[side, side]))
    return Axis(low, high, float(fit.theta[side]), width / 3)


def _holds(experiment: Experiment, panel: Panel) -> Float[np.ndarray, " n"]:
    """What the model predicts at one point of the weights of the raw features: equal in two panels that hold the same functions."""
    problem, theta = started(problem_of(experiment, panel), _ANYWHERE)
    return inputs_and_predictions(problem, tuple(float(value) for value in theta))[1]


def _same(experiment: Experiment) -> bool:
    """Whether all panels hold the same functions, written in other coordinates."""
    first, *others = (_holds(experiment, panel) for panel in experiment.panels)
    spread = 1e-6 * (1 + float(np.ptp(first)))
    return all(np.allclose(first, other, rtol=1e-4, atol=spread) for other in others)


def _panel(experiment: Experiment, panel: Panel, start: Pair) -> PanelResult:
    raw = problem_of(experiment, panel)
    problem, theta = started(raw, start)
    begin = tuple(float(value) for value in theta)
    fit = fitted(problem, start)
    arrival = Arrival(experiment.arrival, experiment.share)
    goal, home = goal_of(problem, fit, begin, arrival), _home(experiment, raw, fit, start)
    window = panel.window or experiment.window or home
    across, up = (_axis(window, fit, goal, side) for side in (0, 1))
    points = experiment.resolution
    rest = tuple(float(value) for value in (theta if fit.theta is None else fit.theta)[2:])
    inputs = None if problem.source is None else inputs_and_predictions(problem, begin)[0]
    return PanelResult(
        panel=panel,
        problem=problem,
        axes=problem.axes,
        prepared=None if problem.source is None else prepared(problem.source),
        inputs=inputs,
        home=home,
        a=across.points(points),
        b=up.points(points),
        grid=grid(problem, rest, across, up, points),
        slopes=slopes(problem, rest, across, up, points) if experiment.quantity == "slope" else None,
        fit=fit,
        arrival=arrival,
        goal=goal,
        start=theta,
        walks=(),
        fitting=None,
    )


def batch_landscape(experiment: Experiment, panel: PanelResult, update: int) -> Float[np.ndarray, "m n"]:
    """The loss of the rows of one update's mini-batch alone, at the points of the panel's grid."""
    rest = tuple(float(value) for value in (panel.start if panel.fit.theta is None else panel.fit.theta)[2:])
    return batch_grid(panel.problem, rest, panel.a, panel.b, experiment.batch, experiment.seed, update)


def _turns(deadline: float, count: int) -> Iterator[float]:
    """An equal share of the time that is left for each of so many walks."""
    for left in range(count, 0, -1):
        now = time.monotonic()
        yield now + (deadline - now) / left


@door
def start_at(experiment: Experiment, panel: Panel, at: Pair) -> Pair:
    """The start, as the experiment says it, whose place in this panel's picture is `at`."""
    surface = surfaces()[experiment.surface.name]
    return unstarted(problem_of(experiment, panel), at, surface.begin(problem_of(experiment, panel).structure))


def _fitting(experiment: Experiment, panel: PanelResult) -> Window | None:
    """PanelResult.fitting of a panel with its walks."""
    problem, home = panel.problem, panel.home
    points = [walked.points.path[:, :2] for walked in panel.walks if walked.diverged is None]
    points += [part[None, :2] for part in (panel.start, panel.fit.theta) if part is not None]
    minima = problem.surface.minima(problem.structure, dict(problem.numbers)) if problem.source is None else None
    points += [] if minima is None else [np.array(minima.points)]
    inside = np.concatenate(points)
    low, high = inside.min(axis=0), inside.max(axis=0)
    if np.all(low >= (home[0], home[2])) and np.all(high <= (home[1], home[3])):
        return None
    center, half = 0.5 * (low + high), 0.54 * np.maximum(high - low, 1e-9)
    if experiment.aspect == "equal":
        half = np.full(2, half.max())
    left, bottom, right, top = (float(f"{value:.6g}") for value in (*(center - half), *(center + half)))
    return (left, right, bottom, top)


def setup_of(experiment: Experiment, panel: PanelResult, optimizer: Pick) -> WalkSetup:
    """What a walk of a panel depends on, but for its hyper-parameters."""
    updates = Updates(
        steps=experiment.steps,
        batch=experiment.batch,
        seed=experiment.seed,
        schedule=experiment.schedule,
        warmup=experiment.warmup,
        arrival=panel.arrival,
    )
    return WalkSetup(panel.problem, start_of(experiment), tuple(float(value) for value in panel.start), optimizer, updates)


def _walked(experiment: Experiment, panel: PanelResult, turns: Iterator[float]) -> PanelResult:
    """The panel with its walks, as far as they are computed when their turns are over."""
    walks = []
    for optimizer, deadline in zip(experiment.optimizers, turns, strict=False):
        setup = setup_of(experiment, panel, optimizer)
        hyper = rated(setup, experiment.mode, experiment.fraction, deadline)
        walks.append(waiting(setup, hyper) if isinstance(hyper, float) else walk(setup, hyper, deadline))
    walked = panel._replace(walks=tuple(walks))
    return walked._replace(fitting=_fitting(experiment, walked))


def _different(experiment: Experiment) -> tuple[Panel, ...]:
    """The panels of a formula: whatever normalizes features does nothing to it, so one picture of each that is another formula."""
    first: dict[Pick, Panel] = {}
    for panel in experiment.panels:
        first.setdefault(own(experiment, panel).surface, panel)
    return tuple(first.values())


def _finished(result: Result) -> bool:
    return result.progress == 1


@door_so_far(_finished)
def run(experiment: Experiment, patience: float = math.inf) -> Result:
    """Compute every panel: landscape, minimum, curvature, walks. Raises Refusal where a combination cannot be had.

    patience: seconds. The landscapes are computed whole; walks that are not at their end by then come as far as they are, and a
    second call with the same experiment goes on with them.
    """
    deadline = time.monotonic() + patience
    surface, start = surfaces()[experiment.surface.name], start_of(experiment)
    panels = experiment.panels if surface.needs_data else _different(experiment)
    landscapes = [_panel(experiment, panel, start) for panel in panels]
    turns = _turns(deadline, len(landscapes) * len(experiment.optimizers))
    results = tuple(_walked(experiment, landscape, turns) for landscape in landscapes)
    notes = []
    alike = surface.needs_data and len({own(experiment, panel) for panel in panels}) == 1
    same = len(panels) == 1 or (alike and _same(experiment))
    if alike and not same:
        notes.append(
            message(
                N_("The panels hold different functions: nothing in this model can take back what the normalization does to its inputs.")
            )
        )
    if experiment.batch and any(optimizers()[picked.name].full_batch_only for picked in experiment.optimizers):
        notes.append(message(N_("L-BFGS and Newton use all rows at every update: their curvature would be that of one batch only.")))
    shares = [path.progress for panel in results for path in panel.walks]
    return Result(results, tuple(notes), same, sum(shares) / len(shares) if shares else 1.0)
