"""Decision regions: which class a model predicts at each point of a plane of two features, and the rows with the classes that they have."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int, UInt8

from figures.colors import CLASSES
from figures.figure import SMALL_MARGIN, Figure, Trace, ends, hover, small_axis

PALE = 0.42  # how much of a region's color there is, so that a row in it, and either theme, can be told from it
OUTLINE = "rgba(20, 22, 34, 0.75)"


def regions(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    predicted: UInt8[np.ndarray, "m n"],
    points: Float[np.ndarray, "2 r"],
    labels: Int[np.ndarray, " r"],
    names: Sequence[str],
    axes: tuple[str, str],
    *,
    equal: bool = False,
    legend: bool = False,
    most: int = 400,
) -> Figure:
    """predicted[i, j]: the number of the class at (a[j], b[i]). points: the rows, at most `most` of them drawn, evenly taken; labels: the
    numbers of their classes, each a place in `names`. A row is in the color and has the marker of its class."""
    take = np.linspace(0, labels.size - 1, min(most, labels.size)).astype(int)
    x, y, label = points[0, take], points[1, take], labels[take]
    traces: list[Trace] = [
        {
            "type": "heatmap",
            "x": a.astype(np.float32),
            "y": b.astype(np.float32),
            "z": predicted,
            "zmin": -0.5,
            "zmax": len(names) - 0.5,
            "colorscale": _steps([stroke.color for stroke in CLASSES[: len(names)]]),
            "opacity": PALE,
            "showscale": False,
            "hoverinfo": "skip",
        }
    ]
    for i, (name, stroke) in enumerate(zip(names, CLASSES, strict=False)):
        mine = label == i
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": x[mine].astype(np.float32),
                "y": y[mine].astype(np.float32),
                "name": name,
                "showlegend": legend,
                "marker": {"size": 6, "color": stroke.color, "symbol": stroke.marker, "line": {"width": 0.8, "color": OUTLINE}},
                "hovertemplate": hover(axes, name),
            }
        )
    horizontal, vertical = small_axis(axes[0], showgrid=False, range=ends(a)), small_axis(axes[1], showgrid=False, range=ends(b))
    if equal:
        vertical["scaleanchor"] = "x"
    layout = {"xaxis": horizontal, "yaxis": vertical, "showlegend": legend, "margin": SMALL_MARGIN}
    return {"data": traces, "layout": layout}


def over_updates(figure: Figure, update: Int[np.ndarray, " k"], predicted: UInt8[np.ndarray, "k m n"]) -> Figure:
    """The same figure with the regions at several updates, ascending: the board draws those of the update that it shows. They stand as
    they are from each of these updates on to the next."""
    moving: Trace = {**figure["data"][0], "z": predicted[-1], "moments": {"update": update.astype(np.int32), "z": predicted}}
    return {"data": [moving, *figure["data"][1:]], "layout": figure["layout"]}


def _steps(colors: Sequence[str]) -> list[list[object]]:
    """A color scale of equal steps, no color between two."""
    edges = [round(edge, 6) for edge in np.linspace(0.0, 1.0, len(colors) + 1).tolist()]
    return [[edge, color] for (low, high), color in zip(pairwise(edges), colors, strict=True) for edge in (low, high)]
