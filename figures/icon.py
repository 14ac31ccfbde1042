"""The page's icon: a small bowl in the colors of the maps, drawn from its formula, so that no picture file is fetched from anywhere."""

import numpy as np
from jaxtyping import UInt8

from figures.colors import LOSS


def icon(side: int = 64) -> UInt8[np.ndarray, "s s 3"]:
    axis = np.linspace(-1, 1, side)
    x, y = np.meshgrid(axis, axis)
    bowl = np.sqrt(((x + y) / 1.1) ** 2 + (1.6 * (x - y)) ** 2) / 2.6
    palette = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in LOSS], dtype=np.uint8)
    return palette[np.minimum((bowl * len(palette)).astype(int), len(palette) - 1)]
