"""Slices: the loss of a network over a plane through its parameters, and how much of the training that plane captures."""

from collections.abc import Callable, Generator
from functools import partial
from typing import NamedTuple, TypeVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from compute.job import Step, Steps, job
from compute.memo import memo
from compute.programs import kernel
from core.messages import N_, Refusal, message
from core.settings import Pick, Window
from labs.deep.curvature import gradient, hessian_vector
from labs.deep.objective import Objective, losses_at
from labs.deep.rows import DTYPE
from labs.deep.training import Record, lens_of, snapshot, trained
from labs.deep.training_setup import TrainingSetup
from landscape.directions import Around, slices
from landscape.grid import Plane, on_grid, rounds_on_grid
from landscape.honesty import Projected, projected
from landscape.points import Part, chunks, mapped, nbytes
from networks.architecture import filters
from networks.forward import Snapshot, preactivation
from networks.losses import network_loss
from optim.chunks import in_pieces
from surfaces.surface import Numbers, Rows, Scalar, Theta

ROOM = 0.25  # of the path's extent, left around it
LINE = 101  # points on the line between two solutions, whose highest is looked for
ROUGH = 25  # points a side while a training goes on, and the plane moves with it
UNIT = ("filter_normalized", "line")  # slices whose directions have a length that means something
# Gradients over a grid cost points × rows × parameters. So many products take half a second; beyond, the grid is rough.
MOST_SLOPES = 3e9

T = TypeVar("T")
Axes = tuple[Float[np.ndarray, " n"], Float[np.ndarray, " m"]]
Records = Callable[[TrainingSetup], Record]  # what there is of each training


class PlaneRequest(NamedTuple):
    """Which plane, by names and numbers."""

    setup: TrainingSetup  # the training that it goes through
    record_index: int  # of the record that it goes through
    slice: Pick  # how its directions are chosen
    free_biases: bool  # random directions move biases, too
    other: TrainingSetup | None  # whose end is the other solution; None: the start of this training is
    company: tuple[TrainingSetup, ...] = ()  # all the trainings whose paths it is chosen for; none: its own alone


class SliceRequest(NamedTuple):
    """What is computed over a plane."""

    setup: TrainingSetup
    record_index: int  # the record whose running statistics count
    plane: PlaneRequest
    train: bool  # in train mode
    resolution: int  # points a side
    window: Window | None  # None: what holds the path
    slopes: bool  # the gradient, too


class Slopes(NamedTuple):
    """L and ‖∇L‖, of all parameters, in train mode."""

    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    loss: Float[np.ndarray, "m n"]  # [i, j]: at (a[j], b[i])
    norm: Float[np.ndarray, "m n"]


class SliceResult(NamedTuple):
    """A plane through the parameters, and the loss over it."""

    name: str  # of its slice
    plane: Plane
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    grid: Float[np.ndarray, "m n"]  # [i, j]: the loss at (a[j], b[i])
    on: Projected  # where the recorded parameters lie on the plane, and how far off
    farthest: float  # from the record that it goes through to another one within the bounds, ‖Δθ‖
    plane_loss: Float[np.ndarray, " s"]  # the loss that the plane shows there
    through: int  # the record that it goes through
    barrier: float | None  # how far the loss rises between two solutions above the higher one; None where the plane holds no two
    slopes: Slopes | None  # None where they were not asked for


Rounds = tuple[Float[Array, "m n"], int]  # values, and in how many rounds all of them are computed


@kernel
def slicer(objective: Objective) -> Callable[..., Rounds]:
    """(snapshot, plane, a, b, values, since, until) -> the values with the loss over the plane that these rounds add; and all rounds."""

    def value(theta: Theta, shared: tuple[Numbers, tuple[Array, ...], Rows], z: Array) -> Scalar:
        return network_loss(objective.net, objective.loss, Snapshot(*shared, theta), objective.train, z=z)[0]

    def linear(theta: Theta, shared: tuple[Numbers, tuple[Array, ...], Rows]) -> Array:
        return preactivation(objective.net, theta, shared[2])

    @jax.jit
    def sliced(at: Snapshot, plane: Plane, a: Array, b: Array, values: Array, since: Array, until: Array) -> Rounds:
        shared = (at.numbers, at.state, at.rows)
        losses = on_grid(value, linear, plane, shared, a, b, Part(values, since, until))
        return losses, rounds_on_grid(linear, plane, shared, a.size * b.size)

    return sliced


@kernel
def steepness(objective: Objective) -> Callable[..., tuple[tuple[Float[Array, "m n"], Float[Array, "m n"]], int]]:
    """(snapshot, plane, a, b, values, since, until) -> the values with L and ‖∇L‖, of all parameters, that these rounds add; all rounds."""
    net = objective.net

    def at_point(point: tuple[Scalar, Scalar], shared: tuple[Plane, Numbers, tuple[Array, ...], Rows]) -> tuple[Scalar, Scalar]:
        plane, numbers, state, rows = shared
        value, slope = jax.value_and_grad(lambda theta: objective.value(Snapshot(numbers, state, rows, theta))[0])(plane.at(*point))
        return value, jnp.linalg.norm(slope)

    @jax.jit
    def grid(
        at: Snapshot, plane: Plane, a: Array, b: Array, values: tuple[Array, Array], since: Array, until: Array
    ) -> tuple[tuple[Float[Array, "m n"], Float[Array, "m n"]], int]:
        across, up = jnp.meshgrid(a, b)
        room = nbytes((plane.origin, at.rows)) + net.width * max(1, net.depth) * at.rows.y.nbytes
        part = Part((values[0].ravel(), values[1].ravel()), since, until)
        value, slope = mapped(at_point, (across.ravel(), up.ravel()), (plane, at.numbers, at.state, at.rows), room, part)
        return (value.reshape(across.shape), slope.reshape(across.shape)), chunks(across.size, room)[1]

    return grid


def _end(record: Record) -> Float[np.ndarray, " p"]:
    """The parameters at the last record whose loss is within bounds."""
    within = np.flatnonzero(record.within_bounds)
    return record.theta[within[-1] if within.size else 0]


def _around(request: PlaneRequest, records: Records) -> Around:
    """What the slice may read."""
    setup, index, needs = request.setup, request.record_index, slices()[request.slice.name].needs
    record = records(setup)
    if "momentum" in needs and index < len(record.update) - 1:
        raise Refusal(message(N_("The momentum is known after the last update alone: let the plane go through that one.")))
    at = snapshot(setup, record, index)
    other = record.theta[0 if index else -1] if request.other is None else _end(records(request.other))
    paths = [records(company) for company in request.company or (setup,)]
    return Around(
        origin=record.theta[index].astype(np.float64),
        path=np.concatenate([company.theta[company.within_bounds] for company in paths]).astype(np.float64),
        gradient=np.asarray(gradient(setup.objective)(at), np.float64) if "gradient" in needs else np.zeros(0),
        momentum=_momentum(setup, record) if "momentum" in needs else None,
        product=partial(hessian_vector(setup.objective), at) if "product" in needs else None,
        other=other.astype(np.float64) if "other" in needs else None,
        filters=filters(setup.net),
        key=jax.random.key(setup.seed),
        free_biases=request.free_biases,
    )


def _momentum(setup: TrainingSetup, record: Record) -> Float[np.ndarray, " p"] | None:
    """What the optimizer holds of past gradients, in units of the gradient, at the last record; None where it has no such thing."""
    assert record.training is not None
    lens = lens_of(setup, record.training)
    momentum = None if lens is None else lens.momentum
    return None if momentum is None or not np.any(momentum) else np.asarray(momentum, np.float64)


def _window(on: Projected, within: Bool[np.ndarray, " s"], unit: bool) -> Window:
    """What holds the path, with room around it, square; of directions whose length means something at least −1 to 1."""
    a, b = on.a[within], on.b[within]
    low, high = np.array([a.min(), b.min()]), np.array([a.max(), b.max()])
    if unit:
        low, high = np.minimum(low, -1.0), np.maximum(high, 1.0)
    half = (0.5 + ROOM) * float(np.max(high - low)) or 1.0
    center = 0.5 * (low + high)
    return center[0] - half, center[0] + half, center[1] - half, center[1] + half


def _plane(request: PlaneRequest, records: Records) -> Plane:
    origin = records(request.setup).theta[request.record_index].astype(np.float64)
    return Plane(origin, *slices()[request.slice.name].directions(_around(request, records)))


def shared_plane(request: PlaneRequest, records: Records) -> tuple[Plane, Window]:
    """The plane of all that share it, and what holds all of their paths."""
    plane = _plane(request, records)
    path = np.concatenate([record.theta[record.within_bounds] for record in map(records, request.company)])
    on = projected(path.astype(np.float64), plane)
    return plane, _window(on, np.ones(len(path), bool), request.slice.name in UNIT)


def slice_steps(
    request: SliceRequest, records: Records, shared: Callable[[PlaneRequest], tuple[Plane, Window]]
) -> Generator[float, None, SliceResult]:
    """Yields the share of the work that is done. shared: the plane of a company. Raises a Refusal where there is no such plane."""
    setup, name = request.setup, request.plane.slice.name
    record, at = records(setup), snapshot(setup, records(setup), request.record_index)
    plane, fits = shared(request.plane) if request.plane.company else (_plane(request.plane, records), None)
    on = projected(record.theta.astype(np.float64), plane)
    left, right, bottom, top = request.window or fits or _window(on, record.within_bounds, name in UNIT)
    objective = setup.objective if request.train else Objective(setup.net, setup.loss.name, train=False)
    as32 = Plane(*(part.astype(DTYPE) for part in plane))

    def axes(count: int) -> Axes:
        return np.linspace(left, right, count), np.linspace(bottom, top, count)

    def losses(along: Float[np.ndarray, " k"], across: Float[np.ndarray, " k"]) -> Generator[float, None, Float[np.ndarray, " k"]]:
        pairs = np.stack([along, across], axis=1)
        return losses_at(objective, at, lambda some: np.asarray(plane.origin + some[:, :1] * plane.u + some[:, 1:] * plane.v), pairs)

    a, b = axes(request.resolution)
    grid = yield from within(0.0, 0.6, in_rounds(slicer(objective), at, as32, a, b, np.zeros((b.size, a.size), DTYPE)))
    plane_loss = yield from within(0.6, 0.7, losses(on.a, on.b))
    barrier = None
    if request.plane.other is not None:
        line = yield from within(0.7, 0.75, losses(np.linspace(0, 1, LINE), np.zeros(LINE)))
        barrier = float(np.max(line) - max(line[0], line[-1]))
    slopes = None
    if request.slopes:
        cost = request.resolution**2 * setup.split.n * setup.net.size
        sides = axes(request.resolution if cost <= MOST_SLOPES else min(ROUGH, request.resolution))
        nothing = np.zeros((sides[1].size, sides[0].size), DTYPE)
        grids = yield from within(0.75, 1.0, in_rounds(steepness(setup.objective), at, as32, *sides, (nothing, nothing)))
        slopes = Slopes(*sides, *(np.asarray(part, np.float64) for part in grids))
    return SliceResult(
        name=name,
        plane=plane,
        a=a,
        b=b,
        grid=np.asarray(grid, np.float64),
        on=on,
        farthest=float(np.linalg.norm(record.theta[record.within_bounds] - record.theta[request.record_index], axis=1).max()),
        plane_loss=plane_loss,
        through=request.record_index,
        barrier=barrier,
        slopes=slopes,
    )


def in_rounds(
    kernel: Callable[..., object], at: Snapshot, plane: Plane, a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], nothing: T
) -> Generator[float, None, T]:
    """What `slicer` or `steepness` computes on a grid, some rounds at a time."""
    a32, b32 = a.astype(DTYPE), b.astype(DTYPE)

    def advance(values: T, since: np.int64, until: np.int64) -> tuple[T, object]:
        # In NumPy: what lies on all devices would compile anew.
        return cast(tuple[T, object], jax.device_get(kernel(at, plane, a32, b32, values, since, until)))

    return in_pieces(advance, nothing)


def within(low: float, high: float, shares: Generator[float, None, T]) -> Generator[float, None, T]:
    """Work that is a part of more: its share of 0 to 1 becomes one of low to high."""
    while True:
        try:
            share = next(shares)
        except StopIteration as end:
            return cast(T, end.value)
        yield low + (high - low) * share


def _finished(setup: TrainingSetup) -> Record:
    return trained(setup).finish()


@memo
def _finished_plane(request: PlaneRequest) -> tuple[Plane, Window]:
    return shared_plane(request, _finished)


@job
def finished_slice(request: SliceRequest) -> Steps[SliceResult | None]:
    """Of trainings at their end. Raises a Refusal where there is no such plane."""
    steps = slice_steps(request, _finished, _finished_plane)
    yield from last_of(steps)


def last_of(work: Generator[float, None, T]) -> Steps[T | None]:
    """The steps of a job whose result is there at its end."""
    while True:
        try:
            share = next(work)
        except StopIteration as end:
            yield Step(1.0, cast(T, end.value))
            return
        yield Step(min(share, 1 - 1e-9), None)
