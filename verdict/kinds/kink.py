"""At a lowest point without a gradient."""

from core.messages import N_
from verdict.verdict import Rule, Verdict

verdict = Verdict(
    label=N_("at a kink"),
    sentence=N_("At a kink: lowest here, but the gradient jumps instead of becoming small (around: {slope})."),
    rules=(Rule(40, lambda evidence: evidence.rests_at("kink")),),
    trembles=True,
)
