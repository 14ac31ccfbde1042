"""The loss around a point, and its second-order expansion over it."""

import numpy as np
from jaxtyping import Float

from figures.colors import LOSS_SCALE
from figures.figure import Figure, Layout, Trace, hover
from figures.marks import DOWN
from figures.surface import LIGHTING


def expansion(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    true: Float[np.ndarray, "m n"],
    expanded: Float[np.ndarray, "m n"],
    axes: tuple[str, str],
    words: tuple[str, str],
) -> Figure:
    """words: the names of the two surfaces. The expansion is cut off where it leaves the loss's range by more than half of it."""
    low, high = float(true.min()), float(true.max())
    room = 0.5 * (high - low) or 1.0
    shown = np.where((expanded >= low - room) & (expanded <= high + room), expanded, np.nan)
    colors = [list(stop) for stop in LOSS_SCALE], [[0, DOWN], [1, DOWN]]
    styles: tuple[Layout, Layout] = ({"lighting": LIGHTING}, {"opacity": 0.45})
    traces: list[Trace] = [
        {
            "type": "surface",
            "x": a,
            "y": b,
            "z": z,
            "colorscale": scale,
            "showscale": False,
            "name": name,
            "hovertemplate": hover(axes, name, "%{z:.4g}"),
            **style,
        }
        for z, name, scale, style in zip((true, shown), words, colors, styles, strict=True)
    ]
    scene = {
        "xaxis": {"title": {"text": axes[0]}, "nticks": 5},
        "yaxis": {"title": {"text": axes[1]}, "nticks": 5},
        "zaxis": {"title": {"text": ""}, "nticks": 5},
        "aspectmode": "manual",
        "aspectratio": {"x": 1.0, "y": 1.0, "z": 0.7},
        "camera": {"eye": {"x": 1.0, "y": -1.4, "z": 0.85}, "center": {"x": 0, "y": 0, "z": -0.12}},
    }
    return {"data": traces, "layout": {"scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "yaxis": {}, "xaxis": {}}}
