from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.deep.run import run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson
from lessons.minutes.degradation import wrong

_SCENE = replace(DEEP, nets=(pick("none", depth=2), pick("none", depth=6)), optimizer=pick("gradient_descent"))


def answer() -> Message:
    shallow, deep = run(_SCENE).nets
    return message(
        N_(
            "The one with 6 layers: {deep} % of its training rows are wrong, and {shallow} % with 2. That deeper plain networks train "
            "worse is no law: it holds from some depth on, and here it does not."
        ),
        shallow=wrong(shallow),
        deep=wrong(deep),
    )


lesson = Lesson(
    label=N_("2 layers or 6?"),
    page="deep",
    experiment=_SCENE,
    intro=N_("The same spirals, the same rate, plain networks again: 2 hidden layers on the left, 6 on the right."),
    question=N_("Which one is wrong about fewer of the rows that it is trained on?"),
    choices=(N_("The one with 2 layers."), N_("Both alike."), N_("The one with 6 layers.")),
    answer=answer,
    chart="accuracy",
    rank=61,
)
