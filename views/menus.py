"""Every menu that a person can pick from, on any page, by the part of an experiment that it fills."""

from core.settings import Setting
from labs.deep.races import losses, normalizations
from labs.deep.slices import slices
from labs.plane import setup
from labs.plane.setup import Entry


def menus() -> dict[str, dict[str, Entry]]:
    """Those of experiment.py, and what only deep networks have: all normalizations, losses of classes, and slices."""
    return setup.menus() | {"normalization": dict(normalizations()), "class_loss": dict(losses()), "slice": dict(slices())}


def fields_of(part: str, name: str) -> tuple[Setting, ...]:
    """The settings of an item of a menu."""
    return tuple(menus()[part][name].fields)
