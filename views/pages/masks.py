"""Masks: softmax over a padded sequence, by every way to mask, in every number format; what is left when all is padding."""

import inspect

import numpy as np
import streamlit as st

from figures.bars import Bars, Words, bars
from labs.masks.method import mask_methods
from labs.masks.run import Masks, run
from labs.masks.setup import LENGTH, Masked
from labs.masks.verdict import sums_to_one
from lessons.mask_scene import MASKED
from views.charts import figure_chart
from views.language import tr
from views.loss.topics import loss_topics
from views.masks.controls import MaskScene, all_padding, number_format, padding, scores
from views.masks.tables import formats, numbers, short, total, verdicts
from views.page import body, end_page, heading, open_page, try_next
from views.plane.main_controls import sides


def headline(scene: MaskScene, masks: Masks) -> str:
    """What becomes of this padding, with its numbers, and the form that is safe."""
    drawn, pads = scene.experiment.format, sum(scene.experiment.padding)
    outcomes = masks.here[drawn]
    if pads == 0:
        return tr("Nothing is padding, and all forms agree. Mask a position: the safe form is where-masking.")
    if pads < LENGTH:
        if sums_to_one(outcomes["multiply"], drawn):
            return tr("Multiply after softmax: sum 1, as padding got too little to count. Where-masking, the safe form, gives 1 always.")
        text = tr("Multiply after softmax: sum {sum}, as padding took its share. Where-masking, the safe form: {one}.")
        return text.format(sum=total(outcomes["multiply"], drawn), one=total(outcomes["where"], drawn))
    if outcomes["replace"].answers:
        text = tr("All is padding: replacing by −2³² + 1 gives each {share}, −∞ gives NaN. Where-masking, the safe form, gives 0.")
        return text.format(share=short(outcomes["replace"].leaked))
    text = tr("All is padding: in {format} −2³² + 1 is −∞, and that gives NaN. Where-masking, the safe form, gives 0.")
    return text.format(format=drawn)


def picture(scene: MaskScene, masks: Masks) -> None:
    """The shares by position, a panel for every method."""
    drawn, hatched = scene.experiment.format, np.array(scene.experiment.padding)
    panels = []
    for name, method in mask_methods().items():
        outcome = masks.here[drawn][name]
        note = "✗ " + tr("gradient NaN") if outcome.answers and not outcome.trains else ""
        panels.append(Bars(tr(method.label), outcome.p, hatched, note))
    shares = "; ".join(f"{panel.title}: {', '.join(map(short, panel.values))}" for panel in panels)
    figure = bars(panels, Words(tr("kept"), tr("padding"), tr("position")))
    alt = tr("Share of each position in {format}. {shares}.").format(format=drawn, shares=shares)
    figure_chart("masks shares", figure, alt, tall=True)
    st.caption(tr("Share of each position, in {format}. 0 is exactly 0, ≈0 is not.").format(format=drawn))


def safe_form() -> None:
    """The code of the safe form is the one that runs here."""
    (safe,) = (method for method in mask_methods().values() if method.safe)
    st.code(inspect.getsource(safe.softmax), language="python")
    for method in mask_methods().values():
        st.markdown(f"**{tr(method.label)}**")
        st.latex(method.formula)
        if method.source:
            st.caption(method.source)


def suggestion(masked: Masked, masks: Masks) -> str:
    """Only what does what it says from here."""
    outcomes = masks.here[masked.format]
    if all(masked.padding):
        if masked.format == "float16":
            return tr("switch to float64, and look at what adding leaves: all shares as without a mask.")
        return tr("switch to float16, where −2³² + 1 does not exist; then switch all masked off.")
    if not any(masked.padding):
        largest = str(int(np.argmax(masked.scores)) + 1)
        text = tr("make position {i} padding, which has the largest share: where softmax comes first, that share is lost.")
        return text.format(i=largest)
    if not outcomes["one_where"].trains:
        if masked.format == "float16" and masks.here["bfloat16"]["one_where"].trains:
            return tr("switch to bfloat16, which reaches as far as float32: e to the score of that padding is a number again.")
        if masks.here["float64"]["one_where"].trains:
            return tr("switch to float64, which reaches further: e to the score of that padding is a number again.")
        return tr("lower the scores of padding to those of the kept ones: the gradient of one where is a number again.")
    if masked.format == "float16":
        return tr("move the score of a padding to 10 and all kept ones below −2: the gradient of one where is NaN.")
    if outcomes["multiply"].sum < 0.01:
        return tr("switch all masked on: then nothing is kept, and the ways part.")
    return tr("raise the score of a padding and see what is left to the kept ones where softmax comes first; then switch all masked on.")


def page(scene: MaskScene) -> None:
    with st.spinner(tr("Computing …")):  # shown where it takes half a second
        masks = run(scene.experiment)
    drawn, empty = scene.experiment.format, all(scene.experiment.padding)
    heading(headline(scene, masks))
    at_hand, folded = sides(0.36)
    with at_hand:
        number_format(scene)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            padding(scene)
            all_padding(scene)
    with folded:
        scores(scene)
    left, right = st.columns([9, 10], gap="medium")
    with left:
        picture(scene, masks)
    with right:
        verdicts(masks, drawn, empty)
    try_next(suggestion(scene.experiment, masks))
    with st.expander(tr("The numbers: sums, shares, gradients"), icon=":material/table:"):
        numbers(masks, drawn, empty)
    with st.expander(tr("−2³² + 1 in each number format"), icon=":material/memory:"):
        formats(masks)
    with st.expander(tr("The safe form as code, and all formulas"), icon=":material/code:"):
        safe_form()


@body
def masks() -> None:
    scene = open_page("masks", MASKED)
    loss_topics(scene, {}, "masks")
    page(scene)
    end_page(scene)


masks()
