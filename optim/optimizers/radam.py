"""RAdam: Adam that waits with the adaptive denominator until its variance can be trusted."""

import jax.numpy as jnp
import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, beta1, beta2, epsilon, rate
from optim.optimizers._moments import corrected, stable


def lens(update: Update, hyper: Hyper) -> Lens:
    """m̂ over (√v̂ + ε)/r, and over 1 while ρ < 5."""
    m, v = corrected(update, hyper)
    β, t = hyper["b2"], optax.tree_utils.tree_get(update.after, "count")
    longest = 2 / (1 - β) - 1
    ρ = longest - 2 * t * β**t / (1 - β**t)
    r = jnp.sqrt((ρ - 4) * (ρ - 2) * longest / ((longest - 4) * (longest - 2) * ρ))
    return Lens(m, jnp.where(ρ >= 5, (jnp.sqrt(v) + hyper["eps"]) / r, 1))


optimizer = Optimizer(
    label=N_("RAdam"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
v &\leftarrow \beta_2 v + (1-\beta_2)\,g^2, & \hat v &= \frac{v}{1-\beta_2^t} \\
\rho_\infty &= \frac{2}{1-\beta_2} - 1, & \rho &= \rho_\infty - \frac{2t\beta_2^t}{1-\beta_2^t} \\
r &= \sqrt{\frac{(\rho-4)(\rho-2)\,\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\,\rho}}, & t &= 1, 2, \dots \\
\theta &\leftarrow \theta - \eta\,\frac{r\,\hat m}{\sqrt{\hat v}+\varepsilon} \ \text{ if } \rho \ge 5, &
\theta &\leftarrow \theta - \eta\,\hat m \ \text{ else}
\end{aligned}""",
    source="Liu et al., On the variance of the adaptive learning rate and beyond, 2019, arXiv 1908.03265",
    fields=(rate(0.001), beta1(), beta2(), epsilon()),
    make=lambda rate, b1, b2, eps: optax.radam(rate, b1, b2, eps),
    rank=160,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_(
        "The first five steps, at β₂ = 0.999, are plain momentum without the denominator: a steep start can throw the walk far. "
        "The paper's threshold is ρ > 4; the libraries take 5."
    ),
)
