"""Curvature of the training loss at a record: both ends of the Hessian's spectrum by Lanczos, with error bounds."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compute.memo import memo
from compute.programs import LEAN, kernel
from labs.deep.objective import Objective
from labs.deep.rows import DTYPE
from labs.deep.training import snapshot, trained
from labs.deep.training_setup import TrainingSetup
from landscape.lanczos import ends, hessian_product, leading, rayleigh
from networks.forward import Snapshot
from surfaces.surface import Scalar, Theta

STEPS = 64  # of Lanczos' method: that many products Hv, or as many as there are parameters
SCALED = 32  # for the one leading eigenvalue of the preconditioned Hessian
ROUNDING = 1e-5  # a curvature below this share of the largest may be float32's rounding: a hundred times its ε


class Curvature(NamedTuple):
    """Of the loss over all training rows at one θ, in the mode in which the network is trained."""

    loss: float
    slope: float  # ‖g‖
    along: float  # gᵀHg/gᵀg, NaN where g = 0
    lowest: float  # uᵀHu, the curvature at the lower end of the spectrum
    lowest_error: float  # ‖Hu − λu‖
    highest: float
    highest_error: float
    down: Float[np.ndarray, " p"]  # the unit vector of the lowest curvature
    flat: Float[np.ndarray, " p"]  # that of the curvature nearest to 0
    steps: int  # of Lanczos' method

    @property
    def rounding(self) -> float:
        return ROUNDING * max(abs(self.lowest), abs(self.highest))

    @property
    def descends(self) -> bool:
        """Whether a direction of negative curvature is found. Its error says how near to an eigenvalue it is; the sign needs no more than
        that uᵀHu is below 0 by more than rounding, since the smallest eigenvalue is no larger."""
        return self.lowest < -self.rounding


@kernel
def gradient(objective: Objective) -> Callable[[Snapshot], Theta]:
    """(snapshot) -> ∇L."""
    return jax.jit(lambda at: jax.grad(objective.of_theta(at))(at.theta))


@kernel
def hessian_vector(objective: Objective) -> Callable[..., Theta]:
    """(snapshot, v) -> Hv; v in any precision."""

    @jax.jit  # without options: it is also called inside other jitted functions, where JAX takes none
    def product(at: Snapshot, v: Theta) -> Theta:
        return hessian_product(objective.of_theta(at), at.theta)(v.astype(at.theta.dtype)).astype(v.dtype)

    return product


@kernel
def both_ends(objective: Objective) -> Callable[[Snapshot, Theta], tuple[Array, ...]]:
    """(snapshot, start) -> loss, ‖g‖, landscape.lanczos.ends, and rayleigh of those and of g/‖g‖; start: random."""

    @partial(jax.jit, compiler_options=LEAN)
    def bent(at: Snapshot, start: Theta) -> tuple[Array, ...]:
        value = objective.of_theta(at)
        here, g = jax.value_and_grad(value)(at.theta)
        product, size = hessian_product(value, at.theta), jnp.linalg.norm(g)
        directions = ends(product, start, STEPS)
        asked = jnp.concatenate([directions, (g / size)[None]])  # together: half of what is compiled
        return here, size, directions, *rayleigh(product, asked)

    return bent


@kernel
def preconditioned_sharpness(objective: Objective) -> Callable[..., Scalar]:
    """(snapshot, root, start) -> λmax(RHR), R = diag(root); root = scale^−½ of an adaptive optimizer, start: random."""

    @partial(jax.jit, compiler_options=LEAN)
    def sharpness(at: Snapshot, root: Theta, start: Theta) -> Scalar:
        product = hessian_product(objective.of_theta(at), at.theta)
        return leading(lambda v: root * product(root * v), start, SCALED, 1)[0][0]

    return sharpness


def random_start(setup: TrainingSetup, draw: int = 0) -> Theta:
    """A random start vector for Lanczos, drawn from the seed of the setup."""
    return jax.random.normal(jax.random.fold_in(jax.random.key(setup.seed), draw), (setup.net.size,), DTYPE)


@memo
def curvature(setup: TrainingSetup, index: int, draw: int = 0) -> Curvature:
    """At a record of the whole training. draw: which random vector Lanczos starts from."""
    at = snapshot(setup, trained(setup).finish(), index)
    parts = jax.device_get(both_ends(setup.trained_objective)(at, random_start(setup, draw)))
    loss, slope, (down, flat, _), (lowest, _, highest, along), (lowest_error, _, highest_error, _) = parts
    return Curvature(
        loss=float(loss),
        slope=float(slope),
        along=float(along),
        lowest=float(lowest),
        lowest_error=float(lowest_error),
        highest=float(highest),
        highest_error=float(highest_error),
        down=np.asarray(down),
        flat=np.asarray(flat),
        steps=min(STEPS, setup.net.size),
    )
