"""Distances between each two of a few things: a square of numbers."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from figures.colors import LOSS_SCALE
from figures.figure import Figure


def square(distance: Float[np.ndarray, "c c"], names: Sequence[str], largest: float, written: Callable[[float], str]) -> Figure:
    """distance[i, j] in the color of its share of `largest`, the same for all squares beside each other; and as `written`."""
    places = np.arange(len(names))
    side: dict[str, object] = {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": list(names),
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 13},
        "automargin": True,
    }
    trace = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": distance.astype(np.float32),
        "text": [[written(float(value)) for value in row] for row in distance],
        "texttemplate": "%{text}",
        "textfont": {"size": 16 if len(names) < 5 else 13},
        "zmin": 0.0,
        "zmax": largest,
        "colorscale": [list(stop) for stop in LOSS_SCALE],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
    }
    layout = {
        "xaxis": {**side, "side": "bottom"},
        "yaxis": {**side, "autorange": "reversed"},
        "margin": {"l": 60, "r": 8, "t": 8, "b": 30},
        "dragmode": False,
    }
    return {"data": [trace], "layout": layout}
