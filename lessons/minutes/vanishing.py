from dataclasses import replace

from core.messages import N_, Message, message
from core.numerals import percent
from core.settings import pick
from labs.deep.run import NetworkResult, run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson

_SCENE = replace(
    DEEP,
    data=pick("moons"),
    depth=12,
    activation="sigmoid",
    initialization="glorot",
    optimizer=pick("gradient_descent", rate=0.5),
    steps=600,
)


def _lag(network: NetworkResult) -> float:
    """How many times larger the gradient of the last hidden layer's weights is than that of the first, before the first update."""
    norms = network.record.measured.weight_gradients[0]
    return float(norms[_SCENE.depth - 1] / norms[0])


def _right(network: NetworkResult) -> float:
    return float(percent(float(network.record.measured.held_out_accuracy[-1]), 1))


def answer() -> Message:
    plain, batch = run(_SCENE).nets
    return message(
        N_(
            "The last one: its gradient is {many} times that of the first hidden layer, since every sigmoid lets at most a quarter "
            "through. In the end {chance} % of the unseen rows are right, as good as guessing. With batch normalization inside, at the "
            "same rate, the ratio is {few} and {right} % are right."
        ),
        many=_lag(plain),
        few=_lag(batch),
        chance=_right(plain),
        right=_right(batch),
    )


lesson = Lesson(
    label=N_("12 sigmoid layers"),
    page="deep",
    experiment=_SCENE,
    intro=N_("Twelve hidden layers of sigmoids learn to tell two moons apart: on the left as they are, on the right normalized inside."),
    question=N_("On the left: which hidden layer learns?"),
    choices=(N_("The first one, next to the data."), N_("All alike."), N_("The last one, next to the loss.")),
    answer=answer,
    chart="gradients",
    rank=60,
)
