"""Fewer points of a long walk for the picture, with every excursion kept."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int


def thinned(
    update: Int[np.ndarray, " k"], path: Float[np.ndarray, "k p"], loss: Float[np.ndarray, " k"], points: int, most: int = 2000
) -> Int[np.ndarray, " m"]:
    """Which points to keep of a walk that may come to have so many `points`: all up to `most`; beyond, the first half of `most` whole,
    then from every stretch the first point and the extremes of each drawn coordinate and of the loss; and the last.

    A stride would alias with a bouncing walk (every second point lies on one side of the ravine); extremes do not. Stretches grow
    with the number of updates, as walks slow down. They do not depend on how far the walk has come: what is thinned while it goes on,
    again and again, ends as if all of it had been thinned at once. `update` tells which points are still there.
    """
    k = len(path)
    if update[-1] < most:
        return np.arange(k)
    whole = most // 2
    values = np.stack([*path[:, :2].T, loss])  # a row each: extremes are found three times as fast as down columns
    values[~np.isfinite(values)] = np.inf
    edges = np.unique(np.geomspace(whole, points, (most - whole) // 7 + 1).astype(int))
    kept = {*range(whole), k - 1}
    for begin, end in pairwise(np.searchsorted(update, edges)):
        if begin == end:
            break
        part = values[:, begin:end]
        kept.update((begin + np.array([0, *part.argmin(axis=1), *part.argmax(axis=1)])).tolist())
    return np.array(sorted(kept))
