"""What the headlines, takeaways and pieces of advice of the pages claim, each by its msgid; more of tests/claims.py."""

import math
import runpy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from core.numerals import numeral
from core.settings import Pick, pick
from labs.plane.escape import race
from labs.plane.run import run
from labs.plane.setup import SURFACE, Experiment, own, start_of
from optim.schedule import schedules
from tests.apart import Apart, Array, apart, hidden_units, rows
from tests.claims import ROOT, STANDING, Here, Said, claim, number, resolved, says


@cache
def page(name: str) -> SimpleNamespace:
    """What a page's module holds, without drawing it."""
    with patch("views.page.body", lambda draw: lambda: None), patch("views.lesson.links", lambda: None):
        return SimpleNamespace(**runpy.run_path(str(ROOT / "views" / "pages" / f"{name}.py")))


def _loss(here: Here, i: int) -> Apart:
    if i not in here.losses:
        loss = apart(here.experiment, here.result.panels[i])
        assert loss is not None
        here.losses[i] = loss
    return here.losses[i]


def _spectrum(here: Here, i: int, plane: bool = True) -> Array:
    """The curvatures at the minimum of a picture, of the drawn weights or of all."""
    loss = _loss(here, i)
    assert loss.minimum is not None
    hessian = loss.hessian(loss.minimum)
    return np.linalg.eigvalsh(hessian[:2, :2] if plane else hessian)


def _condition(here: Here, i: int) -> float:
    λ = _spectrum(here, i)
    return float(λ[1] / λ[0])


def _features(here: Here) -> list[str]:
    return [panel.features.name for panel in here.experiment.panels]


def _units(here: Here) -> int:
    return sum(scale != 1 for scale in (here.experiment.scale1, here.experiment.scale2))


def _landscapes(experiment: Experiment) -> Here:
    """Another setting, without its walks."""
    return Here(experiment, run(replace(experiment, steps=1, mode="same", resolution=50)))


# ---- Scale


@claim("A formula has no data, and no units")
def _(said: Said, here: Here) -> bool:
    return here.panel.prepared is None


@claim("{n} rows, and what the walks make of them.")
def _(said: Said, here: Here) -> bool:
    assert here.panel.prepared is not None
    return int(said.values["n"]) == int(np.sum(np.asarray(here.panel.prepared.rows.w)))


@claim("Same {n} flowers, same model. Only the unit")
def _(said: Said, here: Here) -> bool:
    return (
        here.experiment.data.name == "iris" and said.values["n"] == 150 and _units(here) == 1 and _features(here) == ["none", "standardize"]
    )


@claim("Same {n} rows, same model. Only how the features")
def _(said: Said, here: Here) -> bool:
    """Models, settings and rows are one; the pictures are not."""
    panels = here.experiment.panels
    alike = {(own(here.experiment, panel).surface, own(here.experiment, panel).data, panel.hidden) for panel in panels}
    return len(alike) == 1 and len({panel.features for panel in panels}) == len(panels) > 1


@claim("Normalization did not speed up the rate")
def _(said: Said, here: Here) -> bool:
    low, high = (2 / _spectrum(here, i, plane=False)[-1] for i in (0, 1))
    both = says(said.values["low"], low) and says(said.values["high"], high)
    return _loss(here, 0).quadratic and both and high > 1.04 * low and abs(number(said.values["times"]) - high / low) <= 0.06 * high / low


@claim("This normalization leaves 2/λmax at {low}")
def _(said: Said, here: Here) -> bool:
    """The spreads of the features are what they were."""
    low, high = (2 / _spectrum(here, i, plane=False)[-1] for i in (0, 1))
    raw, other = (np.ptp(panel.inputs, axis=1) for panel in here.result.panels if panel.inputs is not None)
    return says(said.values["low"], low) and says(numeral(high), low) and bool(np.allclose(raw, other, rtol=2e-3))


@claim("Normalization changed the speed limit from {low}", "Normalization made another surface of it")
def _(said: Said, here: Here) -> bool:
    limits = [2 / _spectrum(here, i, plane=False)[-1] for i in (0, 1)]
    printed = [number(said.values[name]) for name in ("low", "high")]
    same = all(says(text, value, rel=1e-2) for text, value in zip(printed, limits, strict=True)) and printed[0] != printed[1]
    conditions = says(said.values["before"], _condition(here, 0), rel=1e-2) and says(said.values["after"], _condition(here, 1), rel=1e-2)
    return same and conditions and _loss(here, 0).quadratic == ("speed limit" in said.text)


@claim("switch feature normalization on, and compare.")
def _(said: Said, here: Here) -> bool:
    return "none" in _features(here) and here.panel.prepared is not None


@claim("switch feature normalization off, and compare.")
def _(said: Said, here: Here) -> bool:
    return "none" not in _features(here) and here.panel.prepared is not None


@claim("pick linear regression under All controls")
def _(said: Said, here: Here) -> bool:
    return here.panel.prepared is None


def _moved(here: Here, change: Callable[[Experiment], Experiment]) -> list[bool]:
    """Of which pictures a change moves the curvatures."""
    after = _landscapes(change(here.experiment))
    return [not np.allclose(_spectrum(here, i), _spectrum(after, i), rtol=1e-6) for i in range(len(here.result.panels))]


@claim("move the correlation, then the unit: one of them")
def _(said: Said, here: Here) -> bool:
    i = _features(here).index("standardize")
    rho = 0.5 if dict(here.experiment.data.settings).get("rho", 0.0) != 0.5 else 0.1
    turned = _moved(here, lambda e: replace(e, data=e.data.having(rho=rho)))[i]
    return turned and not _moved(here, lambda e: replace(e, scale2=3 * e.scale2))[i]


@claim("drag the unit to ×100 and watch the left picture only")
def _(said: Said, here: Here) -> bool:
    return (
        here.experiment.scale2 != 100
        and here.experiment.mode != "same"
        and _moved(here, lambda e: replace(e, scale2=100.0)) == [True, False]
    )


@claim("move the unit, and see which of the pictures it moves.")
def _(said: Said, here: Here) -> bool:
    return any(_moved(here, lambda e: replace(e, scale2=3 * e.scale2)))


# ---- Hidden layer


def _hidden(here: Here, gain: float, normalized: bool, i: int = 0) -> float:
    """κ of the output weights at another gain, without or with batch normalization."""
    panel, chosen = here.result.panels[i], SURFACE.values(here.experiment.surface)
    assert panel.prepared is not None
    x = np.asarray(panel.prepared.rows.x, np.float64)[:, : panel.prepared.n]
    units = hidden_units(x, gain, normalized, str(chosen["activation"]), chosen["place"] == "after")
    λ = np.linalg.eigvalsh(2 * np.cov(units, bias=True))
    return float(λ[1] / λ[0])


def _gain(here: Here) -> float:
    return float(SURFACE.values(here.experiment.surface)["gain"])


@claim("This model has no hidden layer: pick the network with two hidden units under", "pick the network with two hidden units under")
def _(said: Said, here: Here) -> bool:
    return here.experiment.surface.name != "network"


@claim("Standardized inputs, and two hidden units of about the same scale")
def _(said: Said, here: Here) -> bool:
    """No ravine: κ within five times what it is for equal units."""
    return set(_features(here)) == {"standardize"} and _hidden(here, _gain(here), False) <= 5 * max(_hidden(here, 1.0, False), 4)


@claim("Standardized inputs are not enough")
def _(said: Said, here: Here) -> bool:
    return set(_features(here)) == {"standardize"} and _hidden(here, _gain(here), False) >= 1.5 * _hidden(here, 1.0, False)


@claim("Batch normalization brings what the output weights see to one scale: κ")
def _(said: Said, here: Here) -> bool:
    assert here.result.panels[1].inputs is not None
    spread = here.result.panels[1].inputs.std(axis=1)
    before, after = _hidden(here, _gain(here), False), _hidden(here, _gain(here), True, 1)
    return (
        after < before
        and says(said.values["before"], before, rel=1e-2)
        and says(said.values["after"], after, rel=1e-2)
        and spread.max() < 2 * spread.min()
    )


@claim("Here batch normalization makes κ worse, {before} → {after}: the raw")
def _(said: Said, here: Here) -> bool:
    """The two hidden units with batch normalization are nearly on a line; nearly all rows are on one side of the first unit's kink."""
    assert here.panel.prepared is not None
    x = np.asarray(here.panel.prepared.rows.x, np.float64)[:, : here.panel.prepared.n]
    before, after = _hidden(here, _gain(here), False), _hidden(here, _gain(here), True, 1)
    z = np.array([[1.0, 1.0], [1.0, -1.0]]) @ x
    sided = max(float(np.mean(z[k] > 0)) for k in (0, 1)) > 0.9 and SURFACE.values(here.experiment.surface)["activation"] == "relu"
    line = abs(float(np.corrcoef(hidden_units(x, _gain(here), True, "relu", False))[0, 1])) > 0.8
    return (
        after > before and sided and line and says(said.values["before"], before, rel=1e-2) and says(said.values["after"], after, rel=1e-2)
    )


@claim("At this gain batch normalization is slightly worse")
def _(said: Said, here: Here) -> bool:
    before, after = _hidden(here, _gain(here), False), _hidden(here, _gain(here), True, 1)
    return before <= after <= 3 * before and before < 30 and says(said.values["before"], before, rel=1e-2)


@claim("Batch normalization makes κ worse here: from")
def _(said: Said, here: Here) -> bool:
    before, after = _hidden(here, _gain(here), False), _hidden(here, _gain(here), True, 1)
    return after > before and says(said.values["before"], before, rel=1e-2) and says(said.values["after"], after, rel=1e-2)


@claim("set g = 1, where batch normalization has nothing to repair")
def _(said: Said, here: Here) -> bool:
    """At g = 1 it makes κ at most a third smaller."""
    return _gain(here) != 1 and _hidden(here, 1.0, True) > 0.6 * _hidden(here, 1.0, False) and set(_features(here)) == {"standardize"}


@claim("set g = 8, and see the ravine come back")
def _(said: Said, here: Here) -> bool:
    return _hidden(here, 8.0, False) > 3 * _hidden(here, _gain(here), False)


@claim("take the ReLU under All controls, Model and loss: no unit")
def _(said: Said, here: Here) -> bool:
    """With a gain of 8 the ravine is no deeper than three times a round bowl."""
    return SURFACE.values(here.experiment.surface)["activation"] in ("tanh", "sigmoid") and _hidden(here, 8.0, False) < 10


# ---- Optimizers


def _limit(here: Here) -> float:
    return float(2 / _spectrum(here, 0, plane=False)[-1])


def _rates(here: Here) -> list[float]:
    return [walk.rated.rate for walk in here.panel.walks]


@claim("Four learning rates, all below the speed limit")
def _(said: Said, here: Here) -> bool:
    return len(_rates(here)) == 4 and max(_rates(here)) <= _limit(here) and all(walk.diverged is None for walk in here.panel.walks)


@claim("Four learning rates, all above the speed limit")
def _(said: Said, here: Here) -> bool:
    """They explode: within the updates, or to be seen growing."""
    losses = [walk.points.loss for walk in here.panel.walks]
    return (
        len(_rates(here)) == 4
        and min(_rates(here)) > _limit(here)
        and all(loss[-1] > loss[0] or not np.isfinite(loss[-1]) for loss in losses)
    )


@claim("One ravine, four learning rates: the speed limit decides.")
def _(said: Said, here: Here) -> bool:
    return min(_rates(here)) <= _limit(here) < max(_rates(here)) and _condition(here, 0) > 5


FOUR = (
    "One method, four rates: {counts}. Above the limit 2/λmax = {limit} it explodes: {above} of them. "
    "Of the {below} below it, {arrived} come "
)


@claim(*(FOUR + "down to {share} of the " + what for what in ("loss", "distance", "gradient")))
def _(said: Said, here: Here) -> bool:
    above, arrived = sum(rate > _limit(here) for rate in _rates(here)), sum(walk.settled is not None for walk in here.panel.walks)
    numbers = {name: int(said.values[name]) for name in ("above", "below", "arrived")}
    return (
        numbers == {"above": above, "below": 4 - above, "arrived": arrived}
        and says(said.values["limit"], _limit(here))
        and arrived <= 4 - above
    )


def _counts(here: Here) -> list[float]:
    return [math.inf if walk.settled is None else walk.settled for walk in here.panel.walks]


@claim("Momentum remembers where it was going: far fewer steps")
def _(said: Said, here: Here) -> bool:
    plain, *others = _counts(here)
    return min(others) < math.inf and 2 * min(others) <= plain and _condition(here, 0) > 5


@claim("Momentum remembers where it was going: half of the steps", "Momentum remembers where it was going: here it saves few")
def _(said: Said, here: Here) -> bool:
    plain, *others = _counts(here)
    return min(others) < plain and (2 * min(others) <= plain) == ("half of" in said.text)


@claim("Momentum remembers where it was going: here it saves no steps.")
def _(said: Said, here: Here) -> bool:
    plain, *others = _counts(here)
    return plain <= min(others) and plain < math.inf


@claim("Momentum remembers where it was going: within these updates nobody")
def _(said: Said, here: Here) -> bool:
    return min(_counts(here)) == math.inf


@claim("Steps at each method's own best rate")
def _(said: Said, here: Here) -> bool:
    κ = _condition(here, 0)
    return says(said.values["kappa"], κ, rel=1e-2) and says(said.values["root"], math.sqrt(κ), rel=1e-2)


def _n(here: Here) -> int:
    assert here.panel.prepared is not None
    return int(np.sum(np.asarray(here.panel.prepared.rows.w)))


@claim("All rows at every update: exact steps", "All {n} rows at every update: no noise.")
def _(said: Said, here: Here) -> bool:
    return not 0 < here.experiment.batch < _n(here) and int(said.values.get("n", _n(here))) == _n(here)


@claim("A few rows at a time: cheaper steps")
def _(said: Said, here: Here) -> bool:
    """Half of the rows at most, and the loss of the fast walk goes up as well as down at the end."""
    late = np.diff(here.panel.walks[0].points.loss[-40:])
    return 0 < here.experiment.batch <= _n(here) / 2 and bool(np.any(late > 0) and np.any(late < 0))


@claim("Most rows at a time")
def _(said: Said, here: Here) -> bool:
    """The loss at the end varies by less than a hundredth of what it fell."""
    loss = here.panel.walks[0].points.loss
    return _n(here) / 2 < here.experiment.batch < _n(here) and float(np.ptp(loss[-40:])) < 0.01 * float(loss[0] - loss.min())


@claim("{size} of {n} rows an update, {updates} updates an epoch")
def _(said: Said, here: Here) -> bool:
    size, n, updates = (int(said.values[name]) for name in ("size", "n", "updates"))
    return size == here.experiment.batch and n == _n(here) and updates == math.ceil(n / size)


@claim("The same learning rate to the end")
def _(said: Said, here: Here) -> bool:
    return float(np.ptp(here.panel.walks[0].rates)) == 0


@claim("Start fast, end calm")
def _(said: Said, here: Here) -> bool:
    """The rate at the end is less than at the start, or than at its highest where it warms up."""
    rates = here.panel.walks[0].rates
    return bool(rates[-1] < 0.5 * rates.max())


@claim("Mini-batches of {size}, schedule {schedule}: {counts}.")
def _(said: Said, here: Here) -> bool:
    return (
        int(said.values["size"]) == here.experiment.batch
        and str(said.values["schedule"]) == schedules()[here.experiment.schedule.name].label
    )


@claim("ρ = {rho}. Steps raw:")
def _(said: Said, here: Here) -> bool:
    """Who hardly notices the unit needs half as many steps more at most; of who arrives in neither picture nothing is said."""
    pairs = zip(
        *([math.inf if walk.settled is None else walk.settled for walk in panel.walks] for panel in here.result.panels), strict=True
    )
    names = said.values["raw"].split(", ")
    hardly, notice = (set(said.values[name].split(", ")) - {"—"} for name in ("hardly", "notice"))
    for text, (raw, standardized) in zip(names, pairs, strict=True):
        name = text.rsplit(" ", 2)[0] if text.endswith("not there") else text.rsplit(" ", 1)[0]
        if math.isinf(raw) and math.isinf(standardized):
            if name in hardly | notice:
                return False
        elif (name in hardly) != (raw <= 1.5 * standardized + 2) or (name in notice) != (name not in hardly):
            return False
    return says(said.values["rho"], float(dict(here.experiment.data.settings).get("rho", 0.0)))


@claim("move the unit: the same four rates")
def _(said: Said, here: Here) -> bool:
    return all(_moved(here, lambda e: replace(e, scale2=2 * e.scale2)))


@claim("stretch the ravine with the unit")
def _(said: Said, here: Here) -> bool:
    """κ can grow, and with it the counts."""
    stretched = _landscapes(replace(here.experiment, scale2=100.0))
    return here.experiment.scale2 < 100 and _condition(stretched, 0) > _condition(here, 0)


@claim("make the unit smaller, and compare how the three counts shrink.")
def _(said: Said, here: Here) -> bool:
    return _condition(_landscapes(replace(here.experiment, scale2=1.0)), 0) < _condition(here, 0)


@claim("move the correlation to 0.9", "move the correlation to 0, and read")
def _(said: Said, here: Here) -> bool:
    now, wanted = float(dict(here.experiment.data.settings).get("rho", 0.0)), 0.9 if "0.9" in said.text else 0.0
    return abs(now - wanted) > 0.3


@claim("make the batches larger until the trembling stops")
def _(said: Said, here: Here) -> bool:
    return 0 < here.experiment.batch < _n(here)


@claim("take five rows at a time")
def _(said: Said, here: Here) -> bool:
    after = Here(replace(here.experiment, batch=5), run(replace(here.experiment, batch=5, resolution=50)))
    return here.experiment.batch != 5 and all(np.any(np.diff(walk.points.loss[-60:]) > 0) for walk in after.panel.walks)


@claim("switch the schedule to constant", "switch the schedule to a cosine")
def _(said: Said, here: Here) -> bool:
    return (here.experiment.schedule.name == "constant") == ("cosine" in said.text)


@claim("all four walks side by side")
def _(said: Said, here: Here) -> bool:
    return len(here.panel.walks) == 1


@claim("one walk alone; then its rate at 0.000001")
def _(said: Said, here: Here) -> bool:
    return len(here.panel.walks) > 1 and 1e-6 < _limit(here) < 2e-6


# ---- Stuck?


@claim("{name}: {verdict}. Click anywhere on the map to see why.")
def _(said: Said, here: Here) -> bool:
    from verdict.verdict import label

    return str(said.values["verdict"]) == label(here.judgment.kind)


def _is_critical(here: Here, θ: Array) -> bool:
    return here.steep(θ) <= 1e-5 * max(here.relief, 1e-12) or float(np.linalg.norm(here.apart.gradient(θ))) < 1e-8


@claim("click the saddle in the middle")
def _(said: Said, here: Here) -> bool:
    """A saddle at (0, 0), and three runners there."""
    from labs.plane.closeup import closeup

    λ = here.apart.curvatures(np.zeros(2))
    runners = race(here.experiment, here.panel, closeup(replace(here.experiment, point=(0.0, 0.0)), here.panel))
    return _is_critical(here, np.zeros(2)) and bool(λ[0] < 0 < λ[1]) and len(runners) == 3


@claim("pick a point of the atlas")
def _(said: Said, here: Here) -> bool:
    listed = here.more["listed"]
    return bool(listed) and all(_is_critical(here, point.position) or not here.apart.smooth for point in listed)


STANDING.update(
    resolved(start)
    for start in (
        "click anywhere on the map, and see what the curvatures",
        "What the output weights see is what the hidden layer makes",
        "What the counts say stands here once",
        "Your own experiment: pick a landscape",
        "pick Rosenbrock or Himmelblau under Model and loss",
        "Softmax over two logits is the sigmoid of their difference.",
        "A rate for each weight: who still notices the unit",
        "Where am I, and why did it stop?",
        "This surface is not the output space of a classifier.",
        "pick a topic above, or logits of one row under All controls",
    )
)


# ---- Loss: output space and two classes


def _class_loss(experiment: Experiment, picked: Pick) -> Apart | None:
    """What one row costs over two logits, written once more: the cross-entropy and the squared error after softmax."""
    chosen = SURFACE.values(picked)
    classes = 2 if chosen["output"] == "sigmoid" else int(chosen["classes"])
    target, T, others = min(int(chosen["target"]), classes) - 1, float(chosen["temperature"]), float(chosen["others"])
    if chosen["loss"] not in ("cross_entropy", "mean_squared"):
        return None

    def shares(θ: Array) -> Array:
        y = np.concatenate([θ, np.full(classes - 2, others)]) / T
        e = np.exp(y - y.max())
        return np.asarray(e / e.sum())

    def value(θ: Array) -> float:
        y, p = np.concatenate([θ, np.full(classes - 2, others)]) / T, shares(θ)
        if chosen["loss"] == "cross_entropy":
            return float(np.log(np.sum(np.exp(y - y.max()))) + y.max() - y[target])
        rest = np.delete(p, target)
        return float(np.sum(rest**2) + rest.sum() ** 2)

    def gradient(θ: Array) -> Array:
        p, hot = shares(θ), np.eye(classes)[target]
        if chosen["loss"] == "cross_entropy":
            return np.asarray((p - hot)[:2] / T)
        slope = 2 * (p - hot)
        return np.asarray((p * (slope - p @ slope))[:2] / T)

    def hessian(θ: Array) -> Array:
        h = 1e-4
        return np.stack([(gradient(θ + h * e) - gradient(θ - h * e)) / (2 * h) for e in np.eye(2)], axis=-1)

    return Apart(value, gradient, hessian, False, True, None, None)


def _class_losses(here: Here) -> list[Apart | None]:
    return [_class_loss(here.experiment, own(here.experiment, panel.panel).surface) for panel in here.result.panels]


@claim("What a loss does by itself: one row")
def _(said: Said, here: Here) -> bool:
    return here.panel.prepared is None


@claim("Same start, same rate. First step of {method}")
def _(said: Said, here: Here) -> bool:
    """The steps of plain descent: η times the slope at the start."""
    steps = [number(text.rsplit(" ", 1)[1]) for text in said.values["steps"].split(", ")]
    rate, start = here.panel.walks[0].rated.rate, np.array(start_of(here.experiment))
    if here.experiment.optimizers[0].name != "gradient_descent":
        return True
    known = zip(steps, _class_losses(here), strict=True)
    return all(
        loss is None or says(step, rate * float(np.linalg.norm(loss.gradient(start))), rel=1e-2, near=1e-300) for step, loss in known
    )


def _wrong(loss: Apart, start: Array) -> bool:
    """Whether the loss at the start is nearer to the highest of the window than to the lowest."""
    corners = [loss.value(np.array(corner)) for corner in ((-10, -10), (-10, 10), (10, -10), (10, 10))]
    return loss.value(start) > 0.5 * (max(corners) + min(corners)) * 0.98


@claim("The answer is right at the start")
def _(said: Said, here: Here) -> bool:
    start = np.array(start_of(here.experiment))
    losses = [loss for loss in _class_losses(here) if loss is not None]
    right = [loss.value(start) <= 0.52 * max(loss.value(np.array(corner)) for corner in ((-10, 10), (10, -10))) for loss in losses]
    return all(right)


@claim("From here {method} finds the way by each of these losses.")
def _(said: Said, here: Here) -> bool:
    """Every walk gets lower by half of what it began with."""
    return all(panel.walks[0].points.loss[-1] <= 0.5 * panel.walks[0].points.loss[0] for panel in here.result.panels)


@claim("Within {k} updates {method} takes off the loss: {shares}.")
def _(said: Said, here: Here) -> bool:
    shares = [number(text.removesuffix(" %").rsplit(" ", 1)[1]) for text in said.values["shares"].split(", ")]
    left = [float(panel.walks[0].points.loss[-1] / panel.walks[0].points.loss[0]) for panel in here.result.panels]
    return min(shares) < 50 and all(abs(100 * (1 - part) - share) <= 0.51 for part, share in zip(left, shares, strict=True))


@claim("Surely wrong, and {method} is stuck")
def _(said: Said, here: Here) -> bool:
    """Its loss hardly falls, and it is high; the slope is small."""
    start = np.array(start_of(here.experiment))
    stuck = [panel for panel in here.result.panels if panel.walks[0].points.loss[-1] > 0.9 * panel.walks[0].points.loss[0]]
    first = zip(here.result.panels, _class_losses(here), strict=True)
    numbers = [
        (loss.value(start), float(np.linalg.norm(loss.gradient(start)))) for panel, loss in first if loss is not None and panel in stuck
    ]
    known = any(says(said.values["loss"], value) and says(said.values["slope"], slope, rel=1e-2) for value, slope in numbers)
    return bool(stuck) and (known or None in _class_losses(here))


def _desert(here: Here) -> bool:
    """Whether somewhere a loss is high, and its slope a thousandth of the highest."""
    for loss in _class_losses(here):
        if loss is None:
            continue
        places = [np.array([x, y]) for x in np.linspace(-10, 10, 15) for y in np.linspace(-10, 10, 15)]
        values, slopes = [loss.value(θ) for θ in places], [float(np.linalg.norm(loss.gradient(θ))) for θ in places]
        middle = 0.5 * (max(values) + min(values))
        if any(value > middle and slope < 1e-2 * max(slopes) for value, slope in zip(values, slopes, strict=True)):
            return True
    return None in _class_losses(here)


@claim("click into the desert", "switch to the norm of the gradient, and see the desert")
def _(said: Said, here: Here) -> bool:
    return _desert(here) and (here.experiment.quantity == "slope") == ("click into the desert, where" in said.text)


@claim("click where the wrong class is certain, and compare")
def _(said: Said, here: Here) -> bool:
    return not _desert(here) or None in _class_losses(here)


@claim(
    "One surface, written twice: over the whole window the two losses differ",
    "One surface, written twice: over the whole window the two losses are",
)
def _(said: Said, here: Here) -> bool:
    first, second = _class_losses(here)
    if first is None or second is None:
        return True
    places = np.random.default_rng(0).uniform(-10, 10, (20, 2))
    return all(abs(first.value(θ) - second.value(θ)) < 1e-9 for θ in places)


@claim("Over the window the two losses differ by up to {gap}.")
def _(said: Said, here: Here) -> bool:
    first, second = _class_losses(here)
    if first is None or second is None:
        return True
    places = np.random.default_rng(0).uniform(-10, 10, (100, 2))
    gaps = [abs(first.value(θ) - second.value(θ)) for θ in places]
    return 0 < max(gaps) <= 1.01 * number(said.values["gap"])


def _flatness(here: Here) -> Array | None:
    loss = _class_losses(here)[0]
    return None if loss is None else loss.curvatures(np.array(start_of(here.experiment)))


@claim("No curvature at the start in any direction", "Curvatures (eigenvalues of the Hessian) at the start: 0")
def _(said: Said, here: Here) -> bool:
    """Along (1, 1) nothing changes; the other curvature is the one that is said."""
    loss, start = _class_losses(here)[0], np.array(start_of(here.experiment))
    if loss is None:
        return True
    flat = abs(loss.value(start + 1.0) - loss.value(start)) <= 1e-9 * (1 + abs(loss.value(start)))
    λ = loss.curvatures(start)
    return flat and says(said.values.get("second", 0.0), float(λ[np.argmax(np.abs(λ))]), rel=1e-2, near=1e-6)


@claim("Curvatures at the start: {first} along {one}")
def _(said: Said, here: Here) -> bool:
    λ = _flatness(here)
    if λ is None:
        return True
    low, high = sorted(λ, key=abs)
    return says(said.values["first"], float(low), rel=1e-2, near=1e-6) and says(said.values["second"], float(high), rel=1e-2, near=1e-6)


@claim("move the mean of the logits: the walks slide")
def _(said: Said, here: Here) -> bool:
    """Both logits by one number more: every loss stays."""
    x, y = start_of(here.experiment)
    return all(
        loss is None or abs(loss.value(np.array([x + 3, y + 3])) - loss.value(np.array([x, y]))) < 1e-9 for loss in _class_losses(here)
    )


@claim("take two classes under All controls")
def _(said: Said, here: Here) -> bool:
    return int(SURFACE.values(here.experiment.surface)["classes"]) > 2


__all__ = ["page", "pick", "rows"]
