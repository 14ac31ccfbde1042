"""A setup is declared once: a frozen dataclass whose field metadata is its setting.

    @dataclass(frozen=True)
    class Walk(Setup):
        optimizer: Pick = pick_of(OPTIMIZER, "adam")
        steps: int = count(N_("updates"), 1000, 1, 100_000, log=True)

Defaults, controls, validation and the address (core/address.py) follow from it. The name of a field is its key in the address; `key`
where a published address has another one.
"""

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar, cast

from core.catalogue import Item
from core.messages import Value
from core.settings import Count, Number, Option, Pair, Pick, Setting, Window, option_of, values

Settings = tuple[tuple[str, Value], ...]
C = TypeVar("C", str, int)


class Entry(Item, Protocol):
    """An item of any menu: what every record has in common."""

    @property
    def formula(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def fields(self) -> tuple[Setting, ...]: ...


R_co = TypeVar("R_co", bound=Entry, covariant=True)


@dataclass(frozen=True)
class Menu(Generic[R_co]):
    """A catalogue that a field picks from, by the name that views and tests call it."""

    name: str
    items: Callable[[], Mapping[str, R_co]]

    def fields(self, item: str) -> tuple[Setting, ...]:
        """The settings of an item."""
        return tuple(self.items()[item].fields)

    def values(self, picked: Pick) -> dict[str, Value]:
        """Every setting of what is picked, by name."""
        return values(picked, self.fields(picked.name))


class Setup:
    """What a person can set: names and numbers. A subclass is a frozen dataclass of the fields that are declared below."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def since(self, before: Self) -> Self:
        """The setup that a change of `before` into this one means: without what the change has made senseless."""
        return self


# ------------------------------------------------------------------------------------------------------------ the kinds of fields


@dataclass(frozen=True)
class OneItem:
    """A Pick. In the address: surface=network&surface.gain=8."""

    menu: Menu[Entry]


@dataclass(frozen=True)
class Items:
    """Numbered picks, at least one where the setup has any: o1=adam&o1.rate=0.01&o2=lion. once: each item of the menu only once."""

    menu: Menu[Entry]
    letter: str
    most: int
    once: bool


@dataclass(frozen=True)
class Records:
    """Numbered setups within the setup: p1.features=standardize&p2.window=0,1,0,1."""

    record: type[Setup]
    letter: str
    most: int


@dataclass(frozen=True)
class Numbers:
    """So many numbers, None where they follow from the rest: start=1,2 or start=auto. Four of them are two ranges, each low to high."""

    each: Number
    count: int


@dataclass(frozen=True)
class Windows:
    """A window for each of so many pictures, () where none has one: p1.window=0,1,0,1&p2.window=auto."""

    edge: Number
    letter: str
    most: int


@dataclass(frozen=True)
class OtherItem:
    """Of a numbered setup, another item than the pick of this key around it: p1.surface=logistic. "": the same. items: those that
    can stand for each other."""

    items: Callable[[], Collection[str]]


@dataclass(frozen=True)
class Overrides:
    """Of a numbered setup, settings of the pick of this key around it that it has otherwise: p1.data.x1=length. item: the field that
    may name another item."""

    menu: Menu[Entry]
    item: str = ""


@dataclass(frozen=True)
class Name:
    """A name out of those that the reader of an address knows; "": none. unknown: the message about another `{name}`."""

    unknown: str


Kind = Setting | OneItem | Items | Records | Numbers | Windows | OtherItem | Overrides | Name
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


def picks_of(menu: Menu[Entry], letter: str, default: tuple[str, ...], *, most: int, once: bool = False) -> tuple[Pick, ...]:
    return _declared(Items(menu, letter, most, once), tuple(map(Pick, default)))


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


# ------------------------------------------------------------------------------------------------------------ what follows from them


F = TypeVar("F", bound=Callable[..., object])


def _cached(function: F) -> F:
    """functools.cache for a function of classes: mypy takes no class with fields for hashable."""
    return cast(F, functools.cache(function))


class Part(NamedTuple):
    """A field of a setup: its name, its key in the address, its kind."""

    name: str
    key: str
    kind: Kind


@_cached
def parts(record: type[Setup]) -> tuple[Part, ...]:
    """What a kind of setup is made of. A setting carries its key as its name."""
    found = []
    for one in fields(record):
        kind, key = cast(Kind, one.metadata["kind"]), one.metadata["key"] or one.name
        found.append(Part(one.name, key, replace(kind, name=key) if isinstance(kind, Setting) else kind))
    return tuple(found)


@_cached
def settings_of(record: type[Setup]) -> Mapping[str, Setting]:
    """The settings of a kind of setup, by the names of its fields."""
    return MappingProxyType({part.name: part.kind for part in parts(record) if isinstance(part.kind, Setting)})


@_cached
def menus_of(*records: type[Setup]) -> Mapping[str, Mapping[str, Entry]]:
    """Everything that these kinds of setups pick from, by the name of the menu."""
    found: dict[str, Mapping[str, Entry]] = {}
    for kind in (part.kind for record in records for part in parts(record)):
        if isinstance(kind, OneItem | Items):
            found[kind.menu.name] = kind.menu.items()
        elif isinstance(kind, Records):
            found |= menus_of(kind.record)
    return MappingProxyType(found)
