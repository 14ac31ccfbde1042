"""A headline, caption, verdict, count or piece of advice is a claim about what is drawn now: a table of settings × predicates.

Over 200 settings all texts of the pages are rendered; each must have a predicate (tests/claims.py), and the predicate must hold.
"""

from compute import backend  # noqa: F401, I001  (float64, before JAX)

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
import pytest

from core.messages import Refusal
from core.settings import Pick, pick
from labs.plane.run import run
from labs.plane.setup import BEST, FRACTION, SAME, Experiment, Panel
from surfaces.catalogue import surfaces
from tests.claims import CLAIMS, EXCLUDE, NETWORK, STANDING, Here, Said, counted, listening, msgids, names, said
from verdict.verdict import sentence, walk_suggestion
from views.language import say
from views.plane.board import _detail, _facts, count_of
from views.plane.caption import caption
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
        facts, (number, unit, status) = _facts(panel), count_of(panel, here.walk, here.judgment, experiment.steps)
    if not counted(number, unit, status, here):
        yield f"counted {number} {unit}"
    texts = said(lambda: " ".join(f"{fact['label']} {fact['value']} {fact['help']}" for fact in _facts(panel)))
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


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1000, 50))
def test_many_more(first: int) -> None:
    assert not false_sentences(of_formula, range(first, first + 50)) + false_sentences(of_data, range(first, first + 50))


def test_no_two_of_a_pair_are_one() -> None:
    for one_, other in EXCLUDE:
        assert not one_ & other


TALKS = ("verdict/", "views/plane/caption.py", "labs/plane/best_rate.py", "labs/plane/rates.py")


def test_every_sentence_has_a_predicate() -> None:
    """A new one without any cannot land: of what verdicts, pages, captions and rates say, all that ends with a full stop."""
    for text, files in msgids().items():
        if text.endswith(".") and any(file.startswith(TALKS) for file in files):
            assert text in CLAIMS or text in STANDING or text in NETWORK or text in names(), text
    assert not set(CLAIMS) & set(STANDING)
    assert all(len(pair) == 2 for pair in combinations(CLAIMS, 2))
