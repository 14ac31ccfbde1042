"""A program for test_extension.py: in a copy of the packages with one more item of every kind, where each of them is found.

python -P tests/extended.py NAME..., in the folder of the copy: prints for each name the places that offer it, as JSON.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import translations
from core.address import read, write
from core.settings import Option, Pick, Setting
from core.setup import Items, Menu, OneItem, Records, Setup, menus_of, parts, settings_of
from labs.deep.setup import Deep
from labs.masks.method import mask_methods
from labs.plane.setup import Experiment
from views.controls import PickSlot
from views.lesson import lessons
from views.view_state import ViewState


def comes_back(setup: Setup, lesson: str = "") -> bool:
    """Whether a setup survives its address."""
    opening, view = type(setup)(), ViewState(lesson=lesson)
    return setup != opening and read(write(setup, view, opening), opening, ViewState(), lessons()) == (setup, view, [])


def holding(record: type[Setup], menu: str, picked: Pick) -> Iterator[Setup]:
    """The setups of a kind with that pick in each of the places that pick from that menu."""
    for name, _, kind in parts(record):
        if isinstance(kind, OneItem | Items) and kind.menu.name == menu:
            yield replace(record(), **{name: picked if isinstance(kind, OneItem) else (picked,)})
        elif isinstance(kind, Records):
            yield from (replace(record(), **{name: (one,)}) for one in holding(kind.record, menu, picked))


def offered(menu: str, picked: Pick) -> bool:
    """Whether every setup that picks from the menu has the pick in its address, and the control panel a control for each setting."""
    items = menus_of(Experiment, Deep)[menu]
    slot: PickSlot[Setup] = PickSlot(Menu(menu, lambda: items), picked, lambda setup: picked, lambda setup, changed: setup)
    held = [*holding(Experiment, menu, picked), *holding(Deep, menu, picked)]
    controls = [slot.slot(setting.name).setting for setting in slot.settings]
    return bool(held) and all(map(comes_back, held)) and controls == list(items[picked.name].fields)


def chooses(setting: Setting, item: str) -> bool:
    return isinstance(setting, Option) and item in setting.choices and len(setting.labels) == len(setting.choices)


def places(item: str) -> Iterator[str]:
    """Where an item of this name is offered, and comes back from an address."""
    for menu, items in menus_of(Experiment, Deep).items():
        if item in items and offered(menu, Pick(item)):
            yield menu
        for name, entry in items.items():
            yield from (
                f"{menu}.{name}.{setting.name}"
                for setting in entry.fields
                if chooses(setting, item) and offered(menu, Pick(name, ((setting.name, item),)))
            )
    for name, setting in settings_of(Deep).items():
        if chooses(setting, item) and comes_back(replace(Deep(), **{name: item})):  # type: ignore[arg-type]
            yield f"deep.{name}"
    if item in mask_methods():
        yield "masks"
    if item in lessons() and comes_back(lessons()[item].experiment, item):
        yield "lessons"
    if item in translations.languages() and translations.name(item) != item:
        yield "languages"


print(json.dumps({item: list(places(item)) for item in sys.argv[1:]}))
