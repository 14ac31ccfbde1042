"""All that one network's training depends on: names and numbers."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compute.memo import memo
from core.settings import Pick, capacity, numbers, values
from labs.deep.objective import Objective
from labs.deep.rows import DTYPE, Split, split
from labs.deep.setup import MOST_UPDATES
from labs.deep.trainer import Structure, TrainingInput
from networks.architecture import Architecture
from normalization.hidden_layer import hidden_normalizations
from optim.optimizer import optimizers
from optim.schedule import multipliers, schedules
from surfaces.class_loss import class_losses

POINTS = 100  # records of a training, evenly spaced, beside those of its first updates
MEMORY = 2**23  # bytes of parameters that a record keeps; a large network is recorded more seldom
CEILING = 1e9  # the loss at which a training has diverged, as a multiple of 1 or of what it was at first


@dataclass(frozen=True)
class TrainingSetup:
    """A network, its rows, and how it is trained."""

    net: Architecture
    loss: Pick
    hidden: Pick  # the normalization inside
    memory: float  # how long running statistics remember
    data: Pick
    features: Pick  # how features are normalized
    held_out_fraction: float
    initialization: str
    recovering: bool  # γ and β begin such that the function is that without the normalization
    optimizer: Pick
    schedule: Pick
    warmup: int
    batch: int  # rows in a mini-batch; 0: all of them
    steps: int  # updates
    seed: int
    frozen: bool  # trained with the statistics that are remembered, which stay as they are
    seed_offset: int = 0  # added to the seed of the initial weights and of the order of the rows; the rows stay those of the seed

    @property
    def split(self) -> Split:
        return split(self.data, self.features, self.held_out_fraction, self.seed)

    @property
    def training_seed(self) -> int:
        """The seed of the initial weights and of the order of the rows."""
        return self.seed + self.seed_offset

    @property
    def objective(self) -> Objective:
        """The loss in train mode."""
        return Objective(self.net, self.loss.name)

    @property
    def trained_objective(self) -> Objective:
        """The loss in the mode that is trained in."""
        return Objective(self.net, self.loss.name, not self.frozen)

    @property
    def numbers(self) -> dict[str, Float[Array, ""]]:
        """What the network reads beside θ: the numbers of its loss and of its normalization, and how long running statistics remember."""
        losses, item = class_losses(), hidden_normalizations()[self.hidden.name]
        of_loss = numbers(self.loss, losses[self.loss.name].fields) if self.loss.name in losses else {}
        return _scalars(of_loss | numbers(self.hidden, item.fields) | {"memory": self.memory})

    @property
    def hyper_parameters(self) -> dict[str, float]:
        """The optimizer's numbers."""
        return numbers(self.optimizer, optimizers()[self.optimizer.name].fields)

    @property
    def hyper(self) -> dict[str, Float[Array, ""]]:
        """The same, as kernels read them."""
        return _scalars(self.hyper_parameters)

    @property
    def updates(self) -> list[int]:
        """Those before which a record is made, and the last."""
        room = max(10, min(POINTS, MEMORY // (4 * self.net.size)))
        early = [2**k for k in range(15) if 2**k < self.steps / room]
        return sorted({0, self.steps, *early, *(round(part) for part in np.linspace(0, self.steps, room + 1))})

    @property
    def multipliers(self) -> Float[np.ndarray, " m"]:
        """Of the rate, at each update."""
        return _multipliers(self.schedule, self.steps, self.warmup)

    @property
    def structure(self) -> Structure:
        return Structure(self.trained_objective, self.optimizer.name, capacity(self.batch) if self.batch else 0)

    def input(self, first_loss: float) -> TrainingInput:
        """first_loss: that of the initial weights."""
        return TrainingInput(
            numbers=self.numbers,
            rows=self.split.train,
            row_count=jnp.asarray(self.split.n, jnp.int64),
            batch_size=jnp.asarray(self.batch, jnp.int64),
            seed=jnp.asarray(self.training_seed, jnp.int64),
            hyper=self.hyper,
            multipliers=jnp.asarray(self.multipliers),
            ceiling=jnp.asarray(CEILING * max(1.0, first_loss if np.isfinite(first_loss) else 1.0), DTYPE),
        )


def _scalars(numbers: dict[str, float]) -> dict[str, Float[Array, ""]]:
    return {name: jnp.asarray(value, DTYPE) for name, value in numbers.items()}


@memo
def _multipliers(picked: Pick, steps: int, warmup: int) -> Float[np.ndarray, " m"]:
    """After the last update as at it."""
    schedule = schedules()[picked.name]
    factors = multipliers(schedule, steps, MOST_UPDATES + 1, warmup, **values(picked, schedule.fields))
    factors[steps:] = factors[steps - 1]
    return np.asarray(factors, DTYPE)
