import math
from collections.abc import Mapping

import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, of_right, shortfall
from surfaces.softmax import softplus
from surfaces.surface import Numbers


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """−Σ_j q_j ln p_j with q = 1 − ε + ε/c for the right class, ε/c for the others: the cross-entropy + ε·(y_t − the mean logit)."""
    return softplus(shortfall(logits, labels)) + numbers["smoothing"] * (of_right(logits, labels) - jnp.mean(logits, axis=0))


def margin(classes: int, numbers: Mapping[str, float]) -> tuple[float, float] | None:
    """There p = q: ln of q of the right class over that of another, and the entropy of q."""
    spread = numbers["smoothing"]
    if spread == 0:
        return None
    other = spread / classes
    log_other = math.log(spread) - math.log(classes)  # where ε is so small that ε/c is 0, its logarithm is not
    log_own = math.log1p(other - spread)
    entropy = -(1 - spread + other) * log_own - (classes - 1) * other * log_other
    return log_own - log_other, entropy


loss = ClassLoss(
    label=N_("label smoothing"),
    formula=r"-\sum_j\left((1-\varepsilon)\hat y_j+\tfrac{\varepsilon}{c}\right)\ln p_j",
    source="Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016",
    value=value,
    margin=margin,
    fields=(Number("smoothing", N_("label smoothing: share of the target that is spread over all classes"), 0.1, 0.0, 0.9, symbol="ε"),),
    rank=50,
)
