"""An activation: what a unit does with its pre-activation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jaxtyping import Array, Float

from core.catalogue import catalogue

Units = Float[Array, "k n"]


@dataclass(frozen=True)
class Activation:
    """function(z) -> a, entry by entry, differentiable. homogeneous: φ(cz) = cφ(z) for every c > 0."""

    label: str
    formula: str
    source: str
    function: Callable[[Units], Units]
    homogeneous: bool = False
    rank: int = 100


def activations() -> Mapping[str, Activation]:
    """Every activation by its key, in the order of the menu."""
    return catalogue("surfaces.activations", Activation)
