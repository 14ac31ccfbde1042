"""The address and back: a setup as flat text, `surface=network&surface.gain=8&o1=adam&o1.rate=0.01&v=1`, by what its fields declare.

What equals the page's opening scene is left out. Reading never raises: what cannot be read becomes the opening scene's, and one line
says so.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar, cast

from core.messages import N_, Message, Refusal, Value, message, quoted
from core.settings import Count, Number, Option, Pick, Setting, Window
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
    Part,
    Records,
    Settings,
    Setup,
    Windows,
    parts,
)

VERSION = "1"
LANGUAGE = "lang"

E = TypeVar("E", bound=Setup)
V = TypeVar("V", bound=Setup)
S = TypeVar("S")
R = TypeVar("R", bound=Setup)


def write(setup: E, view: V, opening: E) -> dict[str, str]:
    """The query of a scene, a setup and a view of it, beside the page's opening setup and the view's defaults."""
    query = _changed(setup, opening) | _changed(view, type(view)())
    return query | {"v": VERSION} if query else {}


def read(query: Mapping[str, str], opening: E, view: V, names: Collection[str] = ()) -> tuple[E, V, list[Message]]:
    """The scene that an address means, and what was refused on the way. names: those that a Name may be."""
    reader = _Reader(query, names)
    setup, seen = reader.setup(opening), reader.setup(view)
    return setup, seen, reader.refused + [message(N_("{key} is not known here and was left out."), key=quoted(key)) for key in reader.left]


def _changed(setup: E, opening: E) -> dict[str, str]:
    """What is not as in the opening scene."""
    query: dict[str, str] = {}
    for name, key, kind in parts(type(setup)):
        value, before = getattr(setup, name), getattr(opening, name)
        match kind:
            case Records():
                query |= _records(kind, value, before)
            case Windows():
                query |= _numbered(kind.letter, "window", _padded(kind, value), before)
            case _ if value != before:
                query |= _flat(key, kind, value)
    return query


def _records(kind: Records, setups: Sequence[Setup], before: Sequence[Setup]) -> dict[str, str]:
    """All of every one where any has changed. Ranges of numbers apart: each by itself, where it has changed."""
    query: dict[str, str] = {}
    whole = [part for part in parts(kind.record) if not isinstance(part.kind, Numbers)]
    if [[getattr(one, part.name) for part in whole] for one in setups] != [[getattr(one, part.name) for part in whole] for one in before]:
        for i, one in enumerate(setups, 1):
            for part in whole:
                query |= _flat(f"{kind.letter}{i}.{part.key}", part.kind, getattr(one, part.name))
    for part in parts(kind.record):
        if isinstance(part.kind, Numbers):
            windows, old = ([getattr(one, part.name) for one in some] for some in (setups, before))
            query |= _numbered(kind.letter, part.key, windows, old)
    return query


def _numbered(letter: str, key: str, now: Sequence[Window | None], before: Sequence[Window | None]) -> dict[str, str]:
    old = (*before, *[None] * len(now))
    return {f"{letter}{i + 1}.{key}": _numbers(one) for i, one in enumerate(now) if one != old[i]}


def _padded(kind: Windows, windows: tuple[Window | None, ...]) -> tuple[Window | None, ...]:
    return (*windows, *(None,) * kind.most)[: kind.most]


def _flat(key: str, kind: Kind, value: object) -> dict[str, str]:
    """A field by itself."""
    match kind, value:
        case OneItem(), Pick():
            return _pick(key, kind.menu, value)
        case Items(), tuple():
            return {k: v for i, one in enumerate(value, 1) for k, v in _pick(f"{kind.letter}{i}", kind.menu, one).items()}
        case Overrides(), tuple():
            return {f"{key}.{name}": _text(one) for name, one in value}
        case OtherItem(), str():
            return {key: value} if value else {}
        case Numbers(), _:
            return {key: _numbers(cast(tuple[float, ...] | None, value))}
    return {key: _text(cast(Value, value))}


def _pick(key: str, menu: Menu[Entry], picked: Pick) -> dict[str, str]:
    defaults = {field.name: field.default for field in menu.fields(picked.name)}
    changed = {name: value for name, value in picked.settings if value != defaults.get(name)}
    return {key: picked.name} | {f"{key}.{name}": _text(value) for name, value in changed.items()}


def _numbers(values: tuple[float, ...] | None) -> str:
    return "auto" if values is None else ",".join(_text(float(value)) for value in values)


def _text(value: Value) -> str:
    """Numbers as short as they can be and still read back the same."""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class _Reader:
    """Takes values out of a query one by one, and remembers what it had to refuse."""

    def __init__(self, query: Mapping[str, str], names: Collection[str]) -> None:
        self.left, self.names = dict(query), names
        self.refused: list[Message] = []
        version = self.left.pop("v", VERSION)
        if version != VERSION:
            self.refused.append(message(N_("This link is of version {v}; it is read as version 1."), v=quoted(version)))
        self.left.pop(LANGUAGE, None)

    def setup(self, opening: E, chosen: Sequence[Part] = (), prefix: str = "", around: Mapping[str, object] = MappingProxyType({})) -> E:
        """The setup that the address means, field by field. around: the fields, as read, of the setup that it is numbered in."""
        done: dict[str, object] = {}
        for name, key, kind in chosen or parts(type(opening)):
            done[name] = self._field(prefix, key, kind, getattr(opening, name), done, around)
        return replace(opening, **done)

    def _field(
        self, prefix: str, key: str, kind: Kind, default: object, done: Mapping[str, object], around: Mapping[str, object]
    ) -> object:
        match kind, default:
            case OneItem(), Pick():
                return self._pick(prefix + key, kind.menu, default)
            case Items(), tuple():
                return self._items(kind, default)
            case Records(), tuple():
                return self._records(kind, default, done)
            case Numbers(), (tuple() | None):
                return self._numbers(prefix + key, kind, default)
            case Windows(), tuple():
                edges = Numbers(kind.edge, 4)
                windows = [self._numbers(f"{kind.letter}{i + 1}.window", edges, one) for i, one in enumerate(_padded(kind, default))]
                return tuple(windows) if any(windows) else ()
            case OtherItem(), str():
                return self._other(prefix + key, kind, default, _name(around[key]))
            case Overrides(), tuple():
                return self._overrides(prefix + key, kind.menu.fields(str(done.get(kind.item) or _name(around[key]))), default)
            case Name(), _:
                return self._name(key, kind)
            case ((Number() | Count() | Option()), (float() | int() | str())):
                return self._value(prefix + key, kind, default)
        raise TypeError(f"{key} is {default!r}")

    def _value(self, key: str, kind: Setting, default: Value) -> Value:
        raw = self.left.pop(key, None)
        if raw is None:
            return default
        try:
            return kind.read(raw)
        except Refusal as refusal:
            self._refuse(key, raw, refusal.reason, default)
            return default

    def _name(self, key: str, kind: Name) -> str:
        raw = self.left.pop(key, "")
        if raw and raw not in self.names:
            self.refused.append(message(kind.unknown, name=quoted(raw)))
            return ""
        return raw

    def _pick(self, key: str, menu: Menu[Entry], default: Pick) -> Pick:
        name, base = self.left.pop(key, None), default
        if name is not None:
            if name in menu.items():
                base = Pick(name)
            else:
                self._refuse(key, name, message(N_("not known")), default.name)
        settings = dict(self._overrides(key, menu.fields(base.name), base.settings))
        defaults = {field.name: field.default for field in menu.fields(base.name)}
        return Pick(base.name, tuple((name, value) for name, value in settings.items() if value != defaults[name]))

    def _overrides(self, key: str, fields: Sequence[Setting], base: Settings) -> Settings:
        """Settings of an item by name: what the address says, else what `base` has of them."""
        found = dict(base)
        for field in fields:
            if f"{key}.{field.name}" in self.left:
                found[field.name] = self._value(f"{key}.{field.name}", field, found.get(field.name, field.default))
        return tuple(sorted((field.name, found[field.name]) for field in fields if field.name in found))

    def _other(self, key: str, kind: OtherItem, base: str, whole: str) -> str:
        """Another item than that of the setup around it; "" where it is the same, or where nothing can stand for that one."""
        name = self.left.pop(key, None)
        if name is None:
            name = base
        elif name not in kind.items():
            self._refuse(key, name, message(N_("not known")), base or whole)
            name = base
        return name if name != whole and whole in kind.items() else ""

    def _items(self, kind: Items, default: tuple[Pick, ...]) -> tuple[Pick, ...]:
        first = Pick(next(iter(kind.menu.items())))

        def one(i: int) -> Pick:
            return self._pick(f"{kind.letter}{i}", kind.menu, default[i - 1] if i <= len(default) else first)

        found = self._several(kind.letter, [""], kind.most, one, default)
        if not kind.once:
            return found
        once = {picked.name: picked for picked in reversed(found)}
        twice = next((one for one in found if once[one.name] != one or found.count(one) > 1), None)
        if twice is not None:
            self.refused.append(message(N_("{name} stands twice; the first counts."), name=quoted(twice.name)))
        return tuple(once[name] for name in dict.fromkeys(picked.name for picked in found))

    def _records(self, kind: Records, default: tuple[Setup, ...], around: Mapping[str, object]) -> tuple[Setup, ...]:
        """As many as the address names; what it refuses, or does not name, is the opening scene's."""
        whole = [part for part in parts(kind.record) if not isinstance(part.kind, Numbers)]
        ranges = [part for part in parts(kind.record) if isinstance(part.kind, Numbers)]
        default = tuple(_fitting(one, around) for one in default)
        nothing = kind.record()

        def one(i: int) -> Setup:
            base, prefix = default[i - 1] if i <= len(default) else nothing, f"{kind.letter}{i}."
            if prefix + whole[0].key in self.left:  # then what it does not say of what is around it is nothing
                theirs = [part.name for part in whole if isinstance(part.kind, OtherItem | Overrides)]
                base = replace(base, **{name: getattr(nothing, name) for name in theirs})
            return self.setup(base, whole, prefix, around)

        found = self._several(kind.letter, [f".{part.key}" for part in whole], kind.most, one, default)
        return tuple(self.setup(one, ranges, f"{kind.letter}{i}.", around) for i, one in enumerate(found, 1))

    def _several(self, letter: str, keys: Sequence[str], most: int, one: Callable[[int], S], default: tuple[S, ...]) -> tuple[S, ...]:
        """Numbered picks or setups. Where every one that is named was refused, the opening scene's stay as they are."""
        heads = {f"{letter}{i}{key}": i for i in range(1, most + 1) for key in keys}
        named = [i for head, i in heads.items() if any(key == head or key.startswith(f"{head}.") for key in self.left)]
        before, refused = len(self.left), len(self.refused)
        found = tuple(one(i) for i in range(1, max(named, default=0) + 1))
        return found if before - len(self.left) > len(self.refused) - refused else default

    def _numbers(self, key: str, kind: Numbers, default: tuple[float, ...] | None) -> tuple[float, ...] | None:
        raw = self.left.pop(key, None)
        if raw is None:
            return default
        if raw == "auto":
            return None
        try:
            values = tuple(kind.each.read(part) for part in raw.split(","))
        except Refusal as refusal:
            self._refuse(key, raw, refusal.reason, "auto")
            return default
        if len(values) != kind.count or (kind.count == 4 and not (_apart(values[0], values[1]) and _apart(values[2], values[3]))):
            said = N_("{count} numbers with commas") if kind.count == 2 else N_("{count} numbers with commas, each range from low to high")
            self._refuse(key, raw, message(said, count=kind.count), "auto")
            return default
        return values

    def _refuse(self, key: str, raw: str, why: Message, instead: Value) -> None:
        self.refused.append(
            message(N_("{given} was not taken ({why}); {instead} instead."), given=quoted(f"{key}={raw}"), why=why, instead=instead)
        )


def _name(picked: object) -> str:
    assert isinstance(picked, Pick)
    return picked.name


def _fitting(setup: R, around: Mapping[str, object]) -> R:
    """With those overrides that the items around it have, and take: another data set has other columns."""
    fitting = {}
    for name, key, kind in parts(type(setup)):
        if isinstance(kind, Overrides):
            fields = {field.name: field for field in kind.menu.fields(getattr(setup, kind.item, "") or _name(around[key]))}
            fitting[name] = tuple((name, value) for name, value in getattr(setup, name) if name in fields and _takes(fields[name], value))
    return replace(setup, **fitting)


def _takes(field: Setting, value: Value) -> bool:
    try:
        field.read(value)
    except Refusal:
        return False
    return True


def _apart(low: float, high: float) -> bool:
    return high - low > 1e-9 * max(1.0, math.fabs(low), math.fabs(high))
