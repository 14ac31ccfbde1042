"""The training kernel, with a hook for what to record at each update, and the initialization."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import numpy as np
from jaxtyping import Array, Float, Int

from compute.programs import LEAN, kernel
from labs.deep.objective import Objective
from labs.deep.rows import DTYPE
from networks.architecture import Architecture
from networks.forward import Snapshot, States, states
from networks.parameters import initial_parameters
from optim.batches import drawing
from optim.optimizer import Hyper, optimizers
from optim.training import Problem, Training, begin, train, train_and_record
from surfaces.surface import Numbers, Rows, Scalar, Theta

Recorded = TypeVar("Recorded")
Hook = Callable[[Problem, Training, Training], Recorded]  # (problem, before an update, after it) -> what is recorded of it


class Structure(NamedTuple):
    """The static arguments of a compiled training. Everything else is traced, so changing it never recompiles."""

    objective: Objective
    optimizer: str
    batch_capacity: int  # rows that a batch has room for; 0: full batch


class TrainingInput(NamedTuple):
    """The traced arguments of a training."""

    numbers: Numbers  # of the loss and the normalization
    rows: Rows
    row_count: Int[Array, ""]  # of the rows that are no padding
    batch_size: Int[Array, ""]
    seed: Int[Array, ""]  # of the order of the rows
    hyper: Hyper  # the optimizer's numbers
    multipliers: Float[Array, " m"]  # of the rate, at each update
    ceiling: Scalar  # the loss above which a training has left its bounds


def _problem(structure: Structure, given: TrainingInput) -> Problem:
    def loss(theta: Theta, state: States, batch: Rows) -> tuple[Scalar, States]:
        return structure.objective.value(Snapshot(given.numbers, state, batch, theta))

    room = structure.batch_capacity
    draw = drawing(given.rows, given.row_count, given.batch_size, room, jax.random.key(given.seed)) if room else None
    return Problem(loss, given.rows, draw, optimizers()[structure.optimizer], given.hyper, given.multipliers, given.ceiling)


@kernel
def trainer(structure: Structure) -> Callable[[TrainingInput, Training, Int[np.ndarray, ""] | np.int64], Training]:
    """(input, training, until) -> the training at update `until`."""
    return jax.jit(lambda given, training, until: train(_problem(structure, given), training, until))


@kernel
def recorder(structure: Structure, updates: int, hook: Hook[Recorded]) -> Callable[[TrainingInput, Training], tuple[Training, Recorded]]:
    """(input, training) -> the training so many updates later, and what the hook records of each, stacked."""

    @partial(jax.jit, compiler_options=LEAN)
    def recorded(given: TrainingInput, training: Training) -> tuple[Training, Recorded]:
        problem = _problem(structure, given)
        return train_and_record(problem, training, updates, partial(hook, problem))

    return recorded


@kernel
def beginner(net: Architecture, optimizer: str) -> Callable[..., Training]:
    """(hyper, theta, rows) -> the training before its first update."""
    return jax.jit(lambda hyper, theta, rows: begin(optimizers()[optimizer], hyper, theta, states(net, theta.dtype), rows.y.shape[0]))


@kernel
def initializer(inputs: int, width: int, depth: int, outputs: int, scheme: str) -> Callable[[np.int64], Theta]:
    """(seed) -> the initial parameters but for γ and β, the same for every network of this shape."""
    net = Architecture(inputs, width, depth, outputs=outputs)
    # Run once, it takes 20 ms instead of 2 where nothing is optimized, and is compiled in half of the time.
    return jax.jit(
        lambda seed: initial_parameters(net, scheme, jax.random.key(seed), DTYPE), compiler_options={"xla_backend_optimization_level": 0}
    )
