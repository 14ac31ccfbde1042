"""Between −1 and 1, and odd."""

import jax.numpy as jnp

from surfaces.activation import Activation

activation = Activation(
    label="tanh",
    formula=r"\tanh z",
    source="LeCun, Bottou, Orr & Müller 1998, Efficient backprop",
    function=jnp.tanh,
    rank=20,
)
