"""Every surface by its key, in the order of the menu: the models of data, then the textbook's."""

from collections.abc import Mapping

from core.catalogue import catalogue
from surfaces.surface import Surface


def surfaces() -> Mapping[str, Surface]:
    return {**catalogue("surfaces.models", Surface), **catalogue("surfaces.textbook", Surface)}
