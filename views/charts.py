"""Charts below a picture: one figure, its message in words, and a key of its own in every language."""

from collections.abc import Sequence

from browser.chart import chart
from figures.figure import Figure
from figures.lines import Level, Line, lines
from views.language import language


def figure_chart(key: str, figure: Figure, alt: str, *, tall: bool = False) -> None:
    """Draw a figure. alt: alternative text. tall: as high as wide."""
    chart(figure, alt, f"{key} {language()}", tall=tall)


def line_chart(
    key: str, drawn: Sequence[Line], axes: tuple[str, str], alt: str, *, log: bool = False, levels: Sequence[Level] = ()
) -> None:
    """axes: names of x and y. log: y is logarithmic."""
    figure_chart(key, lines(drawn, axes, log=log, levels=levels), alt)
