"""Every menu that a person can pick from, on any page, by its name."""

from collections.abc import Mapping

from core.settings import Setting
from core.setup import Entry, menus_of
from labs.deep.setup import Deep
from labs.plane.setup import Experiment


def menus() -> Mapping[str, Mapping[str, Entry]]:
    return menus_of(Experiment, Deep)


def fields_of(part: str, name: str) -> tuple[Setting, ...]:
    """The settings of an item of a menu."""
    return tuple(menus()[part][name].fields)
