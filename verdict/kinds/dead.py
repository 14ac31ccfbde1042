"""Every gradient but that of the output's bias is 0: no row reaches the weights."""

from core.messages import N_
from verdict import network_advice
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("dead"),
    sentence=N_(
        "Dead: every unit of a layer has slope 0 on every row, so every gradient but that of the output’s bias is exactly 0. Dead units by "
        "layer: {dead} %. The loss is {loss}."
    ),
    rules=(Rule(25, lambda evidence: evidence.circumstances.dead),),
    network_advice=network_advice.slower,
)
