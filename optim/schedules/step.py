"""A staircase: the rate is multiplied by a factor every so many updates."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count, Number
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, factor: float, every: int) -> Float[np.ndarray, " t"]:
    """γ^⌊t/k⌋."""
    return factor ** np.floor(t / every)


schedule = Schedule(
    label=N_("Step"),
    formula=r"\eta^t = \eta\,\gamma^{\lfloor t/k \rfloor}",
    source="He et al., Deep residual learning for image recognition, 2015, arXiv 1512.03385: a factor of 0.1, twice",
    multiplier=multiplier,
    fields=(
        Number("factor", N_("factor"), 0.1, 0.01, 1.0, log=True, symbol="γ"),
        Count("every", N_("updates between two factors, k"), 100, 1, 100_000, log=True),
    ),
    rank=40,
)
