"""The same landscape in three dimensions: its height is the loss itself, its colors are those of the contour map."""

import numpy as np
from jaxtyping import Float

from figures.colors import LOSS_SCALE
from figures.derived import Drawn, beside_its_middle
from figures.figure import Figure, Trace, hover
from figures.levels import Levels

LIGHTING = {"ambient": 0.75, "diffuse": 0.5, "specular": 0.05}


def surface(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    heights: Drawn,
    losses: Drawn,
    low: float,
    high: float,
    levels: Levels,
    axes: tuple[str, str],
    *,
    equal: bool,
    loss: str = "loss",
    fixed: bool = False,
) -> Figure:
    """losses: its height, heights: its colors (see levels.py). low, high: the least and the greatest loss in it, or, fixed, of all that
    are to be compared: then they are the ends of its axis."""
    lines = {"show": True, "start": low, "end": high, "size": max(high - low, 1e-12) / 12, "width": 1, "color": "rgba(20,30,60,0.45)"}
    trace: Trace = {
        "type": "surface",
        "x": beside_its_middle(a),
        "y": beside_its_middle(b),
        "z": losses,
        "surfacecolor": heights,
        "cmin": levels.first,
        "cmax": levels.last,
        "colorscale": [list(stop) for stop in LOSS_SCALE],
        "showscale": False,
        "contours": {"z": lines},
        "lighting": LIGHTING,
        "hovertemplate": hover(axes, loss, "%{z:.4g}"),
    }
    height: dict[str, object] = {"title": {"text": loss}, "nticks": 5}
    if fixed:
        height["range"] = [low, high + 0.03 * (high - low)]  # walks lie a little above the surface
    scene = {
        "xaxis": {"title": {"text": axes[0]}},
        "yaxis": {"title": {"text": axes[1]}},
        "zaxis": height,
        "aspectmode": "manual",
        "aspectratio": {"x": 1.0, "y": 1.0, "z": 0.7} if equal else {"x": 1.1, "y": 1.0, "z": 0.7},
        "camera": {"eye": {"x": 0.83, "y": -1.27, "z": 2.04}, "center": {"x": 0, "y": 0, "z": -0.15}},
    }
    return {"data": [trace], "layout": {"scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}}
