import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from surfaces.class_loss import ClassLoss, Costs, Labels, Logits, shortfall
from surfaces.softmax import softplus
from surfaces.surface import Numbers


def value(logits: Logits, labels: Labels, numbers: Numbers) -> Costs:
    """(1 − p_t)^γ·(−ln p_t), the power as exp(γ ln(1 − p_t)) and ln(1 − p_t) = −ln(1 + e⁻ˢ)."""
    s = shortfall(logits, labels)
    return jnp.exp(-numbers["focus"] * softplus(-s)) * softplus(s)


loss = ClassLoss(
    label=N_("focal loss"),
    formula=r"-(1-p_t)^\gamma\ln p_t",
    source="Lin, Goyal, Girshick, He & Dollár 2017",
    value=value,
    fields=(Number("focus", N_("focal loss: how little an easy row counts"), 2.0, 0.0, 8.0, symbol="γ"),),
    rank=30,
)
