"""Loss above the minimum and gradient norm over the updates, for every walk of every panel."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from figures.colors import GOAL
from figures.figure import Figure, Trace


class Curve(NamedTuple):
    name: str
    color: str
    dash: str
    update: Int[np.ndarray, " k"]
    excess: Float[np.ndarray, " k"]
    slope: Float[np.ndarray, " k"]


def curves(lines: list[Curve], last: int, words: tuple[str, str, str], goals: list[float], most: int = 600) -> Figure:
    """words: names of the loss axis, of the gradient axis and of the updates. goals: one level each panel, drawn where they agree."""
    loss, slope, updates = words
    traces: list[Trace] = []
    for line in lines:
        upto = max(int(np.searchsorted(line.update, last, side="right")), 1)
        take = np.unique(np.linspace(0, upto - 1, min(most, upto)).astype(int))
        for values, axis, shown in ((line.excess, "", True), (line.slope, "2", False)):
            drawn = np.where(np.isfinite(values[take]) & (values[take] > 1e-30), values[take], np.nan)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": line.update[take],
                    "y": drawn,
                    "xaxis": f"x{axis}",
                    "yaxis": f"y{axis}",
                    "name": line.name,
                    "legendgroup": line.name,
                    "showlegend": shown,
                    "line": {"color": line.color, "dash": line.dash, "width": 2.2},
                    "hovertemplate": f"{line.name}<br>%{{x}}: %{{y:.4g}}<extra></extra>",
                }
            )
    layout: dict[str, object] = {
        "xaxis": {"title": {"text": updates}, "domain": [0, 0.45], "range": [0, last]},
        "xaxis2": {"title": {"text": updates}, "domain": [0.56, 1], "range": [0, last], "anchor": "y2"},
        "yaxis": {"title": {"text": loss}, "type": "log", "exponentformat": "power", "nticks": 6},
        "yaxis2": {"title": {"text": slope}, "type": "log", "exponentformat": "power", "nticks": 6, "anchor": "x2"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "margin": {"l": 70, "r": 10, "t": 50, "b": 52},
        "hovermode": "closest",
    }
    if goals and max(goals) - min(goals) <= 1e-6 * max(goals):
        dotted = {"color": GOAL, "width": 1.5, "dash": "dot"}
        layout["shapes"] = [{"type": "line", "xref": "x", "x0": 0, "x1": last, "y0": goals[0], "y1": goals[0], "line": dotted}]
    return {"data": traces, "layout": layout}
