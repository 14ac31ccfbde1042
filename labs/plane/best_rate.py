"""The best rate, found by trying: fewest updates to arrive from this start, or the lowest loss after all updates where none arrives.

Rates all over the range of the setting are tried; then finer grids around the best. Where a closed form knows a momentum too, a few
momenta are tried before.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from compute.job import Step, Steps, job
from core.messages import N_, Message, message
from core.settings import numbers
from labs.plane.closed_form import ClosedForm, closed_form
from labs.plane.kernels import Lanes
from labs.plane.problem import probed
from labs.plane.sweep import Sweep, Track, track
from labs.plane.walks import Rated, WalkSetup, descent

RATES = 255  # of a grid; odd, so that it holds its middle
SOON = 125  # updates
NEAR = 30.0  # the finer grid goes from the best rate over this to the best rate times this
FEW, AROUND, APART = 4, 15, 1.17  # the finest: so many rates around each of the best few, from one over this to times this
MOMENTA = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99)


def long_run(setup: WalkSetup) -> dict[str, float]:
    """The closed form: what is fastest in the end on a quadratic. Empty where the loss is none, or the method has none."""
    fit, fastest = setup.fit, setup.method.best
    if fastest is None or not fit.quadratic or fit.eigenvalues is None:
        return {}
    low, high = float(fit.eigenvalues[0]), float(fit.eigenvalues[-1])
    return fastest(low, high) if low > 1e-13 * high > 0 else {}


def _lanes(rates: Float[np.ndarray, " k"], momentum: float | None) -> Lanes:
    """Rates of four digits, as they are printed."""
    short = np.array([float(f"{rate:.4g}") for rate in rates])
    return {"rate": short} if momentum is None else {"rate": short, "momentum": np.full(short.size, momentum)}


def _everywhere(setup: WalkSetup, every: int) -> Float[np.ndarray, " k"]:
    """Every so many rates of the whole range, the one that is set, and the closed form's."""
    field = setup.method.fields[0]
    own = numbers(setup.optimizer, setup.method.fields)["rate"]
    return np.append(np.geomspace(field.low, field.high, RATES)[::every], [own, long_run(setup).get("rate", own)])


Grid = Callable[[WalkSetup, Sweep | None], Lanes | None]  # (the walk, the sweep before, the best first) -> what to try; None: nothing


def _momenta(setup: WalkSetup, before: Sweep | None) -> Lanes | None:
    if setup.method.best is None or len(setup.method.fields) == 1:
        return None
    own = numbers(setup.optimizer, setup.method.fields)["momentum"]
    parts = [_lanes(_everywhere(setup, 4), momentum) for momentum in (*MOMENTA, own, long_run(setup).get("momentum", own))]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _momentum(before: Sweep | None) -> float | None:
    return None if before is None or "momentum" not in before.lanes else float(before.lanes["momentum"][0])


def _whole_range(setup: WalkSetup, before: Sweep | None) -> Lanes | None:
    return _lanes(_everywhere(setup, 1), _momentum(before))


def _finer(setup: WalkSetup, before: Sweep | None) -> Lanes | None:
    """On a formula, by a lucky jump, a rate may arrive beside one that does not; on data only who arrives soon does."""
    formula = setup.problem.source is None
    if before is None or before.updates[0] <= 1 or not (formula or before.updates[0] < SOON):
        return None
    rate = float(before.lanes["rate"][0])
    return _lanes(np.geomspace(rate / NEAR, rate * NEAR, 4 * RATES + 1 if formula else RATES), _momentum(before))


def _finest(setup: WalkSetup, before: Sweep | None) -> Lanes | None:
    if before is None or before.updates[0] <= 1:
        return None
    around = np.geomspace(1 / APART, APART, AROUND)
    return _lanes(np.outer(before.lanes["rate"][:FEW], around).ravel(), _momentum(before))


GRIDS: tuple[Grid, ...] = (_momenta, _whole_range, _finer, _finest)


def _below_the_limit(setup: WalkSetup, lanes: Lanes) -> Lanes:
    """Those below the limit, where descent explodes above it: on a quadratic, with all rows and a constant rate.

    There a walk gets by only if it has nothing at all to go in the steepest direction, and until rounding gives it something.
    """
    fit, limit, updates = setup.fit, setup.method.limit, setup.updates
    constant = updates.batch == 0 and updates.schedule.name == "constant" and updates.warmup == 0
    if limit is None or fit.stable is None or not (fit.quadratic and constant):
        return lanes
    own, largest = numbers(setup.optimizer, setup.method.fields), 2 / fit.stable
    tried = [own | {name: float(values[i]) for name, values in lanes.items()} for i in range(lanes["rate"].size)]
    below = np.array([hyper["rate"] < limit(hyper, largest) for hyper in tried])
    return {name: values[below] for name, values in lanes.items()} if below.any() else lanes


def _better(best: Sweep | None, other: Sweep) -> Sweep:
    """The sweep whose best rate settles first; `best` in a tie. If neither settles, the one with the lower final loss."""
    if best is None or other.updates[0] < best.updates[0]:
        return other
    neither_settles = np.isinf(other.updates[0]) and np.isinf(best.updates[0])
    return other if neither_settles and other.alive[0] and not best.loss[0] <= other.loss[0] else best


def _searched(track: Track | ClosedForm) -> Steps[Sweep]:
    """The best sweep of all grids, its walks in order."""
    best: Sweep | None = None
    for done, grid in enumerate(GRIDS):
        lanes = grid(track.setup, best)
        if lanes is None:
            continue
        lanes = _below_the_limit(track.setup, lanes)
        before = best
        for sweep in track.swept(lanes, np.inf if before is None else float(before.updates[0])):
            best = _better(before, sweep.at(sweep.order))
            yield Step((done + sweep.done / track.end) / len(GRIDS), best)
    assert best is not None
    yield Step(1.0, best)


def _rated(setup: WalkSetup, best: Sweep) -> Rated:
    """The hyper-parameters of the first, and what is to be said of them."""
    hyper = numbers(setup.optimizer, setup.method.fields) | {name: float(values[0]) for name, values in best.lanes.items()}
    return Rated(tuple(sorted(hyper.items())), _explanation(setup, best), swept=True)


def _explanation(setup: WalkSetup, best: Sweep) -> Message:
    """Where the rate comes from: what is said of it beside its number."""
    if np.isinf(best.updates[0]):
        lower = best.alive[0] and best.loss[0] < probed(setup.problem, setup.start)[0]
        return message(N_("the lowest end: none arrives")) if lower else message(N_("no rate gets lower than the start"))
    fastest = long_run(setup)
    if "momentum" in fastest:
        return message(N_("its best here; in the long run η = {rate}, λ = {momentum}"), **fastest)
    return message(N_("its best here; in the long run {rate}"), **fastest) if fastest else message(N_("its best here"))


@job
def best_rate(setup: WalkSetup) -> Steps[Rated]:
    """First by the closed form, where there is one; then as soon as somebody has arrived and has stayed for a while; to the last update
    where that one has left again. What the walk itself does decides which of them is believed."""
    known = closed_form(setup)
    for patient in (None, False, True):
        searched = track(setup, patient) if patient is not None else known
        if searched is None:
            continue
        best: Sweep | None = None
        for progress, best in _searched(searched):
            yield Step(0.5 * (bool(patient) + 0.9 * progress), _rated(setup, best))
        assert best is not None
        rated = _rated(setup, best)
        walking = descent(setup, rated)
        while not walking.finished:
            walking.advance()
            yield Step(0.5 * (bool(patient) + 0.9), rated)
        settled = np.inf if walking.result.settled is None else float(walking.result.settled)
        if settled == best.updates[0] or (np.isinf(best.updates[0]) and patient is not None):
            break
    yield Step(1.0, rated)
