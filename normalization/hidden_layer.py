"""Normalization inside the network: of the values that a hidden layer computes, over the rows of the (mini-)batch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jaxtyping import Array, Float

from settings import Setting

Units = Float[Array, "k n"]
Weights = Float[Array, " n"]
Numbers = Mapping[str, Float[Array, ""]]


@dataclass(frozen=True)
class HiddenNormalization:
    """apply(z "k n", w "n", numbers) -> the normalized values, each row weighted by w.

    spread(z, w, numbers) -> "k": what each unit was divided by, so that output weights v → v·spread give the same function back.
    scale_free: apply(c·z) = apply(z) for c > 0, so the loss is constant along rays of the weights in front of it.
    """

    label: str
    formula: str
    source: str
    apply: Callable[[Units, Weights, Numbers], Units]
    spread: Callable[[Units, Weights, Numbers], Float[Array, " k"]]
    fields: tuple[Setting, ...] = ()
    scale_free: bool = False
    rank: int = 100
