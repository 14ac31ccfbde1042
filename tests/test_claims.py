"""A headline, caption, verdict, count or piece of advice is a claim about what is drawn now: a table of settings × predicates.

Over 200 settings all texts of the pages are rendered; each must have a predicate (tests/claims.py), and the predicate must hold.
"""

from compute import backend  # noqa: F401, I001  (float64, before JAX)

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest

from core.messages import Refusal
from core.settings import Pick, pick
from labs.plane.run import run
from labs.plane.setup import BEST, FRACTION, SAME, Experiment, Panel
from lessons.scenes import ADAPTIVE, BATCHES, CONVEX, HIDDEN, MOMENTUM, OUTPUT, RATES, SCHEDULES, TWO
from optim.schedule import schedules
from surfaces.catalogue import surfaces
from tests.claims import CLAIMS, EXCLUDE, NETWORK, STANDING, Here, Said, counted, listening, msgids, names, said
from tests.claims_of_pages import page
from verdict.verdict import sentence, walk_suggestion
from views.language import say
from views.loss import output, two
from views.plane.board import _detail, count_of, facts_of
from views.plane.caption import caption
from views.stuck.marks import window_atlas
from views.verdict import numbers

Random = np.random.Generator
T = TypeVar("T")


def one(random: Random, *choices: T) -> T:
    return choices[int(random.integers(len(choices)))]


def digits(value: float) -> float:
    return float(f"{value:.3g}")


# ---- the settings

FORMULAS = ("lecture_toy", "quadratic_bowl", "rosenbrock", "himmelblau", "beale", "monkey_saddle", "plateau", "three_hump_camel")
METHODS = ("gradient_descent", "gradient_descent", "momentum", "adam", "newton")
DEGENERATE = {"lecture_toy": (1.0, -1.0), "himmelblau": (-0.27084459, -0.92303856)}


def optimizer(random: Random, name: str, rate: float) -> Pick:
    if name == "newton":
        return pick(name, rate=one(random, 0.1, 1.0))
    if name in ("momentum", "nesterov"):
        return pick(name, rate=rate, momentum=one(random, 0.5, 0.9, 0.99))
    return pick(name, rate=rate)


def of_formula(random: Random, k: int) -> Experiment:
    """A textbook surface, a start anywhere in its window, a rate from a thirtieth to thirty times its own."""
    item = surfaces()[name := FORMULAS[k % len(FORMULAS)]]
    x0, x1, y0, y1 = item.window
    anywhere = (round(random.uniform(x0, x1), 2), round(random.uniform(y0, y1), 2))
    return Experiment(
        surface=pick(name),
        panels=(Panel(),),
        mode=one(random, SAME, SAME, SAME, BEST, FRACTION),
        fraction=one(random, 0.5, 1.0, 1.5),
        start=one(random, None, anywhere, anywhere, DEGENERATE.get(name, (0.0, 0.0))),
        optimizers=(optimizer(random, one(random, *METHODS), digits(item.rate * 10 ** random.uniform(-1.5, 1.5))),),
        schedule=pick(one(random, "constant", "constant", "constant", "cosine", "exponential")),
        steps=one(random, 5, 60, 300, 1000),
        resolution=50,
    )


def of_data(random: Random, k: int) -> Experiment:
    """Rows, in some unit, normalized somehow."""
    surface = (pick("linear"), pick("linear"), pick("logistic"), pick("linear", bias="trained"))[k % 4]
    method, batch = one(random, "gradient_descent", "momentum", "adam"), one(random, 0, 0, 5)
    known = surface == pick("linear") and method == "gradient_descent" and not batch  # its best rate by a closed form
    return Experiment(
        data=one(random, pick("iris"), pick("correlated_pair", rho=one(random, 0.0, 0.9))) if surface.name == "linear" else pick("iris"),
        surface=surface,
        panels=(Panel(features=pick(one(random, "none", "standardize", "center"))),),
        scale2=one(random, 0.1, 1.0, 10.0),
        mode=BEST if known and k % 3 else one(random, SAME, FRACTION),
        fraction=one(random, 0.5, 0.9, 1.1),
        batch=batch,
        optimizers=(optimizer(random, method, digits(10 ** random.uniform(-3, 0.5))),),
        schedule=pick(one(random, "constant", "constant", "cosine")),
        steps=one(random, 20, 100) if surface.name == "logistic" else one(random, 20, 300, 1000),
        resolution=50,
    )


# ---- what is said of them


def false_of(texts: Sequence[Said], here: Here) -> Iterator[str]:
    """The texts that are not so, and those without a predicate."""
    for text in texts:
        if text.msgid in CLAIMS:
            try:
                holds = bool(CLAIMS[text.msgid](text, here))
            except AssertionError as why:
                yield f"{text.text!r}: {why}"
                continue
            if not holds:
                yield repr(text.text)
        elif text.msgid not in STANDING and text.msgid not in names():
            yield f"no predicate for {text.msgid!r}"
    spoken = {text.msgid for text in texts}
    for one_, other in EXCLUDE:
        if spoken & one_ and spoken & other:
            yield f"on one screen: {spoken & one_} and {spoken & other}"


def of_picture(here: Here) -> Iterator[str]:
    """Facts, count, detail, verdict, numbers and advice of a picture with its walk."""
    experiment, panel = here.experiment, here.panel
    with listening():
        facts, (number, unit, status) = facts_of(panel), count_of(panel, here.walk, here.judgment, experiment.steps)
    if not counted(number, unit, status, here):
        yield f"counted {number} {unit}"
    texts = said(lambda: " ".join(f"{fact['label']} {fact['value']} {fact['help']}" for fact in facts_of(panel)))
    for fact in facts:
        here.more["value"] = fact["value"].split(" (")[0]
        yield from false_of([text for text in texts if text.text in (fact["label"], fact["help"])], here)
    told = said(lambda: " ".join(count_of(panel, here.walk, here.judgment, experiment.steps)[:2]))
    told += said(lambda: _detail(panel, here.walk, here.judgment))
    told += said(lambda: say(sentence(here.judgment)))
    told += said(lambda: numbers(here.judgment))
    yield from false_of(told, here)
    suggestion = walk_suggestion(experiment, panel, here.walk, here.judgment)
    if suggestion is not None:
        here.more["after"] = here.after(suggestion.change)
        yield from (f"after {here.judgment.kind}: {why}" for why in false_of(said(lambda: say(suggestion.text)), here))
    yield from false_of(said(lambda: caption(experiment, here.result)), here)


def false_sentences(draw: Callable[[Random, int], Experiment], ids: Sequence[int]) -> list[str]:
    found = []
    for k in ids:
        experiment = draw(np.random.default_rng(k), k)
        try:
            result = run(experiment)
        except Refusal:
            continue
        for i, panel in enumerate(result.panels):
            for j in range(len(panel.walks)):
                found += [f"{k}: {why} | {experiment}" for why in of_picture(Here(experiment, result, i, j))]
    return found


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_what_is_said_of_a_walk_on_a_formula(first: int) -> None:
    assert not false_sentences(of_formula, range(first, first + 20))


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_what_is_said_of_a_walk_on_data(first: int) -> None:
    assert not false_sentences(of_data, range(first, first + 20))


# ---- the pages


def of_scale(random: Random, k: int) -> Experiment:
    features = one(random, "standardize", "standardize", "center", "min_max", "whiten_pca")
    normalized = Panel(features=pick(features) if k % 7 else pick("standardize", amount=0.5))
    panels = (
        (Panel(), normalized) if k % 5 else ((Panel(),), (normalized,), (Panel(), normalized, Panel(features=pick("max_abs"))))[k // 5 % 3]
    )
    surface = one(random, *3 * [pick("linear")], pick("logistic"), pick("linear", bias="trained"), pick("rosenbrock"))
    rows = pick("iris") if surface.name == "logistic" or k % 2 else pick("correlated_pair", rho=one(random, 0.0, 0.9))
    plain = Experiment(data=rows, surface=surface, panels=panels, mode=one(random, SAME, FRACTION), steps=1, resolution=50)
    return replace(plain, scale1=one(random, 1.0, 1.0, 5.0), scale2=one(random, 0.1, 1.0, 3.0, 10.0, 100.0))


def on_scale(here: Here) -> Iterator[list[Said]]:
    of, experiment = page("scale"), here.experiment
    yield said(lambda: of.headline(experiment, here.result))
    yield said(lambda: of.gained(here.result.panels))
    yield said(lambda: of.suggestion(experiment))


def of_hidden(random: Random, k: int) -> Experiment:
    features = pick(one(random, "standardize", "standardize", "none"))
    surface = (
        pick("network", gain=digits(10 ** random.uniform(-1, 2)), activation=one(random, "relu", "relu", "tanh"))
        if k % 8
        else pick("linear")
    )
    panels = (Panel(features=features), Panel(features=features, hidden=pick("batch")))
    return replace(HIDDEN, surface=surface, panels=panels, mode=SAME, steps=1, resolution=50)


def on_hidden(here: Here) -> Iterator[list[Said]]:
    of, experiment = page("hidden_layer"), here.experiment
    yield said(lambda: of.headline(experiment))
    yield said(lambda: of.gained(experiment, here.result.panels))
    yield said(lambda: of.suggestion(experiment))


def of_optimizers(random: Random, k: int) -> Experiment:
    topic = ("rates", "batches", "schedules", "rates")[k % 4]
    if k in (3, 7):
        return replace(CONVEX, steps=30, optimizers=CONVEX.optimizers[: one(random, 1, 4)], resolution=50)
    if topic == "rates":
        return replace(RATES, scale2=digits(10 ** random.uniform(-1, 2)), resolution=50)
    if topic == "batches":
        return replace(BATCHES, batch=one(random, 0, 1, 2, 5, 20, 60, 100, 149, 150), resolution=50)
    return replace(SCHEDULES, schedule=pick(list(schedules())[k // 4 % len(schedules())]), resolution=50)


def on_optimizers(here: Here) -> Iterator[list[Said]]:
    of, experiment = page("optimizers").TOPICS, here.experiment
    if experiment.steps == 30:
        yield said(lambda: of["convex"].try_next(experiment))
        return
    name = (
        "rates"
        if experiment.steps == 300 and not here.more.get("topic") and len(experiment.optimizers) == 4
        else here.more.get("topic", "")
    )
    topic = of[name or ("batches" if experiment.steps == 300 else "schedules")]
    yield said(lambda: topic.heading(experiment, here.result))
    yield said(lambda: topic.takeaway(experiment, here.result))
    yield said(lambda: topic.try_next(experiment))


def of_stuck(random: Random, k: int) -> Experiment:
    item = surfaces()[name := ("lecture_toy", "himmelblau", "quadratic_bowl")[k % 3]]
    x0, x1, y0, y1 = item.window
    middle = (random.uniform(x0, x1), random.uniform(y0, y1))
    zoomed = (middle[0] - 0.7, middle[0] + 0.7, middle[1] - 0.7, middle[1] + 0.7)
    return Experiment(
        surface=pick(name),
        panels=(Panel(window=one(random, None, zoomed)),),
        mode=SAME,
        steps=60,
        optimizers=(pick("gradient_descent", rate=item.rate),),
        resolution=50,
    )


def on_stuck(here: Here) -> Iterator[list[Said]]:
    of, listed = page("stuck"), window_atlas(here.panel).points
    here.more["listed"] = listed
    yield said(lambda: of.headline([here.judgment], SimpleNamespace(experiment=here.experiment)))
    yield said(lambda: of.suggestion(here.experiment, [point.kind for point in listed]))


def of_output(random: Random, k: int) -> Experiment:
    first, second = one(random, ("mean_squared", "cross_entropy"), ("mean_squared", "cross_entropy"), ("hinge", "focal"))
    surface = pick("logits", classes=one(random, 2, 3, 3), others=one(random, -1000.0, 0.0, 10.0), temperature=one(random, 0.5, 1.0, 5.0))
    start = one(random, None, (round(random.uniform(-10, 10), 1), round(random.uniform(-10, 10), 1)))
    panels = (Panel(surface=(("loss", first),)), Panel(surface=(("loss", second),)))
    quantity = one(random, "loss", "slope")
    return replace(OUTPUT, surface=surface, panels=panels, start=start or OUTPUT.start, quantity=quantity, resolution=50)


def on_output(here: Here) -> Iterator[list[Said]]:
    yield said(lambda: output.headline(here.experiment, here.result.panels))
    yield said(lambda: output.takeaway_of(here.experiment, here.result.panels))
    yield said(lambda: output.suggestion(here.experiment, here.result.panels))


def of_two(random: Random, k: int) -> Experiment:
    loss = one(random, "cross_entropy", "mean_squared")
    surface = pick("logits", classes=one(random, 2, 2, 3), others=one(random, -1000.0, 0.0), loss=loss)
    start = (round(random.uniform(-10, 10), 1), round(random.uniform(-10, 10), 1))
    return replace(TWO, surface=surface, start=start, resolution=50)


def on_two(here: Here) -> Iterator[list[Said]]:
    yield said(lambda: two.takeaway_of(here.result.panels))
    yield said(lambda: two.flat(here.experiment, here.result.panels[0]))
    yield said(lambda: two.suggestion(here.experiment))


PAGES = {
    "scale": (of_scale, on_scale, 30),
    "hidden": (of_hidden, on_hidden, 24),
    "optimizers": (of_optimizers, on_optimizers, 24),
    "stuck": (of_stuck, on_stuck, 9),
    "output": (of_output, on_output, 16),
    "two": (of_two, on_two, 12),
}


def false_on_pages(name: str, ids: Sequence[int]) -> list[str]:
    draw, texts, _ = PAGES[name]
    found = []
    for k in ids:
        experiment = draw(np.random.default_rng(k), k)
        here = Here(experiment, run(experiment))
        lists = list(texts(here))
        found += [f"{k}: {why} | {experiment}" for told in lists for why in false_of(told, here)]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_says(name: str) -> None:
    assert not false_on_pages(name, range(PAGES[name][2]))


COUNTS = (None, 3, 40, 41, 100, 5000)


@pytest.mark.parametrize("k", range(12))
def test_what_is_said_of_counts(k: int) -> None:
    """Of steps that a walk needed, whatever they are: the momentum and adaptive topics, whose best rates take long to find."""
    random = np.random.default_rng(k)
    found = []
    for topic, opening in (("momentum", MOMENTUM), ("adaptive", ADAPTIVE)):
        changed = (
            replace(opening, scale2=one(random, 1.0, 20.0, 100.0))
            if topic == "momentum"
            else replace(opening, data=pick("correlated_pair", rho=one(random, 0.0, 0.9)))
        )
        short = run(replace(changed, mode=SAME, steps=1, resolution=50))
        panels = tuple(
            panel._replace(walks=tuple(walk._replace(settled=one(random, *COUNTS)) for walk in panel.walks)) for panel in short.panels
        )
        here = Here(changed, short._replace(panels=panels))
        here.more["topic"] = topic
        found += [f"{topic}: {why}" for told in on_optimizers(here) for why in false_of(told, here)]
    assert not found


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1000, 50))
def test_many_more(first: int) -> None:
    assert not false_sentences(of_formula, range(first, first + 50)) + false_sentences(of_data, range(first, first + 50))


def test_no_two_of_a_pair_are_one() -> None:
    for one_, other in EXCLUDE:
        assert not one_ & other


TALKS = (
    *("verdict/", "views/plane/caption.py", "labs/plane/best_rate.py", "labs/plane/rates.py", "views/loss/output.py", "views/loss/two.py"),
    *(f"views/pages/{name}.py" for name in ("scale", "hidden_layer", "optimizers", "stuck", "workbench")),
)


def test_every_sentence_has_a_predicate() -> None:
    """A new one without any cannot land: of what verdicts, pages, captions and rates say, all that ends with a full stop."""
    for text, files in msgids().items():
        if text.endswith(".") and any(file.startswith(TALKS) for file in files):
            assert text in CLAIMS or text in STANDING or text in NETWORK or text in names(), text
    assert not set(CLAIMS) & set(STANDING)
    assert all(len(pair) == 2 for pair in combinations(CLAIMS, 2))
