"""Which rate an optimizer gets under the three rate modes: its best here, its own number, or a fraction of the limit here."""

import math

from core.messages import N_, message
from core.settings import numbers
from labs.plane.best_rate import best_rate
from labs.plane.setup import FRACTION, SAME
from labs.plane.walks import Rated, Walk, WalkSetup, begun


def rated(setup: WalkSetup, mode: str, fraction: float, deadline: float = math.inf) -> Rated | float:
    """best: the best of many tried. same: its own number. fraction: that part of its limit here.

    A number: the share of the search that was done when the deadline passed; ask again.
    """
    method, fit = setup.method, setup.fit
    hyper = numbers(setup.optimizer, method.fields)
    own = Rated(tuple(sorted(hyper.items())), message(N_("its own number")))
    if mode == SAME or (mode == FRACTION and method.limit is None):
        return own
    if mode == FRACTION:
        if fit.stable is None or method.limit is None:
            return own._replace(how=message(N_("its own number: there is no limit here")))
        hyper["rate"] = fraction * method.limit(hyper, 2 / fit.stable)
        how = N_("{fraction} of its limit") if fit.quadratic else N_("{fraction} of the largest rate that rests at the minimum")
        return Rated(tuple(sorted(hyper.items())), message(how, fraction=f"{fraction:g}"))
    if fit.loss is None and setup.problem.source is None and setup.problem.surface.infimum(setup.problem.structure) is None:
        return own._replace(how=message(N_("its own number: the loss falls without end")))
    search = best_rate(setup).work(deadline)
    return search.result if search.finished else search.progress


def waiting(setup: WalkSetup, share: float) -> Walk:
    """A walk whose rate is not known yet: that share of the search is done."""
    return begun(setup, Rated((), message(N_("its best rate is being looked for"))), 0.5 * share)
