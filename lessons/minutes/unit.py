from dataclasses import replace

from core.messages import N_, Message, message
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import SCALE


def answer() -> Message:
    before, after = run(replace(SCALE, scale2=1.0)).panels[0], run(SCALE).panels[0]
    return message(
        N_("{after} steps instead of {before}: κ rose from {low} to {high}, the bowl became a ravine. The standardized panel never moved."),
        before=before.walks[0].settled or 0,
        after=after.walks[0].settled or 0,
        low=before.condition or 0.0,
        high=after.condition or 0.0,
    )


lesson = Lesson(
    label=N_("cm → mm"),
    page="scale",
    experiment=SCALE,
    intro=N_("150 flowers, one model. The width of the sepals was in centimeters; now somebody writes it in millimeters."),
    question=N_("What will happen to gradient descent?"),
    choices=(N_("Nothing: the flowers are the same."), N_("It needs fewer steps."), N_("It needs several times as many steps.")),
    answer=answer,
    rank=10,
)
