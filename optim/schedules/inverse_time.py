"""The decay of Robbins and Monro: 1/(t+1)."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, tau: float) -> Float[np.ndarray, " t"]:
    """1/(1 + t/τ); τ = 1 is 1/(t+1)."""
    return 1 / (1 + t / tau)


schedule = Schedule(
    label=N_("1/t"),
    formula=r"\eta^t = \frac{\eta}{1 + t/\tau}",
    source="Robbins & Monro, A stochastic approximation method, 1951",
    multiplier=multiplier,
    fields=(Number("tau", N_("updates until the rate is halved"), 1.0, 1.0, 1e5, log=True, symbol="τ"),),
    rank=30,
)
