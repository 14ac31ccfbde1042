"""The loss grows beyond all bounds."""

import numpy as np

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.evidence import Evidence
from verdict.verdict import Judgment, Rule, Verdict

GROWN = N_("Diverging since update {k}: since then the loss has grown to {loss}.")
STABLE_BELOW = N_(
    "Diverging since update {k}: the rate is too large for the steepest direction. Below η = {needed} it would have been stable."
)
LIMIT_THERE = N_(
    "Diverging since update {k}: the rate is too large for the steepest direction. The limit {stable}/λmax was {needed} there."
)


def diverges(evidence: Evidence) -> bool:
    around = evidence.circumstances
    if around.diverged or not np.isfinite(evidence.trail.loss[-1]):
        return True
    return around.sharpness > around.stable and ((around.whole and evidence.rising) or evidence.grows)


def sentence(judgment: Judgment) -> str:
    if judgment.point.stable_rate is None:
        return GROWN
    return STABLE_BELOW if judgment.point.quadratic else LIMIT_THERE


verdict = Verdict(
    label=N_("diverging"),
    sentence=sentence,
    rules=(Rule(20, diverges),),
    walk_advice=walk_advice.slower,
    network_advice=network_advice.stable,
)
