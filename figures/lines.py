"""Lines over updates (or over anything else): a chart with few words."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from figures.figure import Figure, Trace

LEAST = 1e-30  # a logarithmic axis has no place for 0


class Line(NamedTuple):
    """dash: solid, dash or dot. width in pixels. named: it has a place in the legend. dots: points of their own, no line."""

    name: str
    x: Float[np.ndarray, " k"]
    y: Float[np.ndarray, " k"]
    color: str
    dash: str = "solid"
    width: float = 2.2
    named: bool = True
    dots: bool = False


class Level(NamedTuple):
    """A horizontal line across the chart, and what it says."""

    y: float
    says: str
    color: str


def _dotted(level: Level) -> dict[str, object]:
    return {"color": level.color, "width": 1.5, "dash": "dot"}


def lines(drawn: Sequence[Line], axes: tuple[str, str], *, log: bool = False, levels: Sequence[Level] = ()) -> Figure:
    """axes: names of x and y. log: y is logarithmic, and what is not above 0 is left out."""
    traces: list[Trace] = []
    for line in drawn:
        y = np.asarray(line.y, np.float64)
        keep = np.isfinite(y) & ((y > LEAST) if log else True)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers" if line.dots else "lines",
                "x": np.asarray(line.x, np.float64),
                "y": np.where(keep, y, np.nan),
                "name": line.name,
                "showlegend": line.named,
                "line": {"color": line.color, "dash": line.dash, "width": line.width},
                "marker": {"color": line.color, "size": 11},
                "hovertemplate": f"{line.name}<br>%{{x}}: %{{y:.4g}}<extra></extra>",
            }
        )
    vertical: dict[str, object] = {"title": {"text": axes[1]}, "nticks": 6, "zeroline": False}
    if log:
        seen = np.concatenate([np.asarray(line.y, np.float64) for line in drawn]) if drawn else np.ones(1)
        seen = seen[np.isfinite(seen) & (seen > LEAST)]
        decades = float(np.log10(seen.max() / seen.min())) if seen.size else 0.0
        vertical |= {"type": "log", "exponentformat": "power"} | ({"dtick": max(1, round(decades / 6))} if decades > 1.5 else {})
    layout: dict[str, object] = {
        "xaxis": {"title": {"text": axes[0]}, "nticks": 6, "zeroline": False},
        "yaxis": vertical,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "margin": {"l": 76, "r": 24, "t": 60, "b": 56},
        "hovermode": "closest",
        "shapes": [
            {
                "type": "line",
                "xref": "x domain",
                "x0": 0,
                "x1": 1,
                "y0": at.y,
                "y1": at.y,
                "line": {"color": at.color, "width": 1.5, "dash": "dot"},
            }
            for at in levels
        ],
        "annotations": [
            {
                "xref": "x domain",
                "x": 1,
                "xanchor": "right",
                "yanchor": "bottom",
                "yref": "y",
                "y": float(np.log10(at.y)) if log else at.y,
                "text": at.says,
                "showarrow": False,
            }
            for at in levels
        ],
    }
    return {"data": traces, "layout": layout}
