"""Rastrigin's function: a bowl covered with ripples, a local minimum near every whole-numbered point."""

import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.surface import Minima, Scalar, textbook


def rastrigin(x: Scalar, y: Scalar, A: Scalar) -> Scalar:
    """L = 2A + x² − A cos 2πx + y² − A cos 2πy."""
    return 2 * A + x**2 - A * jnp.cos(2 * jnp.pi * x) + y**2 - A * jnp.cos(2 * jnp.pi * y)


RASTRIGIN = textbook(
    rastrigin,
    label=N_("Rastrigin"),
    formula=r"L(x, y) = 2A + x^2 - A\cos 2\pi x + y^2 - A\cos 2\pi y",
    source="Rastrigin 1974; Jamil & Yang 2013, arXiv 1308.4008",
    fields=(Number("A", N_("height of the ripples"), 10.0, 0.0, 10.0, symbol="A"),),
    window=(-5.12, 5.12, -5.12, 5.12),
    begin=(-3.4, 2.4),
    rate=0.002,
    minima=lambda numbers: Minima(((0.0, 0.0),), 0.0),
    rank=80,
)
