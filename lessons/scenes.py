"""The finished scenes that pages open on and lessons start from."""

from dataclasses import replace

from core.settings import pick
from labs.plane.setup import BEST, FRACTION, SAME, Experiment, Panel

RAW, STANDARDIZED = Panel(), Panel(features=pick("standardize"))
BATCH = Panel(features=pick("standardize"), hidden=pick("batch"))

SCALE = Experiment(data=pick("iris"), surface=pick("linear"), panels=(RAW, STANDARDIZED), scale2=10.0)
HIDDEN = Experiment(data=pick("iris"), surface=pick("network", gain=8.0), panels=(STANDARDIZED, BATCH), scale2=1.0)

_GD = pick("gradient_descent")
RATES = Experiment(
    panels=(RAW,),
    mode=SAME,
    steps=300,
    optimizers=tuple(pick("gradient_descent", rate=rate) for rate in (0.005, 0.03, 0.0525, 0.0545)),
)
MOMENTUM = Experiment(panels=(RAW,), scale2=20.0, optimizers=(_GD, pick("momentum"), pick("nesterov")))
ADAPTIVE = Experiment(
    data=pick("correlated_pair"),
    scale2=10.0,
    mode=BEST,
    steps=2000,
    optimizers=(_GD, pick("rmsprop"), pick("adam"), pick("adagrad")),
)
BATCHES = Experiment(
    panels=(STANDARDIZED,),
    mode=SAME,
    steps=300,
    batch=5,
    optimizers=(pick("gradient_descent", rate=0.4), pick("gradient_descent", rate=0.05)),
)
WORKBENCH = Experiment(
    surface=pick("lecture_toy"),
    panels=(RAW,),
    mode=SAME,
    steps=400,
    optimizers=(pick("gradient_descent", rate=0.02), pick("momentum", rate=0.02), pick("adam", rate=0.05)),
)
STUCK = Experiment(
    surface=pick("lecture_toy"),
    panels=(RAW,),
    mode=SAME,
    steps=400,
    start=(1.5, -1.5),
    optimizers=(pick("gradient_descent", rate=0.02), pick("momentum", rate=0.02, momentum=0.5)),
)
SCHEDULES = Experiment(
    panels=(STANDARDIZED,),
    mode=SAME,
    steps=600,
    batch=5,
    schedule=pick("inverse_sqrt"),
    optimizers=(pick("gradient_descent", rate=0.4), pick("adam", rate=0.3)),
)
# Lecture 3: the regression of b and w, from where it starts there, with the rates that it tries there.
CONVEX = Experiment(
    data=pick("pokemon"),
    surface=pick("linear", bias="axis", reduce="sum"),
    panels=(replace(RAW, window=(-200.0, -100.0, -5.0, 5.0)),),
    scale2=1.0,
    mode=SAME,
    steps=100_000,
    start=(-120.0, -4.0),
    aspect="free",
    optimizers=(
        pick("gradient_descent", rate=1e-2),
        pick("gradient_descent", rate=1e-7),
        pick("root_mean_square", rate=1.0),
        pick("adagrad", rate=1.0),
    ),
)

# The lecture's figure: the same start, the same rate; one loss is flat there, the other is not.
OUTPUT = Experiment(
    surface=pick("logits"),
    panels=(Panel(surface=(("loss", "mean_squared"),)), Panel(surface=(("loss", "cross_entropy"),))),
    mode=SAME,
    steps=60,
    start=(-8.0, 8.0),
    optimizers=(pick("gradient_descent", rate=1.0), pick("adam", rate=0.5)),
)
TWO = Experiment(
    surface=pick("logits", classes=2),
    panels=(Panel(surface=(("output", "softmax"),)), Panel(surface=(("output", "sigmoid"),))),
    mode=SAME,
    steps=60,
    start=(-8.0, 4.0),
    optimizers=(pick("gradient_descent", rate=1.0), pick("adam", rate=0.5)),
)

# Flowers have no order; here their numbers make one, and not the one in which they lie.
_DRAWN = (("target", "virginica"),)
ENCODINGS = Experiment(
    data=pick("iris", x1="petal length", x2="petal width", target="species", numbering="021"),
    panels=(STANDARDIZED, replace(STANDARDIZED, data=_DRAWN), replace(STANDARDIZED, data=_DRAWN, model="softmax")),
    scale2=1.0,
    mode=FRACTION,
    fraction=0.25,
    steps=2000,
)
