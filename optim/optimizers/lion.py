"""Lion: the sign of an interpolated momentum, so every coordinate moves by η."""

import jax.numpy as jnp
import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, beta1, beta2, rate, weight_decay


def lens(update: Update, hyper: Hyper) -> Lens:
    """c = β₁m + (1 − β₁)g over |c|, which leaves the sign."""
    c = hyper["b1"] * optax.tree_utils.tree_get(update.before, "mu") + (1 - hyper["b1"]) * update.gradient
    return Lens(c, jnp.where(c != 0, jnp.abs(c), jnp.inf))


optimizer = Optimizer(
    label=N_("Lion"),
    formula=r"""\begin{aligned}
\theta &\leftarrow \theta - \eta\left(\operatorname{sign}(\beta_1 m + (1-\beta_1)\,g) + \lambda\theta\right) \\
m &\leftarrow \beta_2 m + (1-\beta_2)\,g
\end{aligned}""",
    source="Chen et al., Symbolic discovery of optimization algorithms, 2023, arXiv 2302.06675",
    fields=(rate(0.01), beta1(), beta2(0.99), weight_decay(0.0)),
    make=lambda rate, b1, b2, decay: optax.lion(rate, b1, b2, weight_decay=decay),
    rank=180,
    lens=lens,
    note=N_("Here β₂ is the memory of the gradient itself. The weight decay is 0 unless it is set: it would move the minimum."),
)
