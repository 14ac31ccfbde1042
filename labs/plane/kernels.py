"""From structure to jitted functions, in bounded caches. What is not named in a key here is traced and never recompiles.

`numbers` is a dict of scalars, `rows` are padded Rows or None; other sizes of either compile once more, by JAX's own rule.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from compute.memo import memo
from compute.programs import kernel
from landscape.curvature import expansion
from landscape.grid import Plane, on_grid
from landscape.minimum import lowest
from landscape.points import mapped, nbytes
from optim.batches import drawing
from optim.descent import MAX_STEPS, Carry, Descent, Hyper, Kept, Record, Target, begin, columns, descend
from optim.optimizer import optimizers
from surfaces.catalogue import surfaces
from surfaces.loss import GIVEN_BIAS
from surfaces.surface import Numbers, Rows, Scalar, Structure, Theta

ROOM = MAX_STEPS + 1


def _loss(structure: Structure, numbers: Numbers) -> Callable[[Theta, object], Scalar]:
    surface = surfaces()[structure.surface]
    return lambda theta, summary: surface.at(structure, numbers, theta, summary)


def _batch_loss(structure: Structure, numbers: Numbers, whole: object) -> Callable[[Theta, object], Scalar]:
    """Of the rows of a mini-batch, with the bias that is best for all rows: so the mean over batches is the loss of all.

    One that is best for each batch would take up part of each gradient, all of it where a batch is one row.
    """
    surface = surfaces()[structure.surface]

    def loss(theta: Theta, summary: object) -> Scalar:
        bias = surface.bias(structure, numbers, theta, whole)
        return surface.at(structure, numbers if bias is None else {**numbers, GIVEN_BIAS: bias}, theta, summary)

    return loss


class _Batch(NamedTuple):
    """What the loss needs of the rows of a mini-batch."""

    summary: object


def _summary(structure: Structure, rows: Rows | None) -> object:
    return None if rows is None else surfaces()[structure.surface].summary(structure, rows)


@kernel
def summarizer(structure: Structure) -> Callable[[Rows], object]:
    """rows -> what of them the loss needs: the moments of a squared error, whose cost then does not depend on how many there are."""
    return jax.jit(lambda rows: _summary(structure, rows))


@kernel
def gridder(structure: Structure) -> Callable[..., Float[Array, "m n"]]:
    """(numbers, summary, plane, a, b) -> the loss over the plane."""
    surface = surfaces()[structure.surface]

    def loss(theta: Theta, shared: tuple[Numbers, object], linear: object) -> Scalar:
        numbers, summary = shared
        return surface.loss(structure, numbers, theta, summary, linear)

    def linear(theta: Theta, shared: tuple[Numbers, object]) -> object:
        numbers, summary = shared
        return surface.linear(structure, numbers, theta, summary)

    @jax.jit
    def grid(numbers: Numbers, summary: object, plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]) -> Float[Array, "m n"]:
        return on_grid(loss, linear, plane, (numbers, summary), a, b)

    return grid


@kernel
def batch_gridder(structure: Structure) -> Callable[..., Float[Array, "m n"]]:
    """(numbers, summary of a mini-batch, summary of all rows, plane, a, b) -> the loss that its update goes by, over the plane."""

    def loss(at: tuple[Scalar, Scalar], shared: tuple[Plane, Numbers, object, object]) -> Scalar:
        plane, numbers, summary, whole = shared
        return _batch_loss(structure, numbers, whole)(plane.at(*at), summary)

    @jax.jit
    def grid(
        numbers: Numbers, summary: object, whole: object, plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]
    ) -> Float[Array, "m n"]:
        across, up = jnp.meshgrid(a, b)
        losses = mapped(loss, (across.ravel(), up.ravel()), (plane, numbers, summary, whole), nbytes((plane, summary, whole)))
        return losses.reshape(across.shape)

    return grid


@kernel
def sloper(structure: Structure) -> Callable[..., Float[Array, "m n"]]:
    """(numbers, summary, plane, a, b) -> the norm of the loss's gradient over the plane."""

    def slope(at: tuple[Scalar, Scalar], shared: tuple[Plane, Numbers, object]) -> Scalar:
        plane, numbers, summary = shared
        loss = _loss(structure, numbers)
        return jnp.linalg.norm(jax.grad(lambda theta: loss(theta, summary))(plane.at(*at)))

    @jax.jit
    def grid(numbers: Numbers, summary: object, plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]) -> Float[Array, "m n"]:
        across, up = jnp.meshgrid(a, b)
        norms = mapped(slope, (across.ravel(), up.ravel()), (plane, numbers, summary), nbytes((plane, summary)))
        return norms.reshape(across.shape)

    return grid


@kernel
def prober(structure: Structure) -> Callable[..., tuple[Scalar, Theta, Float[Array, "p p"]]]:
    """(numbers, rows, theta) -> loss, gradient and Hessian at one point, exact derivatives."""

    @jax.jit
    def probe(numbers: Numbers, rows: Rows | None, theta: Theta) -> tuple[Scalar, Theta, Float[Array, "p p"]]:
        loss, data = _loss(structure, numbers), _summary(structure, rows)

        return expansion(lambda at: loss(at, data), theta)

    return probe


@kernel
def best_bias(structure: Structure) -> Callable[..., Scalar]:
    """(numbers, summary, theta) -> the bias that is best with these weights, on a surface that keeps it there."""
    surface = surfaces()[structure.surface]

    @jax.jit
    def best(numbers: Numbers, summary: object, theta: Theta) -> Scalar:
        bias = surface.bias(structure, numbers, theta, summary)
        assert bias is not None
        return bias

    return best


EXPANDED = 4096  # points that an expander takes in one call, of which it computes as many as it is told
_TOGETHER = 32  # of them at once on a device: a few points cost a few points' time, and there is one program for any number of them


@kernel
def expander(structure: Structure) -> Callable[..., tuple[Float[Array, " k"], Float[Array, "k p"], Float[Array, "k p p"]]]:
    """(numbers, summary, thetas "k p", count) -> loss, gradient and Hessian at each of them, exact derivatives.

    The first `count` of EXPANDED points are computed, rounded up; what follows them is 0.
    """

    @jax.jit
    def expand(
        numbers: Numbers, summary: object, thetas: Float[Array, "k p"], count: Int[Array, ""]
    ) -> tuple[Float[Array, " k"], Float[Array, "k p"], Float[Array, "k p p"]]:
        def at_point(theta: Theta, shared: tuple[Numbers, object]) -> tuple[Scalar, Theta, Float[Array, "p p"]]:
            numbers, summary = shared
            loss = _loss(structure, numbers)
            return expansion(lambda at: loss(at, summary), theta)

        chunk, (k, p) = _TOGETHER * jax.device_count(), thetas.shape

        def some(i: Int[Array, ""], filled: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            at = jnp.minimum(i * chunk, k - chunk)  # the last ones overlap those before where k is no multiple
            part = mapped(at_point, jax.lax.dynamic_slice_in_dim(thetas, at, chunk), (numbers, summary), 1)
            return jax.tree.map(lambda whole, piece: jax.lax.dynamic_update_slice_in_dim(whole, piece, at, 0), filled, part)

        empty = jnp.zeros(k), jnp.zeros((k, p)), jnp.zeros((k, p, p))
        return jax.lax.fori_loop(0, (count + chunk - 1) // chunk, some, empty)

    return expand


@kernel
def minimizer(structure: Structure) -> Callable[..., tuple[Theta, Scalar]]:
    """(numbers, rows, starts) -> the lowest point that Newton's method finds, and its loss."""

    @jax.jit
    def minimize(numbers: Numbers, rows: Rows | None, starts: Float[Array, "s p"]) -> tuple[Theta, Scalar]:
        loss, data = _loss(structure, numbers), _summary(structure, rows)
        return lowest(lambda theta: loss(theta, data), starts)

    return minimize


@kernel
def baseliner(structure: Structure) -> Callable[..., Scalar]:
    """(numbers, rows) -> the loss of the best constant prediction: Var(y) for the mean squared error."""
    surface = surfaces()[structure.surface]
    return jax.jit(lambda numbers, rows: surface.baseline(structure, numbers, rows))


@kernel
def starter(structure: Structure) -> Callable[..., tuple[Theta, Numbers]]:
    """(numbers, rows, theta) -> theta and numbers that give the same function under the hidden normalization."""
    surface = surfaces()[structure.surface]
    return jax.jit(lambda numbers, rows, theta: surface.start(structure, numbers, theta, rows))


@kernel
def predictor(structure: Structure) -> Callable[..., tuple[Float[Array, "2 n"], Float[Array, " n"]]]:
    """(numbers, rows, theta) -> what the weights of the plane multiply, and the model's prediction."""
    surface = surfaces()[structure.surface]
    if surface.inputs is None or surface.predict is None:
        raise TypeError(f"{structure.surface} is a formula: it has no data")
    inputs, predict = surface.inputs, surface.predict
    return jax.jit(lambda numbers, rows, theta: (inputs(structure, numbers, theta, rows), predict(structure, numbers, theta, rows)))


@kernel
def batcher(structure: Structure, batch_room: int) -> Callable[..., object]:
    """(rows, count, size, seed, t) -> what the loss needs of the rows that update t takes."""

    @jax.jit
    def batch(rows: Rows, count: Int[Array, ""], size: Int[Array, ""], seed: Int[Array, ""], t: Int[Array, ""]) -> object:
        draw = drawing(rows, count, size, batch_room, jax.random.key(seed))
        _, order = draw(t - t % ((count + size - 1) // size), jnp.zeros(rows.y.shape, jnp.int64))  # as its epoch shuffled them
        return surfaces()[structure.surface].summary(structure, draw(t, order)[0])

    return batch


@kernel
def sampler(structure: Structure, batch_room: int, draws: int) -> Callable[..., Float[Array, "m p"]]:
    """(numbers, rows, theta, count, size, seed) -> the gradients at one point of that many batches, each drawn anew from all rows."""

    @jax.jit
    def sample(
        numbers: Numbers, rows: Rows, theta: Theta, count: Int[Array, ""], size: Int[Array, ""], seed: Int[Array, ""]
    ) -> Float[Array, "m p"]:
        loss, summary = _loss(structure, numbers), surfaces()[structure.surface].summary

        def gradient(key: Array) -> Theta:
            batch, _ = drawing(rows, count, size, batch_room, key)(jnp.zeros((), jnp.int64), jnp.zeros(rows.y.shape, jnp.int64))
            return jax.grad(loss)(theta, summary(structure, batch))

        return jax.lax.map(gradient, jax.random.split(jax.random.key(seed), draws))

    return sample


class WalkInput(NamedTuple):
    """All numbers that a walk depends on. They are traced: another of them compiles nothing."""

    numbers: Numbers  # of the loss
    rows: Rows | None
    hyper: Hyper
    multipliers: Float[Array, " m"]  # of the rate, by update
    target: Target
    steps: Int[Array, ""]
    theta: Theta  # where it starts
    row_count: Int[Array, ""]  # rows that are no padding
    batch: Int[Array, ""]  # rows in a mini-batch
    seed: Int[Array, ""]  # of their order


def _walk(
    structure: Structure, optimizer: str, batch_room: int, record_room: int, carry: Carry, until: Int[Array, ""], walk: WalkInput
) -> tuple[Carry, Record]:
    surface, method, rows = surfaces()[structure.surface], optimizers()[optimizer], walk.rows
    draw = None
    if batch_room and rows is not None:
        draw_rows = drawing(rows, walk.row_count, walk.batch, batch_room, jax.random.key(walk.seed))

        def draw(t: Int[Array, ""], order: Int[Array, " n"]) -> tuple[object, Int[Array, " n"]]:
            batch, order = draw_rows(t, order)
            return _Batch(surface.summary(structure, batch)), order

    fresh = begin(method.make, walk.hyper, walk.theta, 0 if rows is None else rows.y.shape[0])
    carry = jax.tree.map(lambda new, old: jnp.where(carry.t < 0, new, old), fresh, carry)
    whole = _summary(structure, rows)
    of_all, of_batch = _loss(structure, walk.numbers), _batch_loss(structure, walk.numbers, whole)
    descent = Descent(
        loss=lambda theta, data: of_batch(theta, data.summary) if isinstance(data, _Batch) else of_all(theta, data),
        whole=whole,
        draw=draw,
        optimizer=method,
        hyper=walk.hyper,
        multipliers=walk.multipliers,
        target=walk.target,
        steps=walk.steps,
    )
    return descend(descent, carry, until, record_room)


@memo
def not_begun(optimizer: str, hyper: tuple[str, ...], p: int, rows: int) -> Carry:
    """The Carry to call a walker with at first: of the right shapes, in NumPy."""
    numbers = {name: jax.ShapeDtypeStruct((), np.float64) for name in hyper}
    theta = jax.ShapeDtypeStruct((p,), np.float64)
    shapes = jax.eval_shape(lambda hyper, theta: begin(optimizers()[optimizer].make, hyper, theta, rows), numbers, theta)
    carry = jax.tree.map(lambda shape: np.zeros(shape.shape, shape.dtype), shapes)
    return carry._replace(t=np.int64(-1))


@memo
def recorded(optimizer: str, hyper: tuple[str, ...], p: int) -> Kept:
    """The shapes that stand side by side in a row of a walker's record, for descent.apart."""
    numbers = {name: jax.ShapeDtypeStruct((), np.float64) for name in hyper}
    return columns(optimizers()[optimizer], numbers, not_begun(optimizer, hyper, p, 0))


@kernel
def walker(structure: Structure, optimizer: str, batch_room: int) -> Callable[[Carry, np.int64, WalkInput], tuple[Carry, Record]]:
    """(carry, until, walk) -> carry and record up to update `until`. batch_room 0: full batch."""

    @jax.jit
    def walk(carry: Carry, until: Int[Array, ""], walk: WalkInput) -> tuple[Carry, Record]:
        return _walk(structure, optimizer, batch_room, ROOM, carry, until, walk)

    return walk


Lanes = Mapping[str, Float[np.ndarray, " r"]]  # hyper-parameters by name, a value for each walk


@kernel
def sweeper(
    structure: Structure, optimizer: str, batch_room: int
) -> Callable[[Lanes, Carry, np.int64, WalkInput], tuple[Carry, Float[np.ndarray, " r"]]]:
    """(lanes, carries, until, walk) -> the walk of each lane up to update `until`, without a record: carries, and the losses there.

    The lanes are laid over all devices.
    """

    @jax.jit
    def sweep(
        lanes: dict[str, Float[Array, " r"]], carries: Carry, until: Int[Array, ""], walk: WalkInput
    ) -> tuple[Carry, Float[Array, " r"]]:
        def along(lane: tuple[Hyper, Carry], shared: tuple[Int[Array, ""], WalkInput]) -> tuple[Carry, Scalar]:
            (hyper, carry), (until, walk) = lane, shared
            carry, _ = _walk(structure, optimizer, batch_room, 0, carry, until, walk._replace(hyper=walk.hyper | hyper))
            return carry, _loss(structure, walk.numbers)(carry.theta, _summary(structure, walk.rows))

        return mapped(along, (lanes, carries), (until, walk), nbytes(walk.rows) + nbytes(carries) // lanes["rate"].size)

    return sweep
