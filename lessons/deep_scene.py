"""Where the pages of deep networks open. DEEP: six layers on two spirals at a rate that only the normalized network stands. CLASSIFIER: a
network that begins sure and wrong about half of its rows, which the squared error leaves so and the cross-entropy does not."""

from core.settings import Pick, pick
from labs.deep.setup import Deep

DEEP = Deep(optimizer=pick("gradient_descent", rate=0.8))
CLASSIFIER = Deep(
    data=Pick("moons"),
    nets=(Pick("none"),),
    losses=(Pick("mean_squared"), Pick("cross_entropy")),
    optimizer=pick("gradient_descent", rate=0.03),
    depth=2,
    initialization="standard_normal",
    planes="shared",
    batch=0,
    steps=300,
    seed=2,
)
