"""The rate of the first transformer: a linear rise, then 1/√s. It is an absolute rate, so η = 1 is the paper's own."""

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Count
from optim.schedule import Schedule


def multiplier(t: Float[np.ndarray, " t"], steps: int, d: int, peak: int) -> Float[np.ndarray, " t"]:
    """d^−½ · min(s^−½, s · s₀^−³ᐟ²), s = t + 1; highest at s = s₀: 1/√(d · s₀)."""
    s = t + 1
    return d**-0.5 * np.minimum(s**-0.5, s * float(peak) ** -1.5)


schedule = Schedule(
    label=N_("Transformer"),
    formula=r"\eta^t = \eta\, d^{-1/2} \min\left(s^{-1/2},\ s\,s_0^{-3/2}\right), \qquad s = t + 1",
    source="Vaswani et al., Attention is all you need, 2017, arXiv 1706.03762: d = 512, s₀ = 4000, η = 1",
    multiplier=multiplier,
    fields=(
        Count("d", N_("width of the model, d"), 512, 1, 65_536, log=True),
        Count("peak", N_("warm-up updates, s₀"), 4000, 1, 100_000, log=True),
    ),
    rank=70,
)
