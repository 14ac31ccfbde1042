"""Glorot's, also Xavier's: a mean of what keeps the variance of the activations and what keeps that of the gradients."""

from jax.nn.initializers import variance_scaling

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("Glorot (Xavier)"),
    formula=r"W_{ij} \sim \mathcal{N}\left(0, \frac{2}{n_\text{in} + n_\text{out}}\right)",
    source="Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks; uniform there, as wide",
    draw=of_shape(variance_scaling(1.0, "fan_avg", "normal", in_axis=1, out_axis=0)),  # JAX's glorot_normal is cut off at two deviations
    rank=10,
)
