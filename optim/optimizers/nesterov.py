"""Nesterov's momentum, seen from the point that looks ahead: v ← λv + g, θ ← θ − η(g + λv)."""

from collections.abc import Mapping
from math import sqrt

import optax

from core.messages import N_
from optim.optimizer import Hyper, Lens, Optimizer, Update, momentum, rate, within

FIELDS = (rate(0.01), momentum())


def limit(hyper: Mapping[str, float], largest: float) -> float:
    """(2 + 2λ)/(λmax(1 + 2λ)): there z² − (1 + λ)(1 − ηλmax)z + λ(1 − ηλmax) has its root at −1."""
    λ = hyper["momentum"]
    return (2 + 2 * λ) / (largest * (1 + 2 * λ))


def best(smallest: float, largest: float) -> dict[str, float]:
    """η = 4/(3λmax + λmin), λ = (√(3κ+1) − 2)/(√(3κ+1) + 2): a factor of 1 − 2/√(3κ+1) a step (Lessard et al., arXiv 1408.3595)."""
    root = sqrt(3 * largest / smallest + 1)
    return within(FIELDS, rate=4 / (3 * largest + smallest), momentum=(root - 2) / (root + 2))


def lens(update: Update, hyper: Hyper) -> Lens:
    """g + λv: where v will have gone."""
    return Lens(update.gradient + hyper["momentum"] * optax.tree_utils.tree_get(update.after, "trace"))


optimizer = Optimizer(
    label=N_("Nesterov"),
    formula=r"v \leftarrow \lambda v + g, \qquad \theta \leftarrow \theta - \eta\,(g + \lambda v)",
    source="Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), 1983; Sutskever et al., 2013",
    fields=FIELDS,
    make=lambda rate, momentum: optax.sgd(rate, momentum, nesterov=True),
    rank=30,
    lens=lens,
    common=True,
    note=N_("v starts at 0. θ is the point that looks ahead, where the gradient is taken, as in every library."),
    limit=limit,
    best=best,
)
