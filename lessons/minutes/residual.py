from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import Pick, pick
from labs.deep.run import run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson
from lessons.minutes.degradation import wrong

_SCENE = replace(DEEP, nets=(Pick("none"),), depth=32, residual="plain_scaled", optimizer=pick("gradient_descent", rate=0.3))


def answer() -> Message:
    plain, residual = run(_SCENE).nets
    return message(
        N_(
            "Only the residual one: {residual} % of the training rows are wrong, and {plain} % in the plain network, at the same rate. "
            "What a layer adds to what came in is divided by {count}, the number of these layers: not divided, their sum would explode."
        ),
        residual=wrong(residual),
        plain=wrong(plain),
        count=_SCENE.depth - 1,
    )


lesson = Lesson(
    label=N_("32 layers, residual"),
    page="deep",
    experiment=_SCENE,
    intro=N_("32 hidden layers without normalization: plain on the left; on the right every layer adds to what came in, y = F(x)/L + x."),
    question=N_("Which one learns the spirals?"),
    choices=(N_("Both."), N_("Neither."), N_("Only the residual one.")),
    answer=answer,
    chart="accuracy",
    rank=63,
)
