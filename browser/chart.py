"""A chart: one Plotly figure on one node, drawn by the same hand as the board's and in the same theme."""

from browser.pack import pack
from browser.static_files import component
from figures.figure import Figure

_CHART = component("chart", isolate_styles=False)


def chart(figure: Figure, alt: str, key: str, *, tall: bool = False) -> None:
    """Draws it; what is as it was is not drawn again. alt: its message, with the numbers, for who cannot see it. tall: as high as wide."""
    _CHART(key=key, data=pack({"figure": figure, "alt": alt, "tall": tall}))
