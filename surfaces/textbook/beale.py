"""Beale's function: a flat middle between walls that rise as the sixth power."""

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def beale(x: Scalar, y: Scalar) -> Scalar:
    """L = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²."""
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


BEALE = textbook(
    beale,
    label=N_("Beale"),
    formula=r"L(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    source="Beale 1958; Moré, Garbow & Hillstrom 1981, Testing unconstrained optimization software, problem 5",
    window=(-4.5, 4.5, -4.5, 4.5),
    begin=(1.0, 1.0),
    rate=0.01,
    minima=lambda numbers: Minima(((3.0, 0.5),), 0.0),
    rank=40,
)
