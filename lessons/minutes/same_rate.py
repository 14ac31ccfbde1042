from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.plane.run import run
from labs.plane.setup import SAME
from lessons.lesson import Lesson
from lessons.scenes import SCALE

_SCENE = replace(SCALE, mode=SAME, optimizers=(pick("gradient_descent", rate=0.5),))


def answer() -> Message:
    raw, standardized = run(_SCENE).panels
    return message(
        N_(
            "The raw panel explodes at update {k}: its limit is {low}. The standardized one arrives in {steps} steps: its limit is {high}. "
            "Normalization did not speed up the rate, it raised the speed limit {times} times."
        ),
        k=raw.walks[0].diverged or 0,
        steps=standardized.walks[0].settled or 0,
        low=raw.limit or 0.0,
        high=standardized.limit or 0.0,
        times=round((standardized.limit or 0.0) / (raw.limit or 1.0)),
    )


lesson = Lesson(
    label=N_("the same η = 0.5 for both"),
    page="scale",
    experiment=_SCENE,
    intro=N_("Raw features in millimeters on the left, the same features standardized on the right. Both walk with the learning rate 0.5."),
    question=N_("What will happen?"),
    choices=(N_("Both arrive, the left one later."), N_("The left one explodes, the right one arrives."), N_("Both explode.")),
    answer=answer,
    rank=20,
)
