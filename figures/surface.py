"""The same landscape in three dimensions, from the same arrays as the contour map."""

import numpy as np
from jaxtyping import Float

from figures.colors import LOSS_SCALE
from figures.figure import Figure
from figures.levels import Levels


def surface(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    heights: Float[np.ndarray, "m n"],
    grid: Float[np.ndarray, "m n"],
    levels: Levels,
    axes: tuple[str, str],
    *,
    equal: bool,
    loss: str = "loss",
) -> Figure:
    lines = {"show": True, "start": levels.first, "end": levels.last, "size": levels.step, "width": 1, "color": "rgba(20,30,60,0.45)"}
    trace = {
        "type": "surface",
        "x": a,
        "y": b,
        "z": heights,
        "customdata": grid,
        "colorscale": [list(stop) for stop in LOSS_SCALE],
        "showscale": False,
        "contours": {"z": lines},
        "lighting": {"ambient": 0.75, "diffuse": 0.5, "specular": 0.05},
        "hovertemplate": f"{axes[0]} %{{x:.4g}}<br>{axes[1]} %{{y:.4g}}<br>{loss} %{{customdata:.4g}}<extra></extra>",
    }
    scene = {
        "xaxis": {"title": {"text": axes[0]}},
        "yaxis": {"title": {"text": axes[1]}},
        "zaxis": {"title": {"text": loss}, "tickmode": "array", "tickvals": levels.ticks, "ticktext": levels.words},
        "aspectmode": "manual",
        "aspectratio": {"x": 1.0, "y": 1.0, "z": 0.7} if equal else {"x": 1.1, "y": 1.0, "z": 0.7},
        "camera": {"eye": {"x": 1.35, "y": -1.35, "z": 0.95}},
    }
    return {"data": [trace], "layout": {"scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}}
