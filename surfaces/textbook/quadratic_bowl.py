"""A bowl of a chosen condition number κ, turned by a chosen angle: what every smooth minimum looks like from near by."""

import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.surface import Minima, Scalar, textbook


def quadratic_bowl(x: Scalar, y: Scalar, kappa: Scalar, angle: Scalar) -> Scalar:
    """L = ½(u² + κv²), (u, v) the point in axes turned by the angle (degrees). Eigenvalues 1 and κ; stable iff η < 2/κ."""
    φ = jnp.deg2rad(angle)
    u = jnp.cos(φ) * x + jnp.sin(φ) * y
    v = jnp.cos(φ) * y - jnp.sin(φ) * x
    return (u**2 + kappa * v**2) / 2


QUADRATIC_BOWL = textbook(
    quadratic_bowl,
    label=N_("Quadratic bowl"),
    formula=r"L = \tfrac{1}{2}(u^2 + \kappa v^2), \quad u = x\cos\varphi + y\sin\varphi, \; v = y\cos\varphi - x\sin\varphi",
    source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 5",
    fields=(
        Number("kappa", N_("condition number"), 10.0, 1.0, 1e6, log=True, symbol="κ"),
        Number("angle", N_("angle in degrees"), 0.0, 0.0, 180.0, symbol="φ"),
    ),
    window=(-2.0, 2.0, -2.0, 2.0),
    begin=(-1.8, 0.6),
    rate=0.1,
    minima=lambda numbers: Minima(((0.0, 0.0),), 0.0),
    quadratic=True,
    rank=1,
)
