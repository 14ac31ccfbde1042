from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.deep.run import NetworkResult, run
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson

_SCENE = replace(DEEP, nets=(pick("batch", place="before"), pick("batch", place="after")), optimizer=pick("gradient_descent"))


def _end(network: NetworkResult) -> float:
    return float(f"{float(network.record.measured.loss[-1]):.3g}")


def answer() -> Message:
    before, after = run(_SCENE).nets
    better, other = sorted((_end(before), _end(after)))
    lower = N_(
        "Little: both learn. The training loss ends at {before} with it before the activation and at {after} after it: {times} times "
        "apart. Ioffe & Szegedy put it before; which is better only trying can say, see Over seeds."
    )
    return message(lower, before=_end(before), after=_end(after), times=float(f"{other / better:.2g}"))


lesson = Lesson(
    label=N_("before or after the activation?"),
    page="deep",
    experiment=_SCENE,
    intro=N_(
        "Batch normalization in every layer of the same network: on the left of what goes into the activation, on the right of what comes "
        "out of it."
    ),
    question=N_("What difference does it make?"),
    choices=(N_("It works only before it."), N_("It works only after it."), N_("Both learn, with small differences.")),
    answer=answer,
    chart="seeds",
    rank=64,
)
