"""At a critical point from which some ways lead down."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.verdict import Judgment, Rule, Verdict

ALONG = N_("At a saddle: the gradient is {slope}, but along one direction the curvature is {lowest}: that way leads down.")
THIRD_ORDER = N_("At a saddle: gradient ({slope}) and curvature go to zero here, but third derivatives do not: some ways lead down.")
ONE_WAY = N_("At a saddle: the gradient is {slope} and {zero} of {all} curvatures is zero; that way it is lower close by.")


def sentence(judgment: Judgment) -> str:
    """A monkey saddle, for one, has no negative curvature."""
    critical = judgment.point.critical
    if critical is None or critical.counts.negative:
        return ALONG
    return ONE_WAY if critical.counts.positive else THIRD_ORDER


verdict = Verdict(
    label=N_("at a saddle"),
    sentence=sentence,
    rules=(Rule(40, lambda evidence: evidence.rests_at("saddle")),),
    walk_advice=walk_advice.escape,
    network_advice=network_advice.adaptive,
)
