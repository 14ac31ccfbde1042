from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import SCALE

_RHO = 0.95
_SCENE = replace(SCALE, data=pick("correlated_pair", rho=_RHO), scale2=1.0)


def answer() -> Message:
    standardized = run(_SCENE).panels[1]
    return message(
        N_("κ = (1 + |ρ|)/(1 − |ρ|) = {kappa}, {steps} steps: scale and mean are gone, correlation remains. Only whitening removes it."),
        kappa=standardized.condition or 0.0,
        steps=standardized.walks[0].settled or 0,
    )


lesson = Lesson(
    label=N_("correlation: what remains"),
    page="scale",
    experiment=_SCENE,
    intro=N_("Two features of the same scale, but they rise and fall together: their correlation is 0.95."),
    question=N_("What does standardizing them do?"),
    choices=(N_("The contours become circles."), N_("Nothing: the ravine stays, turned by 45°."), N_("The ravine gets worse.")),
    answer=answer,
    rank=40,
)
