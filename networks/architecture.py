"""The shape of a multilayer perceptron, and where each of its parameters stands in one flat θ."""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from normalization.hidden_layer import HiddenNormalization, hidden_normalizations
from surfaces.surface import Theta


@dataclass(frozen=True)
class Architecture:
    """`inputs` features, `depth` hidden layers of `width` units each, `outputs` scores. Where depth is 0, `width` is not read.

    place: the normalization stands "before" the activation or "after" it. affine: γ and β are parameters, where the normalization has them.
    scaled: what a layer of a residual network adds is divided by L, the number of these layers: what they add together does not grow with
    depth (Hanin & Rolnick, How to start training, 2018, arXiv 1803.01719). 1/√L would not do, as the mean of φ(ẑ) is not 0.
    """

    inputs: int
    width: int
    depth: int
    activation: str = "tanh"
    normalization: str = "none"
    outputs: int = 1
    place: str = "before"
    affine: bool = False
    residual: bool = False
    scaled: bool = False

    @property
    def item(self) -> HiddenNormalization:
        return hidden_normalizations()[self.normalization]

    @property
    def scales(self) -> bool:
        """Whether there is a γ."""
        return self.affine and self.item.affine

    @property
    def branch(self) -> float:
        """What every layer of a residual network but the first is multiplied by before it is added to what came in."""
        return 1 / (self.depth - 1) if self.scaled and self.depth > 1 else 1.0

    @property
    def size(self) -> int:
        """How many parameters θ has."""
        return sum(prod(shape) for shape in shapes(self))


class Layers(NamedTuple):
    """The parts of θ, in this order. l = depth − 1; m = depth, or 0 where there is no γ, or no β beside b.

    Without a hidden layer only the output has entries. Its inputs are then the features: k = d there, and 0 in the parts before it.
    """

    first: Float[Array, "k d"]
    first_bias: Float[Array, " k"]
    deeper: Float[Array, "l k k"]
    deeper_bias: Float[Array, "l k"]
    output: Float[Array, "c k"]
    output_bias: Float[Array, " c"]
    gamma: Float[Array, "m k"]
    beta: Float[Array, "m k"]


def shapes(net: Architecture) -> tuple[tuple[int, ...], ...]:
    """Those of the parts of θ."""
    k, c = net.width, net.outputs
    if not net.depth:
        return (0, net.inputs), (0,), (0, 0, 0), (0, 0), (c, net.inputs), (c,), (0, 0), (0, 0)
    deeper, gammas, betas = net.depth - 1, (net.depth if net.scales else 0), (net.depth if net.scales and net.place == "after" else 0)
    return (k, net.inputs), (k,), (deeper, k, k), (deeper, k), (c, k), (c,), (gammas, k), (betas, k)


def layers(net: Architecture, theta: Theta) -> Layers:
    """θ by its parts."""
    parts, first = [], 0
    for shape in shapes(net):
        parts.append(theta[first : first + prod(shape)].reshape(shape))
        first += prod(shape)
    return Layers(*parts)


def filters(net: Architecture) -> Int[np.ndarray, " p"]:
    """For every entry of θ the unit whose incoming weight it is, hidden units first; −1 for biases, γ and β."""
    parts = [np.zeros(shape, int) - 1 for shape in shapes(net)]
    (k, _), _, (deeper, *_), _, (c, _), *_ = (part.shape for part in parts)
    parts[0] += 1 + np.arange(k)[:, None]
    parts[2] += 1 + k + np.arange(deeper * k).reshape(deeper, k, 1)
    parts[4] += 1 + k + deeper * k + np.arange(c)[:, None]
    return np.concatenate([part.ravel() for part in parts])
