"""Multilayer perceptrons: equal hidden layers over one flat θ, features × rows.

The hidden layers after the first are stacked and scanned, so that a deep network compiles in the time of a shallow one.
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from normalization.hidden_layer import HiddenNormalization
from settings import catalogue
from surfaces.activations import ACTIVATIONS
from surfaces.surface import Numbers, Rows, Scalar, Theta

Units = Float[Array, "k n"]


@dataclass(frozen=True)
class Architecture:
    """`inputs` features, `depth` ≥ 1 hidden layers of `width` units each, one output. A normalization stands before the activation."""

    inputs: int
    width: int
    depth: int
    activation: str = "tanh"
    normalization: str = "none"

    @property
    def size(self) -> int:
        """How many parameters θ has."""
        return sum(prod(shape) for shape in _shapes(self))


class Layers(NamedTuple):
    """The parts of θ, in this order; l = depth − 1."""

    first: Float[Array, "k d"]
    first_bias: Float[Array, " k"]
    deeper: Float[Array, "l k k"]
    deeper_bias: Float[Array, "l k"]
    output: Float[Array, " k"]
    output_bias: Scalar


def _shapes(net: Architecture) -> tuple[tuple[int, ...], ...]:
    k, deeper = net.width, net.depth - 1
    return (k, net.inputs), (k,), (deeper, k, k), (deeper, k), (k,), ()


def layers(net: Architecture, theta: Theta) -> Layers:
    """θ by its parts."""
    parts, at = [], 0
    for shape in _shapes(net):
        parts.append(theta[at : at + prod(shape)].reshape(shape))
        at += prod(shape)
    return Layers(*parts)


def preactivation(net: Architecture, theta: Theta, rows: Rows) -> Units:
    """Wx + b of the first layer: affine in θ, so a grid computes it once for a plane."""
    part = layers(net, theta)
    return part.first @ rows.x + part.first_bias[:, None]


def predict(net: Architecture, numbers: Numbers, theta: Theta, rows: Rows, z: Units) -> Float[Array, " n"]:
    """The output for every row, given the first layer's pre-activation z. In train mode: a normalization uses these rows' statistics."""
    part, phi = layers(net, theta), ACTIVATIONS[net.activation]
    norm = catalogue("normalization.hidden", HiddenNormalization)[net.normalization]

    def activate(z: Units) -> Units:
        return phi(norm.apply(z, rows.w, numbers))

    def layer(h: Units, weights: tuple[Float[Array, "k k"], Float[Array, " k"]]) -> tuple[Units, None]:
        w, b = weights
        return activate(w @ h + b[:, None]), None

    # Two layers a turn: a walk gets by with two thirds of the time, a compilation hardly feels it.
    h, _ = jax.lax.scan(layer, activate(z), (part.deeper, part.deeper_bias), unroll=2)
    return part.output @ h + part.output_bias


def mean_squared_error(net: Architecture, numbers: Numbers, theta: Theta, rows: Rows, z: Units) -> Scalar:
    """The mean over the rows that count of (ŷ − y)², given the first layer's pre-activation z."""
    return rows.w @ (predict(net, numbers, theta, rows, z) - rows.y) ** 2 / jnp.sum(rows.w)
