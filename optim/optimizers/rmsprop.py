"""RMSProp: the gradient over the root of a running mean of its square."""

import jax.numpy as jnp
import optax

from core.messages import N_
from core.settings import Number
from optim.optimizer import Hyper, Lens, Optimizer, Update, epsilon, rate


def lens(update: Update, hyper: Hyper) -> Lens:
    """√v + ε."""
    return Lens(scale=jnp.sqrt(optax.tree_utils.tree_get(update.after, "nu")) + hyper["eps"])


optimizer = Optimizer(
    label=N_("RMSProp"),
    formula=r"v \leftarrow \alpha v + (1-\alpha)\,g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{v}+\varepsilon}",
    source="Hinton, Neural Networks for Machine Learning, lecture 6e, 2012",
    fields=(rate(0.01), Number("decay", N_("memory of the squared gradient"), 0.9, 0.0, 0.9999, symbol="α"), epsilon()),
    make=lambda rate, decay, eps: optax.rmsprop(rate, decay, eps, eps_in_sqrt=False),
    rank=40,
    lens=lens,
    adaptive=True,
    common=True,
    note=N_(
        "v starts at 0, as in the libraries, so the first steps are up to 1/√(1−α) times as long as η. "
        "The lecture starts at σ⁰ = |g⁰| instead: its first step is η. ε is added outside the root."
    ),
)
