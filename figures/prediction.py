"""A prediction over one input, at several updates, and the rows: the board draws the curve of the update that it shows."""

import numpy as np
from jaxtyping import Float, Int

from figures.colors import DATA, WALKS
from figures.figure import SMALL_MARGIN, Figure, ends, hover, small_axis


def prediction(
    x: Float[np.ndarray, " n"],
    update: Int[np.ndarray, " k"],
    predicted: Float[np.ndarray, "k n"],
    points: Float[np.ndarray, "2 r"],
    axes: tuple[str, str],
) -> Figure:
    """predicted[k]: the curve after update[k] updates, ascending. points: input and target of the rows."""
    curves = predicted.astype(np.float32)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": x.astype(np.float32),
        "y": curves[-1],
        "line": {"color": WALKS[0].color, "width": 2.5},
        "hovertemplate": hover(axes),
        "moments": {"update": update.astype(np.int32), "y": curves},
    }
    rows = {
        "type": "scatter",
        "mode": "markers",
        "x": points[0].astype(np.float32),
        "y": points[1].astype(np.float32),
        "marker": {"size": 7, "color": DATA},
        "hovertemplate": hover(axes),
    }
    low, high = float(points[1].min()), float(points[1].max())
    room = 0.35 * (high - low or 1.0)  # the same at every update: what leaves it is cut
    vertical = small_axis(axes[1], range=[low - room, high + room])
    layout = {"xaxis": small_axis(axes[0], range=ends(x)), "yaxis": vertical, "showlegend": False, "margin": SMALL_MARGIN}
    return {"data": [line, rows], "layout": layout}
