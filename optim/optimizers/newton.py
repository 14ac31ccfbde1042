"""Newton's method: the step to the critical point of the local quadratic, minimum or saddle."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from core.messages import N_
from optim.optimizer import Optimizer, rate


def make(rate: Float[Array, ""]) -> optax.GradientTransformationExtraArgs:
    """θ ← θ − ηH⁺g. H⁺ is the pseudo-inverse: an eigenvalue below 10·d·(machine ε)·|λ|max counts as 0 and its direction gets no step."""

    def init(theta: Float[Array, " d"]) -> optax.EmptyState:
        return optax.EmptyState()

    def update(
        g: Float[Array, " d"],
        memory: optax.EmptyState,
        theta: Float[Array, " d"],
        *,
        value_fn: Callable[[Float[Array, " d"]], Float[Array, ""]],
        **extra: object,
    ) -> tuple[Float[Array, " d"], optax.EmptyState]:
        H = jax.hessian(value_fn)(theta)
        return -rate * jnp.linalg.pinv(H, hermitian=True) @ g, memory

    return optax.GradientTransformationExtraArgs(init, update)


def evaluations(memory: optax.EmptyState, p: int) -> int:
    """The gradient, and one more for each column of the Hessian: a column is a derivative of the gradient, at twice its price or so."""
    return 1 + p


optimizer = Optimizer(
    label=N_("Newton"),
    formula=r"\theta \leftarrow \theta - \eta\,H^{+} g, \qquad H = \nabla^2 L(\theta)",
    source="Nocedal & Wright, Numerical optimization, chapter 3, 1999",
    fields=(rate(1.0, low=1e-3, high=10.0),),
    make=make,
    rank=230,
    full_batch_only=True,
    evaluations=evaluations,
    note=N_(
        "It goes to the nearest critical point of the local quadratic, a saddle as gladly as a minimum. A flat direction gets no step."
    ),
)
