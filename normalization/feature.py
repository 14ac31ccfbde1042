"""Feature normalization, before training: every one of them is an affine map, so it is data, never structure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core.catalogue import catalogue
from core.messages import N_
from core.settings import Number, Setting

AMOUNT = Number("amount", N_("amount, 0 = raw, 1 = normalized"), 1.0, 0.0, 1.0)


class Affine(NamedTuple):
    """x̃ = A(x − m)."""

    shift: Float[np.ndarray, " d"]
    matrix: Float[np.ndarray, "d d"]

    def __call__(self, x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, "d n"]:
        normalized: Float[np.ndarray, "d n"] = self.matrix @ (x - self.shift[:, None])
        return normalized


@dataclass(frozen=True)
class FeatureNormalization:
    """fit(x "d n") -> the map that normalizes these columns (population statistics, as the lectures and scikit-learn have them)."""

    label: str
    formula: str
    source: str
    fit: Callable[[Float[np.ndarray, "d n"]], Affine]
    fields: tuple[Setting, ...] = (AMOUNT,)
    rank: int = 100
    note: str = ""


def morph(affine: Affine, amount: float) -> Affine:
    """From raw (0) to normalized (1): m and A both on the straight line between."""
    return Affine(amount * affine.shift, (1 - amount) * np.eye(len(affine.shift)) + amount * affine.matrix)


def feature_normalizations() -> Mapping[str, FeatureNormalization]:
    """Every feature normalization by its key, in the order of the menu."""
    return catalogue("normalization.features", FeatureNormalization)
