"""From a network's structure to jitted functions, in the one bounded cache. What is not named in a key is traced and never recompiles."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from compute.programs import kernel
from core.catalogue import catalogue
from labs.deep.rows import DTYPE
from landscape.grid import Plane, on_grid
from landscape.lanczos import density, hessian_product, leading, share_in_top
from landscape.points import mapped, nbytes
from landscape.smoothness import smoothness
from networks.multilayer import REGRESSION, Architecture, Scores, States, drawn, forward, layers, mean_cost, preactivation, states
from networks.multilayer import loss as network_loss
from optim.batches import drawing
from optim.optimizer import Hyper, Optimizer
from optim.training import Training, begin, train
from surfaces.surface import Numbers, Rows, Scalar, Theta

PERCENTILES = (15.0, 50.0, 85.0)
OBSERVED = 256  # rows that activations are observed on


def optimizer_of(name: str) -> Optimizer:
    return catalogue("optim.optimizers", Optimizer)[name]


def loss_of(net: Architecture, name: str, numbers: Numbers, theta: Theta, state: States, rows: Rows, train: bool) -> tuple[Scalar, States]:
    """The loss of these rows, and what the network remembers from now on."""
    return network_loss(net, name, numbers, theta, state, rows, preactivation(net, theta, rows), train)


@kernel
def drawer(inputs: int, width: int, depth: int, outputs: int, scheme: str) -> Callable[..., Theta]:
    """(seed) -> what `drawn` gives, the same for every network of this shape."""
    net = Architecture(inputs, width, depth, outputs=outputs)
    # Run once, it takes 20 ms instead of 2 where nothing is optimized, and is compiled in half of the time.
    return jax.jit(lambda seed: drawn(net, scheme, jax.random.key(seed), DTYPE), compiler_options={"xla_backend_optimization_level": 0})


@kernel
def beginner(net: Architecture, optimizer: str) -> Callable[..., Training]:
    """(hyper, theta, rows) -> the Training before its first update."""
    return jax.jit(lambda hyper, theta, rows: begin(optimizer_of(optimizer), hyper, theta, states(net, theta.dtype), rows.y.shape[0]))


@kernel
def trainer(net: Architecture, loss: str, optimizer: str, batch_room: int, frozen: bool) -> Callable[..., Training]:
    """(numbers, rows, count, size, seed, hyper, multipliers, ceiling, training, until) -> the Training at update `until`.

    batch_room 0: full batch. frozen: the statistics are those that are remembered, and stay as they are.
    """

    @jax.jit
    def trained(
        numbers: Numbers,
        rows: Rows,
        count: Int[Array, ""],
        size: Int[Array, ""],
        seed: Int[Array, ""],
        hyper: Hyper,
        multipliers: Float[Array, " m"],
        ceiling: Scalar,
        training: Training,
        until: Int[Array, ""],
    ) -> Training:
        def loss_here(theta: Theta, state: States, batch: object) -> tuple[Scalar, States]:
            assert isinstance(batch, Rows)
            return loss_of(net, loss, numbers, theta, state, batch, not frozen)

        draw = drawing(rows, count, size, batch_room, jax.random.key(seed)) if batch_room else None
        return train(loss_here, rows, draw, optimizer_of(optimizer), hyper, multipliers, ceiling, training, until)

    return trained


class Measured(NamedTuple):
    """What is recorded of a network at one update, or at several.

    loss: of all training rows in train mode, what the gradient is of; settled: the same in test mode, with remembered statistics; unseen:
    of the rows held out, in test mode. accuracy, unseen_accuracy: shares of rows whose largest score is the right one, in test mode (of a
    regression: R²). entropy, unseen_entropy: the cross-entropy of both parts in test mode, whatever loss is trained with; of a regression
    its loss. weights, biases: norms of the gradient by layer, the output last; b is β where a normalization has one.
    percentiles: of each hidden layer's values, over its units and the first rows, in train mode of all of them.
    """

    loss: np.ndarray
    settled: np.ndarray
    unseen: np.ndarray
    accuracy: np.ndarray
    unseen_accuracy: np.ndarray
    entropy: np.ndarray
    unseen_entropy: np.ndarray
    gradient: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    percentiles: np.ndarray


def _right(scores: Scores, rows: Rows, loss: str) -> Scalar:
    n = jnp.sum(rows.w)
    if loss != REGRESSION:
        right = rows.w @ (jnp.argmax(scores, axis=0) == rows.y.astype(int)) / n
        return jnp.where(jnp.all(jnp.isfinite(scores)), right, jnp.nan)
    mean = rows.w @ rows.y / n
    return 1 - rows.w @ (scores[0] - rows.y) ** 2 / (rows.w @ (rows.y - mean) ** 2)


def _norms(first: Array, deeper: Array, output: Array) -> Float[Array, " layers"]:
    """By layer: the first hidden one, where there is one, the others, the output."""
    stacked = jnp.linalg.norm(deeper, axis=tuple(range(1, deeper.ndim)))
    hidden = [jnp.linalg.norm(first)[None], stacked] if first.size else []
    return jnp.concatenate([*hidden, jnp.linalg.norm(output)[None]])


@kernel
def measurer(net: Architecture, loss: str) -> Callable[..., tuple[Array, ...]]:
    """(numbers, theta, state, train rows, test rows) -> the parts of a Measured, in order; for the percentiles the values "m k r"."""
    common = REGRESSION if loss == REGRESSION else "cross_entropy"

    @jax.jit
    def measured(numbers: Numbers, theta: Theta, state: States, rows: Rows, unseen: Rows) -> tuple[Array, ...]:
        def value(at: Theta) -> tuple[Scalar, Array | None]:
            scores, _, hidden = forward(net, numbers, at, state, rows, preactivation(net, at, rows), True, OBSERVED)
            return mean_cost(loss, numbers, scores, rows), hidden

        (in_training, hidden), gradient = jax.value_and_grad(value, has_aux=True)(theta)
        assert hidden is not None
        # In test mode no row knows of another: both parts go through the network at once.
        whole = Rows(*(jnp.concatenate(parts, axis=-1) for parts in zip(rows, unseen, strict=True)))
        scores = forward(net, numbers, theta, state, whole, preactivation(net, theta, whole), False)[0]
        mine, theirs = jnp.split(scores, [rows.y.size], axis=1)
        part = layers(net, gradient)
        return (
            in_training,
            mean_cost(loss, numbers, mine, rows),
            mean_cost(loss, numbers, theirs, unseen),
            _right(mine, rows, loss),
            _right(theirs, unseen, loss),
            mean_cost(common, numbers, mine, rows),
            mean_cost(common, numbers, theirs, unseen),
            jnp.linalg.norm(gradient),
            _norms(part.first, part.deeper, part.output),
            _norms(part.first_bias, part.deeper_bias, part.output_bias),
            hidden,
        )

    return measured


@kernel
def scorer(net: Architecture, train: bool = True) -> Callable[..., Scores]:
    """(numbers, theta, state, rows) -> the scores."""
    return jax.jit(lambda numbers, theta, state, rows: forward(net, numbers, theta, state, rows, preactivation(net, theta, rows), train)[0])


@kernel
def slicer(net: Architecture, loss: str, train: bool) -> Callable[..., Float[Array, "m n"]]:
    """(numbers, state, rows, plane, a, b) -> the loss over the plane."""

    def value(theta: Theta, shared: tuple[Numbers, States, Rows], z: object) -> Scalar:
        numbers, state, rows = shared
        assert isinstance(z, jax.Array)
        return network_loss(net, loss, numbers, theta, state, rows, z, train)[0]

    def linear(theta: Theta, shared: tuple[Numbers, States, Rows]) -> object:
        return preactivation(net, theta, shared[2])

    @jax.jit
    def grid(
        numbers: Numbers, state: States, rows: Rows, plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]
    ) -> Float[Array, "m n"]:
        return on_grid(value, linear, plane, (numbers, state, rows), a, b)

    return grid


@kernel
def steepness(net: Architecture, loss: str) -> Callable[..., tuple[Float[Array, "m n"], Float[Array, "m n"]]]:
    """(numbers, state, rows, plane, a, b) -> L and ‖∇L‖, of all parameters, over the plane, in train mode."""

    def one(at: tuple[Scalar, Scalar], shared: tuple[Plane, Numbers, States, Rows]) -> tuple[Scalar, Scalar]:
        plane, numbers, state, rows = shared
        value, slope = jax.value_and_grad(lambda theta: loss_of(net, loss, numbers, theta, state, rows, True)[0])(plane.at(*at))
        return value, jnp.linalg.norm(slope)

    @jax.jit
    def grid(
        numbers: Numbers, state: States, rows: Rows, plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]
    ) -> tuple[Float[Array, "m n"], Float[Array, "m n"]]:
        across, up = jnp.meshgrid(a, b)
        room = nbytes((plane.origin, rows)) + net.width * max(1, net.depth) * rows.y.nbytes
        value, slope = mapped(one, (across.ravel(), up.ravel()), (plane, numbers, state, rows), room)
        return value.reshape(across.shape), slope.reshape(across.shape)

    return grid


@kernel
def decider(net: Architecture) -> Callable[..., UInt8[Array, "k n"]]:
    """(numbers, states "k m ...", thetas "k p", rows) -> the class that each θ predicts for each row, in test mode."""

    @jax.jit
    def decided(numbers: Numbers, remembered: States, thetas: Float[Array, "k p"], rows: Rows) -> UInt8[Array, "k n"]:
        def one(at: tuple[Theta, States]) -> UInt8[Array, " n"]:
            theta, state = at
            scores = forward(net, numbers, theta, state, rows, preactivation(net, theta, rows), False)[0]
            return jnp.argmax(scores, axis=0).astype(jnp.uint8)

        return jax.lax.map(one, (thetas, remembered))

    return decided


@kernel
def pointer(net: Architecture, loss: str, train: bool) -> Callable[..., Float[Array, " k"]]:
    """(numbers, state, rows, thetas "k p") -> the loss at each."""

    @jax.jit
    def losses(numbers: Numbers, state: States, rows: Rows, thetas: Float[Array, "k p"]) -> Float[Array, " k"]:
        return jax.lax.map(lambda theta: loss_of(net, loss, numbers, theta, state, rows, train)[0], thetas)

    return losses


@kernel
def bender(net: Architecture, loss: str) -> Callable[..., Theta]:
    """(numbers, state, rows, theta, v) -> Hv, H the Hessian in train mode; v in any precision."""

    @jax.jit
    def product(numbers: Numbers, state: States, rows: Rows, theta: Theta, v: Theta) -> Theta:
        along = hessian_product(lambda at: loss_of(net, loss, numbers, at, state, rows, True)[0], theta)
        return along(v.astype(theta.dtype)).astype(v.dtype)

    return product


@kernel
def sloper(net: Architecture, loss: str) -> Callable[..., Theta]:
    """(numbers, state, rows, theta) -> the gradient in train mode."""
    return jax.jit(lambda numbers, state, rows, theta: jax.grad(lambda at: loss_of(net, loss, numbers, at, state, rows, True)[0])(theta))


TOP = 10  # eigenvectors whose share of the gradient is told
LANCZOS, PROBES, SPECTRUM = 30, 4, 60  # steps to the leading ones; random vectors and steps for the whole spectrum
AHEAD = 8  # points along the gradient


class Explained(NamedTuple):
    """Why a step goes well or not, at one update. top: the largest eigenvalues of the Hessian in train mode, descending; share: of the
    squared gradient in their eigenvectors; the rest: landscape.smoothness along the gradient, from half a step to four."""

    top: np.ndarray
    share: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    gradient_change: np.ndarray
    beta: np.ndarray


@kernel
def explainer(net: Architecture, loss: str) -> Callable[..., tuple[Array, ...]]:
    """(numbers, state, rows, theta, rate, start) -> the parts of an Explained, in order; start: a random vector."""

    @jax.jit
    def explained(numbers: Numbers, state: States, rows: Rows, theta: Theta, rate: Scalar, start: Theta) -> tuple[Array, ...]:
        def value(at: Theta) -> Scalar:
            return loss_of(net, loss, numbers, at, state, rows, True)[0]

        top, vectors = leading(hessian_product(value, theta), start, LANCZOS, min(TOP, net.size))
        return (top, share_in_top(jax.grad(value)(theta), vectors), *smoothness(value, theta, rate, AHEAD))

    return explained


@kernel
def spectrometer(net: Architecture, loss: str) -> Callable[..., tuple[Array, Array]]:
    """(numbers, state, rows, theta, starts) -> nodes and weights of the Hessian's spectrum."""

    @jax.jit
    def spectrum(numbers: Numbers, state: States, rows: Rows, theta: Theta, starts: Float[Array, "s p"]) -> tuple[Array, Array]:
        product = hessian_product(lambda at: loss_of(net, loss, numbers, at, state, rows, True)[0], theta)
        return density(product, starts, SPECTRUM)

    return spectrum
