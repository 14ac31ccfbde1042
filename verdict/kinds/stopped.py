"""Its steps have died out, though the gradient has not."""

from core.messages import N_
from verdict import network_advice, walk_advice
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("its steps have died out"),
    sentence=N_(
        "Its steps have died out, though the gradient ({slope}) has not: the rate is too small by now, or the batches say nothing."
    ),
    rules=(Rule(61, lambda evidence: evidence.stands and not evidence.progress),),
    walk_advice=walk_advice.revive,
    network_advice=network_advice.revive,
)
