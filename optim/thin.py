"""Fewer points of a long walk for the picture, with every excursion kept."""

import numpy as np
from jaxtyping import Float, Int


def thinned(path: Float[np.ndarray, "k p"], loss: Float[np.ndarray, " k"], most: int = 2000) -> Int[np.ndarray, " m"]:
    """Which points to keep: all up to `most`; beyond, from every stretch the first and the extremes of each coordinate and of the loss.

    A stride would alias with a bouncing walk (every second point lies on one side of the ravine); extremes do not.
    """
    k = len(path)
    if k <= most:
        return np.arange(k)
    values = np.column_stack([path[:, :2], loss])
    values = np.where(np.isfinite(values), values, np.inf)
    stretches = np.array_split(np.arange(k), max(1, most // 7))
    kept = {0, k - 1}
    for stretch in stretches:
        part = values[stretch]
        kept.update(stretch[[0, *part.argmin(axis=0), *part.argmax(axis=0)]].tolist())
    return np.array(sorted(kept))
