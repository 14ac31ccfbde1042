"""The view state: how a picture is shown. No computation depends on it, but it is part of the address."""

from dataclasses import dataclass

from core.fields import count, name_of, option
from core.messages import N_
from core.setup import Setup

CLOCKS = ("updates", "epochs", "evaluations")
TOPICS = ("rates", "momentum", "adaptive", "batches", "schedules", "convex", "output", "two", "encodings")


@dataclass(frozen=True)
class ViewState(Setup):
    """How a page's picture is looked at."""

    view: str = option(N_("picture"), "contour", ("contour", "surface"), (N_("contour"), N_("3-D")))
    panel: int = count(N_("panel in 3-D"), 0, 0, 2)  # whose surface is shown
    curves: str = option(N_("loss and gradient curves"), "off", ("off", "on"), (N_("off"), N_("on")))
    clock: str = option(N_("walks are counted by"), "updates", CLOCKS, (N_("updates"), N_("epochs"), N_("gradient evaluations")))
    length: str = option(
        N_("the player ends"), "count", ("count", "budget"), (N_("a little after the last count"), N_("after the last update"))
    )
    pace: str = option(
        N_("the player’s time"),
        "even",
        ("even", "log"),
        (N_("even: as long for every update"), N_("logarithmic: as long for every decade")),
    )
    details: str = option(N_("each update taken apart"), "off", ("off", "on"), (N_("off"), N_("on")))
    flip: str = option(N_("contours of each mini-batch"), "off", ("off", "on"), (N_("off"), N_("on")))
    topic: str = option(N_("topic"), "rates", TOPICS)  # of a page that has some
    revealed: str = option(N_("answer"), "no", ("no", "yes"), (N_("hidden"), N_("shown")))
    lesson: str = name_of(N_("There is no lesson {name}."))
