"""A figure as Plotly reads it: plain mappings with NumPy arrays in them. Nothing here knows a widget."""

from typing import TypedDict

Trace = dict[str, object]
Layout = dict[str, object]


class Figure(TypedDict):
    """Not `Figure.to_plotly_json()` of the library, which turns arrays into text and can share none of them."""

    data: list[Trace]
    layout: Layout
