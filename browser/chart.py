"""A chart: one Plotly figure, rendered by the same client code as the board and in the same theme."""

from browser.pack import pack
from browser.static_files import component
from figures.figure import Figure

_CHART = component("chart", isolate_styles=False)


def chart(figure: Figure, alt: str, key: str, *, tall: bool = False) -> None:
    """Draw a figure; it is redrawn only where it changed. alt: alternative text, with its numbers. tall: as high as wide."""
    _CHART(key=key, data=pack({"figure": figure, "alt": alt, "tall": tall}))
