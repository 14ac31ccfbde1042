"""Stability of a walk: η·λmax over its updates, its rate of convergence, and the gradient noise of its mini-batches."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compute.engine import door
from compute.memo import memo
from core.settings import capacity
from labs.plane import kernels
from labs.plane.problem import Problem, expanded, inputs_and_predictions, rows_of, sparsely_expanded
from labs.plane.rows import prepared
from labs.plane.run import PanelResult
from labs.plane.walks import Walk
from landscape.curvature import preconditioned
from optim.optimizer import optimizers, stable_below

POINTS = 60  # of a walk at which the Hessian is asked for
DRAWS = 512  # mini-batches at each size
TRUSTED = 1e-10  # distances below this share of the first are rounding


class Sharpness(NamedTuple):
    """Over a walk."""

    update: Int[np.ndarray, " k"]
    value: Float[np.ndarray, " k"]  # η·λmax of the Hessian there, preconditioned where the method has a scale
    stable: float  # what it must stay below


@door
def sharpness(problem: Problem, walked: Walk) -> Sharpness | None:
    """Sharpness at about sixty evenly spaced updates; None for a method without a stability limit, such as L-BFGS."""
    optimizer, hyper = optimizers()[walked.picked.name], dict(walked.rated.hyper)
    stable = stable_below(optimizer, hyper) if hyper else math.inf
    if not math.isfinite(stable):
        return None
    path, scale = walked.points.path, walked.points.scale
    usable = np.flatnonzero(np.isfinite(path).all(axis=1) & ~(np.isnan(scale).any(axis=1) & optimizer.adaptive))
    if not usable.size:
        return None
    kept = usable[np.unique(np.linspace(0, usable.size - 1, POINTS).round().astype(int))]
    hessians = expanded(problem, path[kept])[2]
    value = [
        preconditioned(h, float(walked.rates[i]), scale[i] if optimizer.adaptive else None) if np.isfinite(h).all() else math.nan
        for i, h in zip(kept, hessians, strict=True)
    ]
    return Sharpness(walked.points.update[kept], np.array(value), stable)


class Convergence(NamedTuple):
    """The asymptotic factor by which each update shrinks the distance to the minimum: predicted and measured."""

    predicted: float
    measured: float


def _plain(hyper: Mapping[str, float], curvature: float) -> Float[np.ndarray, "2 2"]:
    """xₖ₊₁ = (1 − ηλ)xₖ."""
    return np.array([[1 - hyper["rate"] * curvature, 0.0], [1.0, 0.0]])


def _heavy(hyper: Mapping[str, float], curvature: float) -> Float[np.ndarray, "2 2"]:
    """xₖ₊₁ = (1 + m − ηλ)xₖ − m xₖ₋₁."""
    m = hyper["momentum"]
    return np.array([[1 + m - hyper["rate"] * curvature, -m], [1.0, 0.0]])


def _nesterov(hyper: Mapping[str, float], curvature: float) -> Float[np.ndarray, "2 2"]:
    """xₖ₊₁ = (1 − ηλ)((1 + m)xₖ − m xₖ₋₁)."""
    m, left = hyper["momentum"], 1 - hyper["rate"] * curvature
    return np.array([[left * (1 + m), -left * m], [1.0, 0.0]])


_STEPS: Mapping[str, Callable[[Mapping[str, float], float], Float[np.ndarray, "2 2"]]] = MappingProxyType(
    {"gradient_descent": _plain, "momentum": _heavy, "nesterov": _nesterov}
)


@door
def convergence(panel: PanelResult, walked: Walk) -> Convergence | None:
    """On a quadratic with one minimum, for the methods whose steps are linear in θ; None elsewhere, and where the walk is too short.

    Predicted: the spectral radius of the step, over all eigenvalues. Measured: along each eigenvector the two numbers of
    xₖ₊₁ = a xₖ + b xₖ₋₁ that fit the walk best, and the larger root of z² = az + b.
    """
    fit, step = panel.fit, _STEPS.get(walked.picked.name)
    if step is None or not fit.quadratic or fit.theta is None or not walked.rated.hyper or np.ptp(walked.rates) > 0:
        return None
    hyper, hessian = dict(walked.rated.hyper), sparsely_expanded(panel.problem, fit.theta[None])[2][0]
    curvatures, vectors = np.linalg.eigh(hessian)
    if curvatures[0] <= 0:
        return None
    along = (walked.points.path - fit.theta) @ vectors
    follows = np.flatnonzero(np.diff(walked.points.update) == 1)
    triples = follows[np.isin(follows + 1, follows)]
    predicted, measured = 0.0, 0.0
    for x, curvature in zip(along.T, curvatures, strict=True):
        matrix = step(hyper, float(curvature))
        if float(np.abs(x).max()) <= TRUSTED * float(np.abs(along).max()):
            continue  # the walk has no part along this one
        predicted = max(predicted, float(np.abs(np.linalg.eigvals(matrix)).max()))
        good = triples[np.abs(x[triples]) + np.abs(x[triples + 1]) > TRUSTED * float(np.abs(x).max())]
        if good.size < 3:
            continue  # gone in two or three steps: nothing is left to measure
        size = np.abs(x[good]) + np.abs(x[good + 1])
        before = np.stack([x[good + 1], x[good]], axis=1) / size[:, None]
        if matrix[0, 1] == 0:
            before = before[:, :1]
        fitted = np.linalg.lstsq(before, x[good + 2] / size, rcond=None)[0]
        a, b = float(fitted[0]), float(fitted[1]) if fitted.size > 1 else 0.0
        measured = max(measured, float(np.abs(np.roots([1.0, -a, -b])).max()))
    return Convergence(predicted, measured) if measured > 0 else None


class Noise(NamedTuple):
    """The noise of the gradients of mini-batches at one point."""

    size: Int[np.ndarray, " k"]  # rows in a batch, B
    deviation: Float[np.ndarray, " k"]  # root mean square distance of its gradient from that of all n rows
    expected: Float[np.ndarray, " k"]  # by sampling without replacement: s/√B·√((n − B)/(n − 1)), with the s that fits best
    slope: float  # of log deviation over log size, without the factor √((n − B)/(n − 1)): −½ where the noise goes as 1/√B


def _with_fixed_bias(problem: Problem, theta: tuple[float, ...]) -> Problem:
    """The problem with its bias fixed at the best for all rows: one that is best for each batch would take up part of the noise."""
    chosen = dict(problem.structure.options)
    if chosen.get("bias") != "best":
        return problem
    inputs, predicted = inputs_and_predictions(problem, theta)
    best = float(predicted[0] - np.array(theta) @ inputs[:, 0])
    options = tuple((name, "fixed" if name == "bias" else choice) for name, choice in problem.structure.options)
    numbers = dict(problem.numbers) | {"bias_value": best}
    return Problem(replace(problem.structure, options=options), tuple(sorted(numbers.items())), problem.source)


@memo
@door
def noise(problem: Problem, theta: tuple[float, ...], seed: int = 0) -> Noise | None:
    """Gradient noise at one point; None for a formula, which has no rows."""
    if problem.source is None:
        return None
    problem = _with_fixed_bias(problem, theta)
    assert problem.source is not None
    rows, n = rows_of(problem), prepared(problem.source).n
    fewest = 8 if problem.surface.hidden_layer else 1  # its output bias is at its best for each batch, which of few rows takes up the noise
    sizes = np.unique(np.geomspace(min(fewest, n // 4), max(2, n // 2), 8).round().astype(np.int64))
    sample = kernels.sampler(problem.structure, capacity(n), DRAWS)
    count, at = np.int64(n), np.array(theta)
    whole = sparsely_expanded(problem, at[None])[1][0]
    deviation = []
    for size in sizes:
        gradients = np.asarray(sample(problem.traced, rows, at, count, size, np.int64(seed)))
        deviation.append(float(np.sqrt(np.mean(np.sum((gradients - whole) ** 2, axis=1)))))
    finite = np.sqrt((n - sizes) / (n - 1))
    measured = np.array(deviation)
    free = measured / finite
    slope = float(np.polyfit(np.log(sizes), np.log(free), 1)[0]) if np.all(free > 0) else math.nan
    return Noise(sizes, measured, float(np.exp(np.mean(np.log(free) + 0.5 * np.log(sizes)))) * finite / np.sqrt(sizes), slope)
