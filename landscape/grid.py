"""The grid: a loss over a plane of its parameters. A plane is an origin and two directions: data, not structure."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]

CHUNK = 256  # points at a time: large enough to fill the vector units, small enough to stay in the cache


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
