"""Slices: the loss of a network over a plane through its parameters, and how much of the training that plane captures."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from compute.memo import memo
from compute.programs import kernel
from core.messages import N_, Refusal, message
from core.settings import Pick, Window
from labs.deep.curvature import gradient, hessian_vector
from labs.deep.objective import Objective, loss_at_points
from labs.deep.rows import DTYPE
from labs.deep.training import Record, lens_of, snapshot, trained
from labs.deep.training_setup import TrainingSetup
from landscape.directions import Around, slices
from landscape.grid import Plane, on_grid
from landscape.honesty import Projected, projected
from landscape.points import mapped, nbytes
from networks.architecture import filters
from networks.forward import Snapshot, preactivation
from networks.losses import network_loss
from surfaces.surface import Numbers, Rows, Scalar, Theta

ROOM = 0.25  # of the path's extent, left around it
LINE = 101  # points on the line between two solutions, whose highest is looked for
ROUGH = 25  # points a side while a training goes on, and the plane moves with it
UNIT = ("filter_normalized", "line")  # slices whose directions have a length that means something
# Gradients over a grid cost points × rows × parameters. So many products take half a second; beyond, the grid is rough.
MOST_SLOPES = 3e9

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


@kernel
def slicer(objective: Objective) -> Callable[..., Float[Array, "m n"]]:
    """(snapshot, plane, a, b) -> the loss over the plane."""

    def value(theta: Theta, shared: tuple[Numbers, tuple[Array, ...], Rows], z: Array) -> Scalar:
        return network_loss(objective.net, objective.loss, Snapshot(*shared, theta), objective.train, z=z)[0]

    def linear(theta: Theta, shared: tuple[Numbers, tuple[Array, ...], Rows]) -> Array:
        return preactivation(objective.net, theta, shared[2])

    return jax.jit(lambda at, plane, a, b: on_grid(value, linear, plane, (at.numbers, at.state, at.rows), a, b))


@kernel
def steepness(objective: Objective) -> Callable[..., tuple[Float[Array, "m n"], Float[Array, "m n"]]]:
    """(snapshot, plane, a, b) -> L and ‖∇L‖, of all parameters, over the plane."""
    net = objective.net

    def at_point(point: tuple[Scalar, Scalar], shared: tuple[Plane, Numbers, tuple[Array, ...], Rows]) -> tuple[Scalar, Scalar]:
        plane, numbers, state, rows = shared
        value, slope = jax.value_and_grad(lambda theta: objective.value(Snapshot(numbers, state, rows, theta))[0])(plane.at(*point))
        return value, jnp.linalg.norm(slope)

    @jax.jit
    def grid(at: Snapshot, plane: Plane, a: Array, b: Array) -> tuple[Float[Array, "m n"], Float[Array, "m n"]]:
        across, up = jnp.meshgrid(a, b)
        room = nbytes((plane.origin, at.rows)) + net.width * max(1, net.depth) * at.rows.y.nbytes
        value, slope = mapped(at_point, (across.ravel(), up.ravel()), (plane, at.numbers, at.state, at.rows), room)
        return value.reshape(across.shape), slope.reshape(across.shape)

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


def slice_of(request: SliceRequest, records: Records, shared: Callable[[PlaneRequest], tuple[Plane, Window]]) -> SliceResult:
    """shared: the plane of a company. Raises a Refusal where there is no such plane."""
    setup, name = request.setup, request.plane.slice.name
    record, at = records(setup), snapshot(setup, records(setup), request.record_index)
    plane, fits = shared(request.plane) if request.plane.company else (_plane(request.plane, records), None)
    on = projected(record.theta.astype(np.float64), plane)
    left, right, bottom, top = request.window or fits or _window(on, record.within_bounds, name in UNIT)
    objective = setup.objective if request.train else Objective(setup.net, setup.loss.name, train=False)
    as32 = Plane(*(part.astype(DTYPE) for part in plane))

    def axes(count: int) -> Axes:
        return np.linspace(left, right, count), np.linspace(bottom, top, count)

    def losses(along: Float[np.ndarray, " k"], across: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
        points = np.asarray(plane.origin + along[:, None] * plane.u + across[:, None] * plane.v)
        values = loss_at_points(objective)(at, _padded(points.astype(DTYPE)))
        return np.asarray(values, np.float64)[: along.size]

    a, b = axes(request.resolution)
    barrier = None
    if request.plane.other is not None:
        line = losses(np.linspace(0, 1, LINE), np.zeros(LINE))
        barrier = float(np.max(line) - max(line[0], line[-1]))
    slopes = None
    if request.slopes:
        cost = request.resolution**2 * setup.split.n * setup.net.size
        sides = axes(request.resolution if cost <= MOST_SLOPES else min(ROUGH, request.resolution))
        grids = steepness(setup.objective)(at, as32, *(side.astype(DTYPE) for side in sides))
        slopes = Slopes(*sides, *(np.asarray(part, np.float64) for part in grids))
    return SliceResult(
        name=name,
        plane=plane,
        a=a,
        b=b,
        grid=np.asarray(slicer(objective)(at, as32, a.astype(DTYPE), b.astype(DTYPE)), np.float64),
        on=on,
        farthest=float(np.linalg.norm(record.theta[record.within_bounds] - record.theta[request.record_index], axis=1).max()),
        plane_loss=losses(on.a, on.b),
        through=request.record_index,
        barrier=barrier,
        slopes=slopes,
    )


def _padded(points: Float[np.ndarray, "s p"]) -> Float[np.ndarray, "k p"]:
    """To a size that does not change while a training goes on, else every record would compile anew."""
    room = max(128, 1 << (len(points) - 1).bit_length())
    return np.concatenate([points, np.broadcast_to(points[-1:], (room - len(points), points.shape[1]))])


def _finished(setup: TrainingSetup) -> Record:
    return trained(setup).finish()


@memo
def _finished_plane(request: PlaneRequest) -> tuple[Plane, Window]:
    return shared_plane(request, _finished)


@memo
def finished_slice(request: SliceRequest) -> SliceResult:
    """Of trainings at their end. Raises a Refusal where there is no such plane."""
    return slice_of(request, _finished, _finished_plane)
