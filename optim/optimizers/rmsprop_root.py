"""RMSProp with ε inside the root, as some libraries have it."""

import jax.numpy as jnp
import optax

from core.messages import N_
from core.settings import Number
from optim.optimizer import Hyper, Lens, Optimizer, Update, epsilon, rate


def lens(update: Update, hyper: Hyper) -> Lens:
    """√(v + ε)."""
    return Lens(scale=jnp.sqrt(optax.tree_utils.tree_get(update.after, "nu") + hyper["eps"]))


optimizer = Optimizer(
    label=N_("RMSProp, ε inside the root"),
    formula=r"v \leftarrow \alpha v + (1-\alpha)\,g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{v+\varepsilon}}",
    source="Keras; Zhang, Lipton, Li & Smola, Dive into Deep Learning, section 12.8",
    fields=(rate(0.01), Number("decay", N_("memory of the squared gradient"), 0.9, 0.0, 0.9999, symbol="α"), epsilon(1e-6)),
    make=lambda rate, decay, eps: optax.rmsprop(rate, decay, eps, eps_in_sqrt=True),
    rank=145,
    lens=lens,
    adaptive=True,
    note=N_("A step is at most η/√ε times the gradient: the same ε counts for far more here than outside the root, where it is η/ε."),
)
