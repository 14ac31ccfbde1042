"""Half a wave of the cosine, from the full rate at the first update to the last share after `steps` updates."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, last: float) -> Float[np.ndarray, " t"]:
    """α + (1 − α)(1 + cos(πt/T))/2, T = steps; α from T on."""
    return last + (1 - last) * (1 + np.cos(np.pi * np.minimum(t / steps, 1))) / 2


schedule = Schedule(
    label=N_("Cosine"),
    formula=r"\eta^t = \eta\left(\alpha + (1-\alpha)\,\tfrac{1}{2}\left(1 + \cos\frac{\pi t}{T}\right)\right)",
    source="Loshchilov & Hutter, SGDR: Stochastic gradient descent with warm restarts, 2016, arXiv 1608.03983; here without restarts",
    multiplier=multiplier,
    fields=(Number("last", N_("share of the rate at the end"), 0.0, 0.0, 1.0, symbol="α"),),
    rank=60,
)
