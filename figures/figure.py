"""A figure as Plotly reads it: plain mappings with NumPy arrays in them. Nothing here knows a widget."""

from typing import TypedDict

import numpy as np
from jaxtyping import Float

Trace = dict[str, object]
Layout = dict[str, object]


class Figure(TypedDict):
    """Not `Figure.to_plotly_json()` of the library, which turns arrays into text and can share none of them."""

    data: list[Trace]
    layout: Layout


def axis(title: str, ticks: int = 6, **more: object) -> Layout:
    """An axis with a title and about so many ticks."""
    return {"title": {"text": title}, "nticks": ticks, "zeroline": False, **more}


def small_axis(title: str, **more: object) -> Layout:
    """An axis of a picture beside a map: few ticks, and the title in small letters."""
    return {"title": {"text": title, "font": {"size": 13}}, "nticks": 4, "zeroline": False, **more}


SMALL_MARGIN = {"l": 54, "r": 6, "t": 6, "b": 46}  # around the axes of such a picture


def ends(axis: Float[np.ndarray, " n"]) -> list[float]:
    """The range of an axis that is sampled in ascending order."""
    return [float(axis[0]), float(axis[-1])]


def hover(axes: tuple[str, str], name: str = "", value: str = "") -> str:
    """What stands under the pointer: both coordinates, and a name with a value, such as %{z:.4g}."""
    rest = f"<br>{name} {value}".rstrip() if name else ""
    return f"{axes[0]} %{{x:.4g}}<br>{axes[1]} %{{y:.4g}}{rest}<extra></extra>"


def level_line(y: float, color: str) -> Layout:
    """A dotted line across a chart."""
    line = {"color": color, "width": 1.5, "dash": "dot"}
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def legend_above() -> Layout:
    """A legend in one line above the axes."""
    return {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
