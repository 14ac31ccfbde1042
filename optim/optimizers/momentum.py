"""Gradient descent with momentum, the heavy ball: v ← λv + g, θ ← θ − ηv."""

from collections.abc import Mapping
from math import sqrt

import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, momentum, rate, within

FIELDS = (rate(0.01), momentum())


def limit(hyper: Mapping[str, float], largest: float) -> float:
    """(2 + 2λ)/λmax: there z² − (1 + λ − ηλmax)z + λ has its root at −1."""
    return (2 + 2 * hyper["momentum"]) / largest


def best(smallest: float, largest: float) -> dict[str, float]:
    """η = (2/(√λmin + √λmax))², λ = ((√κ − 1)/(√κ + 1))²: a factor of (√κ − 1)/(√κ + 1) a step."""
    slow, fast = sqrt(smallest), sqrt(largest)
    return within(FIELDS, rate=(2 / (slow + fast)) ** 2, momentum=((fast - slow) / (fast + slow)) ** 2)


def lens(update: Update, hyper: Hyper) -> Lens:
    """v itself."""
    return Lens(optax.tree_utils.tree_get(update.after, "trace"))


optimizer = Optimizer(
    label=N_("Momentum"),
    formula=r"v \leftarrow \lambda v + g, \qquad \theta \leftarrow \theta - \eta\,v",
    source="Polyak, Some methods of speeding up the convergence of iteration methods, 1964",
    fields=FIELDS,
    make=lambda rate, momentum: optax.sgd(rate, momentum),
    rank=20,
    lens=lens,
    common=True,
    note=N_(
        "v starts at 0. The lecture writes the same walk with m = −ηv: m ← λm − ηg, θ ← θ + m. "
        "Under a schedule they differ: here the rate of now multiplies all of v."
    ),
    limit=limit,
    best=best,
)
