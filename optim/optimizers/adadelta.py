"""Adadelta: the step has the units of θ, because past steps stand in the numerator."""

import jax.numpy as jnp
import optax

from core.messages import N_
from core.settings import Number
from optim.optimizer import Hyper, Lens, Optimizer, Update, epsilon, rate


def lens(update: Update, hyper: Hyper) -> Lens:
    """√(v + ε)/√(s + ε), v after this gradient and s before this step."""
    v, s = optax.tree_utils.tree_get(update.after, "e_g"), optax.tree_utils.tree_get(update.before, "e_x")
    return Lens(scale=jnp.sqrt(v + hyper["eps"]) / jnp.sqrt(s + hyper["eps"]))


optimizer = Optimizer(
    label=N_("Adadelta"),
    formula=r"""\begin{aligned}
v &\leftarrow \rho v + (1-\rho)\,g^2, & u &= \frac{\sqrt{s+\varepsilon}}{\sqrt{v+\varepsilon}}\,g \\
s &\leftarrow \rho s + (1-\rho)\,u^2, & \theta &\leftarrow \theta - \eta\,u
\end{aligned}""",
    source="Zeiler, ADADELTA: An adaptive learning rate method, 2012, arXiv 1212.5701",
    fields=(rate(1.0), Number("rho", N_("memory of squared gradients and steps"), 0.95, 0.0, 0.9999, symbol="ρ"), epsilon(1e-6)),
    make=lambda rate, rho, eps: optax.adadelta(rate, rho, eps),
    rank=120,
    lens=lens,
    adaptive=True,
    note=N_("The paper has no learning rate: η = 1. ε sets the length of the first steps, about √(ε/(1−ρ)), so the start is slow."),
)
