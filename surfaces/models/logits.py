"""The output space of a classifier: what one row costs, over two of its logits. No model stands behind them, so this is all that a loss
does by itself: the lecture's figure of the squared error and the cross-entropy over (y₁, y₂), y₃ = −1000."""

from collections.abc import Mapping

import jax.numpy as jnp
from jaxtyping import Array, Float

from core.messages import N_
from core.settings import Number, Option, option_of
from surfaces.class_loss import ClassLoss, class_losses
from surfaces.surface import Minima, Numbers, Scalar, Structure, Surface, Theta

MOST_CLASSES = 10
_SAMPLES = 41  # points of a valley


def the_class_loss(structure: Structure) -> ClassLoss:
    return class_losses()[str(structure.option("loss"))]


def _classes(structure: Structure) -> int:
    return 2 if structure.option("output") == "sigmoid" else int(structure.option("classes"))


def _target(structure: Structure) -> int:
    """Its index. Where there are fewer classes it is the last of them."""
    return min(int(structure.option("target")), _classes(structure)) - 1


def logits(structure: Structure, numbers: Numbers, theta: Theta) -> Float[Array, " c"]:
    """(y₁, y₂, y₃ for all the others) / T. Of a sigmoid (y₁ − y₂, 0)/T: one output, since σ(s) = softmax(s, 0)₁."""
    if structure.option("output") == "sigmoid":
        y = jnp.stack([theta[0] - theta[1], jnp.zeros_like(theta[0])])
    else:
        y = jnp.concatenate([theta[:2], jnp.full(_classes(structure) - 2, numbers["others"], theta.dtype)])
    return y / numbers["temperature"]


def _loss(structure: Structure, numbers: Numbers, theta: Theta, summary: object, linear: object) -> Scalar:
    y = logits(structure, numbers, theta)
    return the_class_loss(structure).value(y[:, None], jnp.array([_target(structure)]), numbers)[0]


def _minima(structure: Structure, numbers: Mapping[str, float]) -> Minima | None:
    """Where the right logit stands above all the others by the loss's margin. None where that is no point of the plane, or nowhere."""
    classes, target = _classes(structure), _target(structure)
    best = the_class_loss(structure).margin(classes, numbers)
    if best is None or target > 1:
        return None
    gap, value = numbers["temperature"] * best[0], best[1]
    if classes > 2:
        v = numbers["others"]
        return Minima(((v + gap, v) if target == 0 else (v, v + gap),), value, valley=the_class_loss(structure).beyond)
    along = jnp.linspace(-10.0, 10.0, _SAMPLES).tolist()
    points = tuple((y + gap / 2, y - gap / 2) if target == 0 else (y - gap / 2, y + gap / 2) for y in along)
    return Minima(points, value, valley=True)


def _infimum(structure: Structure) -> float | None:
    """0 where the right logit is drawn, or the two that are drawn are all the wrong ones; None where the loss has a margin beyond which it
    falls no more, and where other wrong logits stand still."""
    endless = the_class_loss(structure).margin(2, {field.name: 0.5 for field in the_class_loss(structure).fields}) is None
    return 0.0 if endless and (_target(structure) < 2 or _classes(structure) == 3) else None


surface = Surface(
    label=N_("logits of one row (output space)"),
    formula=r"L(y_1,y_2,y_3,\dots),\qquad p_i=\frac{e^{y_i/T}}{\sum_j e^{y_j/T}}",
    source="Lee 2021, Classification: the figure of MSE and cross-entropy; Bridle 1990",
    loss=_loss,
    fields=(
        option_of("loss", N_("loss"), "cross_entropy", class_losses()),
        Option("output", N_("output"), "softmax", ("softmax", "sigmoid"), ("softmax", N_("sigmoid of y₁ − y₂"))),
        Option("classes", N_("classes"), 3, tuple(range(2, MOST_CLASSES + 1))),
        Option("target", N_("right class"), 1, tuple(range(1, MOST_CLASSES + 1))),
        Number("others", N_("logits of all other classes"), -1000.0, -1000.0, 1000.0, symbol="y₃", wide=True),
        Number("temperature", N_("temperature"), 1.0, 0.05, 20.0, log=True, symbol="T"),
        *(field for loss in class_losses().values() for field in loss.fields),
    ),
    rank=40,
    first_steps=True,
    smooth=lambda structure: the_class_loss(structure).smooth,
    axes=lambda structure: ("y<sub>1</sub>", "y<sub>2</sub>"),
    window=(-10.0, 10.0, -10.0, 10.0),
    begin=lambda structure: (-8.0, 8.0),
    rate=1.0,
    minima=_minima,
    infimum=_infimum,
)
