"""Eigenvalues of a Hessian that is never built: products with a vector, and Lanczos' tridiagonal matrix of them."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
Theta = Float[Array, " p"]
Product = Callable[[Theta], Theta]


class Tridiagonal(NamedTuple):
    """QHQᵀ: `diagonal` α, `beside` it β. The rows of the basis Q are orthonormal."""

    diagonal: Float[Array, " m"]
    beside: Float[Array, " m-1"]
    basis: Float[Array, "m p"]


def hessian_product(loss: Callable[[Theta], Scalar], theta: Theta) -> Product:
    """v ↦ Hv, H = ∇²L(θ): the derivative along v of the gradient (forward over reverse), about the price of two gradients.

    Pearlmutter 1994. The gradient at θ is computed once, for all products.
    """
    _, product = jax.linearize(jax.grad(loss), theta)
    return product


def _dot(a: Float[Array, "*a"], b: Float[Array, "*b"]) -> Float[Array, "*c"]:
    """Some accelerators would round the factors of a float32 product to ten bits, and nothing would be orthogonal."""
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGHEST)


def _beyond(basis: Float[Array, "m p"], w: Theta) -> Theta:
    """w without its part in the basis. Twice is enough (Parlett 1980); rows that are not filled yet are 0."""
    for _ in range(2):
        w = w - _dot(_dot(basis, w), basis)
    return w


def _fresh(basis: Float[Array, "m p"]) -> Theta:
    """A unit vector orthogonal to fewer than p orthonormal rows: from the coordinate axis that lies farthest outside their span."""
    outside = 1 - jnp.sum(basis**2, axis=0)
    q = _beyond(basis, jnp.zeros_like(outside).at[jnp.argmax(outside)].set(1))
    return q / jnp.linalg.norm(q)


class _At(NamedTuple):
    basis: Float[Array, "m p"]
    w: Theta
    scale: Scalar


def lanczos(product: Product, start: Theta, steps: int) -> Tridiagonal:
    """m = min(steps, p) steps of Lanczos' method, each new vector made orthogonal to all before it.

    Hqᵢ = βᵢ₋₁qᵢ₋₁ + αᵢqᵢ + βᵢqᵢ₊₁, q₀ = start/‖start‖. Lanczos 1950; Golub & Van Loan, Matrix computations, §10.3.

    Where an invariant subspace is reached, βᵢ = 0 and the next vector is any one outside: an eigenvalue that occurs twice is found twice.
    The start should be random: orthogonal to an eigenvector it may never find it.
    """
    rounding = 10 * jnp.finfo(start.dtype).eps

    def step(at: _At, i: Array) -> tuple[_At, tuple[Scalar, Scalar]]:
        size = jnp.linalg.norm(at.w)
        onward = size > rounding * at.scale  # else all that is left of w is rounding
        q = jax.lax.cond(onward, lambda: at.w / size, lambda: _fresh(at.basis))
        basis = at.basis.at[i].set(q)
        h = product(q)
        following = _At(basis, _beyond(basis, h), jnp.maximum(at.scale, jnp.linalg.norm(h)))
        return following, (_dot(q, h), jnp.where(onward, size, 0))

    count = min(steps, start.size)
    first = _At(jnp.zeros((count, start.size), start.dtype), start, jnp.zeros((), start.dtype))
    last, (diagonal, before) = jax.lax.scan(step, first, jnp.arange(count))
    return Tridiagonal(diagonal, before[1:], last.basis)


def _eigen(tridiagonal: Tridiagonal) -> tuple[Float[Array, " m"], Float[Array, "m m"]]:
    """Ascending, the eigenvectors in columns."""
    off = jnp.diag(tridiagonal.beside, 1)
    values, vectors = jnp.linalg.eigh(jnp.diag(tridiagonal.diagonal) + off + off.T)
    return values, vectors


def leading(product: Product, start: Theta, steps: int, count: int) -> tuple[Float[Array, " c"], Float[Array, "c p"]]:
    """The `count` largest eigenvalues, the largest first, and their orthonormal eigenvectors in rows: Ritz pairs after `steps` steps.

    By value, not by size. The smallest, the most negative first: `leading` of v ↦ −Hv, the eigenvalues negated.
    A Ritz value is never above the largest eigenvalue; how far it is from an eigenvalue is at most ‖Hv − λv‖.
    """
    if not 0 < count <= min(steps, start.size):
        raise ValueError(f"{min(steps, start.size)} steps give as many eigenvalues, not {count}")
    krylov = lanczos(product, start, steps)
    values, vectors = _eigen(krylov)
    return values[::-1][:count], _dot(vectors[:, ::-1][:, :count].T, krylov.basis)


NULL = 1e-5  # a Ritz value below this share of the largest is that of a flat direction


def ends(product: Product, start: Theta, steps: int) -> Float[Array, "3 p"]:
    """Unit vectors in rows: of the smallest curvature, of a flat one, of the largest; after m = min(steps, p) steps.

    Both ends from one run: the Krylov space of −H is that of H. The flat direction is the part of the start along the Ritz vectors whose
    values are near zero, of a random start a random one; where none is, along the one that is nearest to it.
    """
    krylov = lanczos(product, start, steps)
    values, vectors = _eigen(krylov)
    size = jnp.abs(values)
    near = size <= jnp.maximum(NULL * size.max(), size.min())
    flat = vectors @ jnp.where(near, vectors[0], 0)
    flat = jnp.where(jnp.linalg.norm(flat) > 0, flat, vectors[:, jnp.argmin(size)])
    u = _dot(jnp.stack([vectors[:, 0], flat, vectors[:, -1]]), krylov.basis)
    return u / jnp.linalg.norm(u, axis=1, keepdims=True)


def rayleigh(product: Product, vectors: Float[Array, "c p"]) -> tuple[Float[Array, " c"], Float[Array, " c"]]:
    """The curvatures λ = uᵀHu along unit vectors, and their errors ‖Hu − λu‖: an eigenvalue lies within its error of each.

    The smallest eigenvalue is at most the smallest of them, and the largest at least the largest, whatever the errors: uᵀHu lies between
    the two for every unit vector.
    """
    bent = jax.lax.map(product, vectors)
    values = jax.vmap(_dot)(vectors, bent)
    return values, jnp.linalg.norm(bent - values[:, None] * vectors, axis=1)


def density(product: Product, starts: Float[Array, "s p"], steps: int) -> tuple[Float[Array, "s m"], Float[Array, "s m"]]:
    """The spectral density by stochastic Lanczos quadrature: nodes and weights, for each start m = min(steps, p) of them.

    Σⱼ wⱼf(νⱼ) = vᵀf(H)v for every polynomial f of a degree below 2m, v = start/‖start‖; over random v that is tr f(H)/p on average.
    A start's weights sum to 1. Golub & Welsch 1969: νⱼ the eigenvalues of the tridiagonal matrix, wⱼ the squares of the first entries of
    its eigenvectors; Ghorbani, Krishnan & Xiao 2019, arXiv 1901.10159.
    """

    def quadrature(start: Theta) -> tuple[Float[Array, " m"], Float[Array, " m"]]:
        values, vectors = _eigen(lanczos(product, start, steps))
        return values, vectors[0] ** 2

    return jax.lax.map(quadrature, starts)  # one after the other: a basis is m times as large as θ


def smoothed(
    nodes: Float[np.ndarray, "s m"], weights: Float[np.ndarray, "s m"], at: Float[np.ndarray, " x"], width: float
) -> Float[np.ndarray, " x"]:
    """The density at the points `at`: every node a Gaussian of standard deviation `width`, the mean over the starts. Its integral is 1."""
    z = (at[:, None] - np.asarray(nodes, np.float64).ravel()) / width
    return np.exp(-0.5 * z**2) @ np.asarray(weights, np.float64).ravel() / (len(nodes) * width * np.sqrt(2 * np.pi))


def share_in_top(gradient: Theta, eigenvectors: Float[Array, "c p"]) -> Scalar:
    """‖Pg‖²/‖g‖², P the projection on the orthonormal rows; 0 where the gradient is 0. Gur-Ari, Roberts & Dyer 2018, arXiv 1812.04754."""
    largest = jnp.max(jnp.abs(gradient))
    g = gradient / jnp.where(largest > 0, largest, 1)  # the square of a small float32 would be 0
    square = _dot(g, g)
    return jnp.sum(_dot(eigenvectors, g) ** 2) / jnp.where(square > 0, square, 1)
