"""The grid: a loss over a plane of its parameters. A plane is an origin and two directions: data, not structure."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.optimize import brentq

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]

CHUNK = 256  # points at a time: large enough to fill the vector units, small enough to stay in the cache


class Axis(NamedTuple):
    """Where a grid is sampled along one axis: from low to high, around `center` at least as finely as `finest` (0: evenly)."""

    low: float
    high: float
    center: float
    finest: float

    def points(self, count: int) -> Float[np.ndarray, " n"]:
        """Even spacing where that is fine enough. Else center + sinh(st)·c, which is fine at the center and even far out, so that a
        valley far thinner than the picture's cells is still drawn as a valley."""
        even = np.linspace(self.low, self.high, count)
        reach = max(self.center - self.low, self.high - self.center)
        if not 0 < self.finest < (self.high - self.low) / (count - 1) or not self.low < self.center < self.high:
            return even
        step = 2 / (count - 1)
        s = brentq(lambda s: reach * np.sinh(s * step) / np.sinh(s) - self.finest, 1e-6, 300.0)
        stretch = reach / np.sinh(s)
        ends = np.arcsinh((np.array([self.low, self.high]) - self.center) / stretch)
        points = self.center + stretch * np.sinh(np.linspace(ends[0], ends[1], count))
        points[[0, -1]] = self.low, self.high
        return points


class Plane(NamedTuple):
    """θ(a, b) = origin + a·u + b·v."""

    origin: Theta
    u: Theta
    v: Theta

    def at(self, a: Scalar, b: Scalar) -> Theta:
        return self.origin + a * self.u + b * self.v


def on_grid(loss: Callable[[Theta], Scalar], plane: Plane, a: Float[Array, " n"], b: Float[Array, " m"]) -> Float[Array, "m n"]:
    """L(θ(a, b)), rows along b, as a contour plot reads it."""
    across, up = jnp.meshgrid(a, b)
    values = jax.lax.map(lambda at: loss(plane.at(at[0], at[1])), (across.ravel(), up.ravel()), batch_size=CHUNK)
    return values.reshape(across.shape)
