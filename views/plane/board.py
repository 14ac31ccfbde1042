"""From the arrays of a result to what the board draws: figures, walks, and the words and numbers under each panel."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int

from browser.board import BoardData, Clock, Fact, Panel, Player, Walk
from core.messages import N_
from core.numerals import numeral
from core.settings import Number, Option, Pick
from figures.cloud import cloud
from figures.colors import DASHES, WALKS
from figures.contour import contour, ellipse
from figures.curves import Curve, curves
from figures.derived import Derived, Drawn
from figures.figure import Figure
from figures.levels import Levels, levels
from figures.surface import surface
from labs.plane.arrival import DISTANCE, GRADIENT, LOSS
from labs.plane.run import PanelResult, Result
from labs.plane.setup import BEST, DATA, FEATURES, HIDDEN, OPTIMIZER, SAME, SURFACE, Experiment, dataset_of, optimizers, own
from labs.plane.walks import Walk as Walked
from verdict.arrival import arrived, away
from verdict.plane import JudgedResult
from verdict.verdict import Judgment, label
from views.board import board_data, fact
from views.language import say, tr
from views.view_state import ViewState


class Titled(NamedTuple):
    title: str
    subtitle: str


def method_of(picked: Pick) -> str:
    """The name of an optimizer."""
    return tr(OPTIMIZER.items()[picked.name].label)


def title_of(panel: PanelResult) -> Titled:
    """Title: how a picture differs from those beside it: settings, hidden layer, features ("standardized features × 0.5")."""
    otherwise = _otherwise(panel)
    features = panel.panel.features
    amount = float(FEATURES.values(features).get("amount", 1.0))
    title = tr("{how} features").format(how=tr(FEATURES.items()[features.name].label))
    if amount != 1.0:
        title += f" × {amount:.2g}"
    if panel.problem.source is None:
        return Titled(", ".join(otherwise) or tr(panel.problem.surface.label), "")
    if panel.panel.model:
        otherwise = [tr(panel.problem.surface.label), *otherwise]
    if otherwise:
        return Titled(", ".join(otherwise), title)
    if panel.problem.surface.hidden_layer:
        hidden = panel.problem.structure.hidden
        return Titled(tr("no batch normalization") if hidden == "none" else tr(HIDDEN.items()[hidden].label), title)
    return Titled(title, "")


def _otherwise(panel: PanelResult) -> list[str]:
    """Settings in which a panel differs from the experiment: "cross-entropy", "T = 2", "target y: setosa"."""
    fields = [(field, panel.panel.surface) for field in SURFACE.fields(panel.problem.structure.surface)]
    if panel.problem.source is not None:
        fields += [(field, panel.panel.data) for field in DATA.fields(panel.problem.source.data.name)]
    texts = []
    for field, overrides in fields:
        value = dict(overrides).get(field.name)
        if value is None:
            continue
        if isinstance(field, Option):
            texts.append(tr(field.label_of(field.read(value))) if field.labels else f"{tr(field.label)}: {value}")
        else:
            symbol = field.symbol if isinstance(field, Number) and field.symbol else tr(field.label)
            texts.append(f"{symbol} = {numeral(float(value))}")
    return texts


def columns_of(experiment: Experiment) -> tuple[str, str, str]:
    """ "sepal width (cm × 10)" for the two features, and the target."""
    chosen = DATA.values(experiment.data)

    def named(field: str, scale: float = 1.0) -> str:
        column = str(chosen[field])
        unit = dataset_of(experiment).unit(column)
        times = "" if scale == 1 else f"× {scale:.4g}"
        unit = {("cm", 10.0): "mm"}.get((unit, scale), " ".join(part for part in (unit, times) if part))
        return f"{column} ({unit})" if unit else column

    return named("x1", experiment.scale1), named("x2", experiment.scale2), named("target")


def _cloud_axes(experiment: Experiment, panel: PanelResult) -> tuple[str, str]:
    raw = panel.panel.features.name == "none"
    first, second, target = columns_of(own(experiment, panel.panel))
    if panel.axes[0] == "b":
        return (first if raw else "x̃", target)
    if panel.problem.surface.hidden_layer and dict(panel.problem.structure.options)["plane"] == "output":
        return (tr("hidden unit 1"), tr("hidden unit 2"))
    return (first, second) if raw else ("x̃<sub>1</sub>", "x̃<sub>2</sub>")


def in_steps(updates: int) -> tuple[str, str]:
    """A count of updates as it is shown: the number and its unit."""
    return f"{updates:,}", tr("step") if updates == 1 else tr("steps")


_TO_SHARE = {
    LOSS: N_("{steps} to {share} of the loss"),
    DISTANCE: N_("{steps} to {share} of the distance"),
    GRADIENT: N_("{steps} to {share} of the gradient"),
}


def count_of(
    panel: PanelResult, walked: Walked, end: Judgment | None, steps: int
) -> tuple[str, str, Literal["settled", "open", "diverged"]]:
    """The big number under a panel, its unit, and how the walk ended. end: the verdict there, None where it is not known."""
    if walked.diverged is not None:
        return "✕", tr("explodes"), "diverged"
    if not walked.finished:
        return in_steps(walked.done)[0], tr("steps so far"), "open"
    if walked.settled is None:
        number, unit = in_steps(steps)
        return f"> {number}", unit, "open"
    number, unit = in_steps(walked.settled)
    if end is None or arrived(panel, walked, end):
        return number, unit, "open" if end is None else "settled"
    return number, tr(_TO_SHARE[panel.arrival.measure]).format(steps=unit, share=f"{numeral(100 * panel.arrival.share)} %"), "open"


def _detail(panel: PanelResult, walked: Walked, end: Judgment | None, mode: str = BEST) -> str:
    """Its rate, and where that comes from unless every walk has the number that is set; how far it still is, where its loss is down but it
    has not arrived."""
    hyper, fields = dict(walked.rated.hyper), optimizers()[walked.picked.name].fields
    rates = [f"{field.symbol} = {numeral(hyper[field.name])}" for field in fields if field.name in ("rate", "momentum") and hyper]
    text = " ".join([", ".join(rates), "" if mode == SAME and rates else f"({say(walked.rated.how)})"]).strip()
    left = away(panel, walked) if end is not None and walked.settled is not None and not arrived(panel, walked, end) else None
    if left is None:
        return text
    axis = panel.axes[left.axis].replace("<sub>", "").replace("</sub>", "")
    return f"{text} · " + tr("still {distance} away in {axis}").format(distance=numeral(left.distance), axis=axis)


def _walk(walked: Walked, slot: int, experiment: Experiment, panel: PanelResult, end: Judgment | None, most: int, details: bool) -> Walk:
    """At most so many points of it, every excursion among them, as float32 beside the middle of the picture. end: the verdict there."""
    count, unit, status = count_of(panel, walked, end, experiment.steps)
    optimizer, stroke = optimizers()[walked.picked.name], WALKS[slot]
    kept = walked.thinned(most)
    middle = (0.5 * float(panel.a[0] + panel.a[-1]), 0.5 * float(panel.b[0] + panel.b[-1]))
    finite = walked.points.loss[np.isfinite(walked.points.loss)]
    lowest = panel.fit.loss if panel.fit.loss is not None else float(finite.min()) if finite.size else 0.0
    update = kept.points.update
    with np.errstate(over="ignore"):  # a walk that explodes goes beyond float32 before it is stopped
        sent: Walk = {
            "name": tr(optimizer.label),
            "color": stroke.color,
            "dash": "solid",
            "marker": stroke.marker,
            "path": Derived((kept.points.path[:, :2] - middle).astype(np.float32), "shift", middle),
            "lowest": lowest,
            "excess": (kept.points.loss - lowest).astype(np.float32),
            "slope": kept.points.slope.astype(np.float32),
            "update": _counted(update),
            "stride": updates_an_epoch(experiment, panel) if optimizer.full_batch_only else 1,
            "count": count,
            "unit": unit,
            "settled": walked.settled,
            "diverged": walked.diverged,
            "status": status,
            "detail": _detail(panel, walked, end, experiment.mode),
        }
        if not np.array_equal(kept.points.evaluations, update):
            sent["evaluations"] = _counted(kept.points.evaluations)
        if end is not None:
            sent["verdicts"] = [(int(update[-1]), tr(label(end.kind)))]
        if details:
            sent["moves"] = {
                "gradient": kept.points.gradient[:, :2].astype(np.float32),
                "momentum": kept.points.momentum[:, :2].astype(np.float32),
                "scale": kept.points.scale[:, :2].astype(np.float32),
                "step": kept.points.step[:, :2].astype(np.float32),
                "rates": kept.rates.astype(np.float32),
                "adaptive": optimizer.adaptive,
            }
    return sent


def _counted(numbers: Int[np.ndarray, " k"]) -> Int[np.ndarray, " k"]:
    """Ascending counts in the smallest dtype that holds the last."""
    return numbers.astype(np.uint16 if numbers[-1] < 2**16 else np.int32)


def updates_an_epoch(experiment: Experiment, panel: PanelResult) -> int:
    """How many mini-batches the rows make; 1 where every update takes all rows."""
    n = 0 if panel.prepared is None else panel.prepared.n
    return -(-n // experiment.batch) if 0 < experiment.batch < n else 1


def first_step(walked: Walked) -> float:
    """How far the first update goes, as the method makes it: the difference of two places would be rounded to their digits."""
    made = -walked.rates[0] * walked.points.momentum[0] / walked.points.scale[0]
    return float(np.linalg.norm(made if np.isfinite(made).all() else walked.points.step[0]))


def _first_steps(panel: PanelResult) -> list[Fact]:
    """The slope at the start of the walks, and the length of the first update of each."""
    slope = numeral(float(panel.walks[0].points.slope[0])) if panel.walks else "—"
    facts = [fact(tr("slope at the start"), slope, tr("the norm of the gradient where the walks start"))]
    for walked in panel.walks:
        label = tr("first step, {optimizer}").format(optimizer=method_of(walked.picked))
        facts.append(fact(label, numeral(first_step(walked)), tr("how far the first update goes")))
    return facts


class Limit(NamedTuple):
    """2/λmax, said in words."""

    name: str
    beyond: str  # what gradient descent does at larger rates


def limit_of(quadratic: bool) -> Limit:
    """On a quadratic it is the limit of descent; elsewhere it belongs to one minimum."""
    if quadratic:
        return Limit(tr("speed limit 2/λmax"), tr("gradient descent explodes at any larger rate"))
    text = tr("at a larger rate gradient descent will not come to rest at this minimum; elsewhere it may")
    return Limit(tr("2/λmax at the minimum"), text)


def facts_of(panel: PanelResult) -> list[Fact]:
    if panel.problem.surface.first_steps:
        return _first_steps(panel)
    fit, reason = panel.fit, "" if panel.fit.reason is None else say(panel.fit.reason)
    condition = numeral(panel.condition)
    if panel.condition is None and reason:
        condition = f"{condition} ({reason})"
    condition_help = reason or tr("λmax/λmin of the drawn weights' Hessian at the minimum")
    if not reason and fit.whole_condition is not None:
        condition_help = tr("λmax/λmin of the Hessian at the minimum by the drawn weights alone, all others and the bias as they are there")
        if dict(panel.problem.structure.options).get("bias", "best") == "best" and not panel.problem.surface.classes:
            condition_help = tr("λmax/λmin of the Hessian at the minimum by the drawn weights; the bias is at its best at every point")
    limit, limit_help = limit_of(fit.quadratic)
    facts = [
        fact(tr("condition number κ"), condition, condition_help),
        fact(limit, numeral(panel.limit), reason if panel.limit is None else limit_help),
    ]
    if fit.whole_condition is not None:
        label, help = tr("κ with the bias"), tr("λmax/λmin of the Hessian at the minimum by the drawn weights and the bias: means count")
        if panel.problem.surface.classes:
            label, help = tr("κ of all weights"), tr("λmax/λmin of the Hessian at the minimum by the weights and biases of all classes")
        facts.append(fact(label, numeral(fit.whole_condition), help))
    if fit.eigenvalues is not None and fit.eigenvalues.size > 2:
        label, help = tr("2/λmax with the trained bias"), tr("the drawn plane holds the bias")
        if panel.problem.surface.classes:
            label, help = tr("2/λmax of all weights"), tr("the drawn plane holds the weights of the other classes and all biases")
        facts.append(fact(label, numeral(float(2 / fit.eigenvalues[-1])), help))
    if fit.loss is not None:
        facts.append(fact(tr("lowest loss"), numeral(fit.loss), tr("the loss at the minimum")))
    return facts


def _alt(panel: PanelResult, ends: Sequence[Judgment | None], titled: Titled, steps: int) -> str:
    counts = [" ".join(count_of(panel, walked, end, steps)[:2]) for walked, end in zip(panel.walks, ends, strict=True)]
    walks = "; ".join(f"{method_of(walked.picked)}: {count}" for walked, count in zip(panel.walks, counts, strict=True))
    if panel.slopes is not None:
        return tr("Map of the norm of the gradient, {title}. {walks}.").format(title=titled.title, walks=walks)
    return tr("Contour map of the loss, {title}: κ = {kappa}, 2/λmax = {limit}. {walks}.").format(
        title=titled.title, kappa=numeral(panel.condition), limit=numeral(panel.limit), walks=walks
    )


FAINT = 0.5  # of the height above the minimum: less relief than that in the window has shades of its own


class _Scales(NamedTuple):
    """Color scales."""

    loss: Levels
    slope: Levels | None  # of the gradient's norm, where the map shows it
    low: float  # the least loss
    high: float  # the greatest


def _scales(experiment: Experiment, panels: tuple[PanelResult, ...]) -> list[_Scales]:
    """Of each panel, from its own numbers or from those of all."""

    def scales_of(some: tuple[PanelResult, ...]) -> _Scales:
        losses = np.concatenate([panel.grid.ravel() for panel in some])
        low, high = float(np.nanmin(losses)), float(np.nanmax(losses))
        slopes = [panel.slopes.ravel() for panel in some if panel.slopes is not None]
        lowest = [panel.fit.loss for panel in some if panel.fit.loss is not None]
        goals = [panel.goal for panel in some if panel.goal]
        if lowest and high - low < FAINT * (high - min(lowest)):  # the minimum is far out: shades from there would show nothing here
            lowest, goals = [], []
        return _Scales(
            levels(experiment.levels, losses, min(lowest, default=None), min(goals, default=None)),
            levels(experiment.levels, np.concatenate(slopes), None, None) if slopes else None,
            low,
            high,
        )

    return [scales_of(panels) if experiment.span == "same" else scales_of((panel,)) for panel in panels]


def _panel(
    experiment: Experiment,
    panel: PanelResult,
    ends: Sequence[Judgment | None],
    scales: _Scales,
    *,
    most: int,
    moving: bool,
    in_3d: bool,
    details: bool,
) -> Panel:
    """ends: the verdicts on its walks. most: points of each walk. moving: rough, with 16 bits for a height, no numbers under the pointer,
    and no surface unless in_3d: it is the one that is shown."""
    fit, titled, scale = panel.fit, title_of(panel), scales.loss
    excess = scale.excess(panel.grid)
    heights, losses = scale.heights(excess), scale.losses(excess)
    shades, shaded, shown = scale, panel.grid, (heights, losses)
    sloped = panel.slopes is not None and scales.slope is not None
    if panel.slopes is not None and scales.slope is not None:
        shades, shaded = scales.slope, panel.slopes
        steep = shades.excess(shaded)
        shown = (shades.heights(steep), shades.losses(steep))
    flat: tuple[Drawn, Drawn | None] = (shades.coarse(shaded), None) if moving else shown
    axes, equal = (panel.axes[0], panel.axes[1]), experiment.aspect == "equal"
    ring = level = None
    if fit.loss is not None and panel.goal and fit.theta is not None:
        if fit.quadratic and fit.hessian is not None and fit.reason is None:
            ring = ellipse(fit.theta[:2], fit.hessian, panel.goal)
        elif not sloped:
            level = float(scale.height(np.array(fit.loss + panel.goal)))
    figure = contour(
        panel.a,
        panel.b,
        *flat,
        shades,
        axes,
        equal=equal,
        minimum=None if fit.theta is None else fit.theta[:2],
        ring=ring,
        level=level,
        words=(tr("gradient norm") if sloped else tr("loss"), tr("the goal"), tr("minimum")),
    )
    inputs = None
    if panel.inputs is not None and panel.prepared is not None:
        n = panel.prepared.n
        single = panel.axes[0] == "b"
        across, up = (panel.inputs[1], np.asarray(panel.prepared.rows.y)[:n]) if single else (panel.inputs[0], panel.inputs[1])
        inputs = cloud(across, up, _cloud_axes(experiment, panel), equal=not single)
    landscape = None
    if not moving or in_3d:
        landscape = surface(
            panel.a,
            panel.b,
            heights,
            losses,
            scales.low,
            scales.high,
            scale,
            axes,
            equal=equal,
            loss=tr("loss"),
            fixed=experiment.span == "same",
        )
    return {
        "title": titled.title,
        "subtitle": titled.subtitle,
        "contour": figure,
        "cloud": inputs,
        "surface": landscape,
        "start": [float(value) for value in panel.start[:2]],
        "axes": axes,
        "fitted": (panel.panel.window or experiment.window) == panel.fitting,
        "alt": _alt(panel, ends, titled, experiment.steps),
        "facts": facts_of(panel),
        "walks": [
            _walk(walked, slot, experiment, panel, end, most, details)
            for slot, (walked, end) in enumerate(zip(panel.walks, ends, strict=True))
        ],
    }


def horizon(result: Result, steps: int, whole: bool = False) -> int:
    """How many updates the player plays: a little beyond the last count or explosion, all of them where a walk has none; or all anyway."""
    walks = [walked for panel in result.panels for walked in panel.walks]
    if whole:
        return max(1, max((walked.done for walked in walks), default=1))
    ends = [next(update for update in (walked.diverged, walked.settled, walked.done) if update is not None) for walked in walks]
    return int(min(steps, max(10, np.ceil(1.1 * max(ends, default=1)))))


def _player(experiment: Experiment, result: Result, view_state: ViewState) -> Player:
    """The length of the bar by each of its three clocks."""
    last, strides = horizon(result, experiment.steps, view_state.length == "budget"), [1]
    for panel in result.panels:
        strides += [updates_an_epoch(experiment, panel) for w in panel.walks if optimizers()[w.picked.name].full_batch_only]
    batches = max((updates_an_epoch(experiment, panel) for panel in result.panels), default=1)
    walks = [walked for panel in result.panels for walked in panel.walks]
    calls = max((int(w.points.evaluations[np.searchsorted(w.points.update, min(last, w.done))]) for w in walks), default=last)
    length: dict[Clock, int] = {"updates": last, "epochs": last * max(strides), "evaluations": max(calls, 1)}
    clock: Clock = "epochs" if view_state.clock == "epochs" else "evaluations" if view_state.clock == "evaluations" else "updates"
    return {
        "length": length,
        "batches": batches,
        "clock": clock,
        "clocked": batches > 1 or calls > last,
        "details": view_state.details == "on",
        "flip": view_state.flip == "on",
        "logarithmic": view_state.pace == "log",
    }


POINTS, MOVING = 1800, 300  # of all walks together; of each while something is being dragged


def _curves(result: Result) -> Figure:
    """Loss and gradient norm of every walk."""
    lines = [
        Curve(i, slot, f"{method_of(walked.picked)}, {title_of(panel).title}", WALKS[slot].color, dash)
        for i, (panel, dash) in enumerate(zip(result.panels, DASHES, strict=False))
        for slot, walked in enumerate(panel.walks)
    ]
    goals = [panel.goal for panel in result.panels if panel.goal]
    return curves(lines, (tr("loss − minimum"), tr("gradient norm")), goals)


def plane_board(experiment: Experiment, judged: JudgedResult, view_state: ViewState, *, moving: bool = False, edit: int = 0) -> BoardData:
    """The data of the board."""
    result = judged.result
    share = POINTS // max(1, sum(len(panel.walks) for panel in result.panels))
    most = min(2000, MOVING if moving else share, share)
    in_3d = view_state.panel if view_state.view == "surface" else -1
    panels = [
        _panel(experiment, panel, ends, scales, most=most, moving=moving, in_3d=i == in_3d, details=view_state.details == "on")
        for i, (panel, ends, scales) in enumerate(zip(result.panels, judged.ends, _scales(experiment, result.panels), strict=True))
    ]
    drawn = _curves(result) if view_state.curves == "on" else None
    return board_data(panels, _player(experiment, result, view_state), view_state, edit, curves=drawn, moving=moving)
