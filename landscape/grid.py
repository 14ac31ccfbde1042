"""The grid: a loss over a plane of its parameters. A plane is an origin and two directions: data, not structure."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from landscape.points import Part, chunks, mapped, nbytes

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Shared = TypeVar("Shared")
Linear = TypeVar("Linear")


def _falling_to(function: Callable[[float], float], value: float) -> float:
    """Where a falling function reaches the value, by bisection. SciPy's root finders would take a third of the app's start to import."""
    low, high = 1e-6, 300.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) > value else (low, middle)
    return low


class Axis(NamedTuple):
    """Where a grid is sampled along one axis."""

    low: float
    high: float
    center: float  # around which it is sampled finely
    finest: float  # the spacing there, at most; 0: evenly everywhere

    def points(self, count: int) -> Float[np.ndarray, " n"]:
        """Even spacing where that is fine enough. Else center + sinh(st)·c, which is fine at the center and even far out, so that a
        valley far thinner than the picture's cells is still drawn as a valley."""
        even = np.linspace(self.low, self.high, count)
        reach = max(self.center - self.low, self.high - self.center)
        if not 0 < self.finest < (self.high - self.low) / (count - 1) or not self.low < self.center < self.high:
            return even
        step = 2 / (count - 1)
        s = _falling_to(lambda s: np.sinh(s * step) / np.sinh(s), self.finest / reach)
        stretch = reach / np.sinh(s)
        ends = np.arcsinh((np.array([self.low, self.high]) - self.center) / stretch)
        points = self.center + stretch * np.sinh(np.linspace(ends[0], ends[1], count))
        points[[0, -1]] = self.low, self.high
        return points


class Plane(NamedTuple):
    """θ(a, b) = origin + a·u + b·v."""

    origin: Float[Array | np.ndarray, " p"]
    u: Float[Array | np.ndarray, " p"]
    v: Float[Array | np.ndarray, " p"]

    def at(self, a: Scalar, b: Scalar) -> Theta:
        return jnp.asarray(self.origin + a * self.u + b * self.v)


def on_grid(
    loss: Callable[[Theta, Shared, Linear], Scalar],
    linear: Callable[[Theta, Shared], Linear],
    plane: Plane,
    shared: Shared,
    a: Float[Array, " n"],
    b: Float[Array, " m"],
    part: Part[Float[Array, "m n"]] | None = None,
) -> Float[Array, "m n"]:
    """L(θ(a, b)), rows along b, as a contour plot reads it. part: some of the rounds only, see `mapped`.

    linear(θ, shared) is affine in θ, so its value and its derivatives at the origin give it everywhere on the plane: what would cost a
    matrix product at every point is two products in all. loss(θ, shared, linear(θ, shared)) is the loss.
    """
    here, along_u = jax.jvp(lambda theta: linear(theta, shared), (plane.origin,), (plane.u,))
    _, along_v = jax.jvp(lambda theta: linear(theta, shared), (plane.origin,), (plane.v,))

    def at_point(at: tuple[Scalar, Scalar], common: tuple[Plane, Shared, Linear, Linear, Linear]) -> Scalar:
        plane, shared, here, along_u, along_v = common
        there = jax.tree.map(lambda o, u, v: o + at[0] * u + at[1] * v, here, along_u, along_v)
        return loss(plane.at(*at), shared, there)

    across, up = jnp.meshgrid(a, b)
    common = (plane, shared, here, along_u, along_v)
    flat = None if part is None else Part(part.values.ravel(), part.since, part.until)
    return mapped(at_point, (across.ravel(), up.ravel()), common, nbytes((plane.origin, here)), flat).reshape(across.shape)


def rounds_on_grid(linear: Callable[[Theta, Shared], Linear], plane: Plane, shared: Shared, points: int) -> int:
    """In how many rounds `on_grid` takes so many points."""
    here = jax.eval_shape(lambda theta: linear(theta, shared), plane.origin)
    return chunks(points, nbytes((plane.origin, here)))[1]
