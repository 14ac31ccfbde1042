"""Adagrad: the gradient over the root of the sum of all its squares so far."""

import jax.numpy as jnp
import optax

from core.messages import N_
from core.settings import Number
from optim.optimizer import Hyper, Lens, Optimizer, Update, rate


def lens(update: Update, hyper: Hyper) -> Lens:
    """√(G + ε); ∞ where every gradient so far was 0, for there the step is 0."""
    G = optax.tree_utils.tree_get(update.after, "sum_of_squares")
    return Lens(scale=jnp.where(G > 0, jnp.sqrt(G + hyper["eps"]), jnp.inf))


optimizer = Optimizer(
    label=N_("Adagrad"),
    formula=r"G \leftarrow G + g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{G+\varepsilon}}",
    source="Duchi, Hazan & Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011",
    fields=(rate(0.1), Number("eps", N_("added to the denominator"), 0.0, 0.0, 1.0, symbol="ε")),
    make=lambda rate, eps: optax.adagrad(rate, initial_accumulator_value=0.0, eps=eps),
    rank=60,
    lens=lens,
    adaptive=True,
    common=True,
    note=N_(
        "G starts at 0 and ε is 0, the classic form: the first step is η. Libraries start G at 0.1 or add an ε. "
        "Where every gradient so far was 0 the step is 0. With the rate η/√(t+1) the root mean square of the lecture takes the same steps."
    ),
)
