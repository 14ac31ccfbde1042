"""Every weight is 100: a gradient that passes back through layer after layer explodes.

Nielsen also picks the biases, so that every pre-activation is 0 and the sigmoid steepest there. With biases of 0 a sigmoid is flat
instead, and its gradient vanishes; a linear layer and a ReLU do explode.
"""

from jax.nn.initializers import constant

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("all 100"),
    formula=r"W_{ij} = 100",
    source="Nielsen, Neural networks and deep learning, 2015, chapter 5, the exploding gradient; there with other biases",
    draw=of_shape(constant(100.0)),
    rank=60,
)
