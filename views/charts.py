"""Charts of lines below a picture: one figure, its message in words, and a key of its own in every language."""

from collections.abc import Sequence

from browser.chart import chart
from figures.lines import Level, Line, lines
from views.language import language


def line_chart(
    key: str, drawn: Sequence[Line], axes: tuple[str, str], alt: str, *, log: bool = False, levels: Sequence[Level] = ()
) -> None:
    """axes: names of x and y. alt: the message, for who cannot see it. log: y is logarithmic."""
    chart(lines(drawn, axes, log=log, levels=levels), alt, f"{key} {language()}")
