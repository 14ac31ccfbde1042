"""Things to try after a verdict on a network's training, as changes of what was picked. All networks of the page share it.

rate: that of the optimizer that is picked.
"""

from dataclasses import replace

from core.messages import N_, message
from core.settings import Pick, pick
from labs.deep.setup import MOST_UPDATES, Deep
from verdict.verdict import Judgment, Suggestion

ADAM, DECAY = 0.01, 0.1


def _set_rate(rate: float) -> Suggestion[Deep]:
    rounded = float(f"{rate:.3g}")
    return Suggestion(message(N_("Set η to {rate}"), rate=rounded), lambda d: replace(d, optimizer=d.optimizer.having(rate=rounded)))


def slower(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    """A third of the rate."""
    return _set_rate(rate / 3)


def stable(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    """Half of the rate that was stable where it turned, where that is known."""
    stable_rate = judgment.point.stable_rate
    return _set_rate(rate / 3 if stable_rate is None else 0.5 * stable_rate)


def adaptive(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    """Its steps are as long where the gradient is small."""
    text = message(N_("Adam with η = {rate}: its steps are as long where the slope is small"), rate=ADAM)
    return Suggestion(text, lambda d: replace(d, optimizer=pick("adam", rate=ADAM)))


def calming(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    return Suggestion(message(N_("Let the rate fall to 0: a cosine schedule")), lambda d: replace(d, schedule=Pick("cosine")))


def decaying(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    text = message(N_("AdamW with weight decay {decay}: large weights cost something"), decay=DECAY)
    return Suggestion(text, lambda d: replace(d, optimizer=pick("adamw", rate=ADAM, decay=DECAY)))


def longer(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    steps = min(MOST_UPDATES, 3 * deep.steps)
    return Suggestion(message(N_("{steps} updates"), steps=steps), lambda d: replace(d, steps=steps))


def revive(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep]:
    if deep.schedule.name != "constant":
        return Suggestion(message(N_("Keep the rate constant")), lambda d: replace(d, schedule=Pick("constant")))
    return adaptive(deep, rate, judgment)
