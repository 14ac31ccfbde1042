"""The monkey saddle: three ways down, one for each leg and one for the tail, and no bottom."""

from core.messages import N_
from surfaces.surface import Scalar, textbook


def monkey_saddle(x: Scalar, y: Scalar) -> Scalar:
    """L = x³ − 3xy². At (0, 0) gradient and Hessian are both 0, so the Hessian does not tell that it is a saddle."""
    return x**3 - 3 * x * y**2


MONKEY_SADDLE = textbook(
    monkey_saddle,
    label=N_("Monkey saddle"),
    formula=r"L(x, y) = x^3 - 3xy^2",
    source="Hilbert & Cohn-Vossen 1932, Anschauliche Geometrie (Geometry and the Imagination)",
    window=(-2.0, 2.0, -2.0, 2.0),
    begin=(1.5, 0.02),
    rate=0.005,
    rank=100,
)
