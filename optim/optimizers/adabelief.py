"""AdaBelief: Adam whose denominator is the deviation of the gradient from its own mean."""

import optax

from core.messages import N_
from optim.optimizer import Optimizer, beta1, beta2, epsilon, rate
from optim.optimizers._moments import lens, stable

optimizer = Optimizer(
    label=N_("AdaBelief"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
s &\leftarrow \beta_2 s + (1-\beta_2)\,(g-m)^2 + \varepsilon, & \hat s &= \frac{s}{1-\beta_2^t} \\
\theta &\leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat s}+\varepsilon}, & t &= 1, 2, \dots
\end{aligned}""",
    source="Zhuang et al., AdaBelief optimizer: Adapting stepsizes by the belief in observed gradients, 2020, arXiv 2010.07468",
    fields=(rate(0.001), beta1(), beta2(), epsilon(1e-16, low=1e-24)),
    make=lambda rate, b1, b2, eps: optax.adabelief(rate, b1, b2, eps, eps_root=eps),
    rank=170,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_("ε is added in both places, at every step, as in the paper."),
)
