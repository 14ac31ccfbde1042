"""Exponential decay."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, tau: float) -> Float[np.ndarray, " t"]:
    """exp(−t/τ); as a factor an update, γ = exp(−1/τ)."""
    return np.exp(-t / tau)


schedule = Schedule(
    label=N_("Exponential"),
    formula=r"\eta^t = \eta\,e^{-t/\tau}",
    source="",
    multiplier=multiplier,
    fields=(Number("tau", N_("updates until the rate is a factor of e lower"), 100.0, 1.0, 1e5, log=True, symbol="τ"),),
    rank=50,
)
