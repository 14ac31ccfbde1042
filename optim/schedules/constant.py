"""No schedule: the rate stays what it is."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int) -> Float[np.ndarray, " t"]:
    """1 at every update."""
    return np.ones_like(t, dtype=np.float64)


schedule = Schedule(
    label=N_("constant"),
    formula=r"\eta^t = \eta",
    source="Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, 1847",
    multiplier=multiplier,
    rank=10,
)
