"""How the training loss bends at a record: both ends of the Hessian's spectrum, by Lanczos, with their errors. Memoized."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compute.programs import kernel
from labs.deep.kernels import loss_of
from labs.deep.rows import DTYPE
from labs.deep.training import Trained
from landscape.lanczos import ends, hessian_product, leading, rayleigh
from networks.multilayer import Architecture, States
from surfaces.surface import Numbers, Rows, Scalar, Theta

STEPS = 64  # of Lanczos' method: that many products Hv, or as many as there are parameters
SCALED = 32  # for the one leading eigenvalue of the preconditioned Hessian
ROUNDING = 1e-5  # a curvature below this share of the largest may be float32's rounding: a hundred times its ε


class Curvature(NamedTuple):
    """At one θ, of the loss of all training rows in the mode that it is trained in.

    slope: ‖g‖. along: gᵀHg/gᵀg, NaN where g = 0. lowest, highest: curvatures uᵀHu at the two ends, each with ‖Hu − λu‖ as its error; down:
    the unit vector of the lowest. flat: that of the curvature nearest to 0. steps: how many Lanczos took.
    """

    loss: float
    slope: float
    along: float
    lowest: float
    lowest_error: float
    highest: float
    highest_error: float
    down: Float[np.ndarray, " p"]
    flat: Float[np.ndarray, " p"]
    steps: int

    @property
    def rounding(self) -> float:
        return ROUNDING * max(abs(self.lowest), abs(self.highest))

    @property
    def descends(self) -> bool:
        """Whether a direction of negative curvature is found. Its error says how near to an eigenvalue it is; the sign needs no more than
        that uᵀHu is below 0 by more than rounding, since the smallest eigenvalue is no larger."""
        return self.lowest < -self.rounding


@kernel
def bending(net: Architecture, loss: str, train: bool) -> Callable[..., tuple[Array, ...]]:
    """(numbers, state, rows, theta, start) -> loss, ‖g‖, landscape.lanczos.ends, and rayleigh of those and of g/‖g‖; start: random."""

    @jax.jit
    def bent(numbers: Numbers, state: States, rows: Rows, theta: Theta, start: Theta) -> tuple[Array, ...]:
        def value(at: Theta) -> Scalar:
            return loss_of(net, loss, numbers, at, state, rows, train)[0]

        here, g = jax.value_and_grad(value)(theta)
        product, size = hessian_product(value, theta), jnp.linalg.norm(g)
        found = ends(product, start, STEPS)
        return here, size, found, *rayleigh(product, jnp.concatenate([found, (g / size)[None]]))  # together: half of what is compiled

    return bent


@kernel
def scaled(net: Architecture, loss: str, train: bool) -> Callable[..., Scalar]:
    """(numbers, state, rows, theta, root, start) -> λmax(RHR), R = diag(root): with root = scale^−½ the preconditioned sharpness over η."""

    @jax.jit
    def sharpness(numbers: Numbers, state: States, rows: Rows, theta: Theta, root: Theta, start: Theta) -> Scalar:
        product = hessian_product(lambda at: loss_of(net, loss, numbers, at, state, rows, train)[0], theta)
        return leading(lambda v: root * product(root * v), start, SCALED, 1)[0][0]

    return sharpness


def random_start(training: Trained, draw: int = 0) -> Theta:
    """A random vector of the trial's seed, as every Lanczos needs one."""
    return jax.random.normal(jax.random.fold_in(jax.random.key(training.trial.seed), draw), (training.trial.net.size,), DTYPE)


def state_at(training: Trained, at: int) -> tuple[Array, ...]:
    """What the network remembered at record `at`."""
    return tuple(jnp.asarray(part[at]) for part in training.record().state)


@lru_cache(16)
def curvature(training: Trained, at: int, draw: int = 0) -> Curvature:
    """At record `at` of a training. draw: which random vector Lanczos starts from."""
    trial = training.trial
    kernel = bending(trial.net, trial.loss.name, not trial.frozen)
    theta, start = jnp.asarray(training.record().theta[at]), random_start(training, draw)
    found = jax.device_get(kernel(trial.numbers, state_at(training, at), trial.split.train, theta, start))
    loss, slope, (down, flat, _), (lowest, _, highest, along), (lowest_error, _, highest_error, _) = found
    return Curvature(
        float(loss),
        float(slope),
        float(along),
        float(lowest),
        float(lowest_error),
        float(highest),
        float(highest_error),
        np.asarray(down),
        np.asarray(flat),
        min(STEPS, trial.net.size),
    )
