"""Styblinski and Tang's function: four basins of which one is the lowest."""

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def styblinski_tang(x: Scalar, y: Scalar) -> Scalar:
    """L = ½(x⁴ − 16x² + 5x + y⁴ − 16y² + 5y)."""
    return (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2


LOWEST = -2.903534027771177  # the least root of 4x³ − 32x + 5

STYBLINSKI_TANG = textbook(
    styblinski_tang,
    label=N_("Styblinski–Tang"),
    formula=r"L(x, y) = \tfrac{1}{2}(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)",
    source="Styblinski & Tang 1990, Experiments in nonconvex optimization, Neural Networks 3",
    window=(-5.0, 5.0, -5.0, 5.0),
    begin=(-0.5, 4.0),
    rate=0.01,
    minima=lambda numbers: Minima(((LOWEST, LOWEST),), -78.33233140754285),
    rank=70,
)
