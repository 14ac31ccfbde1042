"""The loss of a network as a function of its parameters, and the network at one record: what every kernel beside the training reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
from jaxtyping import Array, Float

from compute.programs import kernel
from networks.multilayer import Architecture, Scores, States, forward, preactivation
from networks.multilayer import loss as network_loss
from surfaces.surface import Numbers, Rows, Scalar, Theta


class Snapshot(NamedTuple):
    """A network at one moment of its training."""

    numbers: Numbers  # of its loss and its normalization
    state: States  # what its hidden layers remember
    rows: Rows
    theta: Theta


@dataclass(frozen=True)
class Objective:
    """What is minimized, by name: all that decides the compilation of a kernel that reads the loss."""

    net: Architecture
    loss: str
    train: bool = True  # a normalization uses the statistics of the rows; False: those that it remembers

    def value(self, numbers: Numbers, theta: Theta, state: States, rows: Rows) -> tuple[Scalar, States]:
        """The mean loss of the rows, and what the network remembers from now on."""
        return network_loss(self.net, self.loss, numbers, theta, state, rows, preactivation(self.net, theta, rows), self.train)

    def of_theta(self, at: Snapshot) -> Callable[[Theta], Scalar]:
        """θ ↦ the loss of the snapshot's rows, all else as in the snapshot."""
        return lambda theta: self.value(at.numbers, theta, at.state, at.rows)[0]


@kernel
def loss_at_points(objective: Objective) -> Callable[..., Float[Array, " k"]]:
    """(snapshot, thetas) -> the loss at each θ, all else as in the snapshot."""
    return jax.jit(lambda at, thetas: jax.lax.map(objective.of_theta(at), thetas))


@kernel
def scores_of(net: Architecture, train: bool) -> Callable[[Snapshot], Scores]:
    """(snapshot) -> the scores of its rows."""
    return jax.jit(lambda at: forward(net, at.numbers, at.theta, at.state, at.rows, preactivation(net, at.theta, at.rows), train)[0])
