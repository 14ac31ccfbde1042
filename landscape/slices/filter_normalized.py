"""Two directions drawn at random, every filter of them as long as the network's own."""

from core.messages import N_, Refusal, message
from landscape.directions import Around, Slice, Vector, orthonormal
from landscape.slices._random import filter_normalized


def directions(around: Around) -> tuple[Vector, Vector]:
    """d ← d/‖d‖·‖θ‖ per filter. Not made orthogonal, as in the paper."""
    u, v = filter_normalized(around)
    if orthonormal(u, v) is None:
        raise Refusal(
            message(N_("The weights here are 0, not finite, or too few: filter normalization finds no plane. Start somewhere else."))
        )
    return u, v


FILTER_NORMALIZED = Slice(
    label=N_("filter-normalized"),
    formula=r"d \leftarrow \frac{d}{\lVert d\rVert}\lVert\theta\rVert\ \text{per filter},\qquad d \sim \mathcal N(0, I)",
    source="Li, Xu, Taylor, Studer & Goldstein 2018, arXiv 1712.09913",
    directions=directions,
    needs=("filters",),
    rank=20,
)
