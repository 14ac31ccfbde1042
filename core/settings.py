"""What a person can set, and what a pick is.

The kind of a setting alone decides what may compile: a Number is traced (a slider, never a recompile), an Option is static (a menu,
one compile each), a Count has a static capacity while the count itself is traced.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.catalogue import Item
from core.messages import N_, Refusal, Value, message, quoted
from core.query import Field

Pair = tuple[float, float]
Window = tuple[float, float, float, float]  # a low, a high, b low, b high


@dataclass(frozen=True)
class Number(Field[float]):
    """A traced number: a slider from `low` to `high`, linear, logarithmic, or wide: linear near 0 and logarithmic far out, on both
    sides. It never recompiles."""

    name: str
    label: str
    default: float
    low: float
    high: float
    log: bool = False
    symbol: str = ""
    wide: bool = False
    nearest: bool = False  # what lies beyond the range becomes its nearest end, since the default may be worse than either

    def read(self, raw: Value) -> float:
        try:
            value = float(raw)
        except ValueError:
            raise Refusal(message(N_("{name} must be a number"), name=self.name)) from None
        if not (math.isfinite(value) and self.low <= value <= self.high):
            near = self.nearest and math.isfinite(value) and (value > 0 or not self.log)
            raise Refusal(
                message(
                    N_("{name} must lie between {low} and {high}"),
                    name=self.name,
                    low=f"{self.low:g}",
                    high=f"{self.high:g}",
                ),
                nearest=min(max(value, self.low), self.high) if near else None,
            )
        return value


@dataclass(frozen=True)
class Option(Field[str | int]):
    """A menu. Where it shapes a formula it is static: a new choice compiles once."""

    name: str
    label: str
    default: str | int
    choices: tuple[str | int, ...]
    labels: tuple[str, ...] = ()

    def read(self, raw: Value) -> str | int:
        chosen = next((choice for choice in self.choices if str(choice) == str(raw)), None)
        if chosen is None:
            raise Refusal(message(N_("{name} has no choice {choice}"), name=self.name, choice=quoted(str(raw))))
        return chosen

    def label_of(self, choice: str | int) -> str:
        return dict(zip(self.choices, self.labels, strict=False)).get(choice, str(choice))


@dataclass(frozen=True)
class Count(Field[int]):
    """A whole number whose capacity is static (16, 32, 64 ...) while the count itself is traced."""

    name: str
    label: str
    default: int
    low: int
    high: int
    log: bool = False

    def read(self, raw: Value) -> int:
        try:
            value = int(str(raw)) if len(str(raw)) < 20 else self.high + 1
        except ValueError:
            raise Refusal(message(N_("{name} must be a whole number"), name=self.name)) from None
        if not self.low <= value <= self.high:
            raise Refusal(message(N_("{name} must lie between {low} and {high}"), name=self.name, low=self.low, high=self.high))
        return value


Setting = Number | Option | Count


def option_of(name: str, label: str, default: str, items: Mapping[str, Item]) -> Option:
    """An Option whose choices are the items of a catalogue."""
    return Option(name, label, default, tuple(items), tuple(item.label for item in items.values()))


def capacity(count: int, sizes_per_doubling: int = 1) -> int:
    """The smallest of 16, 32, 64, 128 ... that holds `count`; with more sizes between them, 4: 16, 20, 24, 28, 32, 40 ..."""
    most = max(16, 1 << (count - 1).bit_length())
    step = max(1, most // (2 * sizes_per_doubling))
    return max(16, -(-count // step) * step)


@dataclass(frozen=True)
class Pick:
    """An item by name with what was set on it; what is not set has the item's default."""

    name: str
    settings: tuple[tuple[str, Value], ...] = ()

    def having(self, **changes: Value) -> "Pick":
        return pick(self.name, **(dict(self.settings) | changes))


def pick(name: str, **settings: Value) -> Pick:
    return Pick(name, tuple(sorted(settings.items())))


def values(picked: Pick, fields: tuple[Setting, ...]) -> dict[str, Value]:
    """Every setting of the item by name: what was set, else the default."""
    return {field.name: field.default for field in fields} | dict(picked.settings)


def numbers(picked: Pick, fields: tuple[Setting, ...]) -> dict[str, float]:
    """The traced part of a pick."""
    chosen = values(picked, fields)
    return {field.name: float(chosen[field.name]) for field in fields if not isinstance(field, Option)}


def options(picked: Pick, fields: tuple[Setting, ...]) -> tuple[tuple[str, str], ...]:
    """The static part of a pick, hashable."""
    chosen = values(picked, fields)
    return tuple((field.name, str(chosen[field.name])) for field in fields if isinstance(field, Option))
