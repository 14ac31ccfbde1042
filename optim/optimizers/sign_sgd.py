"""Sign descent: every coordinate moves by η, whatever the size of its gradient."""

import optax

from optim.optimizer import Optimizer, rate
from settings import N_

optimizer = Optimizer(
    label=N_("Sign descent"),
    formula=r"\theta \leftarrow \theta - \eta\operatorname{sign}(g)",
    source="Bernstein et al., signSGD: Compressed optimisation for non-convex problems, 2018, arXiv 1802.04434",
    fields=(rate(0.01),),
    make=lambda rate: optax.sign_sgd(rate),
    rank=210,
)
