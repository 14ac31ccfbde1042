"""Encodings: the class number as a target, one-hot with a squared error, one-hot through a softmax; the same rows, three times."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import streamlit as st

from browser.board import BoardData, Panel
from core.messages import N_, Refusal
from core.numerals import numeral, percent
from core.settings import Pick, pick
from figures.class_names import with_names
from figures.distances import square
from figures.regions import regions
from labs.encodings.comparison import Classification, Comparison, compared, numbering, order_of
from labs.plane.run import PanelResult, Result
from labs.plane.setup import DATA, Experiment, dataset_of, own, picked_anew, surfaces
from lessons.scenes import ENCODINGS
from views.charts import figure_chart
from views.controls import choice, menu, picked
from views.language import say, tr
from views.page import heading, picture, takeaway, try_next
from views.plane.board import columns_of
from views.plane.control_panel import control_panel
from views.plane.main_controls import sides
from views.session import Scene

DATA_SETS = {"iris": ENCODINGS.data, "school_grades": pick("school_grades")}
NUMBER, ONE_HOT, SOFTMAX = N_("class number, squared error"), N_("one-hot, squared error"), N_("one-hot, softmax and cross-entropy")


def data(scene: Scene) -> None:
    now = scene.experiment.data.name if surfaces()[scene.experiment.surface.name].needs_data else ""
    menu(
        scene,
        "rows",
        tr("data set"),
        tuple(DATA_SETS) if now in ("", *DATA_SETS) else (*DATA_SETS, now),
        lambda name: tr(DATA.items()[name].label),
        cast(str, now or None),  # None: nothing is picked
        lambda e, name: of_data(e, DATA_SETS.get(str(name), Pick(str(name)))),
        segmented=True,
    )


def of_data(experiment: Experiment, picked: Pick) -> Experiment:
    """Other rows with the opening scene's panels, the last class as the target; in place of a formula, with its model too."""
    if not surfaces()[experiment.surface.name].needs_data:
        experiment = replace(ENCODINGS, scale1=experiment.scale1, scale2=experiment.scale2)
    changed = replace(picked_anew(experiment, data=picked), start=None, window=None, panels=ENCODINGS.panels)
    return with_target_class(changed, dataset_of(changed).one_hot[-1]) if dataset_of(changed).one_hot else changed


def compares(experiment: Experiment) -> bool:
    """Whether there are classes to compare, with a column each, and a model of them."""
    return surfaces()[experiment.surface.name].needs_data and bool(dataset_of(experiment).one_hot)


def with_fitting_targets(experiment: Experiment) -> Experiment:
    """The experiment with targets that fit the data, where a link or the control panel picked others: the class number in the first
    picture, one class in the others. Data without classes has one picture of each kind, and no softmax."""
    item, panels = dataset_of(experiment), experiment.panels
    if not surfaces()[experiment.surface.name].needs_data:
        return experiment
    if not item.one_hot:
        panels = tuple(replace(panel, model="") if panel.model and surfaces()[panel.model].classes else panel for panel in panels)
        while panels[-1] in panels[:-1]:
            panels = panels[:-1]
        return replace(experiment, panels=panels)
    data, name = experiment.data, target_class(experiment)
    if DATA.values(data)["target"] in item.one_hot:
        data = data.having(target=item.classes)
    columns = {column.name for column in item.columns}
    otherwise = (("target", name if name in item.one_hot else item.one_hot[-1]),)
    panels = tuple(
        replace(panel, data=otherwise) if i > 0 and dict(panel.data).get("target") not in columns else panel
        for i, panel in enumerate(panels)
    )
    return replace(experiment, data=data, panels=panels)


def order(scene: Scene) -> None:
    """The menu of the numbers that classes get."""
    if numbering(scene.experiment.data) is not None:
        choice(scene, "numbering", picked(scene, "data").slot("numbering"))


def with_target_class(experiment: Experiment, name: str) -> Experiment:
    """The experiment with this class as the target of every panel that has a target of its own."""
    panels = tuple(replace(panel, data=(("target", name),)) if "target" in dict(panel.data) else panel for panel in experiment.panels)
    return replace(experiment, panels=panels)


def target_class(experiment: Experiment) -> str:
    """The class whose weights are drawn; "" where no panel has one."""
    return next((str(value) for panel in experiment.panels for name, value in panel.data if name == "target"), "")


def target_class_menu(scene: Scene, names: tuple[str, ...]) -> None:
    now = target_class(scene.experiment)
    if now in names:
        label = tr("one-hot: drawn are the weights of")
        menu(scene, "drawn", label, names, str, now, lambda e, name: with_target_class(with_fitting_targets(e), str(name)), segmented=True)


def headline(experiment: Experiment, comparison: Comparison) -> str:
    """How right the class number is with this numbering, and with the best of the others, or the worst where this is the best."""
    offered, rights = numbering(experiment.data), dict(comparison.orders)
    if offered is None:
        text = tr("{number} % right by class number, {one_hot} % by one-hot, {softmax} % through a softmax.")
        return text.format(
            number=percent(comparison.by_number.right),
            one_hot=percent(comparison.by_one_hot.right),
            softmax=percent(comparison.by_softmax.right),
        )
    here, best = comparison.by_number.right, max(rights, key=rights.__getitem__)
    other = best if here < rights[best] else min(rights, key=rights.__getitem__)
    text = tr("{data} numbered like this: {here} % right by class number. Numbered {other}: {there} %. One-hot does not care.")
    return text.format(
        data=tr(dataset_of(experiment).label), here=percent(here), other=tr(offered.label_of(other)), there=percent(rights[other])
    )


def masked(comparison: Comparison) -> str:
    """On the class that the squared error misses most, where it misses at least a fifth of its rows."""
    lost = np.array(comparison.by_softmax.recall) - np.array(comparison.by_one_hot.recall)
    k = int(np.argmax(lost))
    if lost[k] < 0.2:
        return tr("Each class has an output of its own and the largest wins: no order is implied.")
    if comparison.by_one_hot.recall[k] == 0:
        text = tr("No order is implied. Yet none of {name} is found: between two others a straight line is hardly ever the highest.")
        return text.format(name=comparison.names[k])
    text = tr("No order is implied. Yet only {share} % of {name} are found: between two others a straight line is hardly ever the highest.")
    return text.format(name=comparison.names[k], share=percent(comparison.by_one_hot.recall[k]))


def region(experiment: Experiment, comparison: Comparison, classification: Classification, title: str, caption: str, key: str) -> None:
    axes = columns_of(experiment)[:2]
    figure = regions(comparison.a, comparison.b, classification.predicted, comparison.x, comparison.labels, comparison.names, axes)
    names: Sequence[str] = comparison.names
    if key == "number":
        names = [f"{name} = {number:g}" for number, name in zip(comparison.numbers, names, strict=True)]
    st.metric(tr(title), tr("{share} % right").format(share=percent(classification.right)))
    alt = tr("Decision regions over {x} and {y}, {how}: {share} % of the rows are right.")
    alt = alt.format(x=axes[0], y=axes[1], how=tr(title), share=percent(classification.right))
    figure_chart(f"regions {key}", with_names(figure, comparison.x, comparison.labels, names), alt, tall=True)
    st.caption(caption)


def decisions(experiment: Experiment, comparison: Comparison) -> None:
    """Three pictures of the same rows."""
    order = order_of(experiment.data)
    stripes = tr("Parallel stripes in the order of the numbers: {order}.") if order else tr("Parallel stripes in the order of the numbers.")
    three = (
        (comparison.by_number, NUMBER, stripes.format(order=order), "number"),
        (comparison.by_one_hot, ONE_HOT, masked(comparison), "one-hot"),
        (comparison.by_softmax, SOFTMAX, tr("Straight borders again, but a row that is right beyond doubt costs nothing."), "softmax"),
    )
    for column, (classification, title, caption, key) in zip(st.columns(3), three, strict=True):
        with column:
            region(experiment, comparison, classification, title, caption, key)


def distances(comparison: Comparison) -> None:
    """What each encoding says of how far apart the classes are."""
    by_number, by_one_hot = comparison.number_distances, comparison.one_hot_distances
    largest = float(by_number.max())
    left, middle, right = st.columns(3)
    with left:
        st.markdown("**" + tr("Distance of class numbers: |i − j|") + "**")
        low = numeral(float(by_number[by_number > 0].min()))
        alt = tr("Distances of the class numbers, from {low} to {high}.").format(low=low, high=numeral(largest))
        figure_chart("distances number", square(by_number, comparison.names, largest, numeral), alt)
    with middle:
        st.markdown("**" + tr("Distance of one-hot vectors: √2") + "**")
        alt = tr("Distances of the one-hot vectors: {distance} between each two classes.").format(distance=numeral(float(np.sqrt(2))))
        figure = square(by_one_hot, comparison.names, largest, lambda distance: "√2" if distance else "0")
        figure_chart("distances one-hot", figure, alt)
    with right:
        st.markdown(implied(comparison))


def implied(comparison: Comparison) -> str:
    """What the class numbers claim of two neighbors and of the two ends."""
    ordered = [comparison.names[k] for k in np.argsort(comparison.numbers)]
    text = tr(
        "As numbers, {first} and {last} are {times} times as far apart as {first} and {second}, whether they are or not. That fits classes "
        "with an order, numbered in this order. As one-hot vectors all classes are equally far apart: no order is claimed."
    )
    times = (comparison.numbers.max() - comparison.numbers.min()) / np.diff(np.sort(comparison.numbers))[0]
    return text.format(first=ordered[0], second=ordered[1], last=ordered[-1], times=numeral(float(times)))


def target_of(experiment: Experiment, panel: PanelResult) -> str:
    """The column that a panel's weights are trained to say."""
    return str(DATA.values(own(experiment, panel.panel).data)["target"])


def title_of(experiment: Experiment, panel: PanelResult) -> str:
    item, target = dataset_of(experiment), target_of(experiment, panel)
    if panel.problem.surface.classes:
        name = next(filter(None, (target_class(experiment), *item.one_hot)), tr("first class"))
        return tr("{name}: softmax and cross-entropy").format(name=name)
    return tr("class number: squared error") if target == item.classes else tr("{name}: squared error").format(name=target)


def titled(data: BoardData, result: Result, experiment: Experiment) -> BoardData:
    """The board, each picture named by what its weights are trained to say."""
    panels: list[Panel] = [
        {**picture, "title": title_of(experiment, panel), "subtitle": picture["subtitle"] or picture["title"]}
        for picture, panel in zip(data["panels"], result.panels, strict=True)
    ]
    return {**data, "panels": panels}


def bowls(experiment: Experiment, result: Result) -> str:
    """What two squared errors have in common, where it is so: twice the covariance of what the weights multiply."""
    squared = [panel for panel in result.panels if panel.fit.theta is not None and _twice_the_covariance(panel)][:2]
    hessians = [panel.fit.hessian for panel in squared if panel.fit.hessian is not None]
    if len(hessians) < 2 or not np.allclose(hessians[0], hessians[1], rtol=1e-9):
        return ""
    text = tr(
        "**One bowl, moved.** The Hessian is twice the covariance of the features, [{a}, {b}; {b}, {c}], whatever the target. "
        "The target only moves the minimum: {minima}."
    )
    (a, b), (_, c) = hessians[0]
    minima = [
        tr("({w1}, {w2}) for {target}").format(
            w1=numeral(float(panel.fit.theta[0])), w2=numeral(float(panel.fit.theta[1])), target=target_of(experiment, panel)
        )
        for panel in squared
        if panel.fit.theta is not None
    ]
    return text.format(a=numeral(float(a)), b=numeral(float(b)), c=numeral(float(c)), minima=", ".join(minima))


def _twice_the_covariance(panel: PanelResult) -> bool:
    if panel.inputs is None or panel.fit.hessian is None or not panel.fit.quadratic:
        return False
    return np.allclose(panel.fit.hessian, 2 * np.cov(panel.inputs, bias=True), rtol=1e-9)


def suggestion(experiment: Experiment) -> str:
    """What is not so yet."""
    if experiment.data.name == "school_grades":
        return tr("number the grades otherwise: all that one-hot makes stays as it is. Then take Iris, whose classes have no order.")
    if numbering(experiment.data) is None:
        return tr("take the school grades, whose order is real, and number them otherwise.")
    return tr("number the classes otherwise: all that one-hot makes stays as it is. Then take the school grades, whose order is real.")


def encodings(scene: Scene) -> None:
    if not compares(scene.experiment):
        data(scene)
        st.info(tr("This topic compares classes: pick Iris or School grades."))
        picture(replace(scene, experiment=with_fitting_targets(scene.experiment)))
        control_panel(scene)
        return
    scene = replace(scene, experiment=with_fitting_targets(scene.experiment))
    at_hand, folded = sides()
    with at_hand:
        order(scene)
    with folded:
        data(scene)
    try:
        comparison = compared(scene.experiment)
    except Refusal as refusal:
        st.error(say(refusal.reason))
        control_panel(scene)
        return
    heading(headline(scene.experiment, comparison))
    decisions(scene.experiment, comparison)
    distances(comparison)
    takeaway(tr("The surface of each"))
    target_class_menu(scene, comparison.names)
    result = picture(scene, lambda data, judged: titled(data, judged.result, scene.experiment))
    if result is not None and (same_bowl := bowls(scene.experiment, result)):
        st.markdown(same_bowl)
    try_next(suggestion(scene.experiment))
    control_panel(scene)
