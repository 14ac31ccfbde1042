import jax.numpy as jnp

from core.messages import N_
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, of_right, right
from surfaces.surface import Numbers


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """max(0, 1 + max_{j≠t} y_j − y_t)."""
    best_other = jnp.max(jnp.where(right(logits, labels), -jnp.inf, logits), axis=0)
    return jnp.maximum(0.0, 1.0 + best_other - of_right(logits, labels))


loss = ClassLoss(
    label=N_("hinge"),
    formula=r"\max(0,\;1+\max_{j\ne t}y_j-y_t)",
    source="Crammer & Singer 2001",
    value=value,
    smooth=False,
    margin=lambda classes, numbers: (1.0, 0.0),
    beyond=True,
    rank=40,
    note=N_(
        "Crammer and Singer's: the margin to the best of the other classes counts. Weston and Watkins' sums over all other classes; "
        "PyTorch's MultiMarginLoss is that sum divided by the number of classes."
    ),
)
