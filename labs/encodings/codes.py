"""What stands for a class: its number, or one-hot. How far apart that puts the classes, and least squares onto it.

A code is a row of numbers for each class, "c m": with m = 1 the class numbers, with m = c the unit vectors.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

Codes = Float[np.ndarray, "c m"]


class Linear(NamedTuple):
    """ŷ = Wx + b."""

    weights: Float[np.ndarray, "m d"]
    bias: Float[np.ndarray, " m"]

    def __call__(self, x: Float[np.ndarray, "d n"]) -> Float[np.ndarray, "m n"]:
        return self.weights @ x + self.bias[:, None]


def one_hot(classes: int) -> Codes:
    return np.eye(classes)


def distances(codes: Codes) -> Float[np.ndarray, "c c"]:
    """‖code i − code j‖: |i − j| of class numbers, √2 of one-hot."""
    return np.linalg.norm(codes[:, None] - codes[None], axis=2)


def least_squares(x: Float[np.ndarray, "d n"], labels: Int[np.ndarray, " n"], codes: Codes) -> Linear:
    """argmin Σ‖Wx + b − code‖² over the rows; the shortest W where the features are collinear."""
    targets = codes[labels].T
    middle, mean = x.mean(axis=1), targets.mean(axis=1)
    weights = np.linalg.lstsq((x - middle[:, None]).T, (targets - mean[:, None]).T, rcond=None)[0].T
    return Linear(weights, mean - weights @ middle)


def nearest(outputs: Float[np.ndarray, "m n"], codes: Codes) -> Int[np.ndarray, " n"]:
    """The class whose code is nearest: argmin ‖ŷ − code‖². One-hot that is the largest output, of class numbers the nearest number."""
    return np.argmin(np.sum(codes**2, axis=1)[:, None] - 2 * codes @ outputs, axis=0)
