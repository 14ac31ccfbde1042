"""Loss above the minimum and gradient norm over the updates, for every walk of every panel.

The numbers are those of the walks, which the board has anyway: a trace names its walk, and which of its numbers, in `meta`; the board
fills in x (updates, epochs or gradient evaluations), y, the legend, and the text under the pointer.
"""

from typing import NamedTuple

from figures.colors import GOAL
from figures.figure import Figure, Trace, legend_above, level_line


class Curve(NamedTuple):
    """The curves of one walk."""

    panel: int  # its index
    walk: int  # its index in the panel
    name: str
    color: str
    dash: str


def curves(lines: list[Curve], words: tuple[str, str], goals: list[float]) -> Figure:
    """words: names of the loss axis and of the gradient axis. goals: a level for each panel, drawn if all agree."""
    loss, slope = words
    traces: list[Trace] = []
    for line in lines:
        for of, axis, shown in (("excess", "", True), ("slope", "2", False)):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "meta": {"panel": line.panel, "walk": line.walk, "of": of},
                    "xaxis": f"x{axis}",
                    "yaxis": f"y{axis}",
                    "name": line.name,
                    "showlegend": shown,
                    "line": {"color": line.color, "dash": line.dash, "width": 2.2},
                }
            )
    layout: dict[str, object] = {
        "xaxis": {"domain": [0, 0.45]},
        "xaxis2": {"domain": [0.56, 1], "anchor": "y2"},
        "yaxis": {"title": {"text": loss}, "type": "log", "exponentformat": "power", "nticks": 6},
        "yaxis2": {"title": {"text": slope}, "type": "log", "exponentformat": "power", "nticks": 6, "anchor": "x2"},
        "legend": legend_above(),
        "margin": {"l": 70, "r": 10, "t": 50, "b": 52},
        "hovermode": "closest",
    }
    if goals and max(goals) - min(goals) <= 1e-6 * max(goals):
        layout["shapes"] = [level_line(goals[0], GOAL)]
    return {"data": traces, "layout": layout}
