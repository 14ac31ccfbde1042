"""At one of many minima, beside which the loss is the same."""

from core.messages import N_
from verdict.verdict import Judgment, Rule, Verdict

ZERO = N_("In a flat valley of minima: the gradient is {slope}, and {zero} of {all} curvatures is zero. Nothing is lower nearby.")
ZERO_WITHIN_ERROR = N_(
    "In a flat valley: the gradient is {slope}, the smallest curvature ({lowest}) is zero within its error, and nothing lower was "
    "found beside it."
)


def sentence(judgment: Judgment) -> str:
    return ZERO_WITHIN_ERROR if judgment.point.network else ZERO


verdict = Verdict(
    label=N_("in a flat valley of minima"),
    sentence=sentence,
    rules=(Rule(40, lambda evidence: evidence.rests_at("degenerate minimum")),),
)
