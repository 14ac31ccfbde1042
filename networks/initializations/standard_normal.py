"""Standard normal whatever the width, so that wide layers saturate."""

from jax.nn.initializers import normal

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("standard normal"),
    formula=r"W_{ij} \sim \mathcal{N}(0, 1)",
    source="Nielsen, Neural networks and deep learning, 2015, chapter 1",
    draw=of_shape(normal(1.0)),
    rank=50,
)
