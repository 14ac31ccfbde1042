"""What a person picks for the pages that map two numbers to a loss: an Experiment of names and numbers, flat and frozen."""

from dataclasses import dataclass, replace
from typing import Protocol

from core.catalogue import Item, catalogue
from core.messages import N_, Value
from core.settings import Count, Number, Option, Pair, Pick, Setting, Window, options
from data.dataset import DataSet
from normalization.feature import FeatureNormalization
from normalization.hidden_layer import HiddenNormalization
from optim.optimizer import Optimizer, optimizers
from optim.schedule import Schedule
from surfaces.catalogue import surfaces
from surfaces.class_loss import class_losses
from surfaces.loss import Loss
from surfaces.regression import the_loss
from surfaces.surface import Structure

BEST, SAME, FRACTION = "best", "same", "fraction"
Settings = tuple[tuple[str, Value], ...]
MOST_PANELS, MOST_OPTIMIZERS = 3, 4


@dataclass(frozen=True)
class Panel:
    """One picture: how its features are normalized, its hidden layer, and the window that a person zoomed to; None: one that fits.

    data, surface: settings of the experiment's data and surface that this picture has otherwise. model: another surface of the same data;
    "": the experiment's.
    """

    features: Pick = Pick("none")
    hidden: Pick = Pick("none")
    window: Window | None = None
    data: Settings = ()
    surface: Settings = ()
    model: str = ""


@dataclass(frozen=True)
class Experiment:
    """Everything that a person picks. Flat, frozen, hashable; the address is its flattening.

    start: of the walks, in weights of the raw features; None: the surface's own. point, radius: what is looked at closely, in the first
    panel's own weights (None: the end of its first walk), and how far around, as a share of half the picture.
    """

    data: Pick = Pick("iris")
    surface: Pick = Pick("linear")
    panels: tuple[Panel, ...] = (Panel(), Panel(features=Pick("standardize")))
    optimizers: tuple[Pick, ...] = (Pick("gradient_descent"),)
    scale1: float = 1.0
    scale2: float = 10.0
    mode: str = BEST
    fraction: float = 0.5
    schedule: Pick = Pick("constant")
    warmup: int = 0
    batch: int = 0
    steps: int = 10_000
    seed: int = 0
    start: Pair | None = None
    point: Pair | None = None
    radius: float = 0.3
    window: Window | None = None
    aspect: str = "equal"
    levels: str = "log"
    span: str = "own"
    drawn: str = "loss"
    resolution: int = 100


_MODES = (N_("each panel's own best"), N_("the same number for all"), N_("the same fraction of each limit"))
FIELDS: dict[str, Setting] = {
    field.name: field
    for field in (
        Number("scale1", N_("unit of x₁: times"), 1.0, 1e-3, 1e3, log=True, symbol="×"),
        Number("scale2", N_("unit of x₂: times"), 10.0, 1e-3, 1e3, log=True, symbol="×"),
        Option("mode", N_("learning rate"), BEST, (BEST, SAME, FRACTION), _MODES),
        Number("fraction", N_("fraction of each limit"), 0.5, 0.01, 2.0, symbol="η/limit"),
        Count("warmup", N_("linear warm-up, updates"), 0, 0, 100_000),
        Count("batch", N_("batch size, 0 = all rows"), 0, 0, 4000),
        Count("steps", N_("updates"), 10_000, 1, 100_000, log=True),
        Count("seed", N_("seed of the shuffling"), 0, 0, 9999),
        Number("radius", N_("radius of the expansion, of half the picture"), 0.3, 0.01, 1.0, log=True),
        Option("aspect", N_("axes"), "equal", ("equal", "free"), (N_("equal aspect"), N_("each its own"))),
        Option(
            "levels",
            N_("contour levels"),
            "log",
            ("log", "even", "rank", "linear"),
            (N_("logarithmic"), N_("even rings (square root)"), N_("by rank (equal areas between lines)"), N_("linear")),
        ),
        Option("span", N_("color range"), "own", ("own", "same"), (N_("each picture's own"), N_("the same for all pictures"))),
        Option("drawn", N_("the map shows"), "loss", ("loss", "slope"), (N_("the loss"), N_("the norm of its gradient"))),
        Option("resolution", N_("points of the grid, a side"), 100, (50, 100, 150, 200, 300, 400)),
    )
}
POINT = Number("start", N_("start"), 0.0, -1e6, 1e6)
EDGE = Number("window", N_("window"), 0.0, -1e7, 1e7)


class Entry(Item, Protocol):
    """An item of any menu: what every record has in common."""

    @property
    def formula(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def fields(self) -> tuple[Setting, ...]: ...


def menus() -> dict[str, dict[str, Entry]]:
    """Every catalogue by the part of an Experiment that picks from it."""
    return {
        "data": dict(catalogue("data.tables", DataSet)),
        "surface": dict(surfaces()),
        "features": dict(catalogue("normalization.features", FeatureNormalization)),
        "hidden": {name: item for name, item in catalogue("normalization.hidden", HiddenNormalization).items() if item.two_units},
        "optimizer": dict(optimizers()),
        "schedule": dict(catalogue("optim.schedules", Schedule)),
    }


def fields_of(part: str, name: str) -> tuple[Setting, ...]:
    """The settings of an item of a menu."""
    return tuple(menus()[part][name].fields)


def own(experiment: Experiment, panel: Panel) -> Experiment:
    """The experiment as this panel has it: with what it has otherwise of the data's and the surface's settings."""
    if not panel.data and not panel.surface and not panel.model:
        return experiment
    of_data = surfaces()[experiment.surface.name].needs_data
    model = Pick(panel.model) if panel.model and of_data else experiment.surface
    data, surface = (
        picked.having(**{name: value for name, value in otherwise if name in {field.name for field in fields_of(part, picked.name)}})
        for part, picked, otherwise in (("data", experiment.data, panel.data), ("surface", model, panel.surface))
    )
    return replace(experiment, data=data, surface=surface)


def picked_anew(experiment: Experiment, data: Pick | None = None, surface: Pick | None = None) -> Experiment:
    """The experiment with another data set or surface, or other settings of it: what is set anew, no panel has otherwise any more."""

    def left(before: Pick, after: Pick, otherwise: Settings) -> Settings:
        if before.name != after.name:
            return ()
        return tuple((name, value) for name, value in otherwise if dict(before.settings).get(name) == dict(after.settings).get(name))

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
    return catalogue("data.tables", DataSet)[experiment.data.name]


def loss_of(experiment: Experiment) -> Loss:
    """The record of the loss of a surface of data."""
    return the_loss(Structure(experiment.surface.name, options(experiment.surface, surfaces()[experiment.surface.name].fields)))


def start_of(experiment: Experiment) -> Pair:
    """Where the walks start: what was asked for, else the surface's own."""
    surface = surfaces()[experiment.surface.name]
    structure = Structure(experiment.surface.name, options(experiment.surface, surface.fields))
    return surface.begin(structure) if experiment.start is None else experiment.start


__all__ = ["Experiment", "Optimizer", "Panel", "class_losses", "optimizers", "surfaces"]
