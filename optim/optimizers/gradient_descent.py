"""Gradient descent: θ ← θ − ηg."""

from collections.abc import Mapping

import optax

from core.messages import N_
from optim.optimizer import Lens, Optimizer, rate, within

FIELDS = (rate(0.1),)


def limit(hyper: Mapping[str, float], largest: float) -> float:
    """2/λmax: beyond it |1 − ηλmax| > 1."""
    return 2 / largest


def best(smallest: float, largest: float) -> dict[str, float]:
    """η = 2/(λmin + λmax): both ends shrink by (κ − 1)/(κ + 1) a step."""
    return within(FIELDS, rate=2 / (smallest + largest))


optimizer = Optimizer(
    label=N_("GD"),
    formula=r"\theta \leftarrow \theta - \eta\,g",
    source="Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, 1847",
    fields=FIELDS,
    make=lambda rate: optax.sgd(rate),
    rank=10,
    lens=lambda update, hyper: Lens(),
    common=True,
    limit=limit,
    best=best,
)
