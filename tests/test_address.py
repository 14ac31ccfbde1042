"""A scene as an address and back: nothing is lost, nothing that a stranger's link says is believed, every refusal is said once."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from compute.job import let_go
from compute.memo import memory
from core.address import VERSION, read, write
from core.messages import Value
from core.numerals import numeral
from core.settings import Count, Number, Option, Pick, Setting, pick, values
from core.setup import Setup, menus_of, settings_of
from labs.masks.setup import Masked
from labs.plane.run import PanelResult, run
from labs.plane.setup import MOST_OPTIMIZERS, MOST_PANELS, Experiment, Panel
from lessons.mask_scene import MASKED
from lessons.scenes import ADAPTIVE, BATCHES, ENCODINGS, HIDDEN, MOMENTUM, OUTPUT, RATES, SCALE, SCHEDULES, STUCK, TWO, WORKBENCH
from tests.menus import fields_of, menus
from views.lesson import lessons, scenes
from views.view_state import ViewState

LESSONS = frozenset(lessons())
SCENES = {
    "scale": SCALE,
    "hidden": HIDDEN,
    "rates": RATES,
    "momentum": MOMENTUM,
    "adaptive": ADAPTIVE,
    "batches": BATCHES,
    "schedules": SCHEDULES,
    "stuck": STUCK,
    "workbench": WORKBENCH,
    "encodings": ENCODINGS,
    "output": OUTPUT,
    "two": TWO,
    **{f"lesson {name}": lesson.experiment for name, lesson in lessons().items() if isinstance(lesson.experiment, Experiment)},
}
WHERE = {"data": "data", "surface": "surface", "schedule": "schedule"}  # part of an Experiment that is one pick
PLAIN = ViewState()
quickly = hypothesis(derandomize=True, deadline=None, max_examples=150)


def came_back(experiment: Setup, view: ViewState = PLAIN, opening: Setup = SCALE) -> dict[str, str]:
    """Asserts that the scene survives its address; the address."""
    query = write(experiment, view, opening)
    assert read(query, opening, ViewState(), LESSONS) == (experiment, view, [])
    return query


# every item of every menu, every choice of every option


def put(part: str, picked: Pick) -> Experiment:
    """The Scale page's scene with that item in its place."""
    if part == "optimizer":
        return replace(SCALE, optimizers=(SCALE.optimizers[0], picked))
    if part in ("features", "hidden"):
        return replace(SCALE, panels=(SCALE.panels[0], Panel(picked) if part == "features" else Panel(hidden=picked)))
    return replace(SCALE, **{WHERE[part]: picked})  # type: ignore[arg-type]


def odd(field: Setting) -> Value:
    """A value that is not the default and has many digits, within the range."""
    if isinstance(field, Option):
        return next((choice for choice in field.choices if choice != field.default), field.default)
    if isinstance(field, Count):
        return field.low + (field.high - field.low) // 3 + (field.low + (field.high - field.low) // 3 == field.default)
    return field.low + (field.high - field.low) / 3


def _cases() -> list[tuple[str, Pick]]:
    found = []
    for part, items in menus_of(Experiment).items():
        for name in items:
            fields = fields_of(part, name)
            found.append((part, Pick(name)))
            found += [
                (part, pick(name, **{field.name: choice}))
                for field in fields
                if isinstance(field, Option)
                for choice in field.choices
                if choice != field.default
            ]
            changed = {field.name: odd(field) for field in fields if odd(field) != field.default}
            if changed:
                found.append((part, pick(name, **changed)))
    return found


CASES = _cases()


@pytest.mark.parametrize("part", menus_of(Experiment))
def test_every_item_and_every_choice_comes_back(part: str) -> None:
    there = [picked for where, picked in CASES if where == part]
    assert {picked.name for picked in there} == set(menus()[part])
    for picked in there:
        came_back(put(part, picked))


PLAIN_FIELDS: list[tuple[Setup, str, Setting]] = [
    *((SCALE, name, field) for name, field in settings_of(Experiment).items()),
    *((MASKED, name, field) for name, field in settings_of(Masked).items()),
]


@pytest.mark.parametrize(("opening", "name", "field"), PLAIN_FIELDS, ids=lambda part: part if isinstance(part, str) else "")
def test_every_field_comes_back(opening: Setup, name: str, field: Setting) -> None:
    tried: list[Value] = list(field.choices) if isinstance(field, Option) else [field.low, field.high, odd(field)]
    for value in tried:
        query = came_back(replace(opening, **{name: value}), opening=opening)
        assert set(query) == (set() if value == getattr(opening, name) else {field.name, "v"})


def short(picked: Pick, part: str) -> Pick:
    """Without the settings that have the item's defaults anyway."""
    defaults = {field.name: field.default for field in fields_of(part, picked.name)}
    return Pick(picked.name, tuple((name, value) for name, value in picked.settings if value != defaults[name]))


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_of_a_page_is_its_bare_address_there_and_a_whole_one_elsewhere(name: str) -> None:
    scene = SCENES[name]
    assert came_back(scene, opening=scene) == {}
    came_back(replace(scene, optimizers=tuple(short(picked, "optimizer") for picked in scene.optimizers)), opening=SCALE)


def test_defaults_are_left_out_and_the_version_is_named() -> None:
    assert write(SCALE, ViewState(), SCALE) == {}
    assert write(replace(SCALE, scale2=100.0), ViewState(), SCALE) == {"scale2": "100", "v": VERSION} == {"scale2": "100", "v": "1"}
    spelled = replace(SCALE, surface=pick("network", gain=1.0, activation="tanh"))
    assert write(spelled, ViewState(), SCALE) == {"surface": "network", "surface.activation": "tanh", "v": "1"}
    assert write(SCALE, ViewState(view="surface", panel=1), SCALE) == {"view": "surface", "panel": "1", "v": "1"}


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-3, 123.456789012345678, 2.0**-9, 999.9999999999999, 100.0])
def test_a_number_keeps_every_bit(value: float) -> None:
    came_back(replace(SCALE, scale1=value))


@pytest.mark.parametrize("start", [None, (0.0, 0.0), (-1.5, 1 / 3), (1e6, -1e-300)])
@pytest.mark.parametrize("window", [None, (-1.0, 1.0, -2.0, 2.0), (1 / 3, 0.5, -1e7, 1e7)])
@pytest.mark.parametrize("opening", [SCALE, replace(SCALE, start=(1.0, 2.0), window=(0.0, 1.0, 0.0, 1.0))])
def test_start_and_window_come_back(
    start: tuple[float, float] | None, window: tuple[float, float, float, float] | None, opening: Experiment
) -> None:
    came_back(replace(SCALE, start=start, window=window), opening=opening)


def back_to_defaults(opening: Experiment) -> dict[str, Experiment]:
    """The opening scene, with every item that has settings of its own set back to the item's defaults, one at a time."""
    found = {part: replace(opening, **{part: Pick(getattr(opening, part).name)}) for part in WHERE if getattr(opening, part).settings}  # type: ignore[arg-type]
    for i, picked in enumerate(opening.optimizers):
        if picked.settings:
            plain = (*opening.optimizers[:i], Pick(picked.name), *opening.optimizers[i + 1 :])
            found[f"optimizer {i + 1}"] = replace(opening, optimizers=plain)
    return found


SET_BACK = {f"{name}, {part}": (SCENES[name], e) for name in SCENES for part, e in back_to_defaults(SCENES[name]).items()}


@pytest.mark.parametrize("case", SET_BACK)
def test_a_setting_set_back_to_its_default_comes_back(case: str) -> None:
    opening, experiment = SET_BACK[case]
    came_back(experiment, opening=opening)


# whatever a person picks


def value_of(field: Setting) -> SearchStrategy[Value]:
    if isinstance(field, Option):
        return st.sampled_from(field.choices)
    if isinstance(field, Count):
        return st.integers(field.low, field.high)
    return st.floats(field.low, field.high)


@st.composite
def a_pick(draw: DrawFn, part: str) -> Pick:
    name = draw(st.sampled_from(sorted(menus()[part])))
    fields = {field.name: field for field in fields_of(part, name)}
    set_here = draw(st.sets(st.sampled_from(sorted(fields)))) if fields else set()
    chosen = {field: draw(value_of(fields[field])) for field in sorted(set_here)}
    return pick(name, **{name: value for name, value in chosen.items() if value != fields[name].default})


@st.composite
def an_experiment(draw: DrawFn) -> Experiment:
    panel = st.builds(Panel, a_pick("features"), a_pick("hidden"))
    low, high = -1e7, 1e7
    span = st.tuples(st.floats(low, 0.0), st.floats(1e-3, high))
    return Experiment(
        data=draw(a_pick("data")),
        surface=draw(a_pick("surface")),
        schedule=draw(a_pick("schedule")),
        panels=tuple(draw(st.lists(panel, min_size=1, max_size=MOST_PANELS))),
        optimizers=tuple(draw(st.lists(a_pick("optimizer"), min_size=1, max_size=MOST_OPTIMIZERS))),
        start=draw(st.none() | st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))),
        window=draw(st.none() | st.tuples(span, span).map(lambda sides: (*sides[0], *sides[1]))),
        **{name: draw(value_of(field)) for name, field in settings_of(Experiment).items()},  # type: ignore[arg-type]
    )


@st.composite
def a_view(draw: DrawFn) -> ViewState:
    chosen = {name: draw(value_of(field)) for name, field in settings_of(ViewState).items()}
    return ViewState(lesson=draw(st.sampled_from(["", *sorted(LESSONS)])), **chosen)  # type: ignore[arg-type]


@quickly
@given(an_experiment(), a_view())
def test_whatever_is_picked_comes_back(experiment: Experiment, view: ViewState) -> None:
    query = came_back(experiment, view)
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in query.items())
    assert query.get("v") == VERSION


@quickly
@given(st.fixed_dictionaries({name: value_of(field) for name, field in settings_of(Masked).items()}), a_view())
def test_whatever_is_picked_of_masks_comes_back(chosen: dict[str, Value], view: ViewState) -> None:
    came_back(Masked(**chosen), view, MASKED)  # type: ignore[arg-type]


def test_no_setting_of_masks_has_the_name_of_what_is_shown() -> None:
    assert not set(settings_of(Masked)) & {*settings_of(ViewState), "lesson", "lang", "v"}


CHANGED: dict[str, Callable[[tuple[Panel, ...]], tuple[Panel, ...]]] = {  # of the panels, after another surface or data set
    "the features": lambda panels: (replace(panels[0], features=pick("min_max")), *panels[1:]),
    "their number": lambda panels: panels[1:],
    "a window": lambda panels: (replace(panels[0], window=(0.0, 1.0, 0.0, 1.0)), *panels[1:]),
    "nothing": lambda panels: panels,
}


@pytest.mark.parametrize("changed", CHANGED)
@pytest.mark.parametrize("surface", menus()["surface"])
def test_panels_with_a_model_of_their_own_come_back_beside_every_surface(surface: str, changed: str) -> None:
    """A formula has no other model of the same data; a model is not another one than itself."""
    linked, _, _ = read({"surface": surface}, ENCODINGS, ViewState())
    assert linked == replace(ENCODINGS, surface=Pick(surface))
    came_back(replace(linked, panels=CHANGED[changed](linked.panels)), opening=ENCODINGS)
    assert all(panel.model != surface for panel in linked.panels)
    assert menus()["surface"][surface].needs_data or not any(panel.model for panel in linked.panels)  # type: ignore[attr-defined]


def test_panels_keep_no_setting_that_their_data_do_not_have() -> None:
    scene = replace(ENCODINGS, data=Pick("wine"))
    assert all(panel.data == () for panel in scene.panels)
    came_back(replace(scene, panels=scene.panels[1:]), opening=ENCODINGS)


# whatever a stranger writes


JUNK = (
    *("", " ", "nan", "NaN", "inf", "-inf", "1e999", "-1e999", "1e-999", "-1", "0", "-0", "1.5", "0x10", "1_0", "٣", "１"),
    *("9" * 19, "9" * 5000, "None", "true", "Iris", "IRIS", "ADAM", "Best", "best", "network", "adam", "auto", "auto,auto"),
    *(",", ",,,", "1,2", "1,2,3,4", "nan,nan", "4,3,2,1", "<script>alert(1)</script>", "`", "{name}", "%s", "a\nb", "\x00", "🦜", "[]"),
)
KEYS = (
    *(field.name for record in (Experiment, ViewState) for field in settings_of(record).values()),
    *("data", "data.x1", "data.target", "data.rho", "data.", "surface", "surface.gain", "surface.loss", "surface.", "schedule"),
    *("schedule.tau", "p1.features", "p1.features.amount", "p1.hidden", "p1.hidden.epsilon", "p2.features", "p3.hidden", "p1.", "p1"),
    *("o1", "o1.rate", "o2", "o2.rate", "o4", "o4.", "o5", "start", "window", "lesson", "v", "lang", "", ".", "o1.o1.rate"),
)


@quickly
@given(st.dictionaries(st.sampled_from((*settings_of(Masked), *KEYS)) | st.text(max_size=8), st.sampled_from(JUNK), max_size=12))
def test_reading_masks_never_raises_and_what_it_reads_can_be_had(query: dict[str, str]) -> None:
    found, _, refused = read(query, MASKED, ViewState(), LESSONS)
    assert len(refused) <= len(query)
    assert all(field.read(getattr(found, name)) == getattr(found, name) for name, field in settings_of(Masked).items())


@quickly
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), st.sampled_from(JUNK) | st.text(max_size=60), max_size=12))
def test_reading_never_raises_and_what_it_reads_can_be_had(query: dict[str, str]) -> None:
    for opening in (SCALE, RATES):
        experiment, view, refused = read(query, opening, ViewState(), LESSONS)
        assert len(refused) <= len(query)
        assert all(said.english for said in refused)
        for name, field in settings_of(Experiment).items():
            assert field.read(getattr(experiment, name)) == getattr(experiment, name)
        for name, field in settings_of(ViewState).items():
            assert field.read(getattr(view, name)) == getattr(view, name)
        assert 1 <= len(experiment.panels) <= MOST_PANELS
        assert 1 <= len(experiment.optimizers) <= MOST_OPTIMIZERS
        picks = [(part, getattr(experiment, part)) for part in WHERE] + [("optimizer", picked) for picked in experiment.optimizers]
        picks += [("features", panel.features) for panel in experiment.panels] + [("hidden", panel.hidden) for panel in experiment.panels]
        for part, picked in picks:
            fields = {field.name: field for field in fields_of(part, picked.name)}
            assert set(values(picked, tuple(fields.values()))) == set(fields)
            assert all(fields[name].read(value) == value for name, value in picked.settings)


REFUSED = [
    *(("data", raw) for raw in ("Iris", "", "iris ", "<b>iris</b>", "../iris", "__init__", "_classes")),
    *(("surface", raw) for raw in ("Linear", "models", "nope")),
    ("schedule", "Constant"),
    *(("o1", raw) for raw in ("ADAM", "sgd", "")),
    *(("scale1", raw) for raw in ("nan", "inf", "1e999", "-1", "0", "one", "", "1,0", "1e-9", "1e9")),
    ("fraction", "2.5"),
    ("mode", "Best"),
    *(("steps", raw) for raw in ("0", "-1", "100001", "9" * 19, "9" * 5000, "1e3", "10.0", "nan", "1e999", "")),
    *(("batch", raw) for raw in ("-5", "4001", "all")),
    ("seed", "-1"),
    ("warmup", "-1"),
    ("resolution", "19"),
    ("resolution", "1000000"),
    ("aspect", "Equal"),
    ("levels", "LOG"),
    *(("start", raw) for raw in ("1", "1,2,3", "nan,0", "0,inf", "1;2", "", "Auto", "1e999,0", "2e6,0")),
    *(("window", raw) for raw in ("0,1", "0,0,0,1", "0,1,1,0", "0,1,0,inf", "0,1,0,nan", "0,1e-12,0,1", "a,b,c,d")),
    ("view", "3d"),
    *(("panel", raw) for raw in ("3", "-1", "two")),
    ("curves", "yes"),
    ("topic", "nothing"),
    ("revealed", "1"),
    ("lesson", "nothing"),
    ("lesson", "<b>"),
    *(("v", raw) for raw in ("2", "", "one")),
    *((key, "1") for key in ("bogus", "", "Scale2", "SCALE2", "o5", "o9", "p4.features", "data.bogus", "surface.gain", "rate")),
    *(("surface.loss", raw) for raw in ("mse", "cross_entropy", "")),
    *(("surface.bias_value", raw) for raw in ("1e9", "nan")),
    ("data.x1", "sepal Length"),
    *(("o1.rate", raw) for raw in ("0", "-1", "nan", "1e999")),
]
BEYOND = [
    ("o1.rate", "1e-20", 1e-14),
    ("o1.rate", "1e4", 1e3),
]


@pytest.mark.parametrize(("key", "raw", "end"), BEYOND, ids=[f"{key}={raw[:24]}" for key, raw, _ in BEYOND])
def test_a_rate_beyond_its_range_becomes_the_nearest_end_and_is_said_once(key: str, raw: str, end: float) -> None:
    experiment, view, refused = read({key: raw}, SCALE, ViewState(), LESSONS)
    assert (experiment, view) == read({key: repr(end)}, SCALE, ViewState(), LESSONS)[:2]
    (said,) = refused
    assert key.split(".")[-1] in said.english
    assert said.english.endswith(f"{end} instead.") or numeral(end) in said.english


@pytest.mark.parametrize(("key", "raw"), REFUSED, ids=[f"{key}={raw[:24]}" for key, raw in REFUSED])
def test_a_refused_value_leaves_the_default_and_is_said_once(key: str, raw: str) -> None:
    experiment, view, refused = read({key: raw}, SCALE, ViewState(), LESSONS)
    assert (experiment, view) == (SCALE, ViewState())
    (said,) = refused
    assert (key if key != "v" else raw) in said.english
    assert len(said.english) < 250


def test_every_refusal_has_its_own_line_and_the_rest_is_taken() -> None:
    query = {"scale2": "100", "data": "Iris", "steps": "-1", "bogus": "1", "o1": "gradient_descent", "o2": "adam", "o2.rate": "nan"}
    experiment, _, refused = read(query, SCALE, ViewState())
    assert experiment == replace(SCALE, scale2=100.0, optimizers=(pick("gradient_descent"), pick("adam")))
    assert [re.findall("`(.*?)`", said.english)[0] for said in refused] == ["data=Iris", "o2.rate=nan", "steps=-1", "bogus"]


@pytest.mark.parametrize(
    ("opening", "key", "raw"),
    [
        (SCALE, "p1.bogus", "1"),
        (SCALE, "p2.features", "Standardize"),
        (SCALE, "p3.", ""),
        (RATES, "o1.bogus", "1"),
        (RATES, "o1", "ADAM"),
        (RATES, "o4.rate", "nan"),
    ],
)
def test_a_refused_panel_or_optimizer_leaves_the_scene(opening: Experiment, key: str, raw: str) -> None:
    experiment, _, refused = read({key: raw}, opening, ViewState())
    assert len(refused) == 1
    assert experiment == opening


MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](https://e.org/x.png)", "**bold**"),
    *("`code`", "```", "`<b>`", "$\\frac{1}{2}$", ":red[x]", ":material/home:", "# heading", "{given}", "{0}", "%(x)s", "\\`", "a" * 5000),
)


@pytest.mark.parametrize("raw", MARKUP)
@pytest.mark.parametrize("key", ["data", "mode", "scale2", "steps", "start", "lesson", "v", "surface.loss", "bogus", "", "the key"])
def test_what_is_quoted_stays_in_its_code_span(key: str, raw: str) -> None:
    query = {raw: "1"} if key == "the key" else {key: raw}
    for said in read(query, SCALE, ViewState(), LESSONS)[2]:
        assert said.english.count("`") % 2 == 0
        ours = re.sub(r"`[^`]*`", "", said.english)
        assert not re.search(r"[<>*\[\]$#{}\\]|:red|:material", ours), ours
        assert len(said.english) < 250


@pytest.mark.parametrize("raw", ["x\n\n# heading", "x\n# heading", "x\r\n\r\n[y](https://e.org)"])
@pytest.mark.parametrize("key", ["data", "mode", "the key"])
def test_a_line_break_does_not_end_the_code_span(key: str, raw: str) -> None:
    (said,) = read({raw: "1"} if key == "the key" else {key: raw}, SCALE, ViewState())[2]
    assert not re.search(r"[\r\n]", said.english)


# a link gives the same numbers


def forget() -> None:
    """Empty every memo, so that what comes back is computed anew."""
    memory().clear()
    let_go()


LINKS: dict[str, tuple[Experiment, Experiment]] = {
    "same": (SCALE, replace(SCALE, mode="same", optimizers=(pick("gradient_descent", rate=1 / 30),), scale2=1 / 0.3, steps=300)),
    "fraction": (SCALE, replace(SCALE, mode="fraction", fraction=0.77, optimizers=(pick("gradient_descent"), pick("momentum")), steps=300)),
    "best": (SCALE, replace(SCALE, scale2=20.0, optimizers=(pick("gradient_descent"), pick("adam")), steps=300)),
    "batches": (BATCHES, replace(BATCHES, seed=7, batch=13)),
    "hidden": (HIDDEN, replace(HIDDEN, surface=pick("network", gain=30.0), start=(0.1, -0.2), steps=300)),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_gives_the_same_numbers_to_the_last_bit(name: str) -> None:
    opening, experiment = LINKS[name]
    before = run(experiment)
    forget()
    after = run(read(write(experiment, ViewState(), opening), opening, ViewState())[0])
    assert len(before.panels) == len(after.panels)
    for one, other in zip(before.panels, after.panels, strict=True):
        assert one is not other
        for arrays in _arrays():
            for a, b in zip(arrays(one), arrays(other), strict=True):
                np.testing.assert_array_equal(a, b)
                assert a is not b
        assert [(w.settled, w.diverged, w.rated) for w in one.walks] == [(w.settled, w.diverged, w.rated) for w in other.walks]


@cache
def _arrays() -> tuple[Callable[[PanelResult], list[np.ndarray]], ...]:
    return (
        lambda panel: [panel.grid, np.asarray(panel.fit.theta), np.asarray(panel.fit.hessian)],
        lambda panel: [walk.points.path for walk in panel.walks],
        lambda panel: [walk.points.loss for walk in panel.walks],
    )


def test_lessons_are_known_by_page() -> None:
    pages = ("scale", "hidden", "deep", "loss", "stuck")
    assert {name for page in pages for name in scenes(page)} == LESSONS
    for page in pages:
        for name, scene in scenes(page).items():
            assert read({"lesson": name}, scene, ViewState(), scenes(page)) == (scene, ViewState(lesson=name), [])


def test_ranges_are_what_the_fields_say() -> None:
    """The table above rests on these."""
    steps, scale = settings_of(Experiment)["steps"], settings_of(Experiment)["scale1"]
    assert isinstance(steps, Count)
    assert (steps.low, steps.high) == (1, 100_000)
    assert isinstance(scale, Number)
    assert (scale.low, scale.high) == (1e-3, 1e3)
