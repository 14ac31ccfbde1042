"""Small panels of bars, one for each way to give shares to positions; what is not a number is marked."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from figures.colors import DATA, GOAL, PANELS
from figures.figure import Figure, Layout, Trace

GAP = 0.1  # between panels, of the whole width
HEAD = 0.26  # of a row's height, for its title
SMALL = 0.005  # a share below it is nearly 0, and said to be


class Bars(NamedTuple):
    """A panel of bars."""

    title: str  # above it
    values: Float[np.ndarray, " n"]  # a share for every position, or NaN
    hatched: Bool[np.ndarray, " n"]  # which bars are hatched
    note: str = ""  # what the bars cannot show


class Words(NamedTuple):
    """Names in the legend and on the axis."""

    plain: str
    hatched: str
    position: str


def _written(value: float) -> str:
    return "0" if value == 0 else "≈0" if value < SMALL else f"{value:.2f}"


def _drawn(panel: Bars, axis: str, words: Words, named: bool) -> list[Trace]:
    positions, nan = np.arange(1, len(panel.values) + 1), np.isnan(panel.values)
    traces: list[Trace] = []
    for name, those, color, pattern in (
        (words.plain, ~panel.hatched & ~nan, DATA, ""),
        (words.hatched, panel.hatched & ~nan, PANELS[0], "/"),
        ("NaN", nan, GOAL, "x"),
    ):
        shares = np.where(nan, 1.0, panel.values)[those]
        traces.append(
            {
                "type": "bar",
                "x": positions[those],
                "y": shares,
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "name": name,
                "legendgroup": name,
                "showlegend": named,
                "marker": {
                    "color": color,
                    "line": {"color": color, "width": 1.5},
                    "pattern": {"shape": pattern, "fillmode": "replace", "size": 7, "solidity": 0.35},
                },
                "text": tuple("NaN" if name == "NaN" else _written(float(share)) for share in shares),
                "textposition": "outside",
                "textangle": 0,
                "cliponaxis": False,
                "textfont": {"size": 12},
                "hovertemplate": f"%{{x}}: NaN<extra>{name}</extra>" if name == "NaN" else f"%{{x}}: %{{y:.4g}}<extra>{name}</extra>",
            }
        )
    return traces


def bars(panels: Sequence[Bars], words: Words, columns: int = 2) -> Figure:
    """Panels row by row, all on the axis from 0 to 1."""
    rows = -(-len(panels) // columns)
    width, height = (1 - GAP * (columns - 1)) / columns, 1 / rows
    traces: list[Trace] = []
    layout: Layout = {"annotations": []}
    titles = []
    for i, panel in enumerate(panels):
        axis = "" if i == 0 else str(i + 1)
        left, top = (i % columns) * (width + GAP), 1 - (i // columns) * height
        last = i + columns >= len(panels)
        traces += _drawn(panel, axis, words, named=i == 0)
        layout[f"xaxis{axis}"] = {
            "domain": [left, left + width],
            "anchor": f"y{axis}",
            "range": [0.4, len(panel.values) + 0.6],
            "dtick": 1,
            "showgrid": False,
            "showticklabels": last,
            "ticks": "",
            "mirror": False,
            "fixedrange": True,
            **({"title": {"text": words.position}} if last else {}),
        }
        layout[f"yaxis{axis}"] = {
            "domain": [top - height, top - HEAD * height],
            "anchor": f"x{axis}",
            "range": [0, 1.3],
            "tickvals": [0, 1],
            "ticks": "",
            "mirror": False,
            "zeroline": False,
            "fixedrange": True,
        }
        titles.append(
            {
                "text": f"<b>{panel.title}</b>",
                "xref": "paper",
                "yref": "paper",
                "x": left,
                "y": top - HEAD * height,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
        if panel.note:
            titles.append({**titles[-1], "text": panel.note, "x": left + width, "xanchor": "right", "yanchor": "top"})
    layout |= {
        "annotations": titles,
        "bargap": 0.25,
        "barmode": "overlay",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "itemclick": False, "itemdoubleclick": False},
        "margin": {"l": 26, "r": 8, "t": 30, "b": 48},
        "hovermode": "closest",
    }
    return {"data": traces, "layout": layout}
