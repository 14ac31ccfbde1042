"""The controls of the page of masks: scores, padding, number format."""

import streamlit as st

from labs.masks.setup import LENGTH, Masked
from views.controls import chips, choice, field, number, toggle
from views.language import tr
from views.session import Scene

MaskScene = Scene[Masked]
REACH = 10.0  # of a slider to both sides; the field beside it, and the address, go further


def number_format(scene: MaskScene) -> None:
    choice(scene, "format", field(scene, "format"), segmented=True)


def all_padding(scene: MaskScene) -> None:
    """On: every position is padding. Off again: the last two."""
    toggle(
        scene,
        "all",
        tr("all masked"),
        all(scene.experiment.padding),
        lambda masked, on: masked.padded((True,) * LENGTH if on else Masked().padding),
        help=tr("Every position is padding, as in an empty sentence of a batch. Off: the last two are."),
    )


def padding(scene: MaskScene) -> None:
    """Which positions are padding."""
    positions = [str(i) for i in range(1, LENGTH + 1)]
    chips(
        scene,
        "padding",
        tr("padding: positions"),
        positions,
        str,
        [position for position, pad in zip(positions, scene.experiment.padding, strict=True) if pad],
        lambda masked, chosen: masked.padded(tuple(position in chosen for position in positions)),
        wrap=True,
    )


def scores(scene: MaskScene) -> None:
    """A slider each, three in a row."""
    for first in range(1, LENGTH + 1, 3):
        for column, i in zip(st.columns(3), range(first, first + 3), strict=True):
            with column:
                label = tr("score {i}").format(i=i)
                number(scene, f"y{i}", field(scene, f"y{i}"), label=label, low=-REACH, high=REACH)
