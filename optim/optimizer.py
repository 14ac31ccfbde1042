"""An optimizer: an optax transformation made of numbers, and the facts that belong to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import optax

from settings import Number


def rate(default: float, low: float = 1e-8, high: float = 1e3) -> Number:
    """The learning rate, the first setting of every optimizer."""
    return Number("rate", "learning rate", default, low, high, log=True, symbol="η")


@dataclass(frozen=True)
class Optimizer:
    """make(**hyper) -> the transformation; every hyper-parameter, the rate among them, may be a traced scalar.

    formula: one step, in LaTeX. source: where it was published. note: a convention that libraries differ in, said on screen.
    Where the speed limit of a quadratic is known in closed form, the rate can be set in multiples of 2/λmax:
    limit(hyper, λmax) -> the largest stable rate; best(λmin, λmax) -> the settings that are fastest on that quadratic.
    """

    label: str
    formula: str
    source: str
    fields: tuple[Number, ...]
    make: Callable[..., optax.GradientTransformation]
    rank: int = 100
    front: bool = False
    note: str = ""
    full_batch_only: bool = False
    limit: Callable[[Mapping[str, float], float], float] | None = None
    best: Callable[[float, float], dict[str, float]] | None = None
