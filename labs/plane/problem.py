"""The loss of one panel as names and numbers, and its values and derivatives. Results are memoized by exactly what they depend on."""

from dataclasses import dataclass

import jax
import numpy as np
from jaxtyping import Float

from compute.engine import door
from compute.memo import memo
from core.settings import capacity
from labs.plane import kernels
from labs.plane.rows import Source, prepared
from landscape.curvature import Counts, counted, eigenvalues, own_units
from landscape.grid import Axis, Plane
from surfaces.catalogue import surfaces
from surfaces.surface import Rows, Structure, Surface


@dataclass(frozen=True)
class Problem:
    """A loss as names and numbers: hashable, and everything that the functions below depend on."""

    structure: Structure
    numbers: tuple[tuple[str, float], ...]
    source: Source | None

    @property
    def surface(self) -> Surface:
        return surfaces()[self.structure.surface]

    @property
    def traced(self) -> dict[str, np.float64]:
        return {name: np.float64(value) for name, value in self.numbers}

    @property
    def axes(self) -> tuple[str, ...]:
        return self.surface.axes(self.structure)


def rows_of(problem: Problem) -> Rows | None:
    return None if problem.source is None else prepared(problem.source).rows


@memo
def _summary(structure: Structure, source: Source) -> object:
    """In NumPy, which every device and every process can be given."""
    return jax.device_get(kernels.summarizer(structure)(prepared(source).rows))


def summarized(problem: Problem) -> object:
    """What the loss needs of the rows: the rows themselves or, for a squared error, their moments; None for a formula."""
    return None if problem.source is None else _summary(problem.structure, problem.source)


@memo
@door
def probed(problem: Problem, theta: tuple[float, ...]) -> tuple[float, Float[np.ndarray, " p"], Float[np.ndarray, "p p"]]:
    """Loss, gradient and Hessian at one point."""
    value, gradient, hessian = kernels.prober(problem.structure)(problem.traced, rows_of(problem), np.array(theta))
    return float(value), np.asarray(gradient), np.asarray(hessian)


Expanded = tuple[Float[np.ndarray, " k"], Float[np.ndarray, "k p"], Float[np.ndarray, "k p p"]]
FEW = 4  # points that are not worth a program of their own


def expanded(problem: Problem, thetas: Float[np.ndarray, "k p"]) -> Expanded:
    """Loss, gradient and Hessian at any number of points."""
    parts = [_some(problem, thetas[i : i + kernels.EXPANDED]) for i in range(0, max(1, len(thetas)), kernels.EXPANDED)]
    losses, gradients, hessians = zip(*parts, strict=True)
    return np.concatenate(losses), np.concatenate(gradients), np.concatenate(hessians)


def sparsely_expanded(problem: Problem, thetas: Float[np.ndarray, "k p"]) -> Expanded:
    """The same; up to FEW points go through the prober, which every panel compiles anyway."""
    if len(thetas) > FEW:
        return expanded(problem, thetas)
    probe = kernels.prober(problem.structure)
    points = [probe(problem.traced, rows_of(problem), theta) for theta in thetas]
    values, gradients, hessians = (np.stack([np.asarray(part) for part in parts]) for parts in zip(*points, strict=True))
    return values, gradients, hessians


def _some(problem: Problem, thetas: Float[np.ndarray, "k p"]) -> Expanded:
    room = np.zeros((kernels.EXPANDED, thetas.shape[1]))
    room[: len(thetas)] = thetas
    padded = kernels.expander(problem.structure)(problem.traced, summarized(problem), room, np.int64(len(thetas)))
    values, gradients, hessians = (np.array(part[: len(thetas)]) for part in jax.device_get(padded))
    return values, gradients, hessians


def signs(problem: Problem, hessian: Float[np.ndarray, "p p"], unit: Float[np.ndarray, " p"], largest: float = 0.0) -> Counts:
    """The three counts: of a formula in units of half the picture; of data, whose features have units of their own, in the Hessian's."""
    if problem.source is None:
        return counted(eigenvalues(hessian * np.outer(unit, unit)), largest)
    own = own_units(hessian)
    return counted(eigenvalues(hessian * np.outer(own, own)))


def _plane(rest: tuple[float, ...]) -> Plane:
    """That of the first two weights."""
    unit = np.eye(2 + len(rest))
    return Plane(np.array([0.0, 0.0, *rest]), unit[0], unit[1])


@memo
@door
def grid(problem: Problem, rest: tuple[float, ...], across: Axis, up: Axis, resolution: int) -> Float[np.ndarray, "m n"]:
    """The loss over the window of the two weights of the plane. rest: the values of all other weights."""
    a, b = across.points(resolution), up.points(resolution)
    return np.asarray(kernels.gridder(problem.structure)(problem.traced, summarized(problem), _plane(rest), a, b))


@memo
@door
def slopes(problem: Problem, rest: tuple[float, ...], across: Axis, up: Axis, resolution: int) -> Float[np.ndarray, "m n"]:
    """The norm of the gradient with respect to all trained weights, over the same window."""
    a, b = across.points(resolution), up.points(resolution)
    return np.asarray(kernels.sloper(problem.structure)(problem.traced, summarized(problem), _plane(rest), a, b))


@door
def batch_grid(
    problem: Problem, rest: tuple[float, ...], a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], size: int, seed: int, update: int
) -> Float[np.ndarray, "m n"]:
    """The loss over the mini-batch of one update; all walks draw the same batch at that update.

    A bias that is at its best is so for all rows: their gradient over this grid is the one that the update goes by."""
    assert problem.source is not None
    rows, n = prepared(problem.source).rows, prepared(problem.source).n
    batch = kernels.batcher(problem.structure, capacity(size))(rows, *(np.int64(value) for value in (n, size, seed, update)))
    grid = kernels.batch_gridder(problem.structure)
    return np.asarray(grid(problem.traced, jax.device_get(batch), summarized(problem), _plane(rest), a, b))


@memo
@door
def inputs_and_predictions(problem: Problem, theta: tuple[float, ...]) -> tuple[Float[np.ndarray, "2 n"], Float[np.ndarray, " n"]]:
    """What the two weights of the plane multiply, and the model's predictions, without the padding."""
    assert problem.source is not None
    n = prepared(problem.source).n
    inputs, predictions = kernels.predictor(problem.structure)(problem.traced, rows_of(problem), np.array(theta))
    return np.asarray(inputs)[:, :n], np.asarray(predictions)[:n]
