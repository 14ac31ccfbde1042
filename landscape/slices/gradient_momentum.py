"""The plane of an update: where the gradient points, and where the momentum still goes."""

import numpy as np

from core.messages import N_, Refusal, message
from landscape.directions import Around, Slice, Vector, orthonormal


def directions(around: Around) -> tuple[Vector, Vector]:
    """u = g/‖g‖, v the part of the momentum at right angles to it, of length 1."""
    if around.momentum is None:
        raise Refusal(message(N_("This optimizer keeps no momentum. Choose one that does, or another slice.")))
    if not np.any(around.gradient):
        raise Refusal(message(N_("The gradient is 0 here: it points nowhere. Choose another point.")))
    pair = orthonormal(around.gradient, around.momentum)
    if pair is None:
        raise Refusal(message(N_("Gradient and momentum span no plane here: at the first update they are parallel. Choose a later one.")))
    return pair


GRADIENT_MOMENTUM = Slice(
    label=N_("gradient and momentum"),
    formula=r"u = \frac{g}{\lVert g\rVert},\qquad v \propto m - (u^\top m)\,u",
    source="",
    directions=directions,
    needs=("gradient", "momentum"),
    rank=50,
)
