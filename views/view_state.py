"""What of a picture is shown: no mathematics depends on it, but the address holds it too."""

from dataclasses import dataclass

from core.messages import N_
from core.settings import Count, Option, Setting

CLOCKS = ("updates", "epochs", "evaluations")
TOPICS = ("rates", "momentum", "adaptive", "batches", "schedules", "output", "two", "encodings")


@dataclass(frozen=True)
class ViewState:
    view: str = "contour"
    panel: int = 0  # whose surface is shown in 3-D
    curves: str = "off"
    clock: str = "updates"
    details: str = "off"
    flip: str = "off"
    topic: str = "rates"  # of a page that has some
    lesson: str = ""
    revealed: str = "no"


FIELDS: dict[str, Setting] = {
    field.name: field
    for field in (
        Option("view", N_("picture"), "contour", ("contour", "surface"), (N_("contour"), N_("3-D"))),
        Count("panel", N_("panel in 3-D"), 0, 0, 2),
        Option("curves", N_("loss and gradient curves"), "off", ("off", "on"), (N_("off"), N_("on"))),
        Option(
            "clock",
            N_("walks are counted by"),
            "updates",
            ("updates", "epochs", "evaluations"),
            (N_("updates"), N_("epochs"), N_("gradient evaluations")),
        ),
        Option("details", N_("each update taken apart"), "off", ("off", "on"), (N_("off"), N_("on"))),
        Option("flip", N_("contours of each mini-batch"), "off", ("off", "on"), (N_("off"), N_("on"))),
        Option("topic", N_("topic"), "rates", TOPICS),
        Option("revealed", N_("answer"), "no", ("no", "yes"), (N_("hidden"), N_("shown"))),
    )
}
