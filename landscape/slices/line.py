"""From one solution to another, and a filter-normalized direction across.

What the other one is, `to` says to who gives it: the beginning, as Goodfellow has it, or where another training has come to.
"""

import numpy as np

from core.messages import N_, Refusal, message
from core.settings import Option
from landscape.directions import Around, Slice, Vector, orthonormal
from landscape.slices._random import filter_normalized


def directions(around: Around) -> tuple[Vector, Vector]:
    """u = other − origin, of its own length: a = 0 is here and a = 1 the other. v is random."""
    if around.other is None:
        raise Refusal(message(N_("A line needs a second solution. Walk from another start first, or choose another slice.")))
    u = np.asarray(around.other, np.float64) - np.asarray(around.origin, np.float64)
    if not np.any(u):
        raise Refusal(message(N_("Both solutions are the same point: there is no line between them. Walk from another start.")))
    v, _ = filter_normalized(around)
    if orthonormal(u, v) is None:
        raise Refusal(message(N_("There is no direction across the line: the weights here are 0, not finite, or too few.")))
    return u, v


LINE = Slice(
    label=N_("line to another solution"),
    formula=r"\theta(a, 0) = (1-a)\,\theta + a\,\theta'",
    source="Goodfellow, Vinyals & Saxe 2015, arXiv 1412.6544",
    directions=directions,
    needs=("other", "filters"),
    fields=(
        Option(
            "to",
            N_("the line goes to"),
            "start",
            ("start", "seed"),
            (N_("the start of this training"), N_("the end from the next seed: other initial weights, another order of the rows")),
        ),
    ),
    rank=60,
)
