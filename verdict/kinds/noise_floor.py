"""Mini-batches disagree by more than what is left to descend."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.evidence import Evidence
from verdict.verdict import Rule, Verdict


def trembles(evidence: Evidence) -> bool:
    return evidence.long_enough and evidence.noisy and (evidence.critical is not None or not evidence.progress)


def ends_without_progress(evidence: Evidence) -> bool:
    around = evidence.circumstances
    return around.over and not around.whole and not evidence.progress and not evidence.drift > 0.5


verdict = Verdict(
    label=N_("on the noise floor of mini-batches"),
    sentence=N_("On the noise floor: the mini-batches disagree by more than what is left to descend, so the loss trembles around {loss}."),
    rules=(Rule(70, trembles), Rule(120, ends_without_progress)),
    walk_advice=walk_advice.calming,
    network_advice=network_advice.calming,
    trembles=True,
)
