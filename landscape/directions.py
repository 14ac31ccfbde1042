"""A slice: two directions that show a loss of many parameters as a surface, chosen from what is known around a point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from core.catalogue import catalogue
from core.settings import Setting

Vector = Float[np.ndarray, " p"]
Need = Literal["path", "gradient", "momentum", "product", "other", "filters"]


class Around(NamedTuple):
    """What is known around the origin, the point that the slice goes through: θ⁰, the current one, or the end."""

    origin: Vector
    path: Float[np.ndarray, "k p"]  # the recorded parameters, in order
    gradient: Vector
    momentum: Vector | None
    product: Callable[[Float[Array, " p"]], Float[Array, " p"]] | None  # v ↦ Hv at the origin
    other: Vector | None  # another solution
    filters: Int[np.ndarray, " p"]  # for every entry of θ the unit whose incoming weight it is; −1 for biases, γ and β
    key: Array  # of random directions
    free_biases: bool = False  # False: a random direction is 0 at biases, γ and β


@dataclass(frozen=True)
class Slice:
    """directions(around) -> u, v in float64, as steps of 1 along the axes a and b of θ(a, b) = origin + a·u + b·v.

    needs: what it reads of `around`, next to the origin and the key; the rest may be empty or None. Raises a Refusal where what it
    needs is missing, or spans no plane.
    """

    label: str
    formula: str
    source: str
    directions: Callable[[Around], tuple[Vector, Vector]]
    needs: tuple[Need, ...] = ()
    fields: tuple[Setting, ...] = ()
    rank: int = 100
    note: str = ""


def orthonormal(first: Vector, second: Vector) -> tuple[Vector, Vector] | None:
    """Gram & Schmidt. None where the two span no plane: one is 0 or not finite, or the sine of their angle is below a millionth, which
    a float32 does not tell from 0."""
    lengths = [np.max(np.abs(vector), initial=0.0) for vector in (first, second)]
    if not all(0 < length < np.inf for length in lengths):
        return None
    u, v = (unit(np.asarray(vector, np.float64) / length) for vector, length in zip((first, second), lengths, strict=True))
    v = v - (u @ v) * u
    return (u, unit(v - (u @ v) * u)) if np.linalg.norm(v) > 1e-6 else None


def unit(vector: Vector) -> Vector:
    """v/‖v‖."""
    return vector / np.linalg.norm(vector)


def slices() -> Mapping[str, Slice]:
    """Every slice by its key, in the order of the menu."""
    return catalogue("landscape.slices", Slice)
