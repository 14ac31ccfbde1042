"""NAdam: Adam with Nesterov's look ahead."""

import optax

from optim.optimizer import Optimizer, beta1, beta2, epsilon, rate
from settings import N_

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
    note=N_("β₁ is constant, and v is corrected as in Adam: the paper's extra factor β₂ is left out, as in the libraries."),
)
