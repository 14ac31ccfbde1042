"""The loss falls for ever while the weights grow."""

import numpy as np

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.evidence import FLAT, LITTLE, Evidence
from verdict.verdict import Judgment, Rule, Verdict

FALLS = N_("The minimum is at infinity: the loss ({loss}) falls for ever while the weights grow. It can never arrive.")
ALL_RIGHT = N_(
    "The minimum is at infinity: every training row is right, so larger weights always lower the loss ({loss}). It can never arrive."
)


def without_bound(evidence: Evidence) -> bool:
    """It was stopped where its loss was lowest: it is the loss that knows no bound below."""
    around = evidence.circumstances
    return around.diverged and not around.bounded and evidence.lowest == evidence.trail.loss.size - 1


def as_good_as_there(evidence: Evidence) -> bool:
    around = evidence.circumstances
    return around.infinite and around.above <= max(FLAT * around.relief, LITTLE)


def levels_off(evidence: Evidence) -> bool:
    slope = evidence.trail.slope
    return bool(evidence.circumstances.infinite and slope[-1] < 0.1 * float(np.nanmax(slope)))


def sentence(judgment: Judgment) -> str:
    return ALL_RIGHT if judgment.point.network else FALLS


verdict = Verdict(
    label=N_("minimum at infinity"),
    sentence=sentence,
    rules=(Rule(10, without_bound), Rule(30, as_good_as_there), Rule(100, levels_off)),
    walk_advice=walk_advice.decaying,
    network_advice=network_advice.decaying,
)
