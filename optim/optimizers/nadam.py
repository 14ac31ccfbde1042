"""NAdam: Adam with Nesterov's look ahead."""

from collections.abc import Mapping

import jax.numpy as jnp
import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, beta1, beta2, epsilon, rate
from optim.optimizers._moments import corrected


def lens(update: Update, hyper: Hyper) -> Lens:
    """m̂, which looks a step ahead, over √v̂ + ε."""
    _, v = corrected(update, hyper)
    β, m, t = hyper["b1"], optax.tree_utils.tree_get(update.after, "mu"), optax.tree_utils.tree_get(update.after, "count")
    ahead = optax.tree_utils.tree_bias_correction(m, β, optax.safe_increment(t))
    return Lens(β * ahead + (1 - β) * optax.tree_utils.tree_bias_correction(update.gradient, β, t), jnp.sqrt(v) + hyper["eps"])


def stable(hyper: Mapping[str, float]) -> float:
    """2(1 + β₁)/((1 − β₁)(1 + 2β₁)): Nesterov's limit at the rate (1 − β₁)η."""
    β = hyper["b1"]
    return 2 * (1 + β) / ((1 - β) * (1 + 2 * β))


optimizer = Optimizer(
    label=N_("NAdam"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{\beta_1 m}{1-\beta_1^{t+1}} + \frac{(1-\beta_1)\,g}{1-\beta_1^t} \\
v &\leftarrow \beta_2 v + (1-\beta_2)\,g^2, & \hat v &= \frac{v}{1-\beta_2^t} \\
\theta &\leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}, & t &= 1, 2, \dots
\end{aligned}""",
    source="Dozat, Incorporating Nesterov momentum into Adam, 2016",
    fields=(rate(0.001), beta1(), beta2(), epsilon()),
    make=lambda rate, b1, b2, eps: optax.nadam(rate, b1, b2, eps),
    rank=150,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_(
        "β₁ is constant, as in optax; in PyTorch it grows from update to update, as in the paper (momentum_decay 0.004). "
        "v is corrected as in Adam: the paper's extra factor β₂ is left out, as in both libraries."
    ),
)
