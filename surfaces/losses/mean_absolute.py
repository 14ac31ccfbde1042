import jax.numpy as jnp

from core.messages import N_
from surfaces.loss import Loss, median_residual

loss = Loss(
    label=N_("absolute error (MAE)"),
    formula=r"|\hat y-y|",
    source="Boscovich 1757; Laplace 1793",
    value=lambda score, y, numbers: jnp.abs(score - y),
    bias=median_residual,
    smooth=False,
    rank=20,
)
