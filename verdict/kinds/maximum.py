"""At a critical point from which every way leads down."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("at a maximum"),
    sentence=N_("At a maximum: the gradient is {slope}, and every direction leads down (largest curvature {highest})."),
    rules=(Rule(40, lambda evidence: evidence.rests_at("maximum")),),
    walk_advice=walk_advice.escape,
    network_advice=network_advice.adaptive,
)
