"""Rosenbrock's banana: into the bent ravine at once, along it very slowly."""

from core.messages import N_
from core.settings import Number
from surfaces.surface import Minima, Scalar, textbook


def rosenbrock(x: Scalar, y: Scalar, b: Scalar) -> Scalar:
    """L = (1 − x)² + b(y − x²)²."""
    return (1 - x) ** 2 + b * (y - x**2) ** 2


ROSENBROCK = textbook(
    rosenbrock,
    label=N_("Rosenbrock"),
    formula=r"L(x, y) = (1 - x)^2 + b\,(y - x^2)^2",
    source="Rosenbrock 1960, An automatic method for finding the greatest or least value of a function, The Computer Journal 3",
    fields=(Number("b", N_("steepness of the walls"), 100.0, 1.0, 1000.0, log=True, symbol="b"),),
    window=(-2.0, 2.0, -1.0, 3.0),
    begin=(-1.2, 1.0),
    rate=0.001,
    minima=lambda numbers: Minima(((1.0, 1.0),), 0.0),
    rank=10,
)
