"""What a person picked on the page of deep networks: names and numbers, flat and frozen. deep.run.run() makes arrays of it."""

from dataclasses import dataclass, replace

from core.messages import N_
from core.settings import Count, Number, Option, Pick, Setting, Window
from labs.plane.setup import FIELDS as FIELDS_OF_TWO
from normalization.hidden_layer import MEMORY

MOST_NETS = 3  # that are picked, and pictures
MOST_LOSSES = 3  # that are picked
MOST_RACED = 4  # networks, where each is trained plain and residual
MOST_UPDATES = 20_000
WIDTHS = (2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class Deep:
    """One data set, one architecture, one optimizer; `nets`: the normalizations inside, a network each, trained side by side. `losses`:
    those of classes that are raced, a network each; none: nothing is raced but the networks, with the cross-entropy of classes or the
    squared error of a target.

    through: the update that the planes go through; one beyond the last is the last. mode "both": two pictures of the first network that
    remembers statistics. residual "both": every network once plain and once residual. windows: what of each picture's plane a person has
    zoomed to. planes "shared": one plane for all, spanned by all of their paths, so that surfaces can be compared point by point.
    """

    data: Pick = Pick("spirals")
    features: Pick = Pick("standardize")
    nets: tuple[Pick, ...] = (Pick("none"), Pick("batch"))
    losses: tuple[Pick, ...] = ()
    optimizer: Pick = Pick("gradient_descent")
    schedule: Pick = Pick("constant")
    slice: Pick = Pick("principal")
    depth: int = 6
    width: int = 32
    activation: str = "relu"
    initialization: str = "he"
    residual: str = "plain"
    place: str = "before"
    affine: str = "on"
    begin: str = "numbers"
    memory: float = 0.9
    frozen: str = "no"
    warmup: int = 0
    batch: int = 64
    steps: int = 2000
    seed: int = 0
    held: float = 0.25
    mode: str = "train"
    through: int = MOST_UPDATES
    biases: str = "fixed"
    planes: str = "own"
    levels: str = "log"
    resolution: int = 50
    windows: tuple[Window | None, ...] = ()

    def window(self, picture: int) -> Window | None:
        """What of a picture's plane is looked at; None: what fits."""
        return self.windows[picture] if picture < len(self.windows) else None

    def zoomed(self, picture: int, window: Window | None) -> "Deep":
        """The same with another window of one picture."""
        windows = [self.window(i) for i in range(MOST_NETS)]
        windows[picture] = window
        return replace(self, windows=tuple(windows) if any(windows) else ())

    def since(self, before: "Deep") -> "Deep":
        """Without the windows that were chosen `before`, where what has changed since then has moved the planes that they lie on."""
        same = replace(self, windows=before.windows, levels=before.levels, resolution=before.resolution) == before
        return self if same or self.windows != before.windows else replace(self, windows=())


FIELDS: dict[str, Setting] = {
    field.name: field
    for field in (
        Option("depth", N_("hidden layers"), 6, tuple(range(13))),
        Option("width", N_("units a layer"), 32, WIDTHS),
        Option(
            "activation",
            N_("activation"),
            "relu",
            ("relu", "tanh", "sigmoid", "gelu", "linear"),
            ("ReLU", "tanh", N_("sigmoid"), "GELU", N_("linear")),
        ),
        Option(
            "initialization",
            N_("initial weights"),
            "he",
            ("he", "glorot", "lecun", "orthogonal", "standard_normal", "hundred"),
            ("He", "Glorot", "LeCun", N_("orthogonal"), "N(0, 1)", N_("all 100")),
        ),
        Option(
            "residual",
            N_("layers"),
            "plain",
            ("plain", "residual", "both"),
            (N_("plain"), N_("residual: y = F(x) + x"), N_("both, a network each")),
        ),
        Option("place", N_("the normalization stands"), "before", ("before", "after"), (N_("before the activation"), N_("after it"))),
        Option("affine", N_("γ and β"), "on", ("on", "off"), (N_("trained"), N_("off: 1 and 0"))),
        Option(
            "begin",
            N_("γ and β begin"),
            "numbers",
            ("numbers", "recovering"),
            (N_("as set"), N_("γ = σ, β = μ: the same function as without")),
        ),
        MEMORY,
        Option("frozen", N_("statistics in training"), "no", ("no", "yes"), (N_("the batch's own"), N_("frozen: the remembered ones"))),
        Count("warmup", N_("linear warm-up, updates"), 0, 0, MOST_UPDATES),
        Count("batch", N_("batch size, 0 = all rows"), 64, 0, 4000),
        Count("steps", N_("updates"), 2000, 1, MOST_UPDATES, log=True),
        Count("seed", N_("seed"), 0, 0, 9999),
        Number("held", N_("share of rows held out for the test"), 0.25, 0.05, 0.75),
        Option(
            "mode",
            N_("the surface is drawn in"),
            "train",
            ("train", "test", "both"),
            (N_("train mode (these rows' statistics)"), N_("test mode (running statistics)"), N_("both, side by side")),
        ),
        Count("through", N_("the plane goes through update"), MOST_UPDATES, 0, MOST_UPDATES),
        Option("biases", N_("biases, γ and β in random directions"), "fixed", ("fixed", "free"), (N_("0 (Li et al.)"), N_("free"))),
        Option("planes", N_("planes"), "own", ("own", "shared"), (N_("each network's own"), N_("one for all"))),
        FIELDS_OF_TWO["levels"],
        Option("resolution", N_("points of the grid, a side"), 50, (25, 50, 75, 100)),
    )
}
