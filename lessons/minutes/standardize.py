from dataclasses import replace

from core.messages import N_, Message, message
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import SCALE

_SCENE = replace(SCALE, scale2=100.0)


def answer() -> Message:
    raw, standardized = run(_SCENE).panels
    return message(
        N_("{many} steps raw, {few} standardized, whatever the unit: κ is {high} against {low}. Move the unit, the right picture stays."),
        many=raw.walks[0].settled or 0,
        few=standardized.walks[0].settled or 0,
        high=raw.condition or 0.0,
        low=standardized.condition or 0.0,
    )


lesson = Lesson(
    label=N_("standardize"),
    page="scale",
    experiment=_SCENE,
    intro=N_(
        "The unit of one feature is now a hundred times smaller. In the right panel both features are standardized: mean 0, deviation 1."
    ),
    question=N_("How many steps does the standardized panel need?"),
    choices=(N_("About as many as the raw one."), N_("About half."), N_("A few, as before.")),
    answer=answer,
    rank=30,
)
