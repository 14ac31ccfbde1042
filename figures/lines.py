"""A line chart: values over updates, or over anything else."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from figures.figure import Figure, Trace, axis, legend_above, level_line

LEAST = 1e-30  # a logarithmic axis has no place for 0


class Line(NamedTuple):
    """A line of a chart."""

    name: str
    x: Float[np.ndarray, " k"]
    y: Float[np.ndarray, " k"]
    color: str
    dash: str = "solid"  # or dash, dot
    width: float = 2.2  # in pixels
    named: bool = True  # in the legend
    dots: bool = False  # points without a line


class Level(NamedTuple):
    """A horizontal line across the chart."""

    y: float
    says: str  # the text on it
    color: str


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
    vertical = axis(axes[1])
    if log:
        positive = np.concatenate([np.asarray(line.y, np.float64) for line in drawn]) if drawn else np.ones(1)
        positive = positive[np.isfinite(positive) & (positive > LEAST)]
        decades = float(np.log10(positive.max() / positive.min())) if positive.size else 0.0
        vertical |= {"type": "log", "exponentformat": "power"} | ({"dtick": max(1, round(decades / 6))} if decades > 1.5 else {})
    layout: dict[str, object] = {
        "xaxis": axis(axes[0]),
        "yaxis": vertical,
        "legend": legend_above(),
        "margin": {"l": 76, "r": 24, "t": 60, "b": 56},
        "hovermode": "closest",
        "shapes": [level_line(level.y, level.color) for level in levels],
        "annotations": [
            {
                "xref": "x domain",
                "x": 1,
                "xanchor": "right",
                "yanchor": "bottom",
                "yref": "y",
                "y": float(np.log10(level.y)) if log else level.y,
                "text": level.says,
                "showarrow": False,
            }
            for level in levels
        ],
    }
    return {"data": traces, "layout": layout}
