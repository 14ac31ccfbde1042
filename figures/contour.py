"""The contour map of one panel: the loss over the two drawn weights, the goal and the minimum. Walks go over it."""

import numpy as np
from jaxtyping import Float

from figures.colors import BATCH, GOAL, LINES, LOSS_SCALE
from figures.derived import Drawn, beside_its_middle
from figures.figure import Figure, Trace
from figures.levels import Levels


def ellipse(
    center: Float[np.ndarray, " 2"], hessian: Float[np.ndarray, "2 2"], excess: float
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Where ½ dᵀHd = excess around the center: the exact level line of a quadratic, however thin."""
    values, axes = np.linalg.eigh(hessian)
    turn = np.linspace(0, 2 * np.pi, 91)
    ring = axes @ (np.sqrt(2 * excess / values)[:, None] * np.stack([np.cos(turn), np.sin(turn)]))
    return center[0] + ring[0], center[1] + ring[1]


def contour(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " m"],
    heights: Drawn,
    losses: Drawn | None,
    levels: Levels,
    axes: tuple[str, str],
    *,
    equal: bool,
    minimum: Float[np.ndarray, " 2"] | None = None,
    ring: tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]] | None = None,
    level: float | None = None,
    words: tuple[str, str, str] = ("loss", "goal", "minimum"),
) -> Figure:
    """heights: what is drawn (see levels.py); losses: the loss itself, for the hover text, None for a picture that is moving. The goal's
    level line: `ring` where it is known exactly, else drawn through the heights at `level`. The start is a control: the board draws it.
    """
    loss, goal, lowest = words
    between: dict[str, object] = {"start": levels.first, "end": levels.last, "size": levels.step}
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": beside_its_middle(a),
            "y": beside_its_middle(b),
            "z": heights,
            "colorscale": [list(stop) for stop in LOSS_SCALE],
            "contours": between,
            "autocontour": False,
            "line": {"width": 0.8, "color": LINES, "smoothing": 0.0 if losses is None else 0.6},
            "showscale": False,
        }
    ]
    if losses is None:
        traces[0] |= {"hoverinfo": "skip", "contours": {**between, "showlines": False}}  # bands alone: half of the drawing
    else:
        traces[0]["customdata"] = losses
        traces[0]["hovertemplate"] = f"{axes[0]} %{{x:.4g}}<br>{axes[1]} %{{y:.4g}}<br>{loss} %{{customdata:.4g}}<extra></extra>"
    line = {"color": GOAL, "width": 2}
    if ring is not None:
        traces.append({"type": "scatter", "mode": "lines", "x": ring[0], "y": ring[1], "line": line, "name": goal})
    elif level is not None:
        only = {"start": level, "end": level, "size": 1.0, "coloring": "none"}
        traces.append(
            {
                "type": "contour",
                "x": beside_its_middle(a),
                "y": beside_its_middle(b),
                "z": heights,
                "contours": only,
                "line": line,
                "showscale": False,
                "name": goal,
            }
        )
    star = {"symbol": "star", "size": 14, "color": GOAL, "line": {"width": 1.5, "color": "#ffffff"}}
    if minimum is not None:
        traces.append({"type": "scatter", "mode": "markers", "x": minimum[:1], "y": minimum[1:2], "marker": star, "name": lowest})
    for trace in traces[1:]:
        trace |= (
            {"hovertemplate": f"{trace['name']}<extra></extra>", "showlegend": False}
            if trace["type"] == "scatter"
            else {"hoverinfo": "skip"}
        )
    vertical: dict[str, object] = {"title": {"text": axes[1]}, "range": [float(b[0]), float(b[-1])], "nticks": 6, "zeroline": False}
    if equal:
        vertical["scaleanchor"] = "x"
    horizontal = {"title": {"text": axes[0]}, "range": [float(a[0]), float(a[-1])], "nticks": 6, "zeroline": False}
    return {"data": traces, "layout": {"xaxis": horizontal, "yaxis": vertical, "showlegend": False, "hovermode": "closest"}}


def lines_over(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], heights: Drawn, levels: Levels, name: str) -> Trace:
    """Another loss on the same map, as lines alone."""
    return {
        "type": "contour",
        "x": beside_its_middle(a),
        "y": beside_its_middle(b),
        "z": heights,
        "contours": {"start": levels.first, "end": levels.last, "size": levels.step, "coloring": "none"},
        "autocontour": False,
        "line": {"width": 1.8, "color": BATCH, "smoothing": 0.6},
        "showscale": False,
        "hoverinfo": "skip",
        "name": name,
    }
