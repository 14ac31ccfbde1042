"""Back and forth over a valley."""

import math

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.evidence import GOING_NOWHERE, TURNING, Evidence
from verdict.verdict import Rule, Verdict


def bounces(evidence: Evidence) -> bool:
    steep = evidence.circumstances.sharpness > 0.5 * evidence.circumstances.stable
    unknown = math.isnan(evidence.turning)
    back_and_forth = evidence.turning < TURNING or (unknown and steep and evidence.drift < GOING_NOWHERE)
    return back_and_forth and evidence.update >= 4 and (evidence.circumstances.whole or steep)


verdict = Verdict(
    label=N_("bouncing across a ravine"),
    sentence=N_("Bouncing across a ravine: it steps back and forth over the valley ({steepness}). The gradient is {slope}, not small."),
    rules=(Rule(90, bounces),),
    walk_advice=walk_advice.across,
    network_advice=network_advice.slower,
)
