"""A loss: what one row costs, given the model's score and the target; and the two things that any loss allows: reduce, best bias."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from core.catalogue import catalogue
from core.messages import N_
from core.settings import Option, Setting
from surfaces.surface import Numbers, Rows, Scalar

Scores = Float[Array, " n"]

GIVEN_BIAS = "given bias"  # among the numbers of a loss: one that is not to be looked for

REDUCE = Option("reduce", N_("over the rows"), "mean", ("mean", "sum"), (N_("mean"), N_("sum")))


@dataclass(frozen=True)
class Loss:
    """value(scores, targets, numbers) -> the cost of every row, convex in the score.

    bias(scores, rows) -> the best bias in closed form, differentiable in the scores; where there is none, bracket(scores, rows) -> two
    numbers between which it lies. quadratic: the loss is a quadratic in the score. labels: targets must be 0 or 1. smooth: has a second
    derivative (almost) everywhere that is not zero everywhere. logarithm: it takes one of every row, which XLA vectorizes inside a sum
    but not in front of a product; anything cheaper is the other way round.
    """

    label: str
    formula: str
    source: str
    value: Callable[[Scores, Float[Array, " n"], Numbers], Float[Array, " n"]]
    bias: Callable[[Scores, Rows], Scalar] | None = None
    bracket: Callable[[Scores, Rows], tuple[Scalar, Scalar]] | None = None
    fields: tuple[Setting, ...] = ()
    quadratic: bool = False
    labels: bool = False
    smooth: bool = True
    logarithm: bool = False
    rank: int = 100


def losses() -> dict[str, Loss]:
    return dict(catalogue("surfaces.losses", Loss))


def mean_residual(score: Scores, rows: Rows) -> Scalar:
    """The best bias of the squared error."""
    return rows.w @ (rows.y - score) / jnp.sum(rows.w)


def median_residual(score: Scores, rows: Rows) -> Scalar:
    """The best bias of the absolute error: the residual (of two in the middle, the lower) that half of the rows do not exceed.

    Selected by bisection between two residuals, an order of magnitude faster here than a sort; the result is the residual itself.
    """
    residual = rows.y - score
    still = jax.lax.stop_gradient(jnp.where(rows.w > 0, residual, jnp.inf))
    half = 0.5 * jnp.sum(rows.w)

    def halve(between: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        low, high = between
        middle = low + 0.5 * (high - low)
        middle = jnp.where(middle < high, middle, low)  # between neighboring numbers it may have been rounded up
        under = still <= middle
        enough = rows.w @ under >= half
        below, above = jnp.max(jnp.where(under, still, -jnp.inf)), jnp.min(jnp.where(under, jnp.inf, still))
        return jnp.where(enough, low, above), jnp.where(enough, below, high)

    bounds = jnp.min(still), jnp.max(jnp.where(rows.w > 0, still, -jnp.inf))
    median, _ = jax.lax.while_loop(lambda between: between[0] < between[1], halve, bounds)
    return residual[jnp.argmax(still == median)]


def between_residuals(score: Scores, rows: Rows) -> tuple[Scalar, Scalar]:
    """Regression: the best bias lies between the smallest and the largest residual."""
    residual = rows.y - score
    return (
        jnp.min(jnp.where(rows.w > 0, residual, jnp.inf)),
        jnp.max(jnp.where(rows.w > 0, residual, -jnp.inf)),
    )


def reduced(loss: Loss, reduce: str, numbers: Numbers, score: Scores, rows: Rows) -> Scalar:
    """Mean or sum of the loss over the rows that count."""
    cost = loss.value(score, rows.y, numbers)
    total = jnp.sum(rows.w * cost) if loss.logarithm else rows.w @ cost
    return total if reduce == "sum" else total / jnp.sum(rows.w)


class _Search(NamedTuple):
    low: Scalar
    high: Scalar
    b: Scalar
    moved: Scalar
    t: Int[Array, ""]


def best_bias(loss: Loss, numbers: Numbers, score: Scores, rows: Rows) -> Scalar:
    """The bias that is given among the numbers, else argmin over b of the loss of score + b.

    In closed form, or by Newton's method in a bracket that bisection shrinks, and a last step.

    The search itself is hidden from differentiation; the last step shows how the best bias moves with the score. As the slope in b is
    zero there, the first derivative of b is all that the gradient and the Hessian of the profile need.
    """

    if GIVEN_BIAS in numbers:
        return jnp.asarray(numbers[GIVEN_BIAS])
    if loss.bias is not None:
        return loss.bias(score, rows)

    def slope(b: Scalar, at: Scores) -> Scalar:
        return rows.w @ jax.grad(lambda s: jnp.sum(loss.value(s, rows.y, numbers)))(at + b)

    def newton(b: Scalar, at: Scores) -> tuple[Scalar, Scalar]:
        """The slope at b, and the step from there; nan where there is no curvature."""
        now, curvature = slope(b, at), jax.grad(slope)(b, at)
        flat = curvature <= 0
        return now, jnp.where(flat, jnp.nan, -now / jnp.where(flat, 1.0, curvature))

    b = jnp.zeros((), score.dtype)
    if loss.bracket is not None:
        still = jax.lax.stop_gradient(score)
        low, high = loss.bracket(still, rows)

        def search(at: _Search) -> _Search:
            now, step = newton(at.b, still)
            low, high = jnp.where(now > 0, at.low, at.b), jnp.where(now > 0, at.b, at.high)
            inside = (at.b + step >= low) & (at.b + step <= high)  # false for nan; at the solution itself a bound is what b is
            b = jnp.where(inside, at.b + step, 0.5 * (low + high))
            return _Search(low, high, b, jnp.abs(b - at.b), at.t + 1)

        def going(at: _Search) -> Bool[Array, ""]:
            return (at.t < 60) & (at.moved > 1e-10 * (1.0 + jnp.abs(at.b)))

        first = _Search(low, high, 0.5 * (low + high), high - low + 1.0, jnp.zeros((), int))
        b = jax.lax.stop_gradient(jax.lax.while_loop(going, search, first).b)
    _, step = newton(b, score)
    return b + jnp.where(jnp.isnan(step), 0.0, step)
