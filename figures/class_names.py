"""Names of classes, written into a picture where their rows are."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from figures.figure import Figure

_GROUND, _INK = "rgba(255, 255, 255, 0.82)", "#14161f"  # in either theme: what is under it is colored


def with_names(figure: Figure, points: Float[np.ndarray, "2 n"], labels: Int[np.ndarray, " n"], names: Sequence[str]) -> Figure:
    """The figure with each name at the mean of the points of its class."""
    written = [
        {
            "x": float(points[0, labels == k].mean()),
            "y": float(points[1, labels == k].mean()),
            "text": name,
            "showarrow": False,
            "font": {"size": 14, "color": _INK},
            "bgcolor": _GROUND,
            "borderpad": 2,
        }
        for k, name in enumerate(names)
        if np.any(labels == k)
    ]
    return {"data": figure["data"], "layout": {**figure["layout"], "annotations": written}}
