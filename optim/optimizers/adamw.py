"""AdamW: Adam with weight decay beside the adaptive step, not inside it."""

import optax

from core.messages import N_
from optim.optimizer import Optimizer, beta1, beta2, epsilon, rate, weight_decay
from optim.optimizers._moments import lens, stable

optimizer = Optimizer(
    label=N_("AdamW"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
v &\leftarrow \beta_2 v + (1-\beta_2)\,g^2, & \hat v &= \frac{v}{1-\beta_2^t} \\
\theta &\leftarrow \theta - \eta\left(\frac{\hat m}{\sqrt{\hat v}+\varepsilon} + \lambda\theta\right), & t &= 1, 2, \dots
\end{aligned}""",
    source="Loshchilov & Hutter, Decoupled weight decay regularization, 2017, arXiv 1711.05101",
    fields=(rate(0.001), beta1(), beta2(), epsilon(), weight_decay(0.01)),
    make=lambda rate, b1, b2, eps, decay: optax.adamw(rate, b1, b2, eps, weight_decay=decay),
    rank=140,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_("The decay pulls every parameter toward 0, so the walk does not end at the minimum of the surface that is drawn."),
)
