"""Addresses that have been given away: each opens the scene that it opened on the day it was drawn, and refuses what it refused then.

`addresses.json` holds 200 of them, over every page, topic and lesson, a third of their values odd or wrong. It is never drawn anew: an
address that opens another scene is a broken link.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.address import read
from core.settings import Pick, Setting
from core.setup import Setup, parts
from lessons.deep_scene import CLASSIFIER, DEEP
from lessons.mask_scene import MASKED
from lessons.scenes import ADAPTIVE, BATCHES, ENCODINGS, HIDDEN, MOMENTUM, OUTPUT, RATES, SCALE, SCHEDULES, STUCK, TWO, WORKBENCH
from views.lesson import lessons
from views.view_state import ViewState

PUBLISHED = json.loads(Path(__file__).with_name("addresses.json").read_text())
OPENINGS: Mapping[str, Setup] = {
    "scale": SCALE,
    "hidden": HIDDEN,
    "optimizers": RATES,
    "deep": DEEP,
    "loss": OUTPUT,
    "stuck": STUCK,
    "workbench": WORKBENCH,
    "classifier": CLASSIFIER,
    "masks": MASKED,
}
TOPICS: Mapping[str, Setup] = {
    "rates": RATES,
    "momentum": MOMENTUM,
    "adaptive": ADAPTIVE,
    "batches": BATCHES,
    "schedules": SCHEDULES,
    "output": OUTPUT,
    "two": TWO,
    "encodings": ENCODINGS,
}


def opening(page: str, query: Mapping[str, str]) -> Setup:
    """The scene that a page opens on, or its topic, or its lesson."""
    lesson = lessons().get(query.get("lesson", ""))
    return lesson.experiment if lesson is not None else TOPICS.get(query.get("topic", ""), OPENINGS[page])


def parts_of(value: Setup) -> dict[str, object]:
    """The parts of a setup by the names that they were published under."""
    return {part.key if isinstance(part.kind, Setting) else part.name: getattr(value, part.name) for part in parts(type(value))}


def flat(value: object) -> object:
    """Names and numbers, as JSON holds them; a setting by its key in the address."""
    if isinstance(value, Pick):
        return {"pick": value.name, "settings": dict(value.settings)}
    if isinstance(value, Setup):
        return {name: flat(part) for name, part in parts_of(value).items()}
    if isinstance(value, tuple):
        return [flat(part) for part in value]
    return value


def expected(value: object, published: object) -> object:
    """What was published of a scene; a field that it did not have then is at its default."""
    if isinstance(value, Setup) and isinstance(published, dict):
        now = {name: expected(part, published[name]) for name, part in parts_of(value).items() if name in published}
        return {name: flat(part) for name, part in parts_of(type(value)()).items()} | published | now
    if isinstance(value, tuple) and isinstance(published, list) and len(value) == len(published):
        return [expected(*pair) for pair in zip(value, published, strict=True)]
    return published


def test_a_field_that_came_later_is_expected_at_its_default() -> None:
    whole = flat(SCALE)
    assert isinstance(whole, dict)
    first, second = whole["panels"]
    earlier = {name: part for name, part in whole.items() if name != "warmup"} | {"panels": [{"features": first["features"]}, second]}
    assert expected(SCALE, earlier) == whole
    assert expected(replace(SCALE, warmup=3), earlier) == whole, "and nowhere else"


def test_there_are_two_hundred_over_all_pages() -> None:
    assert len(PUBLISHED) == 200
    assert {one["page"] for one in PUBLISHED} == set(OPENINGS)


@pytest.mark.parametrize("i", range(len(PUBLISHED)))
def test_it_opens_the_same_scene(i: int) -> None:
    published = PUBLISHED[i]
    query = published["query"]
    scene, shown, refused = read(query, opening(published["page"], query), ViewState(), lessons())
    assert flat(scene) == expected(scene, published["scene"])
    assert flat(shown) == expected(shown, published["shown"])
    assert sorted(said.english for said in refused) == sorted(published["refused"])
