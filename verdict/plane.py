"""The evidence for a verdict on a walk: gradient, eigenvalues, η·λmax, the nearest critical point; and the judgment."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import door, door_so_far
from compute.memo import memo, memory
from labs.plane.problem import Problem, expanded, signs, sparsely_expanded
from labs.plane.run import PanelResult, Result, run
from labs.plane.setup import Experiment
from labs.plane.walks import Walk
from landscape.critical.expansions import Expansions
from landscape.critical.kinds import ringed
from landscape.curvature import Counts, eigenvalues, preconditioned
from landscape.nearest import Nearest, nearest
from optim.optimizer import Optimizer, optimizers, stable_below, weight_decay
from verdict.evidence import Circumstances, PlanePoint, Trail
from verdict.verdict import Judgment, Point, judge

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "minimum": "minimum",
        "degenerate minimum": "degenerate minimum",
        "saddle": "saddle",
        "maximum": "maximum",
        "degenerate maximum": "maximum",
        "degenerate saddle": "saddle",
        "monkey saddle": "saddle",
        "degenerate": "saddle",
        "flat": "plateau",
    }
)


RING = 1e-2  # of half the picture: the circle on which a degenerate point shows what it is


@memo
def _searched(problem: Problem, points: tuple[tuple[float, ...], ...], unit: tuple[float, ...]) -> Nearest:
    return nearest(lambda thetas: sparsely_expanded(problem, thetas), np.array(points), np.array(unit))


def _degenerate(problem: Problem, at: Float[np.ndarray, " 2"], loss: float, unit: Float[np.ndarray, " 2"]) -> str:
    """What the loss on a small circle says where an eigenvalue is zero; all of it equal: a plateau."""

    def around(z: Float[np.ndarray, "k 2"]) -> Expansions:
        loss, gradient, hessian = expanded(problem, at + z * unit)
        return Expansions(loss, gradient * unit, hessian * np.outer(unit, unit))

    kind, index = ringed(around, np.zeros(2), loss, RING)
    return "plateau" if kind == "degenerate" and index is None else _KINDS[kind]


def _places(problem: Problem, points: Float[np.ndarray, "k p"], unit: Float[np.ndarray, " p"], largest: float) -> list[PlanePoint | None]:
    """The critical point near each of them. largest: the largest |λ| per unit² that was met, which says what is near zero."""
    nearby = _searched(problem, tuple(map(tuple, points.tolist())), tuple(unit.tolist()))

    def place(i: int) -> PlanePoint | None:
        if not nearby.converged[i]:
            return None
        theta, loss, hessian = nearby.position[i], float(nearby.loss[i]), nearby.hessian[i]
        counts = signs(problem, hessian, unit, largest)
        return PlanePoint(
            kind=_degenerate(problem, theta, loss, unit) if counts.zero and theta.size == 2 else _KINDS[counts.kind],
            distance=float(np.abs((theta - points[i]) / unit).max()),
            theta=theta,
            loss=loss,
            hessian=hessian,
            eigenvalues=eigenvalues(hessian),
            counts=counts,
        )

    return [place(i) for i in range(len(points))]


AROUND = 1e-3  # of half the picture: how far around a point a kink is looked for
STEEP = 0.05  # of the steepest gradient around it: a kink's is no smaller on any side


def _kink(problem: Problem, point: Float[np.ndarray, " p"], unit: Float[np.ndarray, " p"]) -> bool:
    """Whether the loss is lowest here and steep all around, at two distances: a smooth minimum is half as steep half as far away."""
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.zeros((turn.size, point.size))
    ring[:, 0], ring[:, 1] = np.cos(turn), np.sin(turn)
    points = np.concatenate([point[None], point + AROUND * ring * unit, point + 0.25 * AROUND * ring * unit])
    loss, gradient, _ = sparsely_expanded(problem, points)
    slope = np.linalg.norm(gradient * unit, axis=1)
    far, near = slope[1:9], slope[9:]
    return bool(np.all(loss[1:] > loss[0]) and near.min() > 0.7 * far.min() and near.min() > STEEP * far.max())


def _sharpness(optimizer: Optimizer, walked: Walk, i: int, hessian: Float[np.ndarray, "p p"], stable: float) -> float:
    """η·λmax at one of the walk's points; NaN where the method has no such form. A schedule may end at 0: then with the rate before."""
    if not math.isfinite(stable) or not np.isfinite(hessian).all():
        return math.nan
    rate = float(walked.rates[i] or walked.rates[max(i - 1, 0)])
    if not optimizer.adaptive:
        return preconditioned(hessian, rate)
    return math.nan if np.isnan(walked.points.scale[i]).any() else preconditioned(hessian, rate, walked.points.scale[i])


def _lowest(walked: Walk) -> int:
    return int(np.nanargmin(walked.points.loss)) if np.isfinite(walked.points.loss).any() else 0


def _slopes(walked: Walk, unit: Float[np.ndarray, " p"], whole: bool) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Norms of the gradient of all rows and of that of each update's batch, in loss per unit.

    Of a mini-batch walk only the norm of the full gradient is kept: its components are taken as those of the batch's, on the whole.
    """
    batch = np.linalg.norm(walked.points.gradient * unit, axis=1)
    plain = np.linalg.norm(walked.points.gradient, axis=1)
    length = np.divide(batch, plain, out=np.full_like(batch, float(unit.max())), where=plain > 0)
    length = np.where(np.isfinite(length), length, float(unit.max()))
    return (np.where(np.isfinite(batch), batch, walked.points.slope * length) if whole else walked.points.slope * np.nanmean(length)), batch


@door
def judge_walk(experiment: Experiment, panel: PanelResult, walked: Walk, points: Sequence[int] | None = None) -> list[Judgment]:
    """The verdicts on one walk of a panel, at some of the points that are kept of it; without `points`: at its end."""
    problem, fit, unit = panel.problem, panel.fit, panel.unit
    n = 0 if panel.prepared is None else panel.prepared.n
    whole = not 0 < experiment.batch < n or optimizers()[walked.picked.name].full_batch_only
    final, turned = walked.points.update.size - 1, _lowest(walked)
    ends = [final] if points is None else list(points)
    asked = walked.points.path[[0, turned, *ends]]
    asked = np.where(np.isfinite(asked), asked, walked.points.path[0])
    hessians = sparsely_expanded(problem, asked)[2]
    spread = [float(np.abs(eigenvalues(h * np.outer(unit, unit))).max()) if np.isfinite(h).all() else 0.0 for h in hessians]
    lost = walked.diverged is not None

    def exploding(i: int) -> bool:
        return lost and i >= turned and (i == final or i > turned)

    searched = [i for i in range(len(ends)) if not exploding(ends[i])]
    near = dict(zip(searched, _places(problem, asked[2:][searched], unit, max(spread)), strict=True)) if searched else {}
    for i, place in near.items():
        if place is not None and place.kind == "plateau" and fit.loss is not None and place.loss <= fit.loss + 1e-12 * (1 + abs(fit.loss)):
            near[i] = replace(place, kind="degenerate minimum")  # level all around, and nothing is lower anywhere
    if not problem.surface.smooth(problem.structure):
        for i in searched:
            if _kink(problem, asked[2 + i], unit):
                undefined = np.full(unit.size, np.nan)
                near[i] = PlanePoint(
                    kind="kink",
                    distance=0.0,
                    theta=asked[2 + i],
                    loss=float(walked.points.loss[ends[i]]),
                    hessian=np.outer(undefined, undefined),
                    eigenvalues=undefined,
                    counts=Counts(0, 0, 0),
                )
    optimizer, hyper = optimizers()[walked.picked.name], dict(walked.rated.hyper)
    stable = stable_below(optimizer, hyper) if hyper else math.inf
    decays = any(field == weight_decay(float(field.default)) and hyper.get(field.name, 0.0) > 0 for field in optimizer.fields)
    infimum = problem.surface.infimum(problem.structure)
    least = next((value for value in (fit.loss, infimum) if value is not None), float(np.nanmin(walked.points.loss)))
    slope, batch = _slopes(walked, unit, whole)
    path, step = walked.points.path / unit, walked.points.step / unit
    there = _sharpness(optimizer, walked, turned, hessians[1], stable)

    def judgment(i: int, end: int) -> Judgment:
        upto, hessian, critical = slice(0, end + 1), hessians[2 + i], near.get(i)
        trail = Trail(walked.points.update[upto], path[upto], step[upto], walked.points.loss[upto], slope[upto], batch[upto])
        sharpness = _sharpness(optimizer, walked, end, hessian, stable)
        unstable = exploding(end) or sharpness > stable  # then the limit where it turned is told, if that was passed
        around = Circumstances(
            critical=critical,
            sharpness=sharpness,
            stable=stable,
            curvature=spread[2 + i],
            relief=max(float(walked.points.loss[0]), float(walked.points.loss[end])) - least,
            height=float(walked.points.loss[end]) - least,
            whole=whole,
            decays=decays,
            infinite=fit.theta is None and (problem.source is not None or infimum is not None) and not decays,
            diverged=exploding(end),
            over=walked.finished and end == final,
            above=math.inf if infimum is None else float(walked.points.loss[end]) - infimum,
        )
        point = Point(
            update=int(walked.points.update[end]),
            loss=float(walked.points.loss[end]),
            slope=float(walked.points.slope[end]),
            theta=walked.points.path[end],
            eigenvalues=eigenvalues(hessian) if np.isfinite(hessian).all() else np.full(unit.size, np.nan),
            stable_rate=float(walked.rates[turned]) * stable / there if there > (stable if unstable else 0) else None,
            quadratic=fit.quadratic,
            critical=critical,
        )
        return judge(trail, around, point, walked.points.slope[upto])

    return [judgment(i, end) for i, end in enumerate(ends)]


class JudgedResult(NamedTuple):
    """A result, with the verdicts that its picture shows: one answer of an engine holds all that a change of the picture needs."""

    result: Result
    ends: tuple[tuple[Judgment | None, ...], ...]  # of each panel's walks; None of a walk that goes on, and while a hand moves on

    @property
    def progress(self) -> float:
        return self.result.progress


def _finished(judged: JudgedResult) -> bool:
    return judged.progress == 1


@door_so_far(_finished)
def judged_run(experiment: Experiment, patience: float = math.inf, *, moving: bool = False) -> JudgedResult:
    """The result, as far as it comes, and the verdict on every walk that is at its end. moving: a rough picture, without verdicts."""
    result = run(experiment, patience)

    def end(i: int, j: int) -> Judgment | None:
        panel = result.panels[i]
        walked = panel.walks[j]
        if moving or not walked.finished:
            return None
        return memory().get((judged_run, experiment, i, j), lambda: judge_walk(experiment, panel, walked)[0])

    return JudgedResult(result, tuple(tuple(end(i, j) for j in range(len(panel.walks))) for i, panel in enumerate(result.panels)))


MOMENTS = 40  # of a walk that are judged for its story


@door
def story(experiment: Experiment, panel: PanelResult, walked: Walk) -> list[tuple[int, str]]:
    """What it did, and from which update on: the verdicts at some forty of its points, those that repeat left out. The first is at 0."""
    last = walked.points.update.size - 1
    early = np.geomspace(1, last + 1, MOMENTS // 2) - 1 if last else np.zeros(1)
    points = np.unique(np.concatenate([early, np.linspace(0, last, MOMENTS // 2)]).round().astype(int))
    turns: list[tuple[int, str]] = []
    for judgment in judge_walk(experiment, panel, walked, [int(i) for i in points]):
        if not turns or turns[-1][1] != judgment.kind:
            turns.append((judgment.point.update, judgment.kind))
    return turns
