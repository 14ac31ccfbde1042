"""Where a surface is flat and not low: hardly any slope, though the loss is far from its lowest. There a descent waits."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

FLAT = 0.01  # of the largest slope in the window
HIGH = 0.1  # of the way from the lowest to the highest loss in the window


class Flat(NamedTuple):
    """where[i, j]: whether the surface is flat and high at a point of the window's grid. share: of its points. steepest: ‖∇L‖ there."""

    where: Bool[np.ndarray, "m n"]
    share: float
    steepest: float


def flat(loss: Float[np.ndarray, "m n"], slopes: Float[np.ndarray, "m n"]) -> Flat:
    """‖∇L‖ < FLAT·max‖∇L‖ and L > lowest + HIGH·(highest − lowest). What is no number is not flat."""
    numbers = np.isfinite(loss) & np.isfinite(slopes)
    if not numbers.any():
        return Flat(numbers, 0.0, 0.0)
    lowest, highest, steepest = loss[numbers].min(), loss[numbers].max(), slopes[numbers].max()
    with np.errstate(invalid="ignore"):
        where = numbers & (slopes < FLAT * steepest) & (loss > lowest + HIGH * (highest - lowest))
    return Flat(where, float(where.mean()), float(steepest))
