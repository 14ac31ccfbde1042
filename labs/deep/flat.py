"""Regions where a surface is flat but high: a tiny gradient although the loss is far above its minimum. Descent stalls there."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

FLAT = 0.01  # of the largest slope in the window
HIGH = 0.1  # of the way from the lowest to the highest loss in the window


class Flat(NamedTuple):
    """The part of a window where the surface is flat and high."""

    margin: Float[np.ndarray, "m n"]  # below 0 there, continuous across the edge
    share: float  # of the window's points
    steepest: float  # the largest ‖∇L‖ in the window


def flat(loss: Float[np.ndarray, "m n"], slopes: Float[np.ndarray, "m n"]) -> Flat:
    """‖∇L‖ < FLAT·max‖∇L‖ and L > lowest + HIGH·(highest − lowest). NaN counts as not flat."""
    numbers = np.isfinite(loss) & np.isfinite(slopes)
    if not numbers.any() or not slopes[numbers].max() > 0:
        return Flat(np.ones(loss.shape), 0.0, 0.0)
    lowest, highest, steepest = loss[numbers].min(), loss[numbers].max(), slopes[numbers].max()
    with np.errstate(all="ignore"):
        steep = np.log(slopes / (FLAT * steepest))
        low = HIGH - (loss - lowest) / (highest - lowest)
        margin = np.where(numbers, np.maximum(steep, low), 1.0)
    margin = np.clip(np.nan_to_num(margin, nan=1.0), -1.0, 1.0)
    return Flat(margin, float(np.mean(margin < 0)), float(steepest))
