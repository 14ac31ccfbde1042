"""The lectures' smallest network with a saddle: y = w₁w₂x, one sample x = 1 with target 1."""

import numpy as np

from core.messages import N_
from surfaces.surface import Minima, Scalar, textbook


def lecture_toy(w1: Scalar, w2: Scalar) -> Scalar:
    """L = (1 − w₁w₂)². A saddle at (0, 0) with λ = ±2; a flat valley of minima along w₁w₂ = 1."""
    return (1 - w1 * w2) ** 2


# both branches of the valley, from one rim of the window to the other
VALLEY = tuple((float(sign * w1), float(sign / w1)) for sign in (1.0, -1.0) for w1 in np.geomspace(0.5, 2.0, 9))

LECTURE_TOY = textbook(
    lecture_toy,
    label=N_("Lecture: w₁w₂ network"),
    formula=r"L(w_1, w_2) = (1 - w_1 w_2)^2",
    source="Hung-yi Lee, Machine Learning 2021, When gradient is small: local minima and saddle points",
    axes=("w<sub>1</sub>", "w<sub>2</sub>"),
    window=(-2.0, 2.0, -2.0, 2.0),
    begin=(1.5, -1.45),  # almost on the line that leads into the saddle: down to it, a long wait, then off along (1, 1)
    rate=0.02,
    minima=lambda numbers: Minima(VALLEY, 0.0, valley=True),
    rank=0,
)
