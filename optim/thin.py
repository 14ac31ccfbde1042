"""Fewer points of a long walk for the picture, with every excursion kept."""

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
    bounds = np.searchsorted(update, edges)
    empty = np.flatnonzero(np.diff(bounds) == 0)
    bounds = bounds[: empty[0] + 1] if empty.size else bounds
    kept = np.zeros(k, bool)
    kept[:whole] = kept[k - 1] = kept[bounds[:-1]] = True
    if bounds.size > 1:
        kept[_extremes(values[:, : bounds[-1]], bounds)] = True
    return np.flatnonzero(kept)


def _extremes(values: Float[np.ndarray, "r k"], bounds: Int[np.ndarray, " s"]) -> Int[np.ndarray, " m"]:
    """Where each row has its first lowest and its first highest value in each of the stretches between two bounds."""
    first, counts = bounds[0], np.diff(bounds)
    begins, values = bounds[:-1] - first, values[:, first:]
    found = []
    for extreme in (np.minimum, np.maximum):
        reached = values == np.repeat(extreme.reduceat(values, begins, axis=1), counts, axis=1)
        for row in reached:
            places = np.flatnonzero(row)
            found.append(places[np.searchsorted(places, begins)])
    return first + np.concatenate(found)
