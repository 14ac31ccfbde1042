from dataclasses import replace

import numpy as np

from core.messages import N_, Message, message
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import OUTPUT

_SCENE = replace(OUTPUT, optimizers=OUTPUT.optimizers[:1])


def answer() -> Message:
    square, entropy = (panel.walks[0] for panel in run(_SCENE).panels)
    return message(
        N_(
            "Only the cross-entropy moves. The first step is {entropy} long there, and {square} with the squared error: a softmax that is "
            "surely wrong has no slope left, unless the loss takes its logarithm back. After {n} updates the losses went from {a} to {b}, "
            "and from {c} to {d}."
        ),
        entropy=float(np.linalg.norm(entropy.points.step[0])),
        square=float(np.linalg.norm(square.points.step[0])),
        n=entropy.done,
        a=float(entropy.points.loss[0]),
        b=float(entropy.points.loss[-1]),
        c=float(square.points.loss[0]),
        d=float(square.points.loss[-1]),
    )


lesson = Lesson(
    label=N_("MSE or cross-entropy?"),
    page="loss",
    experiment=_SCENE,
    intro=N_(
        "A classifier is surely wrong about one row: the logit of the right class is −8, that of another is 8. Gradient descent may change "
        "the logits, once by the squared error after softmax and once by the cross-entropy, both with η = 1."
    ),
    question=N_("Which of the two finds the way down?"),
    choices=(
        N_("Both: both are lowest where the answer is right."),
        N_("The squared error: a wrong answer costs the most there."),
        N_("The cross-entropy: the other one is flat there."),
    ),
    answer=answer,
    rank=90,
)
