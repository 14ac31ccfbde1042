"""Sign descent: every coordinate moves by η, whatever the size of its gradient."""

import jax.numpy as jnp
import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, rate


def lens(update: Update, hyper: Hyper) -> Lens:
    """|g|, which leaves the sign."""
    g = update.gradient
    return Lens(scale=jnp.where(g != 0, jnp.abs(g), jnp.inf))


optimizer = Optimizer(
    label=N_("Sign descent"),
    formula=r"\theta \leftarrow \theta - \eta\operatorname{sign}(g)",
    source="Bernstein et al., signSGD: Compressed optimisation for non-convex problems, 2018, arXiv 1802.04434",
    fields=(rate(0.01),),
    make=lambda rate: optax.sign_sgd(rate),
    rank=210,
    lens=lens,
)
