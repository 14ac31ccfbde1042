"""At rest where weight decay balances the gradient."""

from core.messages import N_
from verdict.evidence import FLAT, Evidence
from verdict.verdict import Rule, Verdict


def balanced(evidence: Evidence) -> bool:
    return evidence.stands and evidence.circumstances.decays and (not evidence.progress or evidence.falls <= FLAT)


verdict = Verdict(
    label=N_("held by weight decay"),
    sentence=N_("At rest where weight decay balances the gradient ({slope}): it pulls the weights back as fast as they grow."),
    rules=(Rule(50, balanced),),
)
