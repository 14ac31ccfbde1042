"""A setup is declared once: a frozen dataclass whose field metadata is its setting.

    @dataclass(frozen=True)
    class Walk(Setup):
        optimizer: Pick = pick_of(OPTIMIZER, "adam")
        steps: int = count(N_("updates"), 1000, 1, 100_000, log=True)

Defaults, controls, validation and the address (core/address.py) follow from it. The name of a field is its key in the address; `key`
where a published address has another one. core/fields.py declares them; here is what each kind of field holds, writes and reads.
"""

import functools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import Field as DataclassField
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar, cast

from core.catalogue import Item
from core.messages import N_, Refusal, Value, message, quoted
from core.query import Field, Query, Scope, known, text
from core.settings import Number, Pick, Setting, Window, values

Settings = tuple[tuple[str, Value], ...]
Kind = Field[Any]


class Part(NamedTuple):
    """A field of a setup: its name, its key in the address, its kind."""

    name: str
    key: str
    kind: Kind


class Setup:
    """What a person can set: names and numbers. A subclass is a frozen dataclass of the fields that core/fields.py declares."""

    __dataclass_fields__: ClassVar[dict[str, DataclassField[Any]]]

    def __post_init__(self) -> None:
        """Numbered setups keep only what has a meaning beside the fields around them: every setup comes back from its address."""
        for name, key, kind in parts(type(self)):
            if isinstance(kind, Records):
                object.__setattr__(self, name, kind.fitted(Scope(key, vars(self), {}), getattr(self, name)))

    def since(self, before: Self) -> Self:
        """The setup that a change of `before` into this one means: without what the change has made senseless."""
        return self

    def changes(self, before: Self) -> dict[str, str]:
        """What is not as it was before, as a query."""
        query: dict[str, str] = {}
        for name, key, kind in parts(type(self)):
            query |= kind.changes(key, getattr(self, name), getattr(before, name))
        return query

    def from_query(
        self, query: Query, chosen: Sequence[Part] = (), prefix: str = "", around: Mapping[str, object] = MappingProxyType({})
    ) -> Self:
        """The setup that a query means, field by field, where it says nothing as it is here. chosen: the fields to read; all."""
        read: dict[str, object] = {}
        for name, key, kind in chosen or parts(type(self)):
            read[name] = kind.from_query(query, Scope(key, read, around, prefix), getattr(self, name))
        return replace(self, **read)


class Entry(Item, Protocol):
    """An item of any menu: what every record has in common."""

    @property
    def formula(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def fields(self) -> tuple[Setting, ...]: ...
    @property
    def note(self) -> str: ...  # a convention that libraries differ in, said where the item is picked; "" for none


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

    def to_query(self, key: str, picked: Pick) -> dict[str, str]:
        """The pick, and its settings that are not the item's defaults."""
        return {key: picked.name} | {f"{key}.{name}": text(value) for name, value in self._changed(picked.name, picked.settings)}

    def from_query(self, query: Query, key: str, default: Pick, own: Mapping[str, Setting] = MappingProxyType({})) -> Pick:
        """own: what else each pick may have set; see Items."""
        base = query.take(key, lambda name: Pick(known(name, self.items())), default, default.name)
        read = dict(self._changed(base.name, _settings(query, key, self.fields(base.name), base.settings)))
        for name, kind in own.items():
            value = query.take(f"{key}.{name}", kind.read, dict(base.settings).get(name), message(N_("the same as for all")))
            read |= {} if value is None else {name: value}
        return Pick(base.name, tuple(sorted(read.items())))

    def _changed(self, item: str, settings: Settings) -> Settings:
        defaults = {field.name: field.default for field in self.fields(item)}
        return tuple((name, value) for name, value in settings if value != defaults.get(name))


def _settings(query: Query, key: str, settings: Sequence[Setting], base: Settings) -> Settings:
    """Settings of an item by name: what the query says, else what `base` has of them."""
    read = dict(base)
    for kind in settings:
        if f"{key}.{kind.name}" in query.left:
            default = read.get(kind.name, kind.default)
            read[kind.name] = query.take(f"{key}.{kind.name}", kind.read, default, default)
    return tuple(sorted((kind.name, read[kind.name]) for kind in settings if kind.name in read))


# ------------------------------------------------------------------------------------------------------------ the kinds of fields


@dataclass(frozen=True)
class OneItem(Field[Pick]):
    """A Pick. In the address: surface=network&surface.gain=8."""

    menu: Menu[Entry]

    def to_query(self, key: str, value: Pick) -> dict[str, str]:
        return self.menu.to_query(key, value)

    def from_query(self, query: Query, scope: Scope, default: Pick) -> Pick:
        return self.menu.from_query(query, scope.prefix + scope.key, default)


@dataclass(frozen=True)
class Items(Field[tuple[Pick, ...]]):
    """Numbered picks, at least one where the setup has any: o1=adam&o1.rate=0.01&o2=lion. once: each item of the menu only once.

    own: settings of the setup that a pick may have for itself, n2.depth=32. Where it has none, it has what is set for all. Picks that
    differ in these are not the same, though they be of one item.
    """

    menu: Menu[Entry]
    letter: str
    most: int
    once: bool
    own: Callable[[], Mapping[str, Setting]]

    def to_query(self, key: str, value: tuple[Pick, ...]) -> dict[str, str]:
        return {k: v for i, picked in enumerate(value, 1) for k, v in self.menu.to_query(f"{self.letter}{i}", picked).items()}

    def from_query(self, query: Query, scope: Scope, default: tuple[Pick, ...]) -> tuple[Pick, ...]:
        own = self.own()

        def read(i: int) -> Pick:
            opening = default[i - 1] if i <= len(default) else Pick(next(iter(self.menu.items())))
            return self.menu.from_query(query, f"{self.letter}{i}", opening, own)

        def what(picked: Pick) -> Pick:
            """The item, and what it has for itself."""
            return Pick(picked.name, tuple(part for part in picked.settings if part[0] in own))

        picks = query.numbered(self.letter, [""], self.most, read, default)
        if not self.once:
            return picks
        first = {what(picked): picked for picked in reversed(picks)}
        twice = next((picked for picked in picks if first[what(picked)] != picked or picks.count(picked) > 1), None)
        if twice is not None:
            query.refused.append(message(N_("{name} stands twice; the first counts."), name=quoted(twice.name)))
        return tuple(first[one] for one in dict.fromkeys(map(what, picks)))


@dataclass(frozen=True)
class Records(Field[tuple[Setup, ...]]):
    """Numbered setups within the setup: p1.features=standardize&p2.window=0,1,0,1."""

    record: type[Setup]
    letter: str
    most: int

    @property
    def _ranges(self) -> list[Part]:
        """The ranges of numbers: each is in the address by itself. Of the other fields there are all or none."""
        return [part for part in parts(self.record) if isinstance(part.kind, Numbers)]

    @property
    def _whole(self) -> list[Part]:
        return [part for part in parts(self.record) if not isinstance(part.kind, Numbers)]

    def changes(self, key: str, value: tuple[Setup, ...], before: tuple[Setup, ...]) -> dict[str, str]:
        def of(setups: Sequence[Setup], part: Part) -> list[Any]:
            return [getattr(setup, part.name) for setup in setups]

        query: dict[str, str] = {}
        if any(of(value, part) != of(before, part) for part in self._whole):
            for i, setup in enumerate(value, 1):
                for part in self._whole:
                    query |= part.kind.to_query(f"{self.letter}{i}.{part.key}", getattr(setup, part.name))
        for part in self._ranges:
            query |= _numbered(part.kind, self.letter, part.key, of(value, part), of(before, part))
        return query

    def from_query(self, query: Query, scope: Scope, default: tuple[Setup, ...]) -> tuple[Setup, ...]:
        """As many as the address names; what it refuses, or does not name, is the opening scene's."""
        opening, around = self.fitted(scope, default), scope.fields
        nothing, whole = self.record(), self._whole

        def read(i: int) -> Setup:
            base, prefix = opening[i - 1] if i <= len(opening) else nothing, f"{self.letter}{i}."
            if prefix + whole[0].key in query.left:  # then what it does not say of what is around it is nothing
                theirs = [part.name for part in whole if isinstance(part.kind, OtherItem | Overrides)]
                base = replace(base, **{name: getattr(nothing, name) for name in theirs})
            return base.from_query(query, whole, prefix, around)

        setups = query.numbered(self.letter, [f".{part.key}" for part in whole], self.most, read, opening)
        return tuple(setup.from_query(query, self._ranges, f"{self.letter}{i}.", around) for i, setup in enumerate(setups, 1))

    def fitted(self, scope: Scope, value: tuple[Setup, ...]) -> tuple[Setup, ...]:
        fitted = [dict(vars(setup)) for setup in value]
        for of_one in fitted:
            for name, key, kind in parts(self.record):
                of_one[name] = kind.fitted(Scope(key, of_one, scope.fields), of_one[name])
        return tuple(replace(setup, **of_one) for setup, of_one in zip(value, fitted, strict=True))


@dataclass(frozen=True)
class Numbers(Field[tuple[float, ...] | None]):
    """So many numbers, None where they follow from the rest: start=1,2 or start=auto. Four of them are two ranges, each low to high."""

    each: Number
    count: int

    def read(self, raw: str) -> tuple[float, ...] | None:
        if raw == "auto":
            return None
        numbers = tuple(self.each.read(part) for part in raw.split(","))
        if len(numbers) != self.count or (self.count == 4 and not (_apart(*numbers[:2]) and _apart(*numbers[2:]))):
            pair, ranges = N_("{count} numbers with commas"), N_("{count} numbers with commas, each range from low to high")
            raise Refusal(message(pair if self.count == 2 else ranges, count=self.count))
        return numbers

    def to_query(self, key: str, value: tuple[float, ...] | None) -> dict[str, str]:
        return {key: "auto" if value is None else ",".join(text(float(number)) for number in value)}

    def from_query(self, query: Query, scope: Scope, default: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return query.take(scope.prefix + scope.key, self.read, default, "auto")


@dataclass(frozen=True)
class Windows(Field[tuple[Window | None, ...]]):
    """A window for each of so many pictures, () where none has one: p1.window=0,1,0,1&p2.window=auto."""

    edge: Number
    letter: str
    most: int

    def changes(self, key: str, value: tuple[Window | None, ...], before: tuple[Window | None, ...]) -> dict[str, str]:
        return _numbered(Numbers(self.edge, 4), self.letter, "window", self._padded(value), before)

    def from_query(self, query: Query, scope: Scope, default: tuple[Window | None, ...]) -> tuple[Window | None, ...]:
        kind = Numbers(self.edge, 4)
        scopes = [Scope(f"{self.letter}{i}.window", scope.fields, scope.around) for i in range(1, self.most + 1)]
        windows = [kind.from_query(query, of_one, window) for of_one, window in zip(scopes, self._padded(default), strict=True)]
        return cast(tuple[Window | None, ...], tuple(windows) if any(windows) else ())

    def _padded(self, windows: tuple[Window | None, ...]) -> tuple[Window | None, ...]:
        return (*windows, *(None,) * self.most)[: self.most]


@dataclass(frozen=True)
class OtherItem(Field[str]):
    """In a numbered setup, an item in place of the one that the setup around it picks by the same key: p1.surface=logistic. "": the same.

    items: those that can replace one another.
    """

    items: Callable[[], Collection[str]]

    def to_query(self, key: str, value: str) -> dict[str, str]:
        return {key: value} if value else {}

    def from_query(self, query: Query, scope: Scope, default: str) -> str:
        read = query.take(scope.prefix + scope.key, lambda name: known(name, self.items()), default, default or _name_around(scope))
        return self.fitted(scope, read)

    def fitted(self, scope: Scope, value: str) -> str:
        """ "" where it is the same, or where nothing can stand for that one."""
        return value if value and value != _name_around(scope) and _name_around(scope) in self.items() else ""


@dataclass(frozen=True)
class Overrides(Field[Settings]):
    """In a numbered setup, its own settings of the item that the setup around it picks by the same key: p1.data.x1=length.

    item: the field of the numbered setup that may name another item.
    """

    menu: Menu[Entry]
    item: str = ""

    def _settings(self, scope: Scope) -> tuple[Setting, ...]:
        return self.menu.fields(str(scope.fields.get(self.item) or _name_around(scope)))

    def to_query(self, key: str, value: Settings) -> dict[str, str]:
        return {f"{key}.{name}": text(setting) for name, setting in value}

    def from_query(self, query: Query, scope: Scope, default: Settings) -> Settings:
        return _settings(query, scope.prefix + scope.key, self._settings(scope), default)

    def fitted(self, scope: Scope, value: Settings) -> Settings:
        """Those that the item has, and takes: another data set has other columns."""
        kinds = {kind.name: kind for kind in self._settings(scope)} if value else {}
        return tuple((name, setting) for name, setting in value if name in kinds and _takes(kinds[name], setting))


@dataclass(frozen=True)
class Name(Field[str]):
    """A name out of those that the reader of an address knows; "": none. unknown: the message about another `{name}`."""

    unknown: str

    def from_query(self, query: Query, scope: Scope, default: str) -> str:
        name = query.left.pop(scope.key, "")
        if name and name not in query.names:
            query.refused.append(message(self.unknown, name=quoted(name)))
            return ""
        return name


def _numbered(kind: Kind, letter: str, key: str, now: Sequence[object], before: Sequence[object]) -> dict[str, str]:
    """The ranges that are not as before."""
    old = (*before, *[None] * len(now))
    return {k: v for i, range_ in enumerate(now) for k, v in kind.changes(f"{letter}{i + 1}.{key}", range_, old[i]).items()}


def _name_around(scope: Scope) -> str:
    """The item that is picked around a numbered setup."""
    return cast(Pick, scope.around[scope.key]).name


def _takes(kind: Setting, value: Value) -> bool:
    try:
        kind.read(value)
    except Refusal:
        return False
    return True


def _apart(low: float, high: float) -> bool:
    return high - low > 1e-9 * max(1.0, math.fabs(low), math.fabs(high))


# ------------------------------------------------------------------------------------------------------------ what follows from them


F = TypeVar("F", bound=Callable[..., object])


def _cached(function: F) -> F:
    """functools.cache for a function of classes: mypy takes no class with fields for hashable."""
    return cast(F, functools.cache(function))


@_cached
def parts(record: type[Setup]) -> tuple[Part, ...]:
    """What a kind of setup is made of. A setting carries its key as its name."""
    made = []
    for field in fields(record):
        kind, key = cast(Kind, field.metadata["kind"]), field.metadata["key"] or field.name
        made.append(Part(field.name, key, replace(kind, name=key) if isinstance(kind, Setting) else kind))
    return tuple(made)


@_cached
def settings_of(record: type[Setup]) -> Mapping[str, Setting]:
    """The settings of a kind of setup, by the names of its fields."""
    return MappingProxyType({part.name: part.kind for part in parts(record) if isinstance(part.kind, Setting)})


@_cached
def menus_of(*records: type[Setup]) -> Mapping[str, Mapping[str, Entry]]:
    """Everything that these kinds of setups pick from, by the name of the menu."""
    menus: dict[str, Mapping[str, Entry]] = {}
    for kind in (part.kind for record in records for part in parts(record)):
        if isinstance(kind, OneItem | Items):
            menus[kind.menu.name] = kind.menu.items()
        elif isinstance(kind, Records):
            menus |= menus_of(kind.record)
    return MappingProxyType(menus)
