"""Adam: momentum over the root mean square, both corrected for having started at 0."""

import optax

from core.messages import N_
from optim.optimizer import Optimizer, beta1, beta2, epsilon, rate
from optim.optimizers._moments import lens, stable

optimizer = Optimizer(
    label=N_("Adam"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
v &\leftarrow \beta_2 v + (1-\beta_2)\,g^2, & \hat v &= \frac{v}{1-\beta_2^t} \\
\theta &\leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}, & t &= 1, 2, \dots
\end{aligned}""",
    source="Kingma & Ba, Adam: A method for stochastic optimization, 2014, arXiv 1412.6980",
    fields=(rate(0.001), beta1(), beta2(), epsilon()),
    make=lambda rate, b1, b2, eps: optax.adam(rate, b1, b2, eps),
    rank=50,
    lens=lens,
    adaptive=True,
    stable=stable,
    common=True,
)
