"""One panel's loss, by names and numbers, and what can be asked of it. Every answer is memoized, keyed by exactly what it reads."""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from compute.memo import memo
from core.catalogue import catalogue
from core.messages import N_, Message, Refusal, message
from core.settings import Count, Pair, Pick, capacity, values
from data.dataset import DataSet
from labs.plane import kernels  # first: it sets up JAX
from landscape.curvature import Counts, counted, eigenvalues, own_units
from landscape.grid import Axis, Plane
from landscape.linear_programs import least_absolute, separable
from normalization.feature import Affine, FeatureNormalization, morph
from surfaces.catalogue import surfaces
from surfaces.loss import Loss
from surfaces.regression import the_loss
from surfaces.surface import Minima, Rows, Structure, Surface

_INFINITE = message(N_("minimum at infinity: the two classes can be separated, so larger weights are always better"))
_LATTICE = np.linspace(-3.0, 3.0, 7)  # where Newton's method starts on a loss with several minima


@dataclass(frozen=True)
class Source:
    """Which rows a model gets: the table, the units of its two features, their normalization; `single`: only the first feature.

    labels: the target is 1 where it is above its mean, else 0. classes: it is the class of the row, 0, 1, 2 ...
    """

    data: Pick
    scales: Pair
    features: Pick
    single: bool
    labels: bool
    classes: bool = False


@dataclass(frozen=True)
class Problem:
    """A loss by names and numbers: hashable, comparable, and all that the questions below read."""

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


class Prepared(NamedTuple):
    """raw: features in the person's units, "d n"; affine: their normalization; rows: what the model gets, padded; n: rows that count."""

    raw: Float[np.ndarray, "d n"]
    affine: Affine
    rows: Rows
    n: int


class Fit(NamedTuple):
    """The panel's minimum and the curvature there.

    theta, loss: the minimum, None where there is none. hessian: of the two drawn weights, drawn: its eigenvalues; trained: those of all
    weights that are trained. reason: why there is no minimum or no κ. baseline: the loss of the best constant prediction.
    quadratic: the loss is a quadratic in the drawn weights, so its level lines are ellipses.
    """

    theta: Float[np.ndarray, " p"] | None
    loss: float | None
    hessian: Float[np.ndarray, "2 2"] | None
    drawn: Float[np.ndarray, " 2"] | None
    trained: Float[np.ndarray, " p"] | None
    reason: Message | None
    baseline: float | None
    quadratic: bool = False

    @property
    def limit(self) -> float | None:
        """2/λmax of the drawn weights."""
        return None if self.drawn is None or self.drawn[-1] <= 0 else float(2 / self.drawn[-1])

    @property
    def stable(self) -> float | None:
        """2/λmax of all weights that are trained: gradient descent explodes at any larger rate."""
        return None if self.trained is None or self.trained[-1] <= 0 else float(2 / self.trained[-1])

    @property
    def condition(self) -> float | None:
        return None if self.reason is not None or self.drawn is None else float(self.drawn[1] / self.drawn[0])


@memo
def table(data: Pick) -> dict[str, Float[np.ndarray, " n"]]:
    """The columns of a data set with its own settings."""
    item = catalogue("data.tables", DataSet)[data.name]
    chosen = values(data, item.fields)
    return dict(item.load(**{field.name: chosen[field.name] for field in item.own}))


def class_names(data: Pick) -> tuple[str, ...]:
    """The classes of a table in the order of its 0/1 columns; where it has none, in the order of their numbers."""
    item = catalogue("data.tables", DataSet)[data.name]
    if not item.classes:
        raise Refusal(message(N_("The rows of this table have no classes. Pick another data set.")))
    return item.one_hot or tuple(f"{item.classes} {number:g}" for number in np.unique(table(data)[item.classes]))


def class_of_rows(data: Pick) -> Int[np.ndarray, " n"]:
    """The place of every row's class among `class_names`, whatever numbers the classes have."""
    item, names, columns = catalogue("data.tables", DataSet)[data.name], class_names(data), table(data)
    if item.one_hot:
        return np.argmax(np.stack([columns[name] for name in names]), axis=0)
    return np.unique(columns[item.classes], return_inverse=True)[1]


def drawn_class(data: Pick) -> int:
    """The class whose column is the target; where the target is another column, the first."""
    names, target = class_names(data), values(data, catalogue("data.tables", DataSet)[data.name].fields)["target"]
    return names.index(str(target)) if target in names else 0


def drawn_first(data: Pick) -> Int[np.ndarray, " n"]:
    """The class of every row, the drawn class 0, the others 1, 2 ... as they come."""
    first, k = drawn_class(data), class_of_rows(data)
    return np.where(k == first, 0, k + (k < first))


@memo
def prepared(source: Source) -> Prepared:
    """Columns → the person's units → normalized features, padded to capacity. Labels: 1 where the target is above its mean."""
    item = catalogue("data.tables", DataSet)[source.data.name]
    chosen, columns = values(source.data, item.fields), table(source.data)
    names = ("x1",) if source.single else ("x1", "x2")
    raw = np.stack([columns[str(chosen[name])] * scale for name, scale in zip(names, source.scales, strict=False)])
    y = columns[str(chosen["target"])]
    if source.classes:
        y = drawn_first(source.data).astype(np.float64)
    elif source.labels:
        y = (y > y.mean()).astype(np.float64)
        if y.min() == y.max():
            raise Refusal(message(N_("All targets are equal: there is nothing to classify. Pick another target column.")))
    normalization = catalogue("normalization.features", FeatureNormalization)[source.features.name]
    amount = values(source.features, normalization.fields).get("amount", 1.0)
    affine = morph(normalization.fit(raw), float(amount))
    x, n = _without_rounding(affine(raw), raw, affine), y.size
    slides = any(isinstance(field, Count) for field in item.own)  # a number of samples: few sizes; a table has one: little padding
    pad = capacity(n, 1 if slides else 4) - n
    rows = Rows(*(jnp.asarray(np.pad(part, [(0, 0)] * (part.ndim - 1) + [(0, pad)])) for part in (x, y, np.ones(n))))
    return Prepared(raw, affine, rows, n)


def _without_rounding(x: Float[np.ndarray, "d n"], raw: Float[np.ndarray, "d n"], affine: Affine) -> Float[np.ndarray, "d n"]:
    """Normalized features whose whole spread is rounding (whitened collinear ones) made constant: rounding is not data."""
    spread = np.abs(affine.matrix) @ np.abs(raw - affine.shift[:, None]).max(axis=1)
    empty = np.ptp(x, axis=1) <= 1e-13 * spread
    return np.where(empty[:, None], x.mean(axis=1, keepdims=True), x)


def rows_of(problem: Problem) -> Rows | None:
    return None if problem.source is None else prepared(problem.source).rows


def _nearest(minima: Minima, start: Pair) -> Float[np.ndarray, " 2"]:
    points = np.array(minima.points)
    return points[np.argmin(np.sum((points - np.array(start)) ** 2, axis=1))]


def _quadratic(structure: Structure) -> bool:
    """Whether the loss is a quadratic in θ: a squared error whose score is linear in θ."""
    return the_loss(structure).quadratic and dict(structure.options).get("plane") != "hidden"


def _starts(problem: Problem, loss: Loss, p: int) -> Float[np.ndarray, "s p"]:
    """Where Newton's method starts: a lattice for a loss with several minima; else 0, and what linear algebra says where Huber is flat."""
    if dict(problem.structure.options).get("plane") == "hidden":
        return np.array([(a, b) for a in _LATTICE for b in _LATTICE])
    starts = [np.zeros(p)]
    if not loss.labels:
        sees, y, free, offset = _linear(problem, p)
        rows = np.vstack([sees, np.ones_like(y)]) if free else sees
        least_squares = np.linalg.lstsq(rows.T, y - offset, rcond=None)[0]
        starts += [theta[:p] for theta in (least_squares, least_absolute(sees, y - offset, free))]
    return np.array(starts)


def _linear(problem: Problem, p: int) -> tuple[Float[np.ndarray, "2 n"], Float[np.ndarray, " n"], bool, float]:
    """A score that is linear in θ: what the weights multiply, the targets, whether a bias is free, and the one that is not."""
    bias = dict(problem.structure.options).get("bias", "best")
    sees = seen(problem, (0.0,) * p)[0]
    y = np.asarray(prepared(problem.source).rows.y)[: sees.shape[1]] if problem.source else np.zeros(0)
    return sees, y, bias in ("best", "trained"), dict(problem.numbers)["bias_value"] if bias == "fixed" else 0.0


def _lowest(problem: Problem, start: Pair) -> tuple[Float[np.ndarray, " p"] | None, Message | None]:
    """The minimum: a fact of a textbook surface, a linear program, or what Newton's method finds. Or why there is none."""
    surface, structure, rows = problem.surface, problem.structure, rows_of(problem)
    if rows is None:
        minima = surface.minima(structure, dict(problem.numbers))
        return (None, message(N_("this surface has no minimum"))) if minima is None else (_nearest(minima, start), None)
    loss, p = the_loss(structure), len(problem.axes)
    if surface.classes:  # strictly convex
        return np.asarray(kernels.minimizer(structure)(problem.traced, rows, np.zeros((1, p)))[0]), None
    if _quadratic(structure):  # one Newton step from anywhere
        _, gradient, hessian = probed(problem, (0.0,) * p)
        unit = np.sqrt(np.where(np.diag(hessian) > 0, np.diag(hessian), 1.0))  # features in units of their own: any scale is exact
        return -np.linalg.lstsq(hessian / np.outer(unit, unit), gradient / unit, rcond=1e-14)[0] / unit, None
    if dict(structure.options).get("plane") != "hidden" and (loss.labels or not loss.smooth):
        sees, y, free, offset = _linear(problem, p)
        if loss.labels and separable(sees, y, free):
            return None, _INFINITE
        if not loss.smooth:
            return least_absolute(sees, y - offset, free)[:p], None
    theta, value = (np.asarray(part) for part in kernels.minimizer(structure)(problem.traced, rows, _starts(problem, loss, p)))
    if loss.labels and value < 1e-6:
        return None, _INFINITE
    if not (np.isfinite(value) and np.all(np.abs(theta) < 1e6)):
        return None, message(N_("no minimum was found: the loss keeps falling far away"))
    if surface.flat(structure) is not None:  # any point of the ray will do: the one as far out as the start, where the walks are
        moved = theta * (np.hypot(*start) / np.hypot(*theta) or 1.0)
        if probed(problem, tuple(moved))[0] <= value + 2e-5 * abs(value):
            return moved, None
    return theta, None


@memo
def _summary(structure: Structure, source: Source) -> object:
    """In NumPy, which every device and every process can be given."""
    return jax.device_get(kernels.summarizer(structure)(prepared(source).rows))


def summarized(problem: Problem) -> object:
    """What the loss needs of the rows: they themselves, or their moments; None for a formula."""
    return None if problem.source is None else _summary(problem.structure, problem.source)


@memo
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
    """The same; a few points by the program that every panel has anyway."""
    if len(thetas) > FEW:
        return expanded(problem, thetas)
    probe = kernels.prober(problem.structure)
    found = [probe(problem.traced, rows_of(problem), theta) for theta in thetas]
    values, gradients, hessians = (np.stack([np.asarray(part) for part in parts]) for parts in zip(*found, strict=True))
    return values, gradients, hessians


def _some(problem: Problem, thetas: Float[np.ndarray, "k p"]) -> Expanded:
    room = np.zeros((kernels.EXPANDED, thetas.shape[1]))
    room[: len(thetas)] = thetas
    found = kernels.expander(problem.structure)(problem.traced, summarized(problem), room, np.int64(len(thetas)))
    values, gradients, hessians = (np.array(part[: len(thetas)]) for part in jax.device_get(found))
    return values, gradients, hessians


def _singular(hessian: Float[np.ndarray, "2 2"], formula: bool) -> bool:
    """Whether a direction is flat: by λmin/λmax ≤ 1e-8 for a formula; for data whatever the units of its features are."""
    values = eigenvalues(hessian)
    if formula:
        return bool(values[0] <= 1e-8 * values[1])
    unit = np.sqrt(np.diag(hessian))
    return bool(np.any(unit == 0) or eigenvalues(hessian / np.outer(unit, unit))[0] <= 1e-13)


def signs(problem: Problem, hessian: Float[np.ndarray, "p p"], unit: Float[np.ndarray, " p"], largest: float = 0.0) -> Counts:
    """The three counts: of a formula in units of half the picture; of data, whose features have units of their own, in the Hessian's."""
    if problem.source is None:
        return counted(eigenvalues(hessian * np.outer(unit, unit)), largest)
    own = own_units(hessian)
    return counted(eigenvalues(hessian * np.outer(own, own)))


@memo
def fitted(problem: Problem, start: Pair) -> Fit:
    """Where the loss is lowest, and its exact Hessian there. `start` only chooses among the minima of a textbook surface."""
    surface, structure, rows = problem.surface, problem.structure, rows_of(problem)
    baseline = None if rows is None else float(kernels.baseliner(structure)(problem.traced, rows))
    theta, missing = _lowest(problem, start)
    if theta is None:
        return Fit(None, None, None, None, None, missing, baseline)
    value, _, hessian = probed(problem, tuple(theta))
    if not surface.smooth(structure):
        return Fit(theta, value, None, None, None, message(N_("the loss has a kink at its minimum: no second derivative")), baseline)
    drawn, trained = eigenvalues(hessian[:2, :2]), eigenvalues(hessian)
    along = theta[:2] / (np.hypot(*theta[:2]) or 1.0)
    ray = abs(float(along @ hessian[:2, :2] @ along)) <= 1e-3 * drawn[1]
    reason = surface.flat(structure) if ray else None
    if reason is None and _singular(hessian[:2, :2], rows is None):
        reason = message(N_("flat direction: the smallest curvature is zero"))
    return Fit(theta, value, hessian[:2, :2], drawn, trained, reason, baseline, rows is not None and _quadratic(structure))


@memo
def grid(problem: Problem, rest: tuple[float, ...], across: Axis, up: Axis, resolution: int) -> Float[np.ndarray, "m n"]:
    """The loss over the window of the two drawn weights; `rest` holds the others still."""
    p = 2 + len(rest)
    plane = Plane(np.array([0.0, 0.0, *rest]), np.eye(p)[0], np.eye(p)[1])
    a, b = across.points(resolution), up.points(resolution)
    return np.asarray(kernels.gridder(problem.structure)(problem.traced, summarized(problem), plane, a, b))


@memo
def slopes(problem: Problem, rest: tuple[float, ...], across: Axis, up: Axis, resolution: int) -> Float[np.ndarray, "m n"]:
    """The norm of the loss's gradient, by all weights that are trained, over the same window."""
    p = 2 + len(rest)
    plane = Plane(np.array([0.0, 0.0, *rest]), np.eye(p)[0], np.eye(p)[1])
    a, b = across.points(resolution), up.points(resolution)
    return np.asarray(kernels.sloper(problem.structure)(problem.traced, summarized(problem), plane, a, b))


def batch_grid(
    problem: Problem, rest: tuple[float, ...], a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], size: int, seed: int, update: int
) -> Float[np.ndarray, "m n"]:
    """The same of the mini-batch of one update alone, which every walk takes at that update."""
    assert problem.source is not None
    p, rows, n = 2 + len(rest), prepared(problem.source).rows, prepared(problem.source).n
    batch = kernels.batcher(problem.structure, capacity(size))(rows, *(np.int64(value) for value in (n, size, seed, update)))
    plane = Plane(np.array([0.0, 0.0, *rest]), np.eye(p)[0], np.eye(p)[1])
    return np.asarray(kernels.gridder(problem.structure)(problem.traced, jax.device_get(batch), plane, a, b))


@memo
def seen(problem: Problem, theta: tuple[float, ...]) -> tuple[Float[np.ndarray, "2 n"], Float[np.ndarray, " n"]]:
    """The data as the drawn weights see it, and the model's prediction, without the padding."""
    assert problem.source is not None
    n = prepared(problem.source).n
    sees, predicts = kernels.seer(problem.structure)(problem.traced, rows_of(problem), np.array(theta))
    return np.asarray(sees)[:, :n], np.asarray(predicts)[:n]


def started(problem: Problem, start: Pair) -> tuple[Problem, Float[np.ndarray, " p"]]:
    """The start, given for the raw features, as the panel's own: x̃ = A(x − m) asks for w̃ = A⁻ᵀw and b̃ = b + mᵀw.

    Under a hidden normalization the output weights take up what it divides by; where they are not drawn, they are numbers of the problem.
    """
    if problem.source is None:
        return problem, np.array(start)
    affine, rows = prepared(problem.source).affine, prepared(problem.source).rows
    chosen, numbers = dict(problem.structure.options), dict(problem.numbers)
    if problem.surface.classes:  # all that is not drawn starts at 0
        return problem, np.concatenate([np.linalg.solve(affine.matrix.T, np.array(start)), np.zeros(len(problem.axes) - 2)])
    if "bias" in chosen:
        w = np.array(start[1:] if chosen["bias"] == "axis" else start)
        moved = np.linalg.solve(affine.matrix.T, w)
        if chosen["bias"] == "axis":
            return problem, np.array([start[0] + affine.shift @ w, *moved])
        if chosen["bias"] == "trained":
            return problem, np.array([*moved, numbers["bias_value"] + affine.shift @ w])
        return problem, moved
    theta, changed = kernels.starter(problem.structure)(problem.traced, rows, np.array(start))
    numbers = {name: float(value) for name, value in changed.items()}
    return Problem(problem.structure, tuple(sorted(numbers.items())), problem.source), np.asarray(theta)


def unstarted(problem: Problem, at: Pair, near: Pair) -> Pair:
    """The start for the raw features whose place among the panel's two drawn weights is `at`.

    `started` is affine in the start: three points of it, around one that is `near`, tell all of it.
    """
    origin, *ends = (started(problem, (near[0] + u, near[1] + v))[1][:2] for u, v in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    moved = np.linalg.solve(np.stack([end - origin for end in ends], axis=1), np.array(at) - origin)
    return (float(near[0] + moved[0]), float(near[1] + moved[1]))
