"""Charts of the training below the slices: one at a time, each with its message in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.messages import N_
from core.numerals import numeral, percent
from figures.colors import GOAL, WALKS
from figures.lines import Level, Line
from labs.deep.coupling import BATCH, moved
from labs.deep.diagnostics import PROBES, Diagnostics, diagnostics, spectrum
from labs.deep.measures import Measures
from labs.deep.run import DeepResult, NetworkResult
from labs.deep.setup import Deep
from labs.plane.setup import OPTIMIZER
from views import progress
from views.charts import line_chart
from views.deep.board import name_of
from views.deep.escape import escape
from views.deep.seeds import seeds
from views.language import language, tr
from views.session import Scene

# Layers from the first to the last: one hue from bright to dark would be lost on one of the themes, so from blue to orange.
_FIRST, _LAST = np.array([0, 114, 178]), np.array([230, 159, 0])
TRAINING, HELD_OUT = N_("{net}: training rows"), N_("{net}: unseen rows")

Values = Callable[[Measures], np.ndarray]


def _shade(i: int, count: int) -> str:
    share = i / max(1, count - 1)
    r, g, b = ((1 - share) * _FIRST + share * _LAST).round().astype(int)
    return f"rgb({r}, {g}, {b})"


def _end(network: NetworkResult, values: Values) -> float:
    """The value after the last update."""
    return float(values(network.record.measured)[network.record.last])


def _listed(networks: Sequence[NetworkResult], number: Callable[[NetworkResult], str]) -> str:
    """A number of each network: "no normalization 0.69; batch normalization 0.02"."""
    return "; ".join(f"{name_of(network)} {number(network)}" for network in networks)


def _ends(result: DeepResult, values: Values) -> str:
    """Each network's value after the last update."""
    return _listed(result.nets, lambda network: numeral(_end(network, values)))


def _lines(result: DeepResult, *each: tuple[str, Values, str]) -> list[Line]:
    """Lines over the updates, each network's in its color. each: a name with "{net}", the values, the dash."""
    return [
        Line(tr(name).format(net=name_of(network)), network.record.update, values(network.record.measured), stroke.color, dash)
        for network, stroke in zip(result.nets, WALKS, strict=False)
        for name, values, dash in each
    ]


def _columns(networks: Sequence[NetworkResult]) -> Iterator[NetworkResult]:
    """The networks, and for the body of the loop a column under the name of each."""
    for column, network in zip(st.columns(len(networks)), networks, strict=True):
        with column:
            st.markdown(f"**{name_of(network)}**")
            yield network


def _loss(deep: Deep, result: DeepResult) -> None:
    drawn = _lines(result, (TRAINING, lambda m: m.loss, "solid"), (HELD_OUT, lambda m: m.held_out_loss, "dot"))
    alt = tr("Loss over the updates, logarithmic. Training loss at the end: {ends}.").format(ends=_ends(result, lambda m: m.loss))
    line_chart("deep lines loss", drawn, (tr("updates"), tr("loss")), alt, log=True)
    st.caption(tr("Training rows in train mode (what is minimized), unseen rows in test mode."))
    if len({network.setup.loss.name for network in result.nets}) > 1:
        st.caption(tr("Each line is in units of its own loss: heights of different losses mean different things."))


def _measures(deep: Deep, result: DeepResult) -> None:
    """Accuracy and cross-entropy of every network, whatever it was trained with."""
    left, right = st.columns(2)
    with left:
        drawn = _lines(result, ("{net}", lambda m: 100 * m.held_out_accuracy, "solid"))
        ends = _listed(result.nets, lambda network: f"{percent(_end(network, lambda m: m.held_out_accuracy))} %")
        alt = tr("Share of unseen rows that are right over the updates. At the end: {ends}.").format(ends=ends)
        line_chart("deep lines right", drawn, (tr("updates"), tr("right on unseen rows, %")), alt)
    with right:
        drawn = _lines(result, (TRAINING, lambda m: m.entropy, "solid"), (HELD_OUT, lambda m: m.held_out_entropy, "dot"))
        drawn = [line._replace(named=line.dash == "solid") for line in drawn]
        alt = tr("Cross-entropy of the training rows over the updates, logarithmic. At the end: {ends}.")
        alt = alt.format(ends=_ends(result, lambda m: m.entropy))
        line_chart("deep lines entropy", drawn, (tr("updates"), tr("cross-entropy")), alt, log=True)
    st.caption(tr("The same two measures for all, whatever they are trained with. Solid: training rows; dotted: unseen rows."))


def _accuracy(deep: Deep, result: DeepResult) -> None:
    drawn = _lines(result, (TRAINING, lambda m: m.accuracy, "solid"), (HELD_OUT, lambda m: m.held_out_accuracy, "dot"))
    axis = tr("share of rows that are right") if result.nets[0].setup.split.labeled else tr("R²")
    alt = tr("{what} over the updates. On unseen rows at the end: {ends}.")
    alt = alt.format(what=axis, ends=_ends(result, lambda m: m.held_out_accuracy))
    line_chart("deep lines accuracy", drawn, (tr("updates"), axis), alt)
    st.caption(tr("All in test mode, with running statistics where a normalization has them."))


def _modes(deep: Deep, result: DeepResult) -> None:
    """The same rows and the same weights with the batch's statistics and with the running ones."""
    train, test = N_("{net}: train mode"), N_("{net}: test mode")
    drawn = _lines(result, (train, lambda m: m.loss, "solid"), (test, lambda m: m.test_mode_loss, "dot"))
    gaps = _ends(result, lambda m: m.test_mode_loss - m.loss)
    alt = tr("Loss of the training rows in train mode and in test mode over the updates. Test minus train at the end: {gaps}.")
    line_chart("deep lines modes", drawn, (tr("updates"), tr("loss of the training rows")), alt.format(gaps=gaps), log=True)
    caption = tr("Train mode: statistics of all training rows. Test mode: running statistics. Test minus train at the end: {gaps}.")
    st.caption(caption.format(gaps=gaps))


def _honesty(deep: Deep, result: DeepResult) -> None:
    """The distance of each record from the plane, and the loss on the plane beside the true loss."""
    distance, both, farthest, widest, shares = [], [], [], [], []
    for network, stroke in zip(result.nets, WALKS, strict=False):
        cut, update, name = network.slice, network.record.update, name_of(network)
        if cut is None:
            continue
        distance.append(Line(name, update, cut.on.distance, stroke.color))
        both.append(Line(tr("{net}: true").format(net=name), update, network.true_loss, stroke.color))
        both.append(Line(tr("{net}: drawn").format(net=name), update, cut.plane_loss, stroke.color, "dot"))
        farthest.append(f"{name} {numeral(float(cut.on.distance.max()))}")
        widest.append(f"{name} {numeral(float(np.nanmax(np.abs(cut.plane_loss - network.true_loss))))}")
        shares.append(tr("{net}: {share} %").format(net=name, share=percent(cut.on.explained_fraction)))
    left, right = st.columns(2)
    with left:
        alt = tr("Distance of every step from the plane. Largest: {ends}.").format(ends="; ".join(farthest))
        line_chart("deep lines distance", distance, (tr("updates"), tr("distance from the plane")), alt)
    with right:
        alt = tr("True loss of every step, and the loss that the plane shows where it is drawn. Largest difference: {gap}.")
        line_chart("deep lines drawn", both, (tr("updates"), tr("loss")), alt.format(gap="; ".join(widest)), log=True)
    caption = tr("Share of the path's variance that the plane holds: {held}. Distances are in units of the parameters.")
    st.caption(caption.format(held="; ".join(shares)))


def _ratio(values: np.ndarray, record: int) -> float:
    """Of the first hidden layer's value to the last one's; values: records × layers, the output last."""
    first, last = float(values[record, 0]), float(values[record, -2])
    return first / last if last > 0 else float("nan")


def _by_layer(result: DeepResult, key: str, axis: str, values_of: Values) -> None:
    for network in _columns([network for network in result.nets if network.setup.net.depth]):
        values, end = values_of(network.record.measured), network.record.last
        hidden = values.shape[1] - 1
        names = [*(tr("layer {i}").format(i=i + 1) for i in range(hidden)), tr("output")]
        drawn = [
            Line(name, network.record.update, values[:, i], _shade(i, hidden + 1), named=i in (0, hidden - 1, hidden))
            for i, name in enumerate(names)
        ]
        first, last = (numeral(float(values[end, i])) for i in (0, hidden - 1))
        alt = tr("{what} by layer for {net}. At the end: first hidden layer {first}, last {last}.")
        alt = alt.format(what=axis, net=name_of(network), first=first, last=last)
        line_chart(f"deep lines {key} {network.key}", drawn, (tr("updates"), axis), alt, log=True)
        caption = tr("first hidden layer / last hidden layer: {begun} at update 0, {ratio} at the end")
        st.caption(caption.format(begun=numeral(_ratio(values, 0)), ratio=numeral(_ratio(values, end))))


def _no_hidden_layer() -> None:
    st.caption(tr("There is no hidden layer."))


def _gradients(deep: Deep, result: DeepResult) -> None:
    if any(network.setup.net.depth for network in result.nets):
        _by_layer(result, "weights", "‖∂C/∂W‖", lambda m: m.weight_gradients)
        _by_layer(result, "biases", "‖∂C/∂b‖", lambda m: m.bias_gradients)
    else:
        _no_hidden_layer()
    st.caption(tr("Of all training rows in train mode. Where γ and β are trained, b is β: a bias before a normalization has no effect."))


def _activations(deep: Deep, result: DeepResult) -> None:
    hidden = [network for network in result.nets if network.setup.net.depth]
    if not hidden:
        _no_hidden_layer()
        return
    for network in _columns(hidden):
        percentiles, depth = network.record.measured.percentiles, network.setup.net.depth
        drawn = []
        for i in range(depth):
            low, median, high = percentiles[:, i].T
            name, update, color = tr("layer {i}").format(i=i + 1), network.record.update, _shade(i, depth)
            drawn += [
                Line(name, update, low, color, "dash", width=1.2, named=False),
                Line(name, update, median, color, named=i in (0, depth - 1)),
                Line(name, update, high, color, "dash", width=1.2, named=False),
            ]
        alt = tr("Values of the hidden units for {net}: median of the last layer at the end {median}.")
        alt = alt.format(net=name_of(network), median=numeral(_end(network, lambda m: m.percentiles[:, -1, 1])))
        line_chart(f"deep lines activations {network.key}", drawn, (tr("updates"), tr("values of the hidden units")), alt)
    st.caption(tr("Solid: the median over a layer's units and the first 256 training rows; dashed: the 15th and 85th percentiles."))


def _coupling(deep: Deep, result: DeepResult) -> None:
    """How far the outputs of all samples move when one input changes: in train mode batch normalization couples them."""
    key = f"deep lines shift {language()}"
    shift = st.slider(tr("move sample 1: add to its first feature"), -3.0, 3.0, 1.0, 0.1, key=key)
    drawn, others = [], []
    for network, stroke in zip(result.nets, WALKS, strict=False):
        change = moved(network.setup, network.record.last, shift)
        drawn.append(Line(name_of(network), np.arange(1, change.size + 1), change, stroke.color, dots=True))
        others.append(f"{name_of(network)} {numeral(float(change[1:].max(initial=0.0)))}")
    alt = tr("How far the scores of each of {n} samples move when only sample 1 does. Largest of the others: {others}.")
    alt = alt.format(n=BATCH, others="; ".join(others))
    line_chart("deep lines coupling", drawn, (tr("sample"), tr("how far its scores move")), alt)
    st.caption(
        tr(
            "A batch of the first {n} training rows, in train mode, after the last update. With batch statistics the whole batch is one "
            "large network; without them only sample 1 moves."
        ).format(n=BATCH)
    )


def _depth(deep: Deep, result: DeepResult) -> None:
    """How a constant factor a layer compounds in a gradient that passes through all layers."""
    left, right = st.columns(2)
    factor = left.slider(tr("factor of a gradient a layer"), 0.5, 1.5, 0.9, 0.01, key=f"deep lines factor {language()}")
    count = right.slider(tr("layers"), 1, 100, 30, key=f"deep lines layers {language()}")
    layers = np.arange(count + 1)
    power = tr("{factor} to the power of {count} = {end}").format(factor=numeral(factor), count=count, end=numeral(factor**count))
    drawn = [Line(power, layers, factor ** layers.astype(float), WALKS[0].color)]
    line_chart("deep lines depth", drawn, (tr("layers"), tr("what is left of a gradient")), power, log=True)
    st.caption(tr("{said}. A sigmoid's slope is at most 1/4; weights of 100 at z = 0 give a factor of 25 a layer.").format(said=power))


class _Diagnosis(NamedTuple):
    """A number of the diagnostics over the updates."""

    key: str
    axis: str  # its name on the vertical axis
    caption: str
    values: Callable[[Diagnostics], np.ndarray]
    log: bool = True


_LEFT = (
    _Diagnosis(
        "sharpness",
        N_("sharpness λmax"),
        N_("The largest eigenvalue of the Hessian. Plain gradient descent with all rows cannot rest where it is above 2/η."),
        lambda numbers: numbers.top[:, 0],
    ),
    _Diagnosis(
        "beta",
        N_("effective smoothness β"),
        N_("The largest change of the gradient per length of the step. A dead, flat surface is smooth, too, and cannot be trained."),
        lambda numbers: numbers.beta,
    ),
    _Diagnosis(
        "share",
        N_("gradient in the top 10, %"),
        N_("Of its squared length, in the eigenvectors of the ten largest eigenvalues."),
        lambda numbers: 100 * numbers.share,
        log=False,
    ),
)
_RIGHT = (
    _Diagnosis(
        "range",
        N_("range of the loss along the gradient"),
        N_("Largest minus smallest loss from half a step to four steps along the gradient."),
        lambda numbers: numbers.highest - numbers.lowest,
    ),
    _Diagnosis(
        "change",
        N_("change of the gradient"),
        N_("The largest distance between the gradient here and from half a step to four steps on."),
        lambda numbers: numbers.gradient_change,
    ),
)


def _why(deep: Deep, result: DeepResult) -> None:
    """Santurkar's three measures, sharpness beside 2/η, how much of the gradient is steep, and the whole spectrum at the end."""
    if result.progress < 1:
        st.caption(tr("Once the training has come to its end."))
        return
    networks = [(network, stroke.color) for network, stroke in zip(result.nets, WALKS, strict=False) if network.record.within_bounds.any()]
    diagnosed = progress.results_of([diagnostics(network.setup) for network, _ in networks])
    if not networks:
        return
    limits = []
    if deep.optimizer.name == "gradient_descent" and deep.schedule.name == "constant":
        name = "2/η" if all(network.setup.batch == 0 for network in result.nets) else tr("2/η of all rows")
        limits = [Level(2 / float(OPTIMIZER.values(deep.optimizer)["rate"]), name, GOAL)]
    left, right = st.columns(2)
    for column, some in ((left, _LEFT), (right, _RIGHT)):
        for diagnosis in some:
            drawn, ends = [], []
            for (network, color), numbers in zip(networks, diagnosed, strict=True):
                values = diagnosis.values(numbers)
                drawn.append(Line(name_of(network), numbers.update, values, color))
                ends.append(f"{name_of(network)} {numeral(float(values[-1]))}")
            axis, caption = tr(diagnosis.axis), tr(diagnosis.caption)
            alt = tr("{what} over the updates. {message} At the end: {ends}.").format(what=axis, message=caption, ends="; ".join(ends))
            levels = limits if diagnosis.key == "sharpness" else []
            with column:
                line_chart(f"deep lines {diagnosis.key}", drawn, (tr("updates"), axis), alt, log=diagnosis.log, levels=levels)
                st.caption(caption)
    with right:
        drawn = []
        for network, color in networks:
            eigenvalues, density = spectrum(network.setup, int(np.flatnonzero(network.record.within_bounds)[-1]))
            drawn.append(Line(name_of(network), eigenvalues, np.where(density > 1e-6 * density.max(), density, np.nan), color))
        alt = tr("Density of the Hessian's eigenvalues after the last update.")
        line_chart("deep lines spectrum", drawn, (tr("eigenvalue λ"), tr("density")), alt, log=True)
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
    "seeds": (N_("Over seeds"), seeds),
    "escape": (N_("Escape"), escape),
    "coupling": (N_("One sample moves all"), _coupling),
    "depth": (N_("A factor a layer"), _depth),
}
ON_LOSSES = ("measures", "loss", "gradients", "honesty", "why", "escape")
ON_NETWORKS = tuple(name for name in CHARTS if name != "measures")


def charts(scene: Scene[Deep], result: DeepResult, names: Sequence[str], first: str = "") -> None:
    """A selector of charts, and the selected one. first: the chart that a lesson opens with."""
    key = f"{scene.page} chart {language()} {first}".strip()
    st.session_state.setdefault(key, first or names[0])
    picked = st.segmented_control(
        tr("Over the updates"), list(names), format_func=lambda name: tr(CHARTS[name][0]), key=key, required=True, wrap=True
    )
    CHARTS[picked or names[0]][1](scene.experiment, result)
