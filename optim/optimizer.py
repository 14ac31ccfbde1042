"""An optimizer: an optax transformation made of numbers, and the facts that belong to it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import optax
from jaxtyping import Array, Float, Int

from core.catalogue import catalogue
from core.messages import N_
from core.settings import Number


def rate(default: float, low: float = 1e-14, high: float = 1e3) -> Number:
    """The learning rate, the first setting of every optimizer."""
    return Number("rate", N_("learning rate"), default, low, high, log=True, symbol="η", nearest=True)


Theta = Float[Array, " p"]
Hyper = Mapping[str, Float[Array, ""]]


class Update(NamedTuple):
    """What one update went by: its gradient, that of its batch, and the optimizer's memory before and after it."""

    gradient: Theta
    before: optax.OptState
    after: optax.OptState


class Lens(NamedTuple):
    """One update taken apart: its step is −η·momentum/scale, coordinate by coordinate, η the rate times the schedule's multiplier.

    The momentum has the units of the gradient, so the two can be drawn to one scale; None: it is the gradient. scale None: 1 everywhere.
    Where the scale is ∞ the coordinate gets no step.
    """

    momentum: Theta | None = None
    scale: Theta | None = None


@dataclass(frozen=True)
class Optimizer:
    """make(**hyper) -> the transformation; every hyper-parameter, the rate among them, may be a traced scalar.

    formula: one step, in LaTeX. source: where it was published. note: a convention that libraries differ in, shown on screen.
    common: in the menu from the beginning; the others only once a person asks for more optimizers.
    Where the speed limit of a quadratic is known in closed form, the rate can be set in multiples of 2/λmax:
    limit(hyper, λmax) -> the largest stable rate; best(λmin, λmax) -> the settings that are fastest on that quadratic, 0 < λmin ≤ λmax.
    lens(update, hyper) -> its momentum and scale, without the decoupled decay of a method that has one (a further −ηλθ); None: the step
    is not of that form. adaptive: the scale remembers past gradients, so η/scale is a rate for each coordinate that can be drawn, as an
    ellipse. Not so where the scale is but the size of the momentum itself: there the step is a sign.
    stable(hyper) -> what η·λmax of the Hessian, preconditioned by 1/scale, must stay below; None: limit(hyper, 1), or 2 where adaptive.
    evaluations(memory after an update, p) -> how many gradients that update took; None: one.
    """

    label: str
    formula: str
    source: str
    fields: tuple[Number, ...]
    make: Callable[..., optax.GradientTransformation]
    rank: int = 100
    common: bool = False
    note: str = ""
    full_batch_only: bool = False
    limit: Callable[[Mapping[str, float], float], float] | None = None
    best: Callable[[float, float], dict[str, float]] | None = None
    lens: Callable[[Update, Hyper], Lens] | None = None
    adaptive: bool = False
    stable: Callable[[Mapping[str, float]], float] | None = None
    evaluations: Callable[[optax.OptState, int], int | Int[Array, ""]] | None = None


def stable_below(optimizer: Optimizer, hyper: Mapping[str, float]) -> float:
    """What η·λmax must stay below, λmax of the Hessian preconditioned by the method's scale as it is now; ∞ where no such form is known."""
    if optimizer.stable is not None:
        return optimizer.stable(hyper)
    if optimizer.limit is not None:
        return optimizer.limit(hyper, 1.0)
    return 2.0 if optimizer.adaptive else math.inf


def optimizers() -> Mapping[str, Optimizer]:
    """Every optimizer by its key, in the order of the menu."""
    return catalogue("optim.optimizers", Optimizer)


def momentum(default: float = 0.9) -> Number:
    """λ of the momentum methods; at 1 nothing is lost and a quadratic is circled for ever."""
    return Number("momentum", N_("momentum"), default, 0.0, 1.0, symbol="λ")


def beta1(default: float = 0.9) -> Number:
    """β₁, the share of the past in the mean of the gradient. Below 1: the bias correction divides by 1 − β₁ᵗ."""
    return Number("b1", N_("memory of the gradient"), default, 0.0, 0.9999, symbol="β₁")


def beta2(default: float = 0.999) -> Number:
    """β₂, the share of the past in the mean of the squared gradient. Below 1 as β₁ is."""
    return Number("b2", N_("memory of the squared gradient"), default, 0.0, 0.999999, symbol="β₂")


def epsilon(default: float = 1e-8, low: float = 1e-16) -> Number:
    """ε, added to a denominator that may be 0. Never 0 itself: a gradient of 0 must give a step of 0."""
    return Number("eps", N_("added to the denominator"), default, low, 1.0, log=True, symbol="ε")


def weight_decay(default: float) -> Number:
    """λ of decoupled weight decay; anything but 0 moves the minimum."""
    return Number("decay", N_("weight decay"), default, 0.0, 1.0, symbol="λ")


def within(fields: tuple[Number, ...], **values: float) -> dict[str, float]:
    """Each value moved into the range of its setting; a rate only from above: raised to the slider's low end, it could explode."""
    low = {field.name: 0.0 if field.name == "rate" else field.low for field in fields}
    return {field.name: min(max(values[field.name], low[field.name]), field.high) for field in fields if field.name in values}
