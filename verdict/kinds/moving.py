"""Nothing else holds: it is on its way."""

from core.messages import N_
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("moving"),
    sentence=N_("Moving: the loss is {loss} and still falls, the gradient is {slope}."),
    rules=(Rule(140, lambda evidence: True),),
)
