"""Normalization inside the network: of the values that a hidden layer computes, over the rows of the (mini-)batch or over its units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from core.catalogue import catalogue
from core.messages import N_, Message
from core.settings import Number, Setting

Units = Float[Array, "k n"]
Weights = Float[Array, " n"]
Matrix = Float[Array, "k j"]
PerUnit = Float[Array, " k"]
Numbers = Mapping[str, Float[Array, ""]]
State = tuple[PerUnit, ...]  # what a layer remembers from batch to batch; () for most

EPSILON = Number("epsilon", N_("added to the variance"), 1e-5, 1e-12, 1.0, log=True, symbol="ε")
MEMORY = Number("memory", N_("memory of the running statistics (PyTorch's momentum is 1 − p)"), 0.9, 0.0, 0.9999, symbol="p")
AFFINE = (Number("gamma", N_("scale"), 1.0, -10.0, 10.0, symbol="γ"), Number("beta", N_("shift"), 0.0, -10.0, 10.0, symbol="β"))


class LayerInput(NamedTuple):
    """What a normalization gets: the values z, how much each row counts, its numbers, what it remembers, and whether it is training."""

    z: Units
    w: Weights
    numbers: Numbers
    state: State
    train: bool


def _nothing(units: int, dtype: DTypeLike) -> State:
    return ()


def _as_they_are(matrix: Matrix, numbers: Numbers, state: State, train: bool) -> tuple[PerUnit, State]:
    return jnp.ones(matrix.shape[0], matrix.dtype), state


def _never(units: int, numbers: Mapping[str, float]) -> Message | None:
    return None


@dataclass(frozen=True)
class HiddenNormalization:
    """What is done to the values z of a hidden layer before γ ⊙ · + β, which the network does itself.

    normalize(inputs) -> the normalized values "k n", and what is remembered from now on.
    state(units, dtype) -> what is remembered before the first batch.
    gain(matrix "k j", numbers, state, train) -> "k", by which each unit's incoming weights are multiplied (weight normalization and its
        like), and what is remembered from now on.
    recover(z, w, matrix, numbers) -> γ and β, "k" each, with which the normalized values of these rows are the values themselves; None
        where no numbers can do that, as each row is divided by something else.
    senseless(units, numbers) -> why it makes no sense in a layer of so many units, None where it does.
    affine: whether γ and β belong to it. scale_free: weights c·W in front of it, c > 0, give the same values as W in train mode, as
    normalize(c·z) = normalize(z) or gain(c·W) = gain(W)/c, so that the loss is constant along rays of these weights.
    remembers: it keeps running statistics, so that train mode and test mode differ.
    two_units: also in the menu of the network with two hidden units, which remembers nothing.
    note: a convention that libraries differ in, said on screen.
    """

    label: str
    formula: str
    source: str
    normalize: Callable[[LayerInput], tuple[Units, State]]
    state: Callable[[int, DTypeLike], State] = _nothing
    gain: Callable[[Matrix, Numbers, State, bool], tuple[PerUnit, State]] = _as_they_are
    recover: Callable[[Units, Weights, Matrix, Numbers], tuple[PerUnit, PerUnit]] | None = None
    senseless: Callable[[int, Mapping[str, float]], Message | None] = _never
    fields: tuple[Setting, ...] = ()
    affine: bool = True
    scale_free: bool = False
    remembers: bool = False
    two_units: bool = False
    rank: int = 100
    note: str = ""

    def applied(self, z: Units, w: Weights, numbers: Numbers) -> Units:
        """γ · normalized + β in train mode, γ and β the same number for all units: what the network with two hidden units does."""
        normalized, _ = self.normalize(LayerInput(z, w, numbers, self.state(z.shape[0], z.dtype), True))
        return numbers["gamma"] * normalized + numbers["beta"] if self.affine else normalized

    def spread(self, z: Units, w: Weights, numbers: Numbers) -> PerUnit:
        """What each unit was divided by, so that output weights v → v·spread give the same function back (γ = 0 counts as 1)."""
        if self.recover is None or not self.affine:
            return jnp.ones(z.shape[0], z.dtype)
        gamma, _ = self.recover(z, w, jnp.ones((z.shape[0], 1), z.dtype), numbers)
        return gamma / jnp.where(numbers["gamma"] == 0, 1.0, numbers["gamma"])


def moments(z: Units, w: Weights) -> tuple[PerUnit, PerUnit]:
    """Mean and population variance of every unit over the rows that count."""
    n = jnp.sum(w)
    mean = z @ w / n
    return mean, (z - mean[:, None]) ** 2 @ w / n


def hidden_normalizations() -> Mapping[str, HiddenNormalization]:
    """Every normalization inside a network by its key, in the order of the menu."""
    return catalogue("normalization.hidden", HiddenNormalization)
