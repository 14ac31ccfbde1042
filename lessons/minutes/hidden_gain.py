from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import HIDDEN

_SCENE = replace(HIDDEN, surface=pick("network", gain=30.0))


def answer() -> Message:
    plain, batch = run(_SCENE).panels
    return message(
        N_("{many} steps without, {few} with: batch normalization brings the hidden units to one scale (κ {high} against {low})."),
        many=plain.walks[0].settled or 0,
        few=batch.walks[0].settled or 0,
        high=plain.condition or 0.0,
        low=batch.condition or 0.0,
    )


lesson = Lesson(
    label=N_("hidden gain and batch norm"),
    page="hidden",
    experiment=_SCENE,
    intro=N_("The inputs are standardized. But inside the network the second hidden unit is 30 times as loud as the first."),
    question=N_("Does standardizing the inputs still help?"),
    choices=(
        N_("Yes, that is enough."),
        N_("No: the same ravine is back, one layer deeper."),
        N_("Gradient descent does not notice hidden units."),
    ),
    answer=answer,
    rank=50,
)
