"""From the arrays of trained networks to what the board draws: a slice each, the training as a walk on it, accuracy as its big number."""

import math
from collections.abc import Sequence

import numpy as np

from browser.board import BoardData, Fact, Panel, Player, Walk
from core.messages import Value
from core.numerals import numeral, percent
from core.settings import Option, Window
from figures.colors import WALKS
from figures.contour import contour
from figures.derived import Derived
from figures.figure import Figure
from figures.flat import shaded
from figures.levels import levels
from figures.prediction import prediction
from figures.regions import over_updates
from figures.regions import regions as regions_figure
from figures.surface import surface
from labs.deep.curve import Curve, curve, has_curve
from labs.deep.flat import FLAT, HIGH, Flat, flat
from labs.deep.races import own_of
from labs.deep.regions import Regions, regions
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import CLASS_LOSS, NORMALIZATION, SLICE, Deep, own_settings
from labs.deep.slices import SliceResult
from views.board import board_data, fact
from views.language import tr
from views.view_state import ViewState


def words_of(name: str, value: Value) -> str:
    """What a network has for itself, in words."""
    kind = own_settings()[name]
    match name:
        case "depth":
            return tr("1 hidden layer") if value == 1 else tr("{count} hidden layers").format(count=value)
        case "width":
            return tr("{count} units a layer").format(count=value)
        case "batch":
            return tr("batches of {size}").format(size=value) if value else tr("full batch")
        case "place":
            return tr("after the activation") if value == "after" else tr("before the activation")
    assert isinstance(kind, Option)
    return tr(kind.label_of(kind.read(value)))


def _architecture_of(network: NetworkResult) -> str:
    """What normalizes inside it, what it has for itself, and whether it is residual."""
    name = tr("no normalization") if network.picked.name == "none" else tr(NORMALIZATION.items()[network.picked.name].label)
    own = (part for part in own_of(network.picked) if part[0] != "place" or network.picked.name != "none")
    name = ", ".join([name, *(words_of(*part) for part in own)])
    return tr("{name}, residual").format(name=name) if network.setup.net.residual else name


def loss_of(network: NetworkResult) -> str:
    """What it is trained with."""
    return tr(CLASS_LOSS.items()[network.setup.loss.name].label)


def name_of(network: NetworkResult) -> str:
    """The name of a network: what the networks that are raced differ in."""
    parts = ((loss_of, network.by_loss), (_architecture_of, network.by_network))
    return ", ".join(part(network) for part, differs in parts if differs)


def outcome_of(network: NetworkResult) -> str:
    """How its training ended: "97 %" of the held-out rows, or "explodes at update 8"."""
    if network.record.diverged is not None:
        return tr("explodes at update {k}").format(k=network.record.diverged)
    return f"{percent(float(network.record.measured.held_out_accuracy[-1]))} %"


def flat_of(network: NetworkResult) -> Flat | None:
    """Where its surface is flat and high, once that is computed."""
    slopes = None if network.slice is None else network.slice.slopes
    return None if slopes is None else flat(slopes.loss, slopes.norm)


def regions_of(network: NetworkResult) -> Regions | None:
    """Its decision regions, where losses of classes are raced."""
    return regions(network.setup, len(network.record.update)) if network.by_loss and network.record.within_bounds.any() else None


def curve_of(network: NetworkResult) -> Curve | None:
    """What it predicts over its one input; None where it has more, or was never within bounds."""
    known = has_curve(network.setup) and network.record.within_bounds.any()
    return curve(network.setup, len(network.record.update)) if known else None


def axes_of(name: str, between: bool) -> tuple[str, str]:
    """The names of a slice's two axes. between: it is the line from one solution to another."""
    if name == "line" and between:
        return tr("from this training (0) to the end from the next seed (1)"), tr("a random direction")
    return {
        "principal": (tr("1st principal component"), tr("2nd principal component")),
        "hessian": (tr("steepest eigenvector"), tr("2nd eigenvector")),
        "gradient_momentum": (tr("gradient"), tr("momentum, at right angles")),
        "line": (tr("from the plane's update (0) to the start of the training (1)"), tr("a random direction")),
    }.get(name, (tr("a random direction"), tr("another")))


def _accuracy(network: NetworkResult, record: int) -> str:
    """The big number: the held-out accuracy, or R², at a record; none where the held-out rows do not differ, and R² is 0/0."""
    share = float(network.record.measured.held_out_accuracy[record])
    if not math.isfinite(share):
        return "—" if math.isfinite(float(network.record.measured.held_out_loss[record])) else "✕"
    return f"{percent(share, 1)} %" if network.setup.split.labeled else numeral(round(share, 2))


def _unit(network: NetworkResult) -> str:
    return tr("right on unseen rows") if network.setup.split.labeled else tr("R² on unseen rows")


def _short(value: float) -> float:
    """Three digits."""
    return float(f"{value:.3g}")


def _walk(network: NetworkResult, cut: SliceResult, slot: int) -> Walk:
    record = network.record
    path = np.stack([cut.on.a, cut.on.b], axis=1)
    middle = (0.5 * float(cut.a[0] + cut.a[-1]), 0.5 * float(cut.b[0] + cut.b[-1]))
    rate = float(network.setup.hyper_parameters["rate"])
    far = cut.farthest or 1.0
    lost = record.diverged is not None
    with np.errstate(over="ignore"):
        return {
            "name": tr("Training"),
            "color": WALKS[slot].color,
            "dash": "solid",
            "marker": WALKS[slot].marker,
            "path": Derived((path - middle).astype(np.float32), "shift", middle),
            "lowest": 0.0,
            "excess": record.measured.loss.astype(np.float32),
            "slope": record.measured.gradient.astype(np.float32),
            "update": record.update.astype(np.int32),
            "stride": 1,
            "count": "✕" if lost else _accuracy(network, -1),
            "unit": tr("explodes") if lost else _unit(network),
            "settled": None,
            "diverged": record.diverged,
            "status": "diverged" if lost else "open",
            "detail": f"η = {numeral(rate)}",
            "off": np.clip(cut.on.distance / far, 0, 1).astype(np.float32),  # of how far the walk goes from the plane's own point
            "meter": {
                "distance": [numeral(_short(value)) for value in cut.on.distance],
                "true_loss": [numeral(_short(value)) for value in network.true_loss],
                "plane_loss": [numeral(_short(value)) for value in cut.plane_loss],
            },
            "numbers": [_accuracy(network, i) for i in range(len(record.update))],
        }


def _facts_of_loss(network: NetworkResult) -> list[Fact]:
    """What it was trained with, and what all are measured by."""
    last, measured, level = network.record.last, network.record.measured, flat_of(network)
    own_help = tr("mean over all training rows after the last update that is drawn: what is minimized")
    entropy_help = tr("of the training rows: the same measure for all, whatever they are trained with")
    facts = [
        fact(tr("its own loss"), numeral(float(measured.loss[last])), own_help),
        fact(tr("cross-entropy"), numeral(float(measured.entropy[last])), entropy_help),
    ]
    if level is not None:
        help = tr(
            "‖∇L‖, of all parameters, below {slope} of its largest in this window, and the loss more than {height} up from the lowest"
        ).format(slope=f"{percent(FLAT)} %", height=f"{percent(HIGH)} %")
        facts.append(fact(tr("flat and high"), f"{percent(level.share, 1)} %", help))
    if network.slice is not None:
        facts.append(_explained_fraction(network.slice))
    return facts


def _explained_fraction(cut: SliceResult) -> Fact:
    help = tr("the share of the path's variance that lies along the two directions; the rest is not in this picture")
    return fact(tr("the plane holds"), f"{percent(cut.on.explained_fraction)} %", help)


def _facts_of_network(network: NetworkResult) -> list[Fact]:
    last, measured, cut = network.record.last, network.record.measured, network.slice
    training_help = tr("mean over all training rows, in train mode, after the last update that is drawn")
    facts = [fact(tr("training loss"), numeral(float(measured.loss[last])), training_help)]
    if NORMALIZATION.items()[network.picked.name].remembers:
        help = tr("the same rows and weights, with the running statistics")
        facts.append(fact(tr("in test mode"), numeral(float(measured.test_mode_loss[last])), help))
    facts.append(fact(tr("loss on unseen rows"), numeral(float(measured.held_out_loss[last])), tr("in test mode")))
    if cut is None:
        return facts
    if cut.barrier is not None:
        help = tr("how far the loss rises on the straight line between them above the higher one of the two")
        facts.append(fact(tr("barrier between the two solutions"), numeral(cut.barrier), help))
    far = last if cut.through < last / 2 else 0
    label = tr("update {k}: loss on the plane, and true").format(k=int(network.record.update[far]))
    values = f"{numeral(float(cut.plane_loss[far]))} | {numeral(float(network.true_loss[far]))}"
    help = tr("That step lies off this plane: where it is drawn, the plane shows another loss. On the plane both agree.")
    return [*facts, _explained_fraction(cut), fact(label, values, help)]


def _regions_axes(decided: Regions) -> tuple[str, str]:
    """The names of the two axes of decision regions."""
    return decided.chart.names or (tr("1st principal component"), tr("2nd principal component"))


def _regions_figure(decided: Regions) -> Figure:
    axes = _regions_axes(decided)
    figure = regions_figure(decided.a, decided.b, decided.predicted[-1], decided.points, decided.labels, decided.names, axes)
    return over_updates(figure, decided.update, decided.predicted)


def _panel(deep: Deep, network: NetworkResult, slot: int, high: float, low: float, window: Window | None) -> Panel:
    cut, name = network.slice, name_of(network)
    assert cut is not None
    scale = levels(deep.levels, np.clip(cut.grid, low, high), low, None)
    grid = np.clip(np.nan_to_num(cut.grid, nan=high, posinf=high), low, high)
    excess = scale.excess(grid)
    heights, losses = scale.heights(excess), scale.losses(excess)
    axes = axes_of(cut.name, cut.barrier is not None)
    mode = tr("train mode") if network.mode == "train" else tr("test mode")
    figure = contour(cut.a, cut.b, heights, losses, scale, axes, equal=True, words=(tr("loss"), tr("the goal"), tr("minimum")))
    last, level, decided = network.record.last, flat_of(network), regions_of(network)
    if level is not None and cut.slopes is not None:
        figure["data"].extend(shaded(cut.slopes.a, cut.slopes.b, level.margin, tr("flat and high")))
        mode = tr("shaded: flat and high, {share} of this window").format(share=f"{percent(level.share, 1)} %")
    alt = tr("Loss of the network with {name} on a plane, {slice}: training loss {first} → {last}, {accuracy} {unit}.")
    panel: Panel = {
        "title": name,
        "subtitle": mode,
        "contour": figure,
        "cloud": None if decided is None else _regions_figure(decided),
        "surface": surface(cut.a, cut.b, heights, losses, low, high, scale, axes, equal=True, loss=tr("loss")),
        "start": None,
        "axes": axes,
        "fitted": window is None,
        "alt": alt.format(
            name=name,
            slice=tr(SLICE.items()[cut.name].label),
            first=numeral(float(network.record.measured.loss[0])),
            last=numeral(float(network.record.measured.loss[last])),
            accuracy=_accuracy(network, last),
            unit=_unit(network),
        ),
        "facts": _facts_of_loss(network) if network.by_loss else _facts_of_network(network),
        "walks": [_walk(network, cut, slot)],
    }
    if (drawn := curve_of(network)) is not None:
        panel["cloud"] = prediction(drawn.x, drawn.update, drawn.predicted, drawn.points, drawn.names)
        panel["caption_cloud"] = tr("Prediction; dots: training rows")
        alt_curve = tr("What the network with {name} predicts for {y} over {x}, and the training rows.")
        panel["alt_cloud"] = alt_curve.format(name=name, x=drawn.names[0], y=drawn.names[1])
    if decided is not None:
        x, y = _regions_axes(decided)
        panel["caption_cloud"] = tr("Predicted class; dots: training rows")
        alt_cloud = tr("Decision regions of the network with {name}: the class that it predicts over {x} and {y}.")
        panel["alt_cloud"] = alt_cloud.format(name=name, x=x, y=y)
    return panel


def _range(networks: Sequence[NetworkResult]) -> tuple[float, float]:
    """The losses between which pictures are colored: from the lowest to four times the first."""
    finite = np.concatenate(
        [network.slice.grid[np.isfinite(network.slice.grid)].ravel() for network in networks if network.slice is not None]
    )
    first = max(float(network.record.measured.loss[0]) for network in networks)
    low = float(finite.min()) if finite.size else 0.0
    return low, min(float(finite.max()), max(4 * first, 4 * low)) if finite.size else 1.0


def deep_board(deep: Deep, result: DeepResult, view_state: ViewState, edit: int) -> BoardData:
    """One panel for each network that has a plane; all that have the same loss in the same colors, so that heights can be compared."""
    slots = {network.key: slot for slot, network in enumerate(result.nets)}
    drawn = [(network, deep.window(i)) for i, network in enumerate(result.pictures) if network.slice is not None]
    networks = [network for network, _ in drawn]
    panels = []
    for network, window in drawn:
        low, high = _range([network] if network.by_loss else networks)  # losses have no scale in common
        panels.append(_panel(deep, network, slots[network.key], high, low, window))
    last = max(int(network.record.update[-1]) for network in networks)  # so far: no bar ends at an update that nobody has trained to
    player: Player = {
        "length": {"updates": last, "epochs": last, "evaluations": last},
        "batches": 1,
        "clock": "updates",
        "clocked": False,
        "details": None,
        "flip": False,
        "redraws": True,
    }
    return board_data(panels, player, view_state, edit)
