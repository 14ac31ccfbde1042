"""What each verdict says to a person: a label, and a sentence with the numbers that made it."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from core.messages import N_, Message, Value, message
from verdict.rules import Kind, Verdict

LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        "moving": N_("moving"),
        "bouncing": N_("bouncing across a ravine"),
        "plateau": N_("on a plateau"),
        "saddle": N_("at a saddle"),
        "maximum": N_("at a maximum"),
        "minimum": N_("at a minimum"),
        "degenerate minimum": N_("in a flat valley of minima"),
        "kink": N_("at a kink"),
        "limit cycle": N_("in a limit cycle"),
        "noise floor": N_("on the noise floor of mini-batches"),
        "infinity": N_("minimum at infinity"),
        "diverging": N_("diverging"),
        "out of budget": N_("out of budget"),
        "held by decay": N_("held by weight decay"),
        "stopped": N_("its steps have died out"),
    }
)

# {loss}, {slope}: at the point; of what goes round or trembles, the means of what is recent.
SENTENCES: Mapping[Kind, str] = MappingProxyType(
    {
        "moving": N_("Moving: the loss is {loss} and still falls, the gradient is {slope}."),
        "bouncing": N_(
            "Bouncing across a ravine: it steps back and forth over the valley ({steepness}). The gradient is {slope}, not small."
        ),
        "plateau": N_("On a plateau: gradient ({slope}) and curvature are tiny, but this is no minimum. Plain steps are too short here."),
        "saddle": N_("At a saddle: the gradient is {slope}, but along one direction the curvature is {lowest}: that way leads down."),
        "maximum": N_("At a maximum: the gradient is {slope}, and every direction leads down (largest curvature {highest})."),
        "minimum": N_("At a minimum: the gradient is {slope}, and every direction leads up (smallest curvature {lowest})."),
        "degenerate minimum": N_(
            "In a flat valley of minima: the gradient is {slope}, and {zero} of {all} curvatures is zero. Nothing is lower nearby."
        ),
        "kink": N_("At a kink: lowest here, but the gradient jumps instead of becoming small (around: {slope})."),
        "limit cycle": N_(
            "In a limit cycle: it goes round in place near a loss of {loss}, with a gradient of {slope}. Stuck, and not at all flat."
        ),
        "noise floor": N_(
            "On the noise floor: the mini-batches disagree by more than what is left to descend, so the loss trembles around {loss}."
        ),
        "infinity": N_("The minimum is at infinity: the loss ({loss}) falls for ever while the weights grow. It can never arrive."),
        "diverging": N_("Diverging since update {k}: every step makes the loss larger."),
        "out of budget": N_("Out of budget: after {n} updates the loss is {loss} and still falls; it was stopped, it is not stuck."),
        "held by decay": N_("At rest where weight decay balances the gradient ({slope}): it pulls the weights back as fast as they grow."),
        "stopped": N_(
            "Its steps have died out, though the gradient ({slope}) has not: the rate has fallen too far, or the batches say nothing."
        ),
    }
)
STABLE_BELOW = N_(
    "Diverging since update {k}: the rate is too large for the steepest direction. Below η = {needed} it would have been stable."
)
LIMIT_THERE = N_(
    "Diverging since update {k}: the rate is too large for the steepest direction. The limit {stable}/λmax was {needed} there."
)
CREEPS = N_("Out of budget, and slow: after {n} updates the loss is {loss}; the last {updates} of them took only {fell} off it.")
SLOW = 1e-3  # of the loss: what the recent updates of a slow walk took off at most
_RECENT: frozenset[Kind] = frozenset(("limit cycle", "noise floor", "kink"))


def steepness(sharpness: float, stable: float) -> Message:
    """ "η·λmax = 1.9, and 2 is the limit", where that is known."""
    if not math.isfinite(sharpness) or not math.isfinite(stable):
        return message(N_("its steps are as long as before"))
    return message(N_("η·λmax = {sharpness}, and {stable} is the limit"), sharpness=sharpness, stable=stable)


def told(verdict: Verdict, instead: str, here: tuple[float, float], recently: tuple[float, float], **more: Value | Message) -> Message:
    """The sentence of a verdict, or another `instead` if it is not empty. here, recently: loss and slope; more: what else may stand in
    it."""
    kind = verdict.kind
    loss, slope = recently if kind in _RECENT else here
    if kind == "out of budget" and 0 <= verdict.fell <= SLOW * abs(loss):
        instead = instead or CREEPS
    return message(instead or SENTENCES[kind], loss=loss, slope=slope, fell=verdict.fell, updates=verdict.updates, **more)
