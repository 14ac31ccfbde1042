"""Which rate an optimizer gets under the three rate modes: its best here, its own number, or a fraction of the limit here."""

import math

import jax
import numpy as np

from compute.job import Step, Steps, job
from core.messages import N_, message
from core.settings import numbers
from labs.plane import kernels
from labs.plane.setup import FRACTION, SAME
from labs.plane.walks import Rated, Walk, WalkSetup, begun, not_begun, walk_input
from optim.chunks import in_chunks, progress
from optim.descent import Carry

SWEEP = np.logspace(-5, 2, 36)  # rates that a method without a closed-form best rate is tried at, five a decade


def rated(setup: WalkSetup, mode: str, fraction: float, deadline: float = math.inf) -> Rated | float:
    """best: fastest on this panel's quadratic, or the best of a sweep. same: its own number. fraction: that part of its limit here.

    A number: the share of the sweep that was done when the deadline passed; ask again.
    """
    method, fit = setup.method, setup.fit
    hyper = numbers(setup.optimizer, method.fields)
    own = Rated(tuple(sorted(hyper.items())), message(N_("its own number")))
    curved = fit.eigenvalues is not None and fit.eigenvalues[-1] > 0
    if mode == SAME or (mode == FRACTION and method.limit is None):
        return own
    if mode == FRACTION:
        if fit.eigenvalues is None or not curved or method.limit is None:
            return own._replace(how=message(N_("its own number: there is no limit here")))
        hyper["rate"] = fraction * method.limit(hyper, float(fit.eigenvalues[-1]))
        return Rated(tuple(sorted(hyper.items())), message(N_("{fraction} of its limit"), fraction=f"{fraction:g}"))
    if method.best is not None and fit.eigenvalues is not None and curved:
        steep, shallow = float(fit.eigenvalues[-1]), float(fit.eigenvalues[0])
        flat = fit.reason is not None or shallow <= 1e-13 * steep
        hyper |= method.best(steep if flat else shallow, steep)
        how = message(N_("its best across the valley")) if flat else message(N_("its best here"))
        return Rated(tuple(sorted(hyper.items())), how)
    if fit.loss is None:
        return own._replace(how=message(N_("its own number: no best rate is known here")))
    sweep = best_rate(setup).work(deadline)
    if not sweep.finished:
        return sweep.progress
    hyper["rate"] = sweep.result
    return Rated(tuple(sorted(hyper.items())), message(N_("the best of {count} rates tried"), count=len(SWEEP)), swept=True)


@job
def best_rate(setup: WalkSetup) -> Steps[float]:
    """The rate of the sweep that settles first; among those that never settle, the one that ends lowest.

    Joined processes sweep together and have clocks of their own: among them it goes on to the end in one piece.
    """
    hyper, steps = numbers(setup.optimizer, setup.method.fields), setup.updates.steps
    inputs = walk_input(setup, hyper)
    inputs = inputs._replace(rows=jax.device_get(inputs.rows))  # NumPy, which every device and every process can be given
    loss = np.zeros(SWEEP.size)

    def advance(carry: Carry, until: np.int64) -> Carry:
        nonlocal loss
        sweep = kernels.sweeper(setup.problem.structure, setup.optimizer.name, setup.batch_room)  # the cache holds it, nobody else
        carry, losses = sweep(SWEEP, carry, until, inputs)
        loss = np.asarray(losses)
        return carry

    carries = jax.tree.map(lambda part: np.stack([part] * SWEEP.size), not_begun(setup, hyper))
    for carry in in_chunks(advance, carries, steps, steps + 1 if jax.process_count() > 1 else None):
        alive, above = np.asarray(carry.alive), np.asarray(carry.above)
        settled = np.where(alive & (above < steps), above + 1, steps + 1)
        end = np.where(alive, np.nan_to_num(loss, nan=np.inf), np.inf)
        yield Step(progress(carry, steps), float(SWEEP[np.lexsort((end, settled))[0]]))


def waiting(setup: WalkSetup, share: float) -> Walk:
    """A walk whose rate is not known yet: that share of the sweep is done."""
    return begun(setup, Rated((), message(N_("its best rate is being looked for"))), 0.5 * share)
