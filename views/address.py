"""The address and back: an Experiment (or a Deep, or a Masked) as flat text, `surface=network&surface.gain=8&o1=adam&o1.rate=0.01&v=1`.

What equals the page's opening scene is left out. Reading never raises: what cannot be read becomes the opening scene's, and one line
says so.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TypeVar, cast

from core.messages import N_, Message, Refusal, Value, message, quoted
from core.settings import Number, Pick, Setting, Window
from labs.deep import setup as deep
from labs.deep.setup import MOST_LOSSES, MOST_NETS, Deep
from labs.masks import setup as masks_setup
from labs.masks.setup import Masked
from labs.plane.setup import EDGE, FIELDS, MOST_OPTIMIZERS, MOST_PANELS, POINT, Experiment, Panel, Settings, surfaces
from views import view_state
from views.menus import fields_of, menus
from views.view_state import ViewState

VERSION = "1"
LANGUAGE = "lang"
_PICKS = {"data": "data", "surface": "surface", "schedule": "schedule"}  # field of an Experiment -> its menu
_OTHERWISE = ("data", "surface")  # what of a panel holds settings that it has otherwise
_POINTS = {"start": (POINT, 2), "point": (POINT, 2), "window": (EDGE, 4)}
_DEEP_PICKS = {"data": "data", "features": "features", "optimizer": "optimizer", "schedule": "schedule", "slice": "slice"}

Setup = Experiment | Deep | Masked  # whatever a page draws
PLAIN: Mapping[type[Setup], Mapping[str, Setting]] = {Masked: masks_setup.FIELDS}  # those that hold settings and nothing else

T = TypeVar("T", bound=Setup | ViewState)
E = TypeVar("E", bound=Setup)
S = TypeVar("S")


def write(experiment: E, view: ViewState, opening: E) -> dict[str, str]:
    """The query of a scene, beside the page's opening scene."""
    if isinstance(experiment, Deep):
        assert isinstance(opening, Deep)
        query = _write_deep(experiment, opening)
    elif isinstance(experiment, Experiment):
        assert isinstance(opening, Experiment)
        query = _write_experiment(experiment, opening)
    else:
        query = _changed(experiment, opening, PLAIN[type(experiment)])
    for field in fields(view):
        if getattr(view, field.name) != field.default:
            query[field.name] = str(getattr(view, field.name))
    return query | {"v": VERSION} if query else {}


def _write_deep(experiment: Deep, opening: Deep) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, menu in _DEEP_PICKS.items():
        if getattr(experiment, name) != getattr(opening, name):
            query |= _flat(name, getattr(experiment, name), menu)
    if experiment.nets != opening.nets:
        for i, picked in enumerate(experiment.nets, 1):
            query |= _flat(f"n{i}", picked, "normalization")
    if experiment.losses != opening.losses:
        for i, picked in enumerate(experiment.losses, 1):
            query |= _flat(f"l{i}", picked, "class_loss")
    for i in range(MOST_NETS):
        if experiment.window(i) != opening.window(i):
            query[f"p{i + 1}.window"] = _edges(experiment.window(i))
    return query | _changed(experiment, opening, deep.FIELDS)


def _write_experiment(experiment: Experiment, opening: Experiment) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, menu in _PICKS.items():
        if getattr(experiment, name) != getattr(opening, name):
            query |= _flat(name, getattr(experiment, name), menu)
    if tuple(map(_whole, experiment.panels)) != tuple(map(_whole, opening.panels)):
        for i, panel in enumerate(experiment.panels, 1):
            query |= _flat(f"p{i}.features", panel.features, "features") | _flat(f"p{i}.hidden", panel.hidden, "hidden")
            query |= {f"p{i}.surface": panel.model} if panel.model else {}
            query |= {f"p{i}.{part}.{name}": _text(value) for part in _OTHERWISE for name, value in getattr(panel, part)}
    if experiment.optimizers != opening.optimizers:
        for i, picked in enumerate(experiment.optimizers, 1):
            query |= _flat(f"o{i}", picked, "optimizer")
    query |= _changed(experiment, opening, FIELDS)
    for name in _POINTS:
        point = getattr(experiment, name)
        if point != getattr(opening, name):
            query[name] = "auto" if point is None else ",".join(_text(float(value)) for value in point)
    for i, panel in enumerate(experiment.panels):
        before = opening.panels[i].window if i < len(opening.panels) else None
        if panel.window != before:
            query[f"p{i + 1}.window"] = _edges(panel.window)
    return query


def _changed(record: E, opening: E, settings: Mapping[str, Setting]) -> dict[str, str]:
    """The settings that are not as in the opening scene."""
    return {name: _text(getattr(record, name)) for name in settings if getattr(record, name) != getattr(opening, name)}


def _edges(window: Window | None) -> str:
    return "auto" if window is None else ",".join(_text(float(value)) for value in window)


def read(query: Mapping[str, str], opening: E, lessons: frozenset[str] = frozenset()) -> tuple[E, ViewState, list[Message]]:
    """The scene that an address means, and what was refused on the way."""
    reader = _Reader(query)
    if isinstance(opening, Deep):
        changes = _read_deep(reader, opening)
    elif isinstance(opening, Experiment):
        changes = _read_experiment(reader, opening)
    else:
        changes = reader.settings(opening, PLAIN[type(opening)])
    seen = reader.settings(ViewState(), view_state.FIELDS)
    lesson = reader.take("lesson") or ""
    if lesson and lesson not in lessons:
        reader.refused.append(message(N_("There is no lesson {name}."), name=quoted(lesson)))
        lesson = ""
    reader.leftover()
    return _with(opening, changes), _with(ViewState(lesson=lesson), seen), reader.refused


def _read_experiment(reader: "_Reader", opening: Experiment) -> dict[str, object]:
    changes: dict[str, object] = {name: reader.pick(name, menu, getattr(opening, name)) for name, menu in _PICKS.items()}
    names = {"data": cast(Pick, changes["data"]).name, "surface": cast(Pick, changes["surface"]).name}
    changes["panels"] = reader.panels(opening.panels, names)
    changes["optimizers"] = reader.optimizers(opening.optimizers)
    changes |= reader.settings(opening, FIELDS)
    changes |= {name: reader.point(name, field, count, getattr(opening, name)) for name, (field, count) in _POINTS.items()}
    return changes


def _read_deep(reader: "_Reader", opening: Deep) -> dict[str, object]:
    changes: dict[str, object] = {name: reader.pick(name, menu, getattr(opening, name)) for name, menu in _DEEP_PICKS.items()}
    changes["nets"] = reader.once("n", "normalization", MOST_NETS, opening.nets)
    changes["losses"] = reader.once("l", "class_loss", MOST_LOSSES, opening.losses)
    windows = [reader.window(f"p{i + 1}.window", opening.window(i)) for i in range(MOST_NETS)]
    changes["windows"] = tuple(windows) if any(windows) else ()
    return changes | reader.settings(opening, deep.FIELDS)


def _whole(panel: Panel) -> Panel:
    """Without the window that a person zoomed to: it has a key of its own."""
    return replace(panel, window=None)


def _with(record: T, changes: Mapping[str, object]) -> T:
    return replace(record, **changes)  # type: ignore[arg-type]  # each value was read by the field's own kind


def _text(value: Value) -> str:
    """Numbers as short as they can be and still read back the same."""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _flat(key: str, picked: Pick, menu: str) -> dict[str, str]:
    defaults = {field.name: field.default for field in fields_of(menu, picked.name)}
    changed = {name: value for name, value in picked.settings if value != defaults.get(name)}
    return {key: picked.name} | {f"{key}.{name}": _text(value) for name, value in changed.items()}


class _Reader:
    """Takes values out of a query one by one, and remembers what it had to refuse."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.left = dict(query)
        self.refused: list[Message] = []
        version = self.take("v")
        if version not in (None, VERSION):
            self.refused.append(message(N_("This link is of version {v}; it is read as version 1."), v=quoted(str(version))))
        self.take(LANGUAGE)

    def take(self, key: str) -> str | None:
        return self.left.pop(key, None)

    def value(self, key: str, field: Setting, default: Value) -> Value:
        raw = self.take(key)
        if raw is None:
            return default
        try:
            return field.read(raw)
        except Refusal as refusal:
            self._refuse(key, raw, refusal.said, default)
            return default

    def settings(self, opening: Setup | ViewState, fields: Mapping[str, Setting]) -> dict[str, object]:
        return {name: self.value(name, field, getattr(opening, name)) for name, field in fields.items()}

    def pick(self, key: str, menu: str, default: Pick) -> Pick:
        name, base = self.take(key), default
        if name is not None:
            if name in menus()[menu]:
                base = Pick(name)
            else:
                self._refuse(key, name, message(N_("not known")), default.name)
        fields_here = {field.name: field for field in fields_of(menu, base.name)}
        settings = dict(base.settings)
        for name, field in fields_here.items():
            if f"{key}.{name}" in self.left:
                settings[name] = self.value(f"{key}.{name}", field, settings.get(name, field.default))
        kept = {name: value for name, value in settings.items() if name in fields_here and value != fields_here[name].default}
        return Pick(base.name, tuple(sorted(kept.items())))

    def panels(self, default: tuple[Panel, ...], names: Mapping[str, str]) -> tuple[Panel, ...]:
        """As many as the address names; what it refuses, or does not name, is the opening scene's. names: of the data and the surface."""

        default = tuple(
            replace(
                panel,
                data=_in(fields_of("data", names["data"]), panel.data),
                surface=_in(fields_of("surface", panel.model or names["surface"]), panel.surface),
            )
            for panel in default
        )

        def one(i: int) -> Panel:
            base = default[i - 1] if i <= len(default) else Panel()
            whole = f"p{i}.features" in self.left  # then what it does not say of a panel is nothing
            features, hidden = self.pick(f"p{i}.features", "features", base.features), self.pick(f"p{i}.hidden", "hidden", base.hidden)
            model = self._model(f"p{i}.surface", "" if whole else base.model, names["surface"])
            of = {**names, "surface": model or names["surface"]}
            data, surface = (self._otherwise(f"p{i}.{part}", part, of[part], () if whole else getattr(base, part)) for part in _OTHERWISE)
            return Panel(features, hidden, base.window, data, surface, model)

        panels = self._several("p", ("features", "hidden", *_OTHERWISE), MOST_PANELS, one, default)
        return tuple(self._looked_at(f"p{i}.window", panel) for i, panel in enumerate(panels, 1))

    def _model(self, key: str, base: str, whole: str) -> str:
        """Another surface of data: "" where it is the experiment's, or where that is a formula."""
        name = self.take(key)
        if name is None:
            name = base
        elif name not in surfaces() or not surfaces()[name].needs_data:
            self._refuse(key, name, message(N_("not known")), base or whole)
            name = base
        return name if name != whole and surfaces()[whole].needs_data else ""

    def _otherwise(self, key: str, menu: str, name: str, base: Settings) -> Settings:
        """Settings that a panel has otherwise, of an item of a menu."""
        found = dict(base)
        for field in fields_of(menu, name):
            if f"{key}.{field.name}" in self.left:
                found[field.name] = self.value(f"{key}.{field.name}", field, found.get(field.name, field.default))
        return tuple(sorted((field.name, found[field.name]) for field in fields_of(menu, name) if field.name in found))

    def _looked_at(self, key: str, panel: Panel) -> Panel:
        window = self.window(key, panel.window)
        return panel if window == panel.window else replace(panel, window=window)

    def window(self, key: str, default: Window | None) -> Window | None:
        return cast(Window | None, self.point(key, EDGE, 4, default))

    def optimizers(self, default: tuple[Pick, ...]) -> tuple[Pick, ...]:
        def one(i: int) -> Pick:
            return self.pick(f"o{i}", "optimizer", default[i - 1] if i <= len(default) else Pick("gradient_descent"))

        return self._several("o", (), MOST_OPTIMIZERS, one, default)

    def once(self, letter: str, menu: str, most: int, default: tuple[Pick, ...]) -> tuple[Pick, ...]:
        """Numbered items of a menu, each of them once."""
        first = next(iter(menus()[menu]))

        def one(i: int) -> Pick:
            return self.pick(f"{letter}{i}", menu, default[i - 1] if i <= len(default) else Pick(first))

        found = self._several(letter, (), most, one, default)
        once = {picked.name: picked for picked in reversed(found)}
        for picked in found:
            if once[picked.name] != picked or found.count(picked) > 1:
                self.refused.append(message(N_("{name} stands twice; the first counts."), name=quoted(picked.name)))
                break
        return tuple(once[name] for name in dict.fromkeys(picked.name for picked in found))

    def _several(self, letter: str, parts: tuple[str, ...], most: int, one: Callable[[int], S], default: tuple[S, ...]) -> tuple[S, ...]:
        """Numbered picks. Where every one that is named was refused, the opening scene's stay as they are."""
        heads = {f"{letter}{i}.{part}" if part else f"{letter}{i}": i for i in range(1, most + 1) for part in parts or ("",)}
        named = {head: i for head, i in heads.items() if any(key == head or key.startswith(f"{head}.") for key in self.left)}
        before = set(self.left)
        refused = len(self.refused)
        read = tuple(one(i) for i in range(1, max(named.values(), default=0) + 1))
        taken = len(before - set(self.left)) - (len(self.refused) - refused)
        return read if taken > 0 else default

    def point(self, key: str, field: Number, count: int, default: tuple[float, ...] | None) -> tuple[float, ...] | None:
        raw = self.take(key)
        if raw is None:
            return default
        if raw == "auto":
            return None
        try:
            values = tuple(field.read(part) for part in raw.split(","))
        except Refusal as refusal:
            self._refuse(key, raw, refusal.said, "auto")
            return default
        if len(values) != count or (count == 4 and not (_apart(values[0], values[1]) and _apart(values[2], values[3]))):
            said = N_("{count} numbers with commas") if count == 2 else N_("{count} numbers with commas, each range from low to high")
            self._refuse(key, raw, message(said, count=count), "auto")
            return default
        return values

    def leftover(self) -> None:
        for key in self.left:
            self.refused.append(message(N_("{key} is not known here and was left out."), key=quoted(key)))

    def _refuse(self, key: str, raw: str, why: Message, instead: Value) -> None:
        self.refused.append(
            message(N_("{given} was not taken ({why}); {instead} instead."), given=quoted(f"{key}={raw}"), why=why, instead=instead)
        )


def _in(item: tuple[Setting, ...], otherwise: Settings) -> Settings:
    """Those settings that an item has, with values that it takes: another data set has other columns."""

    def taken(field: Setting, value: Value) -> bool:
        try:
            field.read(value)
        except Refusal:
            return False
        return True

    by_name = {field.name: field for field in item}
    return tuple((name, value) for name, value in otherwise if name in by_name and taken(by_name[name], value))


def _apart(low: float, high: float) -> bool:
    return high - low > 1e-9 * max(1.0, math.fabs(low), math.fabs(high))
