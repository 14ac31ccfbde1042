"""It goes round in place."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.evidence import GOING_NOWHERE, Evidence
from verdict.verdict import Rule, Verdict


def goes_round(evidence: Evidence) -> bool:
    in_place = evidence.drift < GOING_NOWHERE and not evidence.shrinks and not evidence.closes_in
    return evidence.long_enough and evidence.circumstances.whole and in_place and not evidence.progress


verdict = Verdict(
    label=N_("in a limit cycle"),
    sentence=N_("In a limit cycle: it goes round in place near a loss of {loss}, with a gradient of {slope}. Stuck, and not at all flat."),
    rules=(Rule(80, goes_round),),
    walk_advice=walk_advice.calming,
    network_advice=network_advice.calming,
    trembles=True,
)
