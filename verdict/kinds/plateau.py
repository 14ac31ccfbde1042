"""Gradient and curvature are tiny, but this is no minimum."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.verdict import Judgment, Rule, Verdict

TINY = N_("On a plateau: gradient ({slope}) and curvature are tiny, but this is no minimum. Plain steps are too short here.")
TINY_ALONG = N_("On a plateau: gradient ({slope}) and curvature along it are tiny, but this is no minimum. Plain steps are too short here.")
LOWER_NEARBY = N_(
    "On a plateau: the gradient is {slope} and the smallest curvature ({lowest}) zero within its error, yet the loss is lower close by: "
    "this is no minimum."
)


def sentence(judgment: Judgment) -> str:
    if not judgment.point.network:
        return TINY
    return LOWER_NEARBY if judgment.point.lower_nearby else TINY_ALONG


verdict = Verdict(
    label=N_("on a plateau"),
    sentence=sentence,
    rules=(
        Rule(40, lambda evidence: evidence.rests_at("plateau")),
        Rule(60, lambda evidence: evidence.stands and not evidence.progress and evidence.flat),
        Rule(110, lambda evidence: evidence.flat),
    ),
    walk_advice=walk_advice.adaptive,
    network_advice=network_advice.adaptive,
)
