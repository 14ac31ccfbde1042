"""The loss of a network as a function of its parameters, as all kernels other than the training use it."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
from jaxtyping import Array, Float

from compute.programs import kernel
from networks.architecture import Architecture
from networks.forward import Scores, Snapshot, States, forward
from networks.losses import network_loss
from surfaces.surface import Scalar, Theta


@dataclass(frozen=True)
class Objective:
    """What is minimized: everything about the loss that is static for the compiler."""

    net: Architecture
    loss: str
    train: bool = True  # a normalization uses the statistics of the rows; False: those that it remembers

    def value(self, at: Snapshot) -> tuple[Scalar, States]:
        """The mean loss over the rows, and the new running statistics."""
        return network_loss(self.net, self.loss, at, self.train)

    def of_theta(self, at: Snapshot) -> Callable[[Theta], Scalar]:
        """θ ↦ loss over the rows of the snapshot; everything else is taken from the snapshot."""
        return lambda theta: self.value(at._replace(theta=theta))[0]


@kernel
def loss_at_points(objective: Objective) -> Callable[..., Float[Array, " k"]]:
    """(snapshot, thetas) -> the loss at each θ, all else as in the snapshot."""
    return jax.jit(lambda at, thetas: jax.lax.map(objective.of_theta(at), thetas))


@kernel
def scores_of(net: Architecture, train: bool) -> Callable[[Snapshot], Scores]:
    """(snapshot) -> the scores of its rows."""
    return jax.jit(lambda at: forward(net, at, train)[0])
