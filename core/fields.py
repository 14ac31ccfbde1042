"""How a field of a setup is declared: its value in the dataclass is the default, its metadata the kind of field and the key."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import TypeVar

from core.catalogue import Item
from core.settings import Count, Number, Option, Pair, Pick, Setting, Window, option_of
from core.setup import (
    Entry,
    Items,
    Kind,
    Menu,
    Name,
    Numbers,
    OneItem,
    OtherItem,
    Overrides,
    Records,
    Settings,
    Setup,
    Windows,
    settings_of,
)

C = TypeVar("C", str, int)
D = TypeVar("D")


def _declared(kind: Kind, default: D, key: str = "") -> D:
    return field(default=default, metadata={"kind": kind, "key": key})


def setting(kind: Number) -> float:
    """A number that something else declares too."""
    return _declared(kind, kind.default)


def same_as(record: "type[Setup]", name: str) -> str:
    """An option that another kind of setup declares."""
    kind = settings_of(record)[name]
    return _declared(kind, str(kind.default))


def item_of(label: str, default: str, items: Mapping[str, Item]) -> str:
    """The name of an item of a catalogue that has no settings of its own."""
    return _declared(option_of("", label, default, items), default)


def number(
    label: str, default: float, low: float, high: float, *, log: bool = False, symbol: str = "", wide: bool = False, key: str = ""
) -> float:
    return _declared(Number("", label, default, low, high, log, symbol, wide), default, key)


def count(label: str, default: int, low: int, high: int, *, log: bool = False) -> int:
    return _declared(Count("", label, default, low, high, log), default)


def option(label: str, default: C, choices: tuple[C, ...], labels: tuple[str, ...] = (), *, key: str = "") -> C:
    return _declared(Option("", label, default, choices, labels), default, key)


def pick_of(menu: Menu[Entry], default: str) -> Pick:
    return _declared(OneItem(menu), Pick(default))


def picks_of(
    menu: Menu[Entry],
    letter: str,
    default: tuple[str, ...],
    *,
    most: int,
    once: bool = False,
    own: Callable[[], Mapping[str, Setting]] = dict,
) -> tuple[Pick, ...]:
    return _declared(Items(menu, letter, most, once, own), tuple(map(Pick, default)))


S = TypeVar("S", bound=Setup)


def setups(letter: str, default: tuple[S, ...], *, most: int) -> tuple[S, ...]:
    return _declared(Records(type(default[0]), letter, most), default)


def pair_of(each: Number) -> Pair | None:
    return _declared(Numbers(each, 2), None)


def window_of(edge: Number) -> Window | None:
    return _declared(Numbers(edge, 4), None)


def windows_of(edge: Number, letter: str, *, most: int) -> tuple[Window | None, ...]:
    return _declared(Windows(edge, letter, most), ())


def other_item(items: Callable[[], Collection[str]], *, key: str) -> str:
    return _declared(OtherItem(items), "", key)


def overrides(menu: Menu[Entry], item: str = "") -> Settings:
    return _declared(Overrides(menu, item), ())


def name_of(unknown: str) -> str:
    return _declared(Name(unknown), "")
