import jax.numpy as jnp

from normalization.hidden_layer import HiddenNormalization
from settings import N_

normalization = HiddenNormalization(
    label=N_("none"),
    formula=r"\hat z=z",
    source="",
    apply=lambda z, w, numbers: z,
    spread=lambda z, w, numbers: jnp.ones(z.shape[0], z.dtype),
    rank=0,
)
