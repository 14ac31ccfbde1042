"""LeCun's: the variance of a pre-activation is that of the inputs."""

from jax.nn.initializers import variance_scaling

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("LeCun"),
    formula=r"W_{ij} \sim \mathcal{N}\left(0, \frac{1}{n_\text{in}}\right)",
    source="LeCun, Bottou, Orr & Müller 1998, Efficient backprop",
    draw=of_shape(variance_scaling(1.0, "fan_in", "normal", in_axis=1, out_axis=0)),  # JAX's lecun_normal is cut off at two deviations
    rank=30,
)
