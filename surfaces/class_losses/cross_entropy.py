from settings import N_
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, shortfall
from surfaces.softmax import softplus
from surfaces.surface import Numbers


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """−ln p_t = ln(1 + eˢ), s the shortfall."""
    return softplus(shortfall(logits, labels))


loss = ClassLoss(
    label=N_("cross-entropy"),
    formula=r"-\sum_j\hat y_j\ln p_j,\qquad p=\mathrm{softmax}(y)",
    source="Good 1952; Bridle 1990",
    value=value,
    rank=20,
)
