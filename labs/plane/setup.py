"""What a person picks for the pages that map two numbers to a loss: an Experiment of names and numbers, flat and frozen."""

from dataclasses import dataclass, replace

from core.fields import count, number, option, other_item, overrides, pair_of, pick_of, picks_of, setups, window_of
from core.messages import N_
from core.settings import Number, Pair, Pick, Window, options
from core.setup import Menu, Settings, Setup
from data.dataset import DataSet, data_sets
from labs.plane.arrival import DISTANCE, GRADIENT, LOSS, SHARE
from normalization.feature import feature_normalizations
from normalization.hidden_layer import HiddenNormalization, hidden_normalizations
from optim.optimizer import Optimizer, optimizers
from optim.schedule import schedules
from surfaces.catalogue import surfaces
from surfaces.class_loss import class_losses
from surfaces.loss import Loss
from surfaces.regression import the_loss
from surfaces.surface import Structure

BEST, SAME, FRACTION = "best", "same", "fraction"
MOST_PANELS, MOST_OPTIMIZERS = 3, 4
RESOLUTIONS = (50, 100, 150, 200, 300, 400)
POINT = Number("start", N_("start"), 0.0, -1e6, 1e6)
EDGE = Number("window", N_("window"), 0.0, -1e7, 1e7)


def _of_two_units() -> dict[str, HiddenNormalization]:
    return {name: item for name, item in hidden_normalizations().items() if item.two_units}


DATA = Menu("data", data_sets)
SURFACE = Menu("surface", surfaces)
FEATURES = Menu("features", feature_normalizations)
HIDDEN = Menu("hidden", _of_two_units)
OPTIMIZER = Menu("optimizer", optimizers)
SCHEDULE = Menu("schedule", schedules)


@dataclass(frozen=True)
class Panel(Setup):
    """One picture."""

    features: Pick = pick_of(FEATURES, "none")  # how its features are normalized
    hidden: Pick = pick_of(HIDDEN, "none")  # what normalizes the hidden layer
    window: Window | None = window_of(EDGE)  # what a person zoomed to; None: one that fits
    # Another surface of the same data; "": the experiment's.
    model: str = other_item(lambda: [name for name, item in surfaces().items() if item.needs_data], key="surface")
    data: Settings = overrides(DATA)  # settings of the data in this picture alone
    surface: Settings = overrides(SURFACE, item="model")  # settings of the surface in this picture alone


@dataclass(frozen=True)
class Experiment(Setup):
    """Everything that a person picks.

    start: of the walks, in weights of the raw features; None: the surface's own. point: what the close-up shows, in the first panel's own
    weights; None: the end of its first walk. radius: of the close-up, as a share of half the picture. quantity: what the map shows.
    """

    data: Pick = pick_of(DATA, "iris")
    surface: Pick = pick_of(SURFACE, "linear")
    panels: tuple[Panel, ...] = setups("p", (Panel(), Panel(features=Pick("standardize"))), most=MOST_PANELS)
    optimizers: tuple[Pick, ...] = picks_of(OPTIMIZER, "o", ("gradient_descent",), most=MOST_OPTIMIZERS)
    scale1: float = number(N_("unit of x₁: times"), 1.0, 1e-3, 1e3, log=True, symbol="×")
    scale2: float = number(N_("unit of x₂: times"), 10.0, 1e-3, 1e3, log=True, symbol="×")
    mode: str = option(
        N_("learning rate"),
        BEST,
        (BEST, SAME, FRACTION),
        (N_("each panel's own best"), N_("the same number for all"), N_("the same fraction of each limit")),
    )
    fraction: float = number(N_("fraction of each limit"), 0.5, 0.01, 2.0, symbol="η/limit")
    schedule: Pick = pick_of(SCHEDULE, "constant")
    warmup: int = count(N_("linear warm-up, updates"), 0, 0, 100_000)
    batch: int = count(N_("batch size, 0 = all rows"), 0, 0, 4000)
    steps: int = count(N_("updates"), 10_000, 1, 100_000, log=True)
    seed: int = count(N_("seed of the shuffling"), 0, 0, 9999)
    arrival: str = option(
        N_("what counts as arrived"),
        LOSS,
        (LOSS, DISTANCE, GRADIENT),
        (N_("the loss above the minimum"), N_("the distance from the minimum"), N_("the norm of the gradient")),
    )
    share: float = number(N_("arrived at this share of it"), SHARE, 1e-6, 0.5, log=True)
    start: Pair | None = pair_of(POINT)
    point: Pair | None = pair_of(POINT)
    radius: float = number(N_("radius of the expansion, of half the picture"), 0.3, 0.01, 1.0, log=True)
    window: Window | None = window_of(EDGE)
    aspect: str = option(N_("axes"), "equal", ("equal", "free"), (N_("equal aspect"), N_("each its own")))
    levels: str = option(
        N_("contour levels"),
        "log",
        ("log", "even", "rank", "linear"),
        (N_("logarithmic"), N_("even rings (square root)"), N_("by rank (equal areas between lines)"), N_("linear")),
    )
    span: str = option(N_("color range"), "own", ("own", "same"), (N_("each picture's own"), N_("the same for all pictures")))
    quantity: str = option(N_("the map shows"), "loss", ("loss", "slope"), (N_("the loss"), N_("the norm of its gradient")), key="drawn")
    resolution: int = option(N_("points of the grid, a side"), 100, RESOLUTIONS)


def own(experiment: Experiment, panel: Panel) -> Experiment:
    """The experiment with the panel's own model, and its own settings of the data and the surface."""
    if not panel.data and not panel.surface and not panel.model:
        return experiment
    of_data = surfaces()[experiment.surface.name].needs_data
    model = Pick(panel.model) if panel.model and of_data else experiment.surface
    data, surface = (
        picked.having(**{name: value for name, value in otherwise if name in {field.name for field in menu.fields(picked.name)}})
        for menu, picked, otherwise in ((DATA, experiment.data, panel.data), (SURFACE, model, panel.surface))
    )
    return replace(experiment, data=data, surface=surface)


def picked_anew(experiment: Experiment, data: Pick | None = None, surface: Pick | None = None) -> Experiment:
    """The experiment with another data set or surface, or other settings of it. No panel keeps a value of its own for what changes."""

    def left(before: Pick, after: Pick, own: Settings) -> Settings:
        if before.name != after.name:
            return ()
        return tuple((name, value) for name, value in own if dict(before.settings).get(name) == dict(after.settings).get(name))

    data, surface = data or experiment.data, surface or experiment.surface
    same = surface.name == experiment.surface.name
    panels = tuple(
        replace(
            panel,
            data=left(experiment.data, data, panel.data),
            surface=left(experiment.surface, surface, panel.surface),
            model=panel.model if same else "",
        )
        for panel in experiment.panels
    )
    return replace(experiment, data=data, surface=surface, panels=panels)


def dataset_of(experiment: Experiment) -> DataSet:
    """The record of the data set that is picked."""
    return data_sets()[experiment.data.name]


def loss_of(experiment: Experiment) -> Loss:
    """The record of the loss of a surface of data."""
    return the_loss(Structure(experiment.surface.name, options(experiment.surface, surfaces()[experiment.surface.name].fields)))


def start_of(experiment: Experiment) -> Pair:
    """Where the walks start: what was asked for, else the surface's own."""
    surface = surfaces()[experiment.surface.name]
    structure = Structure(experiment.surface.name, options(experiment.surface, surface.fields))
    return surface.begin(structure) if experiment.start is None else experiment.start


__all__ = ["Experiment", "Optimizer", "Panel", "class_losses", "optimizers", "surfaces"]
