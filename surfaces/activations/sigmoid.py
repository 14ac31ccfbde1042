"""Between 0 and 1; its slope is 1/4 at most."""

import jax

from core.messages import N_
from surfaces.activation import Activation

activation = Activation(
    label=N_("sigmoid"),
    formula=r"\frac{1}{1 + e^{-z}}",
    source="Rumelhart, Hinton & Williams 1986",
    function=jax.nn.sigmoid,
    rank=30,
)
