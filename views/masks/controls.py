"""The controls of the page of masks: scores, padding, number format."""

from dataclasses import replace

import streamlit as st

from core.messages import Value
from core.settings import Number
from labs.masks.setup import FIELDS, FORMATS, LENGTH, Masked
from views.controls import chips, menu, number, toggle
from views.language import tr
from views.session import Scene

MaskScene = Scene[Masked]
REACH = 10.0  # of a slider to both sides; the field beside it, and the address, go further


def number_format(scene: MaskScene) -> None:
    menu(
        scene,
        "format",
        tr("number format"),
        FORMATS,
        str,
        scene.experiment.format,
        lambda masked, value: replace(masked, format=str(value)),
        segmented=True,
    )


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
            field = FIELDS[f"y{i}"]
            assert isinstance(field, Number)

            def take(masked: Masked, value: Value, name: str = field.name) -> Masked:
                return replace(masked, **{name: float(value)})  # type: ignore[arg-type]

            with column:
                number(
                    scene,
                    field.name,
                    field,
                    scene.experiment.scores[i - 1],
                    take,
                    label=tr("score {i}").format(i=i),
                    low=-REACH,
                    high=REACH,
                )
