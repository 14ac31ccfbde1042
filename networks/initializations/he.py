"""He's, also Kaiming's: twice LeCun's variance, since a ReLU lets half of it through."""

from jax.nn.initializers import variance_scaling

from core.messages import N_
from networks.initialization import Initialization, of_shape

initialization = Initialization(
    label=N_("He (Kaiming)"),
    formula=r"W_{ij} \sim \mathcal{N}\left(0, \frac{2}{n_\text{in}}\right)",
    source="He et al., Delving deep into rectifiers, 2015, arXiv 1502.01852",
    draw=of_shape(variance_scaling(2.0, "fan_in", "normal", in_axis=1, out_axis=0)),  # JAX's he_normal is cut off at two deviations
    rank=5,
)
