"""The updates are used up."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.verdict import Judgment, Rule, Verdict, falls

BUDGET = N_("Out of budget: after {n} updates the loss is {loss}, and it was still falling when it was stopped.")
CREEPS = N_("Out of budget, and slow: after {n} updates the loss is {loss}; the last {updates} of them took only {fell} off it.")
HIGHER = N_("Out of budget: after {n} updates the loss is {loss}. The mean of the last {updates} was {recent}: it does not fall now.")
SLOW = 1e-3  # of the loss: what the recent updates of a slow walk took off at most


def sentence(judgment: Judgment) -> str:
    if not falls(judgment) and judgment.fell != 0:
        return HIGHER
    return CREEPS if 0 <= judgment.fell <= SLOW * abs(judgment.point.loss) else BUDGET


verdict = Verdict(
    label=N_("out of budget"),
    sentence=sentence,
    rules=(Rule(130, lambda evidence: evidence.circumstances.over),),
    walk_advice=walk_advice.longer,
    network_advice=network_advice.longer,
)
