"""Yogi: Adam whose v moves toward g² by a step that does not depend on how far off it is."""

import optax

from core.messages import N_
from optim.optimizer import Optimizer, beta1, beta2, epsilon, rate
from optim.optimizers._moments import lens, stable

optimizer = Optimizer(
    label=N_("Yogi"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
v &\leftarrow v - (1-\beta_2)\operatorname{sign}(v-g^2)\,g^2, & \hat v &= \frac{v}{1-\beta_2^t} \\
\theta &\leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}, & t &= 1, 2, \dots
\end{aligned}""",
    source="Zaheer et al., Adaptive methods for nonconvex optimization, 2018",
    fields=(rate(0.01), beta1(), beta2(), epsilon(1e-3)),
    make=lambda rate, b1, b2, eps: optax.chain(
        optax.scale_by_yogi(b1, b2, eps, initial_accumulator_value=0.0),
        optax.scale_by_learning_rate(rate),
    ),
    rank=190,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_("m and v start at 0 and are corrected as in Adam. Libraries start both at 1e-6, which moves θ even where the gradient is 0."),
)
