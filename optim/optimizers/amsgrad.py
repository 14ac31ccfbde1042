"""AMSGrad: Adam whose denominator never shrinks."""

import jax.numpy as jnp
import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, beta1, beta2, epsilon, rate
from optim.optimizers._moments import corrected, stable


def lens(update: Update, hyper: Hyper) -> Lens:
    """m̂ over √vmax + ε."""
    return Lens(corrected(update, hyper)[0], jnp.sqrt(optax.tree_utils.tree_get(update.after, "nu_max")) + hyper["eps"])


optimizer = Optimizer(
    label=N_("AMSGrad"),
    formula=r"""\begin{aligned}
m &\leftarrow \beta_1 m + (1-\beta_1)\,g, & \hat m &= \frac{m}{1-\beta_1^t} \\
v &\leftarrow \beta_2 v + (1-\beta_2)\,g^2, & v_{\max} &\leftarrow \max\left(v_{\max}, \frac{v}{1-\beta_2^t}\right) \\
\theta &\leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{v_{\max}}+\varepsilon}, & t &= 1, 2, \dots
\end{aligned}""",
    source="Reddi, Kale & Kumar, On the convergence of Adam and beyond, 2018, arXiv 1904.09237",
    fields=(rate(0.001), beta1(), beta2(), epsilon()),
    make=lambda rate, b1, b2, eps: optax.amsgrad(rate, b1, b2, eps),
    rank=130,
    lens=lens,
    adaptive=True,
    stable=stable,
    note=N_(
        "v is corrected for its start at 0 before the maximum is taken, as in optax. PyTorch takes the maximum first and corrects it "
        "afterwards; the paper corrects neither moment."
    ),
)
