"""The camel with three humps: the lowest minimum in the middle, a local one on each side."""

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def three_hump_camel(x: Scalar, y: Scalar) -> Scalar:
    """L = 2x² − 1.05x⁴ + x⁶/6 + xy + y². Local minima near ±(1.748, −0.874)."""
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


THREE_HUMP_CAMEL = textbook(
    three_hump_camel,
    label=N_("Three-hump camel"),
    formula=r"L(x, y) = 2x^2 - 1.05x^4 + \frac{x^6}{6} + xy + y^2",
    source="Jamil & Yang 2013, A literature survey of benchmark functions for global optimization problems, arXiv 1308.4008",
    window=(-2.5, 2.5, -2.5, 2.5),
    begin=(-2.2, -1.5),
    rate=0.02,
    minima=lambda numbers: Minima(((0.0, 0.0),), 0.0),
    rank=60,
)
