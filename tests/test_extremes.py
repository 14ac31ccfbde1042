"""Every number of every item at both ends of its range and next to them: the landscape has no NaN, or a sentence says why there is none."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.messages import Refusal
from core.settings import Count, Number, Pick, pick
from labs.plane.run import run
from labs.plane.setup import SAME, Experiment, Panel
from tests.menus import fields_of, menus

BASE = Experiment(resolution=25, steps=50, mode=SAME)
PARTS = ("surface", "data", "features", "hidden", "optimizer", "schedule")
CASES = [
    (part, name, field) for part in PARTS for name in menus()[part] for field in fields_of(part, name) if isinstance(field, Number | Count)
]
READ_BY = {"focus": "focal", "smoothing": "label_smoothing", "delta": "huber"}  # numbers of a loss that is not a surface's first
SMALLEST = 1e-310  # next to 0, where a reciprocal overflows
# One of each kind, and one that once divided by zero; the others in the long tests.
USUAL = ("linear.bias_value", "correlated_pair.", "standardize.amount", "batch.epsilon", "momentum.", "exponential.", "logits.smoothing")


def ends(field: Number | Count) -> Iterator[float | int]:
    if isinstance(field, Count):
        yield from (field.low, field.high)
        return
    yield from (field.low, math.nextafter(field.low, math.inf), math.nextafter(field.high, -math.inf), field.high)
    if field.low == 0:
        yield SMALLEST


def scene(part: str, name: str, field: str, value: float) -> Experiment:
    picked = pick(name, **{field: value})
    match part:
        case "optimizer":
            return replace(BASE, optimizers=(picked,))
        case "features":
            return replace(BASE, panels=(Panel(), Panel(features=picked)))
        case "hidden":
            return replace(BASE, surface=Pick("network"), panels=(Panel(hidden=picked),))
        case "surface" if field in READ_BY:
            return replace(BASE, surface=picked.having(loss=READ_BY[field]))
        case _:
            return replace(BASE, **{part: picked})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "name", "field"),
    [
        pytest.param(*case, id=label, marks=[] if label.startswith(USUAL) else [pytest.mark.long])
        for case in CASES
        for label in [f"{case[1]}.{case[2].name}"]
    ],
)
def test_the_ends_of_a_number(part: str, name: str, field: Number | Count) -> None:
    for value in ends(field):
        try:
            result = run(scene(part, name, field.name, value))
        except Refusal:
            continue  # it says why
        for panel in result.panels:
            assert not np.isnan(panel.grid).any(), value
            assert all(np.isfinite(walk.points.path).all() for walk in panel.walks), value
