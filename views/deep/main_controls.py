"""The controls above the picture on the pages of deep networks."""

from dataclasses import replace

from core.settings import Count, Pick
from labs.deep.races import training_setup
from labs.deep.rows import classifies
from labs.deep.setup import CLASS_LOSS, MOST_LOSSES, MOST_NETS, NORMALIZATION, Deep
from labs.plane.setup import DATA
from views.control_panel import item_chips, item_choice, two_a_row
from views.controls import field, number, picked
from views.language import tr
from views.session import Scene

DeepScene = Scene[Deep]
COMMON_NORMALIZATIONS = ("none", "batch", "layer", "weight")


def rate(scene: DeepScene) -> None:
    """The rate that every network is trained with."""
    ticks = [(0.01, "0.01"), (0.1, "0.1"), (1.0, "1"), (10.0, "10")]
    slot = picked(scene, "optimizer").slot("rate")
    number(scene, "rate", slot, label=tr("learning rate η, for all"), ticks=ticks, low=0.001, high=10.0)


def batch(scene: DeepScene) -> None:
    """How many rows an update reads: what the statistics of a batch are taken of. Nothing where each network has a number of its own."""
    if all("batch" in dict(picked.settings) for picked in scene.experiment.nets):
        return
    slot, n = field(scene, "batch"), training_setup(scene.experiment, Pick("none")).split.n
    assert isinstance(slot.setting, Count)
    ticks = [(0.0, tr("all")), *((float(size), str(size)) for size in (256, 1024) if size < 0.9 * n)]
    number(scene, "main batch", slot, label=tr("batch size"), ticks=ticks, low=0, high=min(slot.setting.high, n))


def _chosen(before: tuple[Pick, ...], names: list[str], most: int) -> tuple[Pick, ...]:
    """The picks with these names, in the order in which they were picked: at least one, and of more than `most` the last."""
    kept, known = [picked for picked in before if picked.name in names], {picked.name for picked in before}
    return tuple([*kept, *(Pick(name) for name in names if name not in known)][-most:]) or before


def losses(scene: DeepScene) -> None:
    """Which losses are minimized: a network each, one to three."""
    item_chips(
        scene,
        "losses",
        tr("loss: a network each, from the same weights"),
        CLASS_LOSS,
        scene.experiment.losses,
        lambda deep, names: replace(deep, losses=_chosen(deep.losses, names, MOST_LOSSES)),
    )


def normalizations(scene: DeepScene, common_only: bool = False) -> None:
    """Which normalizations are inside: a network each, one to three. common_only: offer the best known ones and those that are picked."""
    nets = scene.experiment.nets
    item_chips(
        scene,
        "nets" if common_only else "all nets",
        tr("normalization inside: a network each"),
        NORMALIZATION,
        nets,
        lambda deep, names: replace(deep, nets=_chosen(deep.nets, names, MOST_NETS)),
        only=(*COMMON_NORMALIZATIONS, *(picked.name for picked in nets)) if common_only else None,
    )


def size(scene: DeepScene) -> None:
    """Depth and width, side by side, where they are set for all."""
    nets = scene.experiment.nets
    shared = [name for name in ("depth", "width") if any(name not in dict(picked.settings) for picked in nets)]
    two_a_row(scene, shared, "main ")


def data_set(scene: DeepScene, place: str = "") -> None:
    """Where losses of classes are raced: those that have classes. place: where it stands a second time."""
    names = [name for name in DATA.items() if not scene.experiment.losses or classifies(Pick(name))]
    item_choice(scene, f"{place}data", tr("data"), picked(scene, "data"), names)
