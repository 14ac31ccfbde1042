"""The lecture's decay: 1/√(t+1)."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, tau: float) -> Float[np.ndarray, " t"]:
    """1/√(1 + t/τ); τ = 1 is 1/√(t+1)."""
    return 1 / np.sqrt(1 + t / tau)


schedule = Schedule(
    label=N_("1/√t"),
    formula=r"\eta^t = \frac{\eta}{\sqrt{1 + t/\tau}}",
    source="Duchi, Hazan & Singer, 2011; Hung-yi Lee, Machine Learning 2021: ηᵗ = η/√(t+1)",
    multiplier=multiplier,
    fields=(Number("tau", N_("updates before the decay sets in"), 1.0, 1.0, 1e5, log=True, symbol="τ"),),
    rank=20,
)
