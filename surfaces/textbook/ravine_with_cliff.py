"""A ravine whose floor falls gently to the foot of a cliff: a step that ends on the cliff is thrown far back."""

import math
from collections.abc import Mapping

import jax

from core.messages import N_
from core.settings import Number
from surfaces.surface import Minima, Scalar, textbook

SLOPE = 0.5  # of the floor, down towards the cliff
EDGE = 10.0  # the floor bends into the cliff over a length of 1/EDGE


def ravine_with_cliff(x: Scalar, y: Scalar, h: Scalar) -> Scalar:
    """L = ½y² − gx + ((g + h)/k)·ln(1 + eᵏˣ): slope −g on the floor (x ≪ 0), slope h on the cliff (x ≫ 0)."""
    return y**2 / 2 - SLOPE * x + (SLOPE + h) / EDGE * jax.nn.softplus(EDGE * x)


def foot(numbers: Mapping[str, float]) -> Minima:
    """The foot of the cliff, where (g + h)·sigmoid(kx) = g: x = −ln(h/g)/k."""
    g, h, k = SLOPE, numbers["h"], EDGE
    x = -math.log(h / g) / k
    return Minima(((x, 0.0),), -g * x + (g + h) / k * math.log1p(g / h))


RAVINE_WITH_CLIFF = textbook(
    ravine_with_cliff,
    label=N_("Ravine with a cliff"),
    formula=r"L(x, y) = \tfrac{1}{2}y^2 - g x + \frac{g + h}{k}\ln(1 + e^{k x}), \quad g = \tfrac{1}{2}, \; k = 10",
    source="after Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural networks, arXiv 1211.5063, fig. 6",
    fields=(Number("h", N_("steepness of the cliff"), 20.0, 1.0, 1000.0, log=True, symbol="h"),),
    window=(-4.0, 1.0, -2.0, 2.0),
    begin=(-3.5, 1.5),
    rate=0.05,
    minima=foot,
    rank=120,
)
