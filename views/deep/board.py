"""From the arrays of trained networks to what the board draws: a slice each, the training as a walk on it, accuracy as its big number."""

import math

import numpy as np

from browser.board.board import BoardData, Fact, Panel, Walk
from core.numerals import numeral
from core.settings import Window
from figures import regions as drawn_regions
from figures.colors import WALKS
from figures.contour import contour
from figures.derived import Derived
from figures.figure import Figure
from figures.flat import shaded
from figures.levels import levels
from figures.surface import surface
from labs.deep.flat import FLAT, HIGH, Flat, flat
from labs.deep.regions import Regions, regions
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import CLASS_LOSS, NORMALIZATION, SLICE, Deep
from labs.deep.slices import SliceResult
from views.board import words
from views.language import tr
from views.view_state import ViewState


def network_of(one: NetworkResult) -> str:
    """Of a network, by what normalizes inside it."""
    name = tr("no normalization") if one.picked.name == "none" else tr(NORMALIZATION.items()[one.picked.name].label)
    return tr("{name}, residual").format(name=name) if one.setup.net.residual else name


def loss_of(one: NetworkResult) -> str:
    """What it is trained with."""
    return tr(CLASS_LOSS.items()[one.setup.loss.name].label)


def name_of(one: NetworkResult) -> str:
    """By what the networks that are raced differ in."""
    return ", ".join(part(one) for part, says in ((loss_of, one.by_loss), (network_of, one.by_network)) if says)


def flat_of(one: NetworkResult) -> Flat | None:
    """Where its surface is flat and high, once that is computed."""
    slopes = None if one.cut is None else one.cut.slopes
    return None if slopes is None else flat(slopes.loss, slopes.norm)


def regions_of(one: NetworkResult) -> Regions | None:
    """Its decision regions, where losses of classes are raced."""
    return regions(one.setup, len(one.record.update)) if one.by_loss and one.record.calm.any() else None


def axes_of(name: str, between: bool) -> tuple[str, str]:
    """What the two directions of a slice are called on the axes. between: a line goes to the end from another seed."""
    if name == "line" and between:
        return tr("from this training (0) to the end from the next seed (1)"), tr("a random direction")
    return {
        "principal": (tr("1st principal component"), tr("2nd principal component")),
        "hessian": (tr("steepest eigenvector"), tr("2nd eigenvector")),
        "gradient_momentum": (tr("gradient"), tr("momentum, at right angles")),
        "line": (tr("from the plane's update (0) to the start of the training (1)"), tr("a random direction")),
    }.get(name, (tr("a random direction"), tr("another")))


def _accuracy(one: NetworkResult, at: int) -> str:
    share = float(one.record.measured.held_out_accuracy[at])
    if not math.isfinite(share):
        return "✕"
    return f"{100 * share:.1f} %" if one.setup.split.labeled else f"{share:.2f}"


def _unit(one: NetworkResult) -> str:
    return tr("right on unseen rows") if one.setup.split.labeled else tr("R² on unseen rows")


def _short(value: float) -> float:
    """Three digits."""
    return float(f"{value:.3g}")


def _walk(one: NetworkResult, cut: SliceResult, slot: int) -> Walk:
    record = one.record
    path = np.stack([cut.on.a, cut.on.b], axis=1)
    middle = (0.5 * float(cut.a[0] + cut.a[-1]), 0.5 * float(cut.b[0] + cut.b[-1]))
    rate = float(one.setup.hyper["rate"])
    far = float(np.linalg.norm(record.theta[record.calm] - record.theta[cut.through], axis=1).max()) or 1.0
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
            "count": "✕" if lost else _accuracy(one, -1),
            "unit": tr("explodes") if lost else _unit(one),
            "settled": None,
            "diverged": record.diverged,
            "status": "diverged" if lost else "open",
            "detail": f"η = {numeral(rate)}",
            "off": np.clip(cut.on.distance / far, 0, 1).astype(np.float32),  # of how far the walk goes from the plane's own point
            "meter": {
                "distance": [numeral(_short(value)) for value in cut.on.distance],
                "truth": [numeral(_short(value)) for value in one.true_loss],
                "drawn": [numeral(_short(value)) for value in cut.plane_loss],
            },
            "numbers": [_accuracy(one, at) for at in range(len(record.update))],
        }


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def _facts(one: NetworkResult) -> list[Fact]:
    return _facts_of_loss(one) if one.by_loss else _facts_of_network(one)


def _facts_of_loss(one: NetworkResult) -> list[Fact]:
    """What it was trained with, and what all are measured by."""
    last, measured, level = one.record.last, one.record.measured, flat_of(one)
    facts: list[Fact] = [
        {
            "label": tr("its own loss"),
            "value": numeral(float(measured.loss[last])),
            "help": tr("mean over all training rows after the last update that is drawn: what is minimized"),
        },
        {
            "label": tr("cross-entropy"),
            "value": numeral(float(measured.entropy[last])),
            "help": tr("of the training rows: the same measure for all, whatever they are trained with"),
        },
    ]
    if level is not None:
        told = tr(
            "‖∇L‖, of all parameters, below {slope} of its largest in this window, and the loss more than {height} up from the lowest"
        )
        facts.append(
            {"label": tr("flat and high"), "value": _percent(level.share), "help": told.format(slope=_percent(FLAT), height=_percent(HIGH))}
        )
    if one.cut is not None:
        facts.append(_held(one.cut))
    return facts


def _held(cut: SliceResult) -> Fact:
    return {
        "label": tr("the plane holds"),
        "value": f"{100 * cut.on.explained_fraction:.0f} %",
        "help": tr("the share of the path's variance that lies along the two directions; the rest is not in this picture"),
    }


def _facts_of_network(one: NetworkResult) -> list[Fact]:
    last, measured = one.record.last, one.record.measured
    facts: list[Fact] = [
        {
            "label": tr("training loss"),
            "value": numeral(float(measured.loss[last])),
            "help": tr("mean over all training rows, in train mode, after the last update that is drawn"),
        },
        {"label": tr("loss on unseen rows"), "value": numeral(float(measured.held_out_loss[last])), "help": tr("in test mode")},
    ]
    if NORMALIZATION.items()[one.picked.name].remembers:
        facts.insert(
            1,
            {
                "label": tr("in test mode"),
                "value": numeral(float(measured.test_mode_loss[last])),
                "help": tr("the same rows and weights, with the running statistics"),
            },
        )
    if one.cut is not None and one.cut.barrier is not None:
        facts.append(
            {
                "label": tr("barrier between the two solutions"),
                "value": numeral(one.cut.barrier),
                "help": tr("how far the loss rises on the straight line between them above the higher one of the two"),
            }
        )
    if one.cut is not None:
        begin = last if one.cut.through < last / 2 else 0
        facts.append(_held(one.cut))
        facts.append(
            {
                "label": tr("update {k}: loss on the plane, and true").format(k=int(one.record.update[begin])),
                "value": f"{numeral(float(one.cut.plane_loss[begin]))} | {numeral(float(one.true_loss[begin]))}",
                "help": tr("That step lies off this plane: where it is drawn, the plane shows another loss. On the plane both agree."),
            }
        )
    return facts


def regions_axes(found: Regions) -> tuple[str, str]:
    """What the two directions of the decision regions are called."""
    return found.chart.names or (tr("1st principal component"), tr("2nd principal component"))


def _regions(found: Regions) -> Figure:
    figure = drawn_regions.regions(found.a, found.b, found.predicted[-1], found.points, found.labels, found.names, regions_axes(found))
    return drawn_regions.over_updates(figure, found.update, found.predicted)


def _panel(deep: Deep, one: NetworkResult, slot: int, high: float, low: float, window: Window | None) -> Panel:
    cut, name = one.cut, name_of(one)
    assert cut is not None
    scale = levels(deep.levels, np.clip(cut.grid, low, high), low, None)
    grid = np.clip(np.nan_to_num(cut.grid, nan=high, posinf=high), low, high)
    excess = scale.excess(grid)
    heights, losses = scale.heights(excess), scale.losses(excess)
    axes = axes_of(cut.name, cut.barrier is not None)
    mode = tr("train mode") if one.mode == "train" else tr("test mode")
    figure = contour(cut.a, cut.b, heights, losses, scale, axes, equal=True, words=(tr("loss"), tr("the goal"), tr("minimum")))
    last, level, found = one.record.last, flat_of(one), regions_of(one)
    if level is not None and cut.slopes is not None:
        figure["data"].extend(shaded(cut.slopes.a, cut.slopes.b, level.margin, tr("flat and high")))
        mode = tr("shaded: flat and high, {share} of this window").format(share=_percent(level.share))
    panel: Panel = {
        "title": name,
        "subtitle": mode,
        "contour": figure,
        "cloud": None if found is None else _regions(found),
        "surface": surface(cut.a, cut.b, heights, losses, low, high, scale, axes, equal=True, loss=tr("loss")),
        "start": None,
        "axes": axes,
        "fitted": window is None,
        "alt": tr("Loss of the network with {name} on a plane, {slice}: training loss {first} → {last}, {accuracy} {unit}.").format(
            name=name,
            slice=tr(SLICE.items()[cut.name].label),
            first=numeral(float(one.record.measured.loss[0])),
            last=numeral(float(one.record.measured.loss[last])),
            accuracy=_accuracy(one, last),
            unit=_unit(one),
        ),
        "facts": _facts(one),
        "walks": [_walk(one, cut, slot)],
    }
    if found is not None:
        x, y = regions_axes(found)
        panel["caption_cloud"] = tr("Predicted class; dots: training rows")
        panel["alt_cloud"] = tr("Decision regions of the network with {name}: the class that it predicts over {x} and {y}.").format(
            name=name, x=x, y=y
        )
    return panel


def _range(cut: list[NetworkResult]) -> tuple[float, float]:
    """The losses between which pictures are colored: from the lowest to four times the first."""
    finite = np.concatenate([one.cut.grid[np.isfinite(one.cut.grid)].ravel() for one in cut if one.cut is not None])
    first = max(float(one.record.measured.loss[0]) for one in cut)
    low = float(finite.min()) if finite.size else 0.0
    return low, min(float(finite.max()), max(4 * first, 4 * low)) if finite.size else 1.0


def deep_board(deep: Deep, result: DeepResult, shown: ViewState, edit: int) -> BoardData:
    """One panel for each network that has a plane; all that have the same loss in the same colors, so that heights can be compared."""
    drawn = [(one, deep.window(i)) for i, one in enumerate(result.pictures) if one.cut is not None]
    cut, raced = [one for one, _ in drawn], [net.key for net in result.nets]
    ranges = [_range(raced_with) for raced_with in ([one] if one.by_loss else cut for one in cut)]  # losses have no scale in common
    last = deep.steps if result.progress < 1 else max(int(one.record.update[-1]) for one in cut)
    return {
        "panels": [
            _panel(deep, one, raced.index(one.key), high, low, window) for (one, window), (low, high) in zip(drawn, ranges, strict=True)
        ],
        "curves": None,
        "player": {
            "length": {"updates": last, "epochs": last, "evaluations": last},
            "batches": 1,
            "clock": "updates",
            "clocked": False,
            "details": None,
            "flip": False,
            "redraws": True,
        },
        "view": "surface" if shown.view == "surface" else "contour",
        "surface_panel": min(shown.panel, len(cut) - 1),
        "moving": False,
        "edit": edit,
        "words": words(),
    }
