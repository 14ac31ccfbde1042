"""A loss of classes: what one row costs, given a score (logit) for every class and the number of the right one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from core.catalogue import catalogue
from core.settings import Setting
from surfaces.surface import Numbers

Logits = Float[Array, "c n"]
Labels = Int[Array, " n"]
Costs = Float[Array, " n"]


@dataclass(frozen=True)
class ClassLoss:
    """value(logits, labels, numbers) -> the cost of every row. Two classes at least.

    smooth: has a second derivative everywhere. margin(classes, numbers) -> by how much the right logit stands above the others, all equal,
    where the loss is lowest, and how low that is; None where it falls for ever. beyond: it is as low at any larger one. note: a
    convention that libraries differ in, said on screen.
    """

    label: str
    formula: str
    source: str
    value: Callable[[Logits, Labels, Numbers], Costs]
    fields: tuple[Setting, ...] = ()
    smooth: bool = True
    margin: Callable[[int, Mapping[str, float]], tuple[float, float] | None] = lambda classes, numbers: None
    beyond: bool = False
    rank: int = 100
    note: str = ""


def class_losses() -> dict[str, ClassLoss]:
    return dict(catalogue("surfaces.class_losses", ClassLoss))


def right(logits: Logits, labels: Labels) -> Bool[Array, "c n"]:
    """Where the right class is."""
    return jnp.arange(logits.shape[0])[:, None] == labels[None]


def of_right(logits: Logits, labels: Labels) -> Costs:
    """The logit of the right class."""
    return jnp.take_along_axis(logits, labels[None], axis=0)[0]


def shortfall(logits: Logits, labels: Labels) -> Costs:
    """s = ln Σ_{j≠t} exp(y_j) − y_t: by how much the right class t falls short of all the others together. p_t = σ(−s), 1 − p_t = σ(s)."""
    others = jnp.where(right(logits, labels), -jnp.inf, logits)
    return jax.nn.logsumexp(others, axis=0) - of_right(logits, labels)
