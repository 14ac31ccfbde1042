"""Nothing else holds: it is on its way."""

from core.messages import N_
from verdict.verdict import Judgment, Rule, Verdict, falls

FALLING = N_("Moving: the loss is {loss} and still falls, the gradient is {slope}.")
NOT_FALLING = N_("Moving: the loss is {loss} and does not fall now, the gradient is {slope}.")


def sentence(judgment: Judgment) -> str:
    return FALLING if falls(judgment) else NOT_FALLING


verdict = Verdict(
    label=N_("moving"),
    sentence=sentence,
    rules=(Rule(140, lambda evidence: True),),
)
