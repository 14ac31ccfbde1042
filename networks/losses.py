"""What a network is trained with: the squared error of a regression, or a loss of classes."""

from collections.abc import Callable, Mapping

import jax.numpy as jnp

from networks.architecture import Architecture
from networks.forward import Scores, Snapshot, States, Units, forward
from surfaces.class_loss import ClassLoss, Costs, class_losses
from surfaces.surface import Numbers, Rows, Scalar

REGRESSION = "squared_error"  # the loss where rows have no classes
Cost = Callable[[Scores, Rows, Numbers], Costs]  # of every row


def squared_error(scores: Scores, rows: Rows, numbers: Numbers) -> Costs:
    """(ŷ − y)² of every row, ŷ the first score."""
    return (scores[0] - rows.y) ** 2


def _of_classes(loss: ClassLoss) -> Cost:
    """y is the number of the class."""
    return lambda scores, rows, numbers: loss.value(scores, rows.y.astype(int), numbers)


def costs() -> Mapping[str, Cost]:
    """Of a row, by the name of the loss: the squared error of a regression, and the losses of classes, two at least."""
    return {REGRESSION: squared_error, **{name: _of_classes(item) for name, item in class_losses().items()}}


def mean_cost(name: str, numbers: Numbers, scores: Scores, rows: Rows) -> Scalar:
    """The mean over the rows that count of what a row costs by the loss of this name."""
    return rows.w @ costs()[name](scores, rows, numbers) / jnp.sum(rows.w)


def network_loss(net: Architecture, name: str, at: Snapshot, train: bool, *, z: Units | None = None) -> tuple[Scalar, States]:
    """The mean loss of the snapshot's rows, and what is remembered from now on. z: as in `forward`."""
    scores, state, _ = forward(net, at, train, z=z)
    return mean_cost(name, at.numbers, scores, at.rows), state
