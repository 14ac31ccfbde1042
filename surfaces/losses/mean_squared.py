from core.messages import N_
from surfaces.loss import Loss, mean_residual

loss = Loss(
    label=N_("squared error (MSE)"),
    formula=r"(\hat y-y)^2",
    source="Legendre 1805; Gauss 1809",
    value=lambda score, y, numbers: (score - y) ** 2,
    bias=mean_residual,
    quadratic=True,
    rank=10,
)
