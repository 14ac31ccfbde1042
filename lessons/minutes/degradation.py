from dataclasses import replace

from core.messages import N_, Message, message
from core.numerals import percent
from core.settings import pick
from labs.deep.run import NetworkResult, run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson

_SCENE = replace(DEEP, nets=(pick("none", depth=6), pick("none", depth=32)), optimizer=pick("gradient_descent"))


def wrong(network: NetworkResult) -> float:
    """Of the rows that it is trained on, in percent."""
    return float(percent(1 - float(network.record.measured.accuracy[network.record.last]), 1))


def answer() -> Message:
    shallow, deep = run(_SCENE).nets
    return message(
        N_(
            "The deeper one: {deep} % of its own training rows are wrong in the end, and {shallow} % with 6 layers. These are "
            "training rows, so it is no overfitting. The deeper network could do all that the shallower one does; gradient descent does "
            "not find it within {steps} updates."
        ),
        shallow=wrong(shallow),
        deep=wrong(deep),
        steps=f"{_SCENE.steps:,}",
    )


lesson = Lesson(
    label=N_("6 layers or 32?"),
    page="deep",
    experiment=_SCENE,
    intro=N_("Two plain networks learn two spirals, at the same rate: 6 hidden layers on the left, 32 on the right."),
    question=N_("Which one is wrong about more of the rows that it is trained on?"),
    choices=(
        N_("The shallower one: the deeper one can do all that it does, and more."),
        N_("Neither: both learn all of them."),
        N_("The deeper one."),
    ),
    answer=answer,
    chart="accuracy",
    rank=62,
)
