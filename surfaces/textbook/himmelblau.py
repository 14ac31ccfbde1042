"""Himmelblau's function: four minima, all equally good, around one maximum; the start decides which is found."""

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def himmelblau(x: Scalar, y: Scalar) -> Scalar:
    """L = (x² + y − 11)² + (x + y² − 7)²."""
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


FOUR = (
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.283185991286170),
    (3.584428340330492, -1.848126526964404),
)

HIMMELBLAU = textbook(
    himmelblau,
    label=N_("Himmelblau"),
    formula=r"L(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    source="Himmelblau 1972, Applied Nonlinear Programming",
    window=(-5.0, 5.0, -5.0, 5.0),
    begin=(-0.5, -1.0),
    rate=0.005,
    minima=lambda numbers: Minima(FOUR, 0.0),
    rank=20,
)
