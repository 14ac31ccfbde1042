"""Ackley's function: a nearly flat outside full of dimples, and one deep funnel that ends in a kink."""

import jax.numpy as jnp

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def ackley(x: Scalar, y: Scalar) -> Scalar:
    """L = 20 + e − 20 exp(−r/5) − exp(½(cos 2πx + cos 2πy)), r = √(½(x² + y²)).

    r has a kink at (0, 0), where no gradient exists; the one given there is 0, a subgradient of the minimum.
    """
    r2 = (x**2 + y**2) / 2
    r = jnp.where(r2 > 0, jnp.sqrt(jnp.where(r2 > 0, r2, 1.0)), 0.0)
    ripples = (jnp.cos(2 * jnp.pi * x) + jnp.cos(2 * jnp.pi * y)) / 2
    return 20 * (1 - jnp.exp(-r / 5)) + jnp.e - jnp.exp(ripples)


ACKLEY = textbook(
    ackley,
    label=N_("Ackley"),
    formula=r"L = 20 + e - 20\,e^{-r/5} - e^{(\cos 2\pi x + \cos 2\pi y)/2}, \quad r = \sqrt{\tfrac{1}{2}(x^2 + y^2)}",
    source="Ackley 1987, A Connectionist Machine for Genetic Hillclimbing",
    window=(-5.0, 5.0, -5.0, 5.0),
    begin=(-3.4, 2.4),
    rate=0.01,
    minima=lambda numbers: Minima(((0.0, 0.0),), 0.0),
    smooth=False,
    rank=90,
)
