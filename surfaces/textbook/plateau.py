"""A plateau with a basin: far out the gradient is nearly 0 although nothing is reached yet."""

import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.surface import Minima, Scalar, textbook


def plateau(x: Scalar, y: Scalar, s: Scalar) -> Scalar:
    """L = 1 − exp(−(x² + y²)/(2s²)). ‖∇L‖ = (r/s²)·exp(−r²/(2s²)) at the distance r."""
    return -jnp.expm1(-(x**2 + y**2) / (2 * s**2))


PLATEAU = textbook(
    plateau,
    label=N_("Plateau with a basin"),
    formula=r"L(x, y) = 1 - \exp\left(-\frac{x^2 + y^2}{2s^2}\right)",
    source="a Gaussian well, for the plateau of Hung-yi Lee, Machine Learning 2021 (very slow at the plateau)",
    fields=(Number("s", N_("width of the basin"), 1.0, 0.5, 2.0, symbol="s"),),
    window=(-5.0, 5.0, -5.0, 5.0),
    begin=(-2.8, 1.8),
    rate=0.5,
    minima=lambda numbers: Minima(((0.0, 0.0),), 0.0),
    rank=110,
)
