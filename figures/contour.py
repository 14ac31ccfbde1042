"""The contour map of one panel: the loss over the two drawn weights, the goal and the minimum. Walks go over it."""

import numpy as np
from jaxtyping import Float

from figures.colors import BATCH, GOAL, LINES, LOSS_SCALE
from figures.derived import Drawn, beside_its_middle
from figures.figure import Figure, Layout, Trace, axis, ends, hover
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
    line = {"width": 0.8, "color": LINES, "smoothing": 0.0 if losses is None else 0.6}
    bands = level_lines(a, b, heights, between, line) | {"colorscale": [list(stop) for stop in LOSS_SCALE], "autocontour": False}
    if losses is None:
        bands |= {"hoverinfo": "skip", "contours": {**between, "showlines": False}}  # bands alone: half of the drawing
    else:
        bands |= {"customdata": losses, "hovertemplate": hover(axes, loss, "%{customdata:.4g}")}
    traces, line = [bands], {"color": GOAL, "width": 2}
    if ring is not None:
        traces.append(_named(goal, {"type": "scatter", "mode": "lines", "x": ring[0], "y": ring[1], "line": line}))
    elif level is not None:
        only = {"start": level, "end": level, "size": 1.0, "coloring": "none"}
        traces.append(level_lines(a, b, heights, only, line) | {"name": goal, "hoverinfo": "skip"})
    if minimum is not None:
        star = {"symbol": "star", "size": 14, "color": GOAL, "line": {"width": 1.5, "color": "#ffffff"}}
        traces.append(_named(lowest, {"type": "scatter", "mode": "markers", "x": minimum[:1], "y": minimum[1:2], "marker": star}))
    vertical = axis(axes[1], range=ends(b))
    if equal:
        vertical["scaleanchor"] = "x"
    layout = {"xaxis": axis(axes[0], range=ends(a)), "yaxis": vertical, "showlegend": False, "hovermode": "closest"}
    return {"data": traces, "layout": layout}


def _named(name: str, trace: Trace) -> Trace:
    """A mark on the map, its name under the pointer."""
    return {**trace, "name": name, "hovertemplate": f"{name}<extra></extra>", "showlegend": False}


def level_lines(
    a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], z: Drawn | Float[np.ndarray, "m n"], contours: Layout, line: Layout
) -> Trace:
    """Contours of z at (a[j], b[i]), at the heights that `contours` names."""
    x, y = beside_its_middle(a), beside_its_middle(b)
    return {"type": "contour", "x": x, "y": y, "z": z, "contours": contours, "line": line, "showscale": False}


def lines_over(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " m"], heights: Drawn, levels: Levels, name: str) -> Trace:
    """Another loss on the same map, as lines alone."""
    contours = {"start": levels.first, "end": levels.last, "size": levels.step, "coloring": "none"}
    line = {"width": 1.8, "color": BATCH, "smoothing": 0.6}
    return level_lines(a, b, heights, contours, line) | {"autocontour": False, "hoverinfo": "skip", "name": name}
