"""Regression on features, shared by the linear and the logistic surface: y ≈ b + w·x, and the four places that the bias can have."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from core.messages import N_
from core.settings import Number, Option
from surfaces.loss import GIVEN_BIAS, Loss, best_bias, losses, reduced
from surfaces.surface import Numbers, Rows, Scalar, Structure, Theta

BIAS = Option(
    "bias",
    N_("bias b"),
    "best",
    ("best", "fixed", "trained", "axis"),
    (N_("at its best value"), N_("fixed"), N_("trained with the weights"), N_("an axis of the picture (b, w)")),
)
BIAS_VALUE = Number("bias_value", N_("bias: where it is fixed, or starts"), 0.0, -1000.0, 1000.0, symbol="b")


class Moments(NamedTuple):
    """All that a squared error needs of the rows, centered: its cost does not depend on how many there are."""

    n: Scalar
    x: Float[Array, " d"]
    y: Scalar
    xx: Float[Array, "d d"]
    xy: Float[Array, " d"]
    yy: Scalar


def moments(rows: Rows) -> Moments:
    n = jnp.sum(rows.w)
    mean_x, mean_y = rows.x @ rows.w / n, rows.y @ rows.w / n
    dx, dy = rows.x - mean_x[:, None], rows.y - mean_y
    return Moments(n, mean_x, mean_y, (dx * rows.w) @ dx.T / n, dx @ (rows.w * dy) / n, dy @ (rows.w * dy) / n)


def the_loss(structure: Structure) -> Loss:
    return losses()[dict(structure.options).get("loss", "cross_entropy")]


def reduction(structure: Structure) -> str:
    return structure.option("reduce")


def weights(structure: Structure, theta: Theta) -> Float[Array, " k"]:
    """θ without the bias: (w₁, w₂), or the one weight of the plane (b, w)."""
    return theta[1:2] if structure.option("bias") == "axis" else theta[:2]


def summary(structure: Structure, rows: Rows) -> Moments | Rows:
    return moments(rows) if the_loss(structure).quadratic else rows


def squared_error(structure: Structure, numbers: Numbers, theta: Theta, m: Moments) -> Scalar:
    """L = S_yy − 2 w·S_xy + wᵀS_xx w + (b + w·x̄ − ȳ)²; at the best bias the last term is zero."""
    w = weights(structure, theta)
    loss = m.yy - 2 * w @ m.xy + w @ m.xx @ w
    if structure.option("bias") != "best" or GIVEN_BIAS in numbers:
        b = numbers[GIVEN_BIAS] if GIVEN_BIAS in numbers else bias(structure, numbers, theta)
        loss += (b + w @ m.x - m.y) ** 2
    return loss * m.n if reduction(structure) == "sum" else loss


def bias(structure: Structure, numbers: Numbers, theta: Theta) -> Scalar:
    """The bias where it is not at its best: fixed, the third entry of θ, or its first."""
    place = structure.option("bias")
    return jnp.asarray(numbers["bias_value"]) if place == "fixed" else theta[2 if place == "trained" else 0]


def score(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Float[Array, " n"]:
    """w·x of every row, with the bias unless that is at its best."""
    wx = weights(structure, theta) @ rows.x
    return wx if structure.option("bias") == "best" else wx + bias(structure, numbers, theta)


def shifted(structure: Structure, numbers: Numbers, score: Float[Array, " n"], rows: Rows) -> Float[Array, " n"]:
    """The score, with the best bias where that is asked for."""
    if structure.option("bias") != "best":
        return score
    return score + best_bias(the_loss(structure), numbers, score, rows)


def bias_at_best(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> Scalar | None:
    """The best bias for these rows; None where it has another place."""
    if structure.option("bias") != "best":
        return None
    if isinstance(summary, Moments):
        return summary.y - weights(structure, theta) @ summary.x
    assert isinstance(summary, Rows)
    return best_bias(the_loss(structure), numbers, score(structure, numbers, theta, summary), summary)


def predict(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Float[Array, " n"]:
    """b + w·x."""
    return shifted(structure, numbers, score(structure, numbers, theta, rows), rows)


def linear(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> object:
    return score(structure, numbers, theta, summary) if isinstance(summary, Rows) else None


def loss(structure: Structure, numbers: Numbers, theta: Theta, summary: object, linear: object) -> Scalar:
    if isinstance(summary, Moments):
        return squared_error(structure, numbers, theta, summary)
    assert isinstance(summary, Rows)
    assert isinstance(linear, jax.Array)
    return reduced(the_loss(structure), reduction(structure), numbers, shifted(structure, numbers, linear, summary), summary)


def baseline(structure: Structure, numbers: Numbers, rows: Rows) -> Scalar:
    """The loss of the best constant prediction."""
    loss, zero = the_loss(structure), jnp.zeros_like(rows.y)
    return reduced(loss, reduction(structure), numbers, zero + best_bias(loss, numbers, zero, rows), rows)


def axes(structure: Structure) -> tuple[str, ...]:
    place = structure.option("bias")
    if place == "axis":
        return ("b", "w")
    return ("w<sub>1</sub>", "w<sub>2</sub>", "b") if place == "trained" else ("w<sub>1</sub>", "w<sub>2</sub>")


def inputs(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Float[Array, "2 n"]:
    """What the weights of the plane multiply: the features; in the plane (b, w) the constant 1 and the feature."""
    return jnp.stack([jnp.ones_like(rows.y), rows.x[0]]) if structure.option("bias") == "axis" else rows.x
