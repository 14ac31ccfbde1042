"""One thing to try after the verdict on a network's training, as a change of what was picked. All networks of the page share it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from core.messages import N_, Message, message
from core.settings import Pick, pick
from labs.deep.setup import MOST_UPDATES, Deep
from verdict.deep import Judged
from verdict.rules import Kind

ADAM, DECAY = 0.01, 0.1


class Suggestion(NamedTuple):
    """said: what the button says. change: what it does."""

    said: Message
    change: Callable[[Deep], Deep]


def suggestion(deep: Deep, rate: float, found: Judged) -> Suggestion | None:
    """None where it has arrived, or where the same is set already. rate: that of the optimizer that is picked."""
    make = _SUGGESTIONS.get(found.kind)
    offered = None if make is None else make(deep, rate, found)
    return None if offered is None or offered.change(deep) == deep else offered


def _lower(deep: Deep, rate: float, found: Judged) -> Suggestion:
    """Half of what was stable where it turned, else a third of what it was."""
    lower = float(f"{0.5 * found.needed if found.needed is not None else rate / 3:.3g}")
    return Suggestion(message(N_("Set η to {rate}"), rate=lower), lambda d: replace(d, optimizer=d.optimizer.having(rate=lower)))


def _adaptive(deep: Deep, rate: float, found: Judged) -> Suggestion:
    """Its steps are as long where the gradient is small."""
    said = message(N_("Adam with η = {rate}: its steps are as long where the slope is small"), rate=ADAM)
    return Suggestion(said, lambda d: replace(d, optimizer=pick("adam", rate=ADAM)))


def _calming(deep: Deep, rate: float, found: Judged) -> Suggestion:
    return Suggestion(message(N_("Let the rate fall to 0: a cosine schedule")), lambda d: replace(d, schedule=Pick("cosine")))


def _decaying(deep: Deep, rate: float, found: Judged) -> Suggestion:
    said = message(N_("AdamW with weight decay {decay}: large weights cost something"), decay=DECAY)
    return Suggestion(said, lambda d: replace(d, optimizer=pick("adamw", rate=ADAM, decay=DECAY)))


def _longer(deep: Deep, rate: float, found: Judged) -> Suggestion:
    steps = min(MOST_UPDATES, 3 * deep.steps)
    return Suggestion(message(N_("{steps} updates"), steps=steps), lambda d: replace(d, steps=steps))


def _revive(deep: Deep, rate: float, found: Judged) -> Suggestion:
    if deep.schedule.name != "constant":
        return Suggestion(message(N_("Keep the rate constant")), lambda d: replace(d, schedule=Pick("constant")))
    return _adaptive(deep, rate, found)


_SUGGESTIONS: Mapping[Kind, Callable[[Deep, float, Judged], Suggestion]] = MappingProxyType(
    {
        "diverging": _lower,
        "bouncing": _lower,
        "limit cycle": _calming,
        "noise floor": _calming,
        "plateau": _adaptive,
        "saddle": _adaptive,
        "maximum": _adaptive,
        "infinity": _decaying,
        "out of budget": _longer,
        "stopped": _revive,
    }
)
