"""The loss of a network as a function of its parameters, as all kernels other than the training use it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import jax
import numpy as np
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


DEAR = 1e9  # products of a call, some tens of milliseconds
POINTS = 128  # in a call, of small networks


def losses_at(
    objective: Objective,
    at: Snapshot,
    theta_of: Callable[[Float[np.ndarray, "k c"]], Float[np.ndarray, "k p"]],
    points: Float[np.ndarray, "k c"],
) -> Generator[float, None, Float[np.ndarray, " k"]]:
    """The loss at each θ, all else as in the snapshot, a few at a time. Yields the share that is done.

    theta_of: the parameters at some of the points. Each call has equally many, so that nothing compiles anew while a path grows.
    """
    values = np.zeros(len(points))
    few = int(min(max(1.0, DEAR / (objective.net.size * at.rows.y.size)), POINTS))
    for first in range(0, len(points), few):
        some = points[first : first + few]
        thetas = theta_of(some).astype(at.theta.dtype)
        room = np.concatenate([thetas, np.broadcast_to(thetas[-1:], (few - len(thetas), thetas.shape[1]))])
        values[first : first + few] = loss_at_points(objective)(at, room)[: len(some)]
        yield min(1.0, (first + few) / len(points))
    return values


@kernel
def scores_of(net: Architecture, train: bool) -> Callable[[Snapshot], Scores]:
    """(snapshot) -> the scores of its rows."""
    return jax.jit(lambda at: forward(net, at, train)[0])
