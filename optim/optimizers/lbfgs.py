"""L-BFGS: Newton's step with an inverse Hessian guessed from the last ten steps, and a line search."""

import optax
from jaxtyping import Array, Int

from core.messages import N_
from optim.optimizer import Optimizer, rate


def evaluations(memory: optax.OptState, p: int) -> Int[Array, ""]:
    """The gradient at θ, and one at every length that the line search tried; the last of those is not used again, as η may change it."""
    return 1 + optax.tree_utils.tree_get(memory, "num_linesearch_steps")


optimizer = Optimizer(
    label=N_("L-BFGS"),
    formula=r"""\begin{aligned}
s_j &= \theta^{j+1} - \theta^j, \quad y_j = g^{j+1} - g^j, \quad \rho_j = \frac{1}{y_j^\top s_j} \\
P &\leftarrow (I - \rho_j s_j y_j^\top)\,P\,(I - \rho_j y_j s_j^\top) + \rho_j s_j s_j^\top, \qquad j = t-10, \dots, t-1 \\
\theta &\leftarrow \theta - \eta\,a\,P g, \qquad a \text{ from a line search}
\end{aligned}""",
    source="Liu & Nocedal, On the limited memory BFGS method for large scale optimization, 1989; line search: Nocedal & Wright, 3.5-3.6",
    fields=(rate(1.0, low=1e-3, high=10.0),),
    make=lambda rate: optax.chain(optax.lbfgs(), optax.scale(rate)),
    rank=220,
    full_batch_only=True,
    evaluations=evaluations,
    note=N_(
        "A zoom line search finds the length a of the step; η multiplies it, and 1 is the method itself. "
        "One step evaluates the loss more than once."
    ),
)
