"""The lecture's adaptive rate: the gradient over the root mean square of all gradients so far."""

from typing import NamedTuple

import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, rate


class Memory(NamedTuple):
    """How many gradients there were and the sum of their squares."""

    gradients: Int[Array, ""]
    squares: Float[Array, " d"]


def make(rate: Float[Array, ""]) -> optax.GradientTransformation:
    """σ = √(Σ_{j≤t} gⱼ²/(t+1)), θ ← θ − ηg/σ, and a step of 0 where σ is 0. The first step is ±η exactly."""

    def init(theta: Float[Array, " d"]) -> Memory:
        return Memory(jnp.zeros((), jnp.int32), jnp.zeros_like(theta))

    def update(g: Float[Array, " d"], memory: Memory, theta: Float[Array, " d"] | None = None) -> tuple[Float[Array, " d"], Memory]:
        gradients, squares = memory.gradients + 1, memory.squares + g**2
        σ = jnp.sqrt(squares / gradients)
        return -rate * jnp.where(σ > 0, g / σ, 0), Memory(gradients, squares)

    return optax.GradientTransformation(init, update)


def lens(update: Update, hyper: Hyper) -> Lens:
    """σ; ∞ where it is 0, for there the step is 0."""
    memory: Memory = update.after
    σ = jnp.sqrt(memory.squares / memory.gradients)
    return Lens(scale=jnp.where(σ > 0, σ, jnp.inf))


optimizer = Optimizer(
    label=N_("Root mean square (lecture)"),
    formula=r"\sigma^t = \sqrt{\frac{1}{t+1}\sum_{j=0}^{t} (g^j)^2}, \qquad \theta \leftarrow \theta - \frac{\eta}{\sigma^t}\,g^t",
    source="Hung-yi Lee, Machine Learning 2021, lecture on adaptive learning rates; after Duchi, Hazan & Singer, 2011",
    fields=(rate(0.1),),
    make=make,
    rank=110,
    lens=lens,
    adaptive=True,
    note=N_("No ε: the first step is ±η exactly, and where every gradient so far was 0 the step is 0. With η/√(t+1) it is Adagrad."),
)
