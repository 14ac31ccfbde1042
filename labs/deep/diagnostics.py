"""Why a network trains or fails to: curvature and smoothness at a few updates of its training, and the whole spectrum at one."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Int

from compute.engine import door
from compute.job import Step, Steps, job
from compute.memo import memo
from compute.programs import LEAN, kernel
from labs.deep.objective import Objective
from labs.deep.rows import DTYPE
from labs.deep.training import snapshot, trained
from labs.deep.training_setup import TrainingSetup
from landscape.lanczos import density, hessian_product, leading, share_in_top, smoothed
from landscape.smoothness import smoothness
from networks.forward import Snapshot
from surfaces.surface import Scalar, Theta

# Updates that are looked at, evenly spaced: of a network of up to so many parameters, where one takes a tenth of a second, and of others.
SMALL, POINTS, FEW = 20_000, 30, 12
TOP = 10  # the eigenvectors of the largest eigenvalues
LANCZOS = 30  # steps to the leading eigenvalues
PROBES, SPECTRUM = 4, 60  # random vectors, and steps from each, for the whole spectrum
ALONG = 8  # points along the gradient


class Diagnostics(NamedTuple):
    """Measured on the loss over all training rows in train mode; one entry for each of `update`."""

    update: Int[np.ndarray, " r"]
    top: Float[np.ndarray, "r c"]  # the largest eigenvalues of the Hessian, descending
    share: Float[np.ndarray, " r"]  # of the squared gradient in their eigenvectors
    lowest: Float[np.ndarray, " r"]  # this and the rest: landscape.smoothness along the gradient, from half a step to four
    highest: Float[np.ndarray, " r"]
    gradient_change: Float[np.ndarray, " r"]
    beta: Float[np.ndarray, " r"]


@kernel
def diagnoser(objective: Objective) -> Callable[[Snapshot, Scalar, Theta], tuple[Array, ...]]:
    """(snapshot, rate, start) -> the parts of Diagnostics after the first, in order; start: a random vector."""

    @partial(jax.jit, compiler_options=LEAN)
    def diagnosed(at: Snapshot, rate: Scalar, start: Theta) -> tuple[Array, ...]:
        value = objective.of_theta(at)
        top, vectors = leading(hessian_product(value, at.theta), start, LANCZOS, min(TOP, objective.net.size))
        return (top, share_in_top(jax.grad(value)(at.theta), vectors), *smoothness(value, at.theta, rate, ALONG))

    return diagnosed


@kernel
def spectrometer(objective: Objective) -> Callable[[Snapshot, Float[Array, "s p"]], tuple[Array, Array]]:
    """(snapshot, starts) -> nodes and weights of the Hessian's spectrum; starts: random vectors."""
    return jax.jit(lambda at, starts: density(hessian_product(objective.of_theta(at), at.theta), starts, SPECTRUM), compiler_options=LEAN)


@job
def diagnostics(setup: TrainingSetup) -> Steps[Diagnostics]:
    """Of a whole training whose loss was a number at least once, an update a step."""
    record = trained(setup).finish()
    within = np.flatnonzero(record.within_bounds)
    points = POINTS if setup.net.size <= SMALL else FEW
    indices = sorted({int(within[round(place)]) for place in np.linspace(0, len(within) - 1, points)})
    start = jax.random.normal(jax.random.key(setup.seed), (setup.net.size,), DTYPE)
    rows: list[tuple[np.ndarray, ...]] = []
    for done, index in enumerate(indices, 1):
        rows.append(jax.device_get(diagnoser(setup.objective)(snapshot(setup, record, index), setup.hyper["rate"], start)))
        parts = (np.stack(parts) for parts in zip(*rows, strict=True))
        yield Step(done / len(indices), Diagnostics(record.update[indices[:done]], *parts))


@memo
@door
def spectrum(setup: TrainingSetup, index: int) -> tuple[Float[np.ndarray, " x"], Float[np.ndarray, " x"]]:
    """Eigenvalues and their density, an average over the Hessian at a record of the whole training, by stochastic Lanczos quadrature;
    widths of a hundredth of the range."""
    starts = jax.random.normal(jax.random.key(setup.seed + 1), (PROBES, setup.net.size), DTYPE)
    quadrature = spectrometer(setup.objective)(snapshot(setup, trained(setup).finish(), index), starts)
    nodes, weights = (np.asarray(part, np.float64) for part in quadrature)
    reach = float(nodes.max() - nodes.min()) or 1.0
    points = np.linspace(nodes.min() - 0.05 * reach, nodes.max() + 0.05 * reach, 400)
    return points, smoothed(nodes, weights, points, 0.01 * reach)
