from dataclasses import replace

from core.messages import N_, Message, message
from core.settings import pick
from labs.deep.run import run
from labs.deep.seeds import SEEDS, endings, over_seeds
from lessons.deep_scene import DEEP
from lessons.lesson import Lesson

SIZES = (8, 64, 0)
_SCENE = replace(
    DEEP,
    nets=tuple(pick("none", batch=size) for size in SIZES),
    depth=3,
    steps=1000,
    optimizer=pick("gradient_descent", rate=0.2),
)


def answer() -> Message:
    setups = [network.setup for network in run(_SCENE).nets]
    trainings = [over_seeds(setup).finish() for setup in setups]
    losses = {by: [float(f"{end.middle:.2g}") for end in endings(setups, trainings, by)[1]] for by in ("updates", "epochs", "time")}
    epochs, time = endings(setups, trainings, "epochs")[0], endings(setups, trainings, "time")[0]
    return message(
        N_(
            "It depends on what is counted. Median training loss of {seeds} seeds with 8 rows, 64 rows, all rows: after as many updates "
            "{u1}, {u2}, {u3}; after {epochs} epochs {e1}, {e2}, {e3}, as small batches make more updates of the same rows; after "
            "the time of {time} updates on a machine that computes 64 rows at once {t1}, {t2}, {t3}."
        ),
        seeds=SEEDS,
        epochs=float(f"{epochs:.3g}"),
        time=round(time),
        **{f"{by[0]}{i}": loss for by, ends in losses.items() for i, loss in enumerate(ends, 1)},
    )


lesson = Lesson(
    label=N_("8 rows, 64, or all?"),
    page="deep",
    experiment=_SCENE,
    intro=N_("The same network, the same rate, and three sizes of mini-batches: 8 rows, 64 rows, all rows at every update."),
    question=N_("Which one has the lowest training loss?"),
    choices=(
        N_("8 rows: more noise finds better places."),
        N_("All rows: its gradient is exact."),
        N_("It depends on what is counted: updates, epochs, or time."),
    ),
    answer=answer,
    chart="seeds",
    rank=65,
)
