"""Rprop: only the sign of the gradient, and a step of its own for every coordinate."""

from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from core.messages import N_
from core.settings import Number
from optim.optimizer import Hyper, Lens, Optimizer, Update, rate

SHORTEST, LONGEST = 1e-6, 50.0


class Memory(NamedTuple):
    """The step of each coordinate in units of η, and the gradient before, 0 where the sign had just changed."""

    growth: Float[Array, " d"]
    gradient: Float[Array, " d"]


def make(rate: Float[Array, ""], shrink: Float[Array, ""], grow: Float[Array, ""]) -> optax.GradientTransformation:
    """iRprop⁻ (Igel & Hüsken 2003): Δ grows while the sign holds, shrinks and skips one step where it changes; Δ starts at η.

    Not optax.rprop: in 0.2.8 that returns the update of the step before (its pull request 1725), and its rate acts at the start only.
    Here Δ = η · growth, so that a schedule multiplies this rate as it does any other.
    """

    def init(theta: Float[Array, " d"]) -> Memory:
        return Memory(jnp.ones_like(theta), jnp.zeros_like(theta))

    def update(g: Float[Array, " d"], memory: Memory, theta: Float[Array, " d"] | None = None) -> tuple[Float[Array, " d"], Memory]:
        agree = jnp.sign(g) * jnp.sign(memory.gradient)
        growth = memory.growth * jnp.where(agree > 0, grow, jnp.where(agree < 0, shrink, 1))
        bounded = jnp.clip(growth, SHORTEST / rate, LONGEST / rate)
        growth = jnp.where((agree != 0) & (rate > 0), bounded, growth)
        g = jnp.where(agree < 0, 0, g)
        return -rate * growth * jnp.sign(g), Memory(growth, g)

    return optax.GradientTransformation(init, update)


def lens(update: Update, hyper: Hyper) -> Lens:
    """g over |g|/Δ, Δ in units of η; g counts as 0 where its sign has just changed."""
    memory: Memory = update.after
    g = memory.gradient
    return Lens(g, jnp.where(g != 0, jnp.abs(g) / memory.growth, jnp.inf))


optimizer = Optimizer(
    label=N_("Rprop"),
    formula=r"""\begin{aligned}
\Delta_i &\leftarrow \begin{cases}
\min(\eta^+\Delta_i,\ 50) & g_i\,g_i^{\text{before}} > 0 \\
\max(\eta^-\Delta_i,\ 10^{-6}),\quad g_i \leftarrow 0 & g_i\,g_i^{\text{before}} < 0 \\
\Delta_i & \text{else}
\end{cases} \\
\theta_i &\leftarrow \theta_i - \operatorname{sign}(g_i)\,\Delta_i, \qquad \Delta_i^0 = \eta
\end{aligned}""",
    source="Riedmiller & Braun, 1993; this variant (iRprop⁻): Igel & Hüsken, Empirical evaluation of the improved Rprop, 2003",
    fields=(
        rate(0.01, SHORTEST, LONGEST),
        Number("shrink", N_("factor after a change of sign"), 0.5, 0.01, 1.0, symbol="η⁻"),
        Number("grow", N_("factor while the sign holds"), 1.2, 1.0, 3.0, symbol="η⁺"),
    ),
    make=make,
    rank=200,
    lens=lens,
    note=N_("η is the first step only; then each coordinate has its own. A sign that changes by chance misleads it: take the full batch."),
)
