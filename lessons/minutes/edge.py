from dataclasses import replace

import numpy as np

from core.messages import N_, Message, message
from core.settings import Pick, pick
from labs.deep.diagnostics import diagnostics
from labs.deep.run import run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson

_SCENE = replace(
    DEEP,
    data=pick("diabetes"),
    nets=(Pick("none"),),
    depth=3,
    activation="tanh",
    initialization="lecun",
    optimizer=Pick("gradient_descent"),
    batch=0,
    steps=3000,
)


def answer() -> Message:
    (network,) = run(_SCENE).nets
    sharpness, loss = diagnostics(network.setup).finish().top[:, 0], network.record.measured.loss
    second_half = sharpness[sharpness.size // 2 :]
    return message(
        N_(
            "It rises from {first} to 2/η = {limit} and hovers there: in the second half of the training it is between {low} and {high}, "
            "while the loss goes on falling, from {before} to {after}. Gradient descent lives at the edge of stability."
        ),
        first=float(sharpness[0]),
        limit=2 / float(network.setup.hyper["rate"]),
        low=float(np.min(second_half)),
        high=float(np.max(second_half)),
        before=float(loss[loss.size // 2]),
        after=float(loss[-1]),
    )


lesson = Lesson(
    label=N_("edge of stability"),
    page="deep",
    experiment=_SCENE,
    intro=N_(
        "A network with three layers is trained with all rows at every update, at a rate of 0.1. Where the sharpness, the largest "
        "eigenvalue of the Hessian, is above 2/η = 20, gradient descent cannot rest."
    ),
    question=N_("How does the sharpness change during the training?"),
    choices=(
        N_("It falls: gradient descent goes to flat places."),
        N_("It rises up to 2/η and stays about there."),
        N_("It rises beyond 2/η, and the training explodes."),
    ),
    answer=answer,
    chart="why",
    rank=70,
)
