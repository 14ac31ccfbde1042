"""What the training looks like beside the slices: a chart at a time, each with its message in words."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from browser.chart import chart
from core.messages import N_
from core.numerals import numeral
from core.settings import values
from figures.colors import GOAL, WALKS
from figures.lines import Level, Line, lines
from labs.deep.coupling import BATCH, moved
from labs.deep.diagnostics import PROBES, Diagnostics, diagnostics, spectrum
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from views import progress
from views.deep.board import name_of
from views.deep.escape import escape
from views.language import language, tr
from views.menus import menus
from views.session import Scene

# Layers from the first to the last: one hue from bright to dark would be lost on one of the themes, so from blue to orange.
_FIRST, _LAST = np.array([0, 114, 178]), np.array([230, 159, 0])
SHADES = ("dash", "solid", "dash")  # of the percentiles 15, 50, 85


def _shade(i: int, count: int) -> str:
    share = i / max(1, count - 1)
    r, g, b = ((1 - share) * _FIRST + share * _LAST).round().astype(int)
    return f"rgb({r}, {g}, {b})"


def _at(one: NetworkResult, values: np.ndarray) -> float:
    return float(values[one.record.last])


Values = Callable[[NetworkResult], np.ndarray]


def _two(result: DeepResult, solid: tuple[str, Values], dotted: tuple[str, Values]) -> list[Line]:
    """Two lines for each network in its color; the names say "{net}"."""
    return [
        Line(says.format(net=name_of(one)), one.record.update, values(one), stroke.color, dash)
        for one, stroke in zip(result.nets, WALKS, strict=False)
        for (says, values), dash in ((solid, "solid"), (dotted, "dot"))
    ]


def _loss(deep: Deep, result: DeepResult) -> None:
    mine, theirs = tr("{net}: training rows"), tr("{net}: unseen rows")
    drawn = _two(result, (mine, lambda one: one.record.measured.loss), (theirs, lambda one: one.record.measured.held_out_loss))
    ends = "; ".join(f"{name_of(one)} {numeral(_at(one, one.record.measured.loss))}" for one in result.nets)
    alt = tr("Loss over the updates, logarithmic. Training loss at the end: {ends}.").format(ends=ends)
    chart(lines(drawn, (tr("updates"), tr("loss")), log=True), alt, f"deep lines loss {language()}")
    st.caption(tr("Training rows in train mode (what is minimized), unseen rows in test mode."))
    if len({one.setup.loss.name for one in result.nets}) > 1:
        st.caption(tr("Each line is in units of its own loss: heights of different losses mean different things."))


def _measures(deep: Deep, result: DeepResult) -> None:
    """Accuracy and cross-entropy of every network, whatever it was trained with."""
    left, right = st.columns(2)
    with left:
        drawn = [
            Line(name_of(one), one.record.update, 100 * one.record.measured.held_out_accuracy, stroke.color)
            for one, stroke in zip(result.nets, WALKS, strict=False)
        ]
        ends = "; ".join(f"{name_of(one)} {round(100 * _at(one, one.record.measured.held_out_accuracy))} %" for one in result.nets)
        chart(
            lines(drawn, (tr("updates"), tr("right on unseen rows, %"))),
            tr("Share of unseen rows that are right over the updates. At the end: {ends}.").format(ends=ends),
            f"deep lines right {language()}",
        )
    with right:
        mine, theirs = tr("{net}: training rows"), tr("{net}: unseen rows")
        drawn = _two(result, (mine, lambda one: one.record.measured.entropy), (theirs, lambda one: one.record.measured.held_out_entropy))
        ends = "; ".join(f"{name_of(one)} {numeral(_at(one, one.record.measured.entropy))}" for one in result.nets)
        chart(
            lines([line._replace(named=line.dash == "solid") for line in drawn], (tr("updates"), tr("cross-entropy")), log=True),
            tr("Cross-entropy of the training rows over the updates, logarithmic. At the end: {ends}.").format(ends=ends),
            f"deep lines entropy {language()}",
        )
    st.caption(tr("The same two measures for all, whatever they are trained with. Solid: training rows; dotted: unseen rows."))


def _accuracy(deep: Deep, result: DeepResult) -> None:
    mine, theirs = tr("{net}: training rows"), tr("{net}: unseen rows")
    drawn = _two(result, (mine, lambda one: one.record.measured.accuracy), (theirs, lambda one: one.record.measured.held_out_accuracy))
    ends = "; ".join(f"{name_of(one)} {numeral(_at(one, one.record.measured.held_out_accuracy))}" for one in result.nets)
    what = tr("share of rows that are right") if result.nets[0].setup.split.labeled else tr("R²")
    chart(
        lines(drawn, (tr("updates"), what)),
        tr("{what} over the updates. On unseen rows at the end: {ends}.").format(what=what, ends=ends),
        f"deep lines accuracy {language()}",
    )
    st.caption(tr("All in test mode, with running statistics where a normalization has them."))


def _modes(deep: Deep, result: DeepResult) -> None:
    """The same rows and the same weights with the batch's statistics and with the remembered ones."""
    train, test = tr("{net}: train mode"), tr("{net}: test mode")
    drawn = _two(result, (train, lambda one: one.record.measured.loss), (test, lambda one: one.record.measured.test_mode_loss))
    gaps = "; ".join(
        f"{name_of(one)} {numeral(_at(one, one.record.measured.test_mode_loss - one.record.measured.loss))}" for one in result.nets
    )
    chart(
        lines(drawn, (tr("updates"), tr("loss of the training rows")), log=True),
        tr("Loss of the training rows in train mode and in test mode over the updates. Test minus train at the end: {gaps}.").format(
            gaps=gaps
        ),
        f"deep lines modes {language()}",
    )
    st.caption(
        tr("Train mode: statistics of all training rows. Test mode: running statistics. Test minus train at the end: {gaps}.").format(
            gaps=gaps
        )
    )


def _honesty(deep: Deep, result: DeepResult) -> None:
    """How far each step lies off the plane, and what the plane shows there instead of its loss."""
    cut = [(one, one.cut, stroke) for one, stroke in zip(result.nets, WALKS, strict=False) if one.cut is not None]
    held = "; ".join(tr("{net}: {share} %").format(net=name_of(one), share=round(100 * c.on.explained_fraction)) for one, c, _ in cut)
    left, right = st.columns(2)
    with left:
        drawn = [Line(name_of(one), one.record.update, c.on.distance, stroke.color) for one, c, stroke in cut]
        ends = "; ".join(f"{name_of(one)} {numeral(float(c.on.distance.max()))}" for one, c, _ in cut)
        chart(
            lines(drawn, (tr("updates"), tr("distance from the plane"))),
            tr("Distance of every step from the plane. Largest: {ends}.").format(ends=ends),
            f"deep lines distance {language()}",
        )
    with right:
        drawn = []
        for one, c, stroke in cut:
            drawn.append(Line(tr("{net}: true").format(net=name_of(one)), one.record.update, one.true_loss, stroke.color))
            drawn.append(Line(tr("{net}: drawn").format(net=name_of(one)), one.record.update, c.plane_loss, stroke.color, "dot"))
        gap = "; ".join(f"{name_of(one)} {numeral(float(np.nanmax(np.abs(c.plane_loss - one.true_loss))))}" for one, c, _ in cut)
        chart(
            lines(drawn, (tr("updates"), tr("loss")), log=True),
            tr("True loss of every step, and the loss that the plane shows where it is drawn. Largest difference: {gap}.").format(gap=gap),
            f"deep lines drawn {language()}",
        )
    st.caption(tr("Share of the path's variance that the plane holds: {held}. Distances are in units of the parameters.").format(held=held))


def _by_layer(deep: Deep, result: DeepResult, of: str, what: str, key: str) -> None:
    if not deep.depth:
        st.caption(tr("There is no hidden layer."))
        return
    for column, one in zip(st.columns(len(result.nets)), result.nets, strict=True):
        values = getattr(one.record.measured, of)
        hidden = values.shape[1] - 1
        drawn = [
            Line(
                tr("layer {i}").format(i=i + 1) if i < hidden else tr("output"),
                one.record.update,
                values[:, i],
                _shade(i, hidden + 1),
                named=i in (0, hidden - 1, hidden),
            )
            for i in range(hidden + 1)
        ]
        first, last = _at(one, values[:, 0]), _at(one, values[:, hidden - 1])
        ratio = first / last if last > 0 else float("nan")
        with column:
            st.markdown(f"**{name_of(one)}**")
            chart(
                lines(drawn, (tr("updates"), what), log=True),
                tr("{what} by layer for {net}. At the end: first hidden layer {first}, last {last}.").format(
                    what=what, net=name_of(one), first=numeral(first), last=numeral(last)
                ),
                f"deep lines {key} {one.key} {language()}",
            )
            begun = float(values[0, 0] / values[0, hidden - 1]) if values[0, hidden - 1] > 0 else float("nan")
            said = tr("first hidden layer / last hidden layer: {begun} at update 0, {ratio} at the end")
            st.caption(said.format(begun=numeral(begun), ratio=numeral(ratio)))


def _gradients(deep: Deep, result: DeepResult) -> None:
    _by_layer(deep, result, "weight_gradients", "‖∂C/∂W‖", "weights")
    _by_layer(deep, result, "bias_gradients", "‖∂C/∂b‖", "biases")
    st.caption(tr("Of all training rows in train mode. Where γ and β are trained, b is β: a bias before a normalization has no effect."))


def _activations(deep: Deep, result: DeepResult) -> None:
    if not deep.depth:
        st.caption(tr("There is no hidden layer."))
        return
    for column, one in zip(st.columns(len(result.nets)), result.nets, strict=True):
        values, depth = one.record.measured.percentiles, one.setup.net.depth
        drawn = []
        for i in range(depth):
            for j, dash in enumerate(SHADES):
                named = j == 1 and i in (0, depth - 1)
                width = 2.2 if j == 1 else 1.2
                drawn.append(
                    Line(tr("layer {i}").format(i=i + 1), one.record.update, values[:, i, j], _shade(i, depth), dash, width, named)
                )
        with column:
            st.markdown(f"**{name_of(one)}**")
            chart(
                lines(drawn, (tr("updates"), tr("values of the hidden units"))),
                tr("Values of the hidden units for {net}: median of the last layer at the end {median}.").format(
                    net=name_of(one), median=numeral(_at(one, values[:, -1, 1]))
                ),
                f"deep lines activations {one.key} {language()}",
            )
    st.caption(tr("Solid: the median over a layer's units and the first 256 training rows; dashed: the 15th and 85th percentiles."))


def _coupling(deep: Deep, result: DeepResult) -> None:
    """One sample is moved; in train mode a batch normalization moves the outputs of all the others."""
    key = f"deep lines shift {language()}"
    shift = st.slider(tr("move sample 1: add to its first feature"), -3.0, 3.0, 1.0, 0.1, key=key)
    drawn, others = [], []
    for one, stroke in zip(result.nets, WALKS, strict=False):
        change = moved(one.setup, one.record, one.record.last, shift)
        drawn.append(Line(name_of(one), np.arange(1, change.size + 1), change, stroke.color, dots=True))
        others.append(f"{name_of(one)} {numeral(float(change[1:].max(initial=0.0)))}")
    chart(
        lines(drawn, (tr("sample"), tr("how far its scores move"))),
        tr("How far the scores of each of {n} samples move when only sample 1 does. Largest of the others: {others}.").format(
            n=BATCH, others="; ".join(others)
        ),
        f"deep lines coupling {language()}",
    )
    st.caption(
        tr(
            "A batch of the first {n} training rows, in train mode, after the last update. With batch statistics the whole batch is one "
            "large network; without them only sample 1 moves."
        ).format(n=BATCH)
    )


def _depth(deep: Deep, result: DeepResult) -> None:
    """What a factor a layer does to a gradient that goes through all layers."""
    left, right = st.columns(2)
    factor = left.slider(tr("factor of a gradient a layer"), 0.5, 1.5, 0.9, 0.01, key=f"deep lines factor {language()}")
    count = right.slider(tr("layers"), 1, 100, 30, key=f"deep lines layers {language()}")
    at = np.arange(count + 1)
    end = factor**count
    said = tr("{factor} to the power of {count} = {end}").format(factor=numeral(factor), count=count, end=numeral(end))
    chart(
        lines([Line(said, at, factor ** at.astype(float), WALKS[0].color)], (tr("layers"), tr("what is left of a gradient")), log=True),
        said,
        f"deep lines depth {language()}",
    )
    st.caption(tr("{said}. A sigmoid's slope is at most 1/4; weights of 100 at z = 0 give a factor of 25 a layer.").format(said=said))


def _why(deep: Deep, result: DeepResult) -> None:
    """Santurkar's three measures, sharpness beside 2/η, how much of the gradient is steep, and the whole spectrum at the end."""
    if result.progress < 1:
        st.caption(tr("Once the training has come to its end."))
        return
    able = [(one, stroke) for one, stroke in zip(result.nets, WALKS, strict=False) if one.record.calm.any()]
    results = progress.results_of([diagnostics(one.setup) for one, _ in able])
    found = [(one, reasons, stroke) for (one, stroke), reasons in zip(able, results, strict=True)]
    if not found:
        return

    def over(
        pick_one: Callable[[Diagnostics], np.ndarray], what: str, key: str, message: str, log: bool = True, level: Level | None = None
    ) -> None:
        drawn = [Line(name_of(one), reasons.update, pick_one(reasons), stroke.color) for one, reasons, stroke in found]
        ends = "; ".join(f"{name_of(one)} {numeral(float(pick_one(reasons)[-1]))}" for one, reasons, _ in found)
        alt = tr("{what} over the updates. {message} At the end: {ends}.").format(what=what, message=message, ends=ends)
        chart(lines(drawn, (tr("updates"), what), log=log, levels=[] if level is None else [level]), alt, f"deep lines {key} {language()}")
        st.caption(message)

    hyper = values(deep.optimizer, menus()["optimizer"][deep.optimizer.name].fields)
    plain = deep.optimizer.name == "gradient_descent" and deep.schedule.name == "constant"
    words = "2/η" if result.nets[0].setup.batch == 0 else tr("2/η of all rows")
    limit = Level(2 / float(hyper["rate"]), words, GOAL) if plain else None
    left, right = st.columns(2)
    with left:
        over(
            lambda r: r.top[:, 0],
            tr("sharpness λmax"),
            "sharpness",
            tr("The largest eigenvalue of the Hessian. Plain gradient descent with all rows cannot rest where it is above 2/η."),
            level=limit,
        )
        over(
            lambda r: r.beta,
            tr("effective smoothness β"),
            "beta",
            tr("The largest change of the gradient per length of the step. A dead, flat surface is smooth, too, and cannot be trained."),
        )
        over(
            lambda r: 100 * r.share,
            tr("gradient in the top 10, %"),
            "share",
            tr("Of its squared length, in the eigenvectors of the ten largest eigenvalues."),
            log=False,
        )
    with right:
        over(
            lambda r: r.highest - r.lowest,
            tr("range of the loss along the gradient"),
            "range",
            tr("Largest minus smallest loss from half a step to four steps along the gradient."),
        )
        over(
            lambda r: r.gradient_change,
            tr("change of the gradient"),
            "change",
            tr("The largest distance between the gradient here and from half a step to four steps on."),
        )
        drawn = []
        for one, _, stroke in found:
            at, density = spectrum(one.setup, int(np.flatnonzero(one.record.calm)[-1]))
            drawn.append(Line(name_of(one), at, np.where(density > 1e-6 * density.max(), density, np.nan), stroke.color))
        alt = tr("Density of the Hessian's eigenvalues after the last update.")
        chart(lines(drawn, (tr("eigenvalue λ"), tr("density")), log=True), alt, f"deep lines spectrum {language()}")
        st.caption(tr("All eigenvalues after the last update, estimated from {probes} random vectors.").format(probes=PROBES))
    st.caption(
        tr(
            "All rows, train mode. Smoothness, range and change are the measures of Santurkar et al. 2018; whether normalization "
            "lowers them depends on the network and the rate."
        )
    )


CHARTS: Mapping[str, tuple[str, Callable[[Deep, DeepResult], None]]] = {
    "measures": (N_("The same measures for all"), _measures),
    "loss": (N_("Loss"), _loss),
    "accuracy": (N_("Accuracy"), _accuracy),
    "modes": (N_("Train and test mode"), _modes),
    "honesty": (N_("What the plane hides"), _honesty),
    "gradients": (N_("Gradients by layer"), _gradients),
    "activations": (N_("Activations by layer"), _activations),
    "why": (N_("Why it helps"), _why),
    "escape": (N_("Escape"), escape),
    "coupling": (N_("One sample moves all"), _coupling),
    "depth": (N_("A factor a layer"), _depth),
}


ON_LOSSES = ("measures", "loss", "gradients", "honesty", "why", "escape")
ON_NETWORKS = tuple(name for name in CHARTS if name != "measures")


def charts(scene: Scene[Deep], result: DeepResult, names: Sequence[str], first: str = "") -> None:
    """One kind at a time; only that one is drawn. first: the one that a lesson begins with."""
    key = f"{scene.page} chart {language()} {first}".strip()
    if first:
        st.session_state.setdefault(key, first)
    st.session_state.setdefault(key, names[0])
    picked = st.segmented_control(
        tr("Over the updates"), list(names), format_func=lambda name: tr(CHARTS[name][0]), key=key, required=True, wrap=True
    )
    CHARTS[picked or names[0]][1](scene.experiment, result)
