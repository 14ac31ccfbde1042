"""Two directions drawn at random. In many dimensions they meet nothing of the path."""

from core.messages import N_, Refusal, message
from landscape.directions import Around, Slice, Vector, orthonormal
from landscape.slices._random import gaussian


def directions(around: Around) -> tuple[Vector, Vector]:
    """Orthonormal."""
    pair = orthonormal(*gaussian(around))
    if pair is None:
        raise Refusal(message(N_("Random directions need at least two weights. Let the biases move too, or take a larger network.")))
    return pair


RANDOM = Slice(
    label=N_("random"),
    formula=r"u, v \sim \mathcal N(0, I),\quad u^\top v = 0,\quad \lVert u\rVert = \lVert v\rVert = 1",
    source="Goodfellow, Vinyals & Saxe 2015, arXiv 1412.6544; Im, Tao & Branson 2016, arXiv 1612.04010",
    directions=directions,
    needs=("filters",),
    rank=10,
)
