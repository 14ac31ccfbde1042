import jax.numpy as jnp

from settings import N_
from surfaces.loss import Loss, between_residuals

loss = Loss(
    label=N_("absolute error (MAE)"),
    formula=r"|\hat y-y|",
    source="Boscovich 1757; Laplace 1793",
    value=lambda score, y, numbers: jnp.abs(score - y),
    bracket=between_residuals,
    smooth=False,
    rank=20,
)
