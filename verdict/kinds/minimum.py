"""At a critical point from which every way leads up."""

from core.messages import N_
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("at a minimum"),
    sentence=N_("At a minimum: the gradient is {slope}, and every direction leads up (smallest curvature {lowest})."),
    rules=(Rule(40, lambda evidence: evidence.rests_at("minimum")),),
)
