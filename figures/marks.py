"""Marks on a contour map: critical points by their kind, valleys, the curvature at a point as arrows."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core.messages import N_
from figures.figure import Trace

UP, DOWN = "#0072b2", "#c2185b"  # curvature that leads up, and down
LONGEST = 0.4  # of half the picture


class Mark(NamedTuple):
    symbol: str
    color: str
    label: str


KINDS: Mapping[str, Mark] = MappingProxyType(
    {
        "minimum": Mark("circle", "#009e73", N_("minimum")),
        "degenerate minimum": Mark("circle-open", "#009e73", N_("degenerate minimum")),
        "kink": Mark("star-triangle-down", "#009e73", N_("kink: lowest, but without a gradient")),
        "saddle": Mark("x", "#d55e00", N_("saddle")),
        "degenerate saddle": Mark("x-open", "#d55e00", N_("degenerate saddle")),
        "monkey saddle": Mark("asterisk-open", "#d55e00", N_("monkey saddle")),
        "degenerate": Mark("diamond-open", "#d55e00", N_("degenerate point")),
        "maximum": Mark("triangle-up", "#7b3294", N_("maximum")),
        "degenerate maximum": Mark("triangle-up-open", "#7b3294", N_("degenerate maximum")),
    }
)


class Spot(NamedTuple):
    """A critical point on the map."""

    position: tuple[float, float]
    kind: str
    says: str  # under the pointer


def critical(spots: Sequence[Spot]) -> list[Trace]:
    """One trace for all."""
    if not spots:
        return []
    marks = [KINDS[spot.kind] for spot in spots]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": np.array([spot.position[0] for spot in spots]),
            "y": np.array([spot.position[1] for spot in spots]),
            "marker": {
                "symbol": [mark.symbol for mark in marks],
                "color": [mark.color for mark in marks],
                "size": 10 if len(spots) < 60 else 6,
                "line": {"width": 1.5, "color": [mark.color if "open" in mark.symbol else "#ffffff" for mark in marks]},
            },
            "text": [spot.says for spot in spots],
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": False,
        }
    ]


def line(points: Float[np.ndarray, "k 2"], color: str, says: str, dash: str = "solid") -> Trace:
    """A line through points of the map. says: what stands under the pointer."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": points[:, 0],
        "y": points[:, 1],
        "line": {"color": color, "width": 3, "dash": dash},
        "hovertemplate": f"{says}<extra></extra>",
        "showlegend": False,
    }


def curve(points: Float[np.ndarray, "k 2"], kind: str, says: str) -> Trace:
    """A valley of minima, or a ridge."""
    return line(points, KINDS[kind].color, says, "dot")


def arrows(
    point: Float[np.ndarray, " 2"],
    values: Float[np.ndarray, " 2"],
    vectors: Float[np.ndarray, "2 2"],
    half: Float[np.ndarray, " 2"],
    says: str,
) -> list[Trace]:
    """Both ways along each eigenvector, as long as √|λ| asks beside the other; where it leads down the heads point away, where up, to it.

    half: half the picture's sides. says: holds {value}.
    """
    traces: list[Trace] = []
    largest = float(np.sqrt(np.abs(values).max(initial=0.0)))
    for value, vector in zip(values, vectors.T, strict=True):
        length = LONGEST * float(np.sqrt(abs(value))) / largest if largest > 0 else 0.0
        along = vector / float(np.abs(vector / half).max()) * length
        color = DOWN if value < 0 else UP
        for way in (along, -along):
            ends = np.stack([point, point + way] if value < 0 else [point + way, point + 0.25 * way])
            head = {"symbol": "arrow", "angleref": "previous", "size": [0, 13], "color": color, "opacity": 1}
            traces.append(line(ends, color, says.format(value=f"{value:.4g}")) | {"mode": "lines+markers", "marker": head})
    return traces
