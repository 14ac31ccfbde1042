"""Softmax regression: a score (logit) for every class, linear in the features. Drawn are the weights of one class, the first; those of all
classes are trained. Added to all weights of all classes the same vector changes no probability: the decay alone tells such weights apart,
and it keeps the minimum at hand where classes can be separated."""

from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from core.messages import N_
from core.settings import Number
from surfaces.class_losses.cross_entropy import value as cross_entropy
from surfaces.softmax import softmax
from surfaces.surface import Numbers, Rows, Scalar, Structure, Surface, Theta

AnyArray = TypeVar("AnyArray", jax.Array, np.ndarray)
Scores = Float[Array, "c n"]


def _classes(structure: Structure) -> int:
    """As many as the rows have; where nobody has looked at them, three."""
    return int(dict(structure.options).get("classes", "3"))


def _labels(structure: Structure, rows: Rows) -> Int[Array, " n"]:
    return jnp.clip(rows.y, 0, _classes(structure) - 1).astype(int)


def weights(theta: AnyArray, classes: int) -> tuple[AnyArray, AnyArray]:
    """W "c 2" and b "c": θ holds the weights of one class after another, then all biases."""
    return theta[: 2 * classes].reshape(classes, 2), theta[2 * classes :]


def _scores(structure: Structure, numbers: Numbers, theta: Theta, rows: Rows) -> Scores:
    """Wx + b."""
    w, b = weights(theta, _classes(structure))
    return w @ rows.x + b[:, None]


def _linear(structure: Structure, numbers: Numbers, theta: Theta, summary: object) -> Scores:
    assert isinstance(summary, Rows)
    return _scores(structure, numbers, theta, summary)


def _loss(structure: Structure, numbers: Numbers, theta: Theta, summary: object, linear: object) -> Scalar:
    assert isinstance(summary, Rows)
    assert isinstance(linear, jax.Array)
    cost = cross_entropy(linear, _labels(structure, summary), numbers)
    return jnp.sum(summary.w * cost) / jnp.sum(summary.w) + 0.5 * numbers["decay"] * theta @ theta


def _baseline(structure: Structure, numbers: Numbers, rows: Rows) -> Scalar:
    """−Σ q ln q of the shares q of the classes: what the best scores cost that are the same for every row."""
    counts = jnp.zeros(_classes(structure)).at[_labels(structure, rows)].add(rows.w)
    share = counts / jnp.sum(counts)
    return -jnp.sum(jax.scipy.special.xlogy(share, share))


def _axes(structure: Structure) -> tuple[str, ...]:
    of_others = range(2, _classes(structure) + 1)
    others = (f"w<sub>{side}</sub><sup>({k})</sup>" for k in of_others for side in (1, 2))
    return ("w<sub>1</sub>", "w<sub>2</sub>", *others, *(f"b<sup>({k})</sup>" for k in (1, *of_others)))


surface = Surface(
    label=N_("softmax regression"),
    formula=r"p=\mathrm{softmax}(Wx+b),\qquad L=-\tfrac1N\textstyle\sum_n\ln p_{t_n}(x_n)+\tfrac{\lambda}{2}\lVert\theta\rVert^2",
    source="Cox 1966; Bridle 1990",
    loss=_loss,
    fields=(Number("decay", N_("weight decay"), 1e-3, 1e-6, 1.0, log=True, symbol="λ"),),
    rank=25,
    needs_data=True,
    classes=True,
    baseline=_baseline,
    axes=_axes,
    linear=_linear,
    inputs=lambda structure, numbers, theta, rows: rows.x,
    predict=lambda structure, numbers, theta, rows: softmax(_scores(structure, numbers, theta, rows))[0],
)
