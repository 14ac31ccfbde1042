"""Fewer points of a long walk for the picture, with every excursion kept."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int


def thinned(path: Float[np.ndarray, "k p"], loss: Float[np.ndarray, " k"], most: int = 2000) -> Int[np.ndarray, " m"]:
    """Which points to keep: all up to `most`; beyond, the first half of `most` whole, then from every stretch the first point and the
    extremes of each drawn coordinate and of the loss.

    A stride would alias with a bouncing walk (every second point lies on one side of the ravine); extremes do not. Stretches grow
    with the number of updates, as walks slow down.
    """
    k = len(path)
    if k <= most:
        return np.arange(k)
    whole = most // 2
    values = np.column_stack([path[:, :2], loss])
    values = np.where(np.isfinite(values), values, np.inf)
    edges = np.unique(np.geomspace(whole, k, (most - whole) // 7 + 1).astype(int))
    kept = {*range(whole), k - 1}
    for begin, end in pairwise(edges):
        part = values[begin:end]
        kept.update((begin + np.array([0, *part.argmin(axis=0), *part.argmax(axis=0)])).tolist())
    return np.array(sorted(kept))
