"""An initialization: the weights of one layer before the first update."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from core.catalogue import catalogue

Weights = Float[Array, "fan_out fan_in"]
Draw = Callable[[jax.Array, int, int, DTypeLike], Weights]


@dataclass(frozen=True)
class Initialization:
    """draw(key, fan_out, fan_in, dtype) -> the matrix that `fan_out` units multiply their `fan_in` inputs with. Biases are 0."""

    label: str
    formula: str
    source: str
    draw: Draw
    rank: int = 100


def initializations() -> Mapping[str, Initialization]:
    """Every initialization by its key, in the order of the menu."""
    return catalogue("networks.initializations", Initialization)


def of_shape(initializer: jax.nn.initializers.Initializer) -> Draw:
    """One of JAX's initializers as a draw. One that counts its fans must be told in_axis=1 and out_axis=0: JAX has them the other way."""

    def draw(key: jax.Array, fan_out: int, fan_in: int, dtype: DTypeLike) -> Weights:
        return initializer(key, (fan_out, fan_in), dtype)

    return draw
