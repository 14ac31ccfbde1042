"""Booth's function: a bowl with eigenvalues 2 and 18, its axes at 45°."""

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def booth(x: Scalar, y: Scalar) -> Scalar:
    """L = (x + 2y − 7)² + (2x + y − 5)²."""
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


BOOTH = textbook(
    booth,
    label=N_("Booth"),
    formula=r"L(x, y) = (x + 2y - 7)^2 + (2x + y - 5)^2",
    source="Jamil & Yang 2013, A literature survey of benchmark functions for global optimization problems, arXiv 1308.4008",
    window=(-10.0, 10.0, -10.0, 10.0),
    begin=(-8.0, 2.0),
    rate=0.05,
    minima=lambda numbers: Minima(((1.0, 3.0),), 0.0),
    quadratic=True,
    rank=50,
)
