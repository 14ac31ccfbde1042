from dataclasses import replace

from core.messages import N_, Message, message
from labs.plane.run import run
from lessons.lesson import Lesson
from lessons.scenes import STUCK
from verdict.plane import judge_walk
from verdict.verdict import walk_suggestion

_SCENE = replace(STUCK, optimizers=STUCK.optimizers[:1])


def answer() -> Message:
    panel = run(_SCENE).panels[0]
    (judgment,) = judge_walk(_SCENE, panel, panel.walks[0])
    offered = walk_suggestion(_SCENE, panel, panel.walks[0], judgment)
    assert offered is not None
    after = run(offered.change(_SCENE)).panels[0].walks[0]
    return message(
        N_(
            "At a saddle. The gradient is {slope}, but of its two curvatures, {high} and {low}, one is negative: that way leads down. "
            "Started a small step along it, the same descent goes from a loss of {before} to {after}."
        ),
        slope=judgment.point.slope,
        low=float(judgment.point.eigenvalues[0]),
        high=float(judgment.point.eigenvalues[-1]),
        before=judgment.point.loss,
        after=float(after.points.loss[-1]),
    )


lesson = Lesson(
    label=N_("a gradient of zero"),
    page="stuck",
    experiment=_SCENE,
    intro=N_(
        "The lecture's smallest network, y = w₁w₂x, is trained by gradient descent from (1.5, −1.5). After 400 updates nothing moves any "
        "more: the gradient is almost zero."
    ),
    question=N_("Where is it?"),
    choices=(
        N_("At a minimum: where the gradient is zero, nothing is left to learn."),
        N_("At a saddle: somewhere it still goes down."),
        N_("On a plateau: it only needs more time."),
    ),
    answer=answer,
    rank=80,
)
