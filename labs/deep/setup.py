"""What a person picked on the page of deep networks: names and numbers, flat and frozen. deep.run.run() makes arrays of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from core.fields import count, item_of, number, option, pick_of, picks_of, same_as, setting, windows_of
from core.messages import N_
from core.settings import Pick, Setting, Window
from core.setup import Menu, Setup, settings_of
from labs.plane.setup import DATA, EDGE, FEATURES, OPTIMIZER, SCHEDULE, Experiment
from landscape.directions import slices
from networks.initialization import initializations
from normalization.hidden_layer import MEMORY, hidden_normalizations
from surfaces.activation import activations
from surfaces.class_loss import class_losses

MOST_NETS = 3  # that are picked, and pictures
MOST_LOSSES = 3  # that are picked
MOST_RACED = 4  # networks, where each is trained plain and residual
MOST_UPDATES = 20_000
WIDTHS = (2, 4, 8, 16, 32, 64, 100, 128)
DEPTHS = (*range(13), 16, 20, 24, 32)
RESOLUTIONS = (25, 50, 75, 100)
OWN = ("depth", "width", "batch", "initialization", "place")  # what each network may have for itself

NORMALIZATION = Menu("normalization", hidden_normalizations)
CLASS_LOSS = Menu("class_loss", class_losses)
SLICE = Menu("slice", slices)


def own_settings() -> Mapping[str, Setting]:
    """What each network may have for itself, n2.depth=32; where it has nothing, it has what is set for all."""
    return {name: settings_of(Deep)[name] for name in OWN}


@dataclass(frozen=True)
class Deep(Setup):
    """One data set, one architecture, one optimizer; `nets`: the normalizations inside, a network each, trained side by side, with what it
    has for itself, see own_settings. `losses`: those of classes that are raced, a network each; none: nothing is raced but the networks,
    with the cross-entropy of classes or the squared error of a target.

    through: the update that the planes go through; one beyond the last is the last. mode "both": two pictures of the first network that
    remembers statistics. residual "both": every network once plain and once residual. windows: what of each picture's plane a person has
    zoomed to. planes "shared": one plane for all, spanned by all of their paths, so that surfaces can be compared point by point.
    """

    data: Pick = pick_of(DATA, "spirals")
    features: Pick = pick_of(FEATURES, "standardize")
    nets: tuple[Pick, ...] = picks_of(NORMALIZATION, "n", ("none", "batch"), most=MOST_NETS, once=True, own=lambda: own_settings())
    losses: tuple[Pick, ...] = picks_of(CLASS_LOSS, "l", (), most=MOST_LOSSES, once=True)
    optimizer: Pick = pick_of(OPTIMIZER, "gradient_descent")
    schedule: Pick = pick_of(SCHEDULE, "constant")
    slice: Pick = pick_of(SLICE, "principal")
    depth: int = option(N_("hidden layers"), 6, DEPTHS)
    width: int = option(N_("units a layer"), 32, WIDTHS)
    activation: str = item_of(N_("activation"), "relu", activations())
    initialization: str = item_of(N_("initial weights"), "he", initializations())
    residual: str = option(
        N_("layers"),
        "plain",
        ("plain", "scaled", "plain_scaled", "residual", "both"),
        (
            N_("plain"),
            N_("residual, scaled: y = F(x)/L + x"),
            N_("plain and scaled residual, a network each"),
            N_("residual, not scaled: y = F(x) + x"),
            N_("plain and residual, not scaled, a network each"),
        ),
    )
    place: str = option(N_("the normalization stands"), "before", ("before", "after"), (N_("before the activation"), N_("after it")))
    affine: str = option(N_("γ and β"), "on", ("on", "off"), (N_("trained"), N_("off: 1 and 0")))
    begin: str = option(
        N_("γ and β begin"),
        "numbers",
        ("numbers", "recovering"),
        (N_("as set"), N_("γ = σ, β = μ: the same function as without")),
    )
    memory: float = setting(MEMORY)
    frozen: str = option(N_("statistics in training"), "no", ("no", "yes"), (N_("the batch's own"), N_("frozen: the remembered ones")))
    warmup: int = count(N_("linear warm-up, updates"), 0, 0, MOST_UPDATES)
    batch: int = count(N_("batch size, 0 = all rows"), 64, 0, 4000)
    steps: int = count(N_("updates"), 2000, 1, MOST_UPDATES, log=True)
    seed: int = count(N_("seed"), 0, 0, 9999)
    held_out_fraction: float = number(N_("share of rows held out for the test"), 0.25, 0.05, 0.75, key="held")
    mode: str = option(
        N_("the surface is drawn in"),
        "train",
        ("train", "test", "both"),
        (N_("train mode (these rows' statistics)"), N_("test mode (running statistics)"), N_("both, side by side")),
    )
    through: int = count(N_("the plane goes through update"), MOST_UPDATES, 0, MOST_UPDATES)
    biases: str = option(N_("biases, γ and β in random directions"), "fixed", ("fixed", "free"), (N_("0 (Li et al.)"), N_("free")))
    planes: str = option(N_("planes"), "own", ("own", "shared"), (N_("each network's own"), N_("one for all")))
    levels: str = same_as(Experiment, "levels")
    resolution: int = option(N_("points of the grid, a side"), 50, RESOLUTIONS)
    windows: tuple[Window | None, ...] = windows_of(EDGE, "p", most=MOST_NETS)

    def of(self, picked: Pick) -> "Deep":
        """The setup of one network: with what it has for itself in the place of what is set for all."""
        own = {name: value for name, value in picked.settings if name in OWN}
        return replace(self, **own) if own else self  # type: ignore[arg-type]  # each as its own setting has read it

    def most(self, name: str) -> int:
        """The largest depth, or width, of all networks."""
        return max(int(getattr(self.of(picked), name)) for picked in self.nets)

    def capped(self, name: str, most: int) -> "Deep":
        """With no network deeper, or wider, than that."""
        nets = tuple(picked.having(**{name: most}) if int(dict(picked.settings).get(name, 0)) > most else picked for picked in self.nets)
        return replace(self, nets=nets, **{name: min(int(getattr(self, name)), most)})  # type: ignore[arg-type]  # depth and width

    def window(self, picture: int) -> Window | None:
        """What of a picture's plane is looked at; None: what fits."""
        return self.windows[picture] if picture < len(self.windows) else None

    def zoomed(self, picture: int, window: Window | None) -> "Deep":
        """The same with another window of one picture."""
        windows = [self.window(i) for i in range(MOST_NETS)]
        windows[picture] = window
        return replace(self, windows=tuple(windows) if any(windows) else ())

    def since(self, before: Self) -> Self:
        """Without the windows that were chosen `before`, where what has changed since then has moved the planes that they lie on."""
        same = replace(self, windows=before.windows, levels=before.levels, resolution=before.resolution) == before
        return self if same or self.windows != before.windows else replace(self, windows=())
