"""What the pages claim: every sentence, by its msgid, and a predicate of its own that holds it against numbers of tests/apart.py."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from core.messages import Message
from core.numerals import numeral
from core.settings import Option, Setting
from core.setup import Menu
from labs.plane.run import PanelResult, Result, run
from labs.plane.setup import DATA, FEATURES, HIDDEN, OPTIMIZER, SCHEDULE, SURFACE, Experiment
from labs.plane.walks import Walk
from optim.optimizer import optimizers
from surfaces.class_loss import class_losses
from surfaces.loss import losses
from tests.apart import RULES, Apart, Array, OwnWalk, apart, rows, walked
from verdict.plane import judge_walk
from verdict.verdict import Judgment, verdicts

ROOT = Path(__file__).resolve().parents[1]
POT = ROOT / "translations" / "messages.pot"
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")

# ---- what is said


@dataclass(eq=False)
class Said:
    """One text: its msgid, what fills it, and how it reads."""

    msgid: str
    values: Mapping[str, Any]
    text: str


class _Text(str):
    """A translated text that remembers what fills it."""

    said: Said
    log: list[Said]

    def format(self, *args: object, **values: object) -> str:
        text = str.format(self, *args, **values)
        self.log.append(Said(self.said.msgid, values, text))
        return text


@contextmanager
def listening() -> Iterator[list[Said]]:
    """All texts of the pages that are made within it, in English."""
    log: list[Said] = []

    def translated(text: str) -> str:
        made = _Text(text)
        made.said, made.log = Said(text, {}, text), log
        log.append(made.said)
        return made

    def rendered(message: Message, _: str) -> str:
        log.append(Said(message.text, dict(message.values), message.english))
        log.extend(Said(value.text, dict(value.values), value.english) for _, value in message.values if isinstance(value, Message))
        return message.english

    with (
        patch("views.language.translator", lambda _: translated),
        patch("views.language.render", rendered),
        patch("views.language.language", lambda: "en"),
    ):
        yield log


def said(make: Callable[[], str]) -> list[Said]:
    """The texts that the result holds: those that were made and thrown away are left out."""
    with listening() as log:
        whole = make()
    return [each for each in log if each.text and each.text in whole]


@cache
def msgids() -> dict[str, tuple[str, ...]]:
    """Every text for people, and the files that hold it."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in POT.read_text().split("\n\n"):
        files = re.findall(r"[\w/]+\.py", " ".join(line for line in entry.splitlines() if line.startswith("#:")))
        text = "".join(re.findall(r'^(?:msgid )?"(.*)"$', entry.split("msgstr")[0], re.MULTILINE))
        if text:
            found[text.replace('\\"', '"').replace("\\n", "\n")] = tuple(files)
    return found


def number(text: object) -> float:
    """What a numeral says."""
    if isinstance(text, int | float):
        return float(text)
    plain = str(text).translate(_SUPERSCRIPTS).replace(",", "").replace(" %", "").removeprefix("> ")
    if plain in ("—", ""):
        return math.nan
    if plain.strip("-") == "∞":
        return -math.inf if plain[0] == "-" else math.inf
    mantissa, _, power = plain.partition("·10")
    return float(mantissa) * 10 ** int(power or 0)


def says(text: object, value: float, *, rel: float = 2e-3, near: float = 0.0) -> bool:
    """Whether a printed number is this one."""
    printed = number(text)
    if not math.isfinite(value):
        return not math.isfinite(printed)
    return abs(printed - value) <= rel * abs(value) + near


# ---- where it is said


@dataclass(eq=False)
class Here:
    """One walk of one picture of a scene, or the picture alone, or the scene."""

    experiment: Experiment
    result: Result
    i: int = 0  # of the picture
    j: int = 0  # of the walk
    more: dict[str, Any] = field(default_factory=dict)
    losses: dict[int, Apart] = field(default_factory=dict)  # of its pictures

    @property
    def panel(self) -> PanelResult:
        return self.result.panels[self.i]

    @property
    def walk(self) -> Walk:
        return self.panel.walks[self.j]

    @cached_property
    def apart(self) -> Apart:
        loss = apart(self.experiment, self.panel)
        assert loss is not None
        return loss

    @cached_property
    def judgment(self) -> Judgment:
        return judge_walk(self.experiment, self.panel, self.walk)[0]

    @property
    def hyper(self) -> dict[str, float]:
        return dict(self.walk.rated.hyper)

    @property
    def whole(self) -> bool:
        n = 0 if self.panel.prepared is None else self.panel.prepared.n
        return not 0 < self.experiment.batch < n

    @cached_property
    def unit(self) -> Array:
        return self.panel.unit

    @property
    def end(self) -> Array:
        return self.walk.points.path[-1]

    @cached_property
    def own(self) -> OwnWalk | None:
        """The walk made once more; None of a method that has no rule here, and of mini-batches."""
        dear = self.panel.prepared is not None and not self.apart.quadratic and self.experiment.steps > 100
        if self.walk.picked.name not in RULES or not self.whole or dear:
            return None
        start = np.asarray(self.panel.start, np.float64)
        if self.experiment.schedule.name == "constant" and not self.experiment.warmup:
            return walked(self.apart, self.walk.picked.name, self.hyper, start, self.experiment.steps)
        return None

    @cached_property
    def goal(self) -> float:
        """1 % of what the best constant costs; of a formula, of what the start is above the minimum."""
        assert self.apart.lowest is not None
        return float(self.panel.goal or 0.0)

    @property
    def first(self) -> float:
        return self.apart.value(np.asarray(self.panel.start))

    @property
    def relief(self) -> float:
        """How far the loss was above the lowest that is known."""
        low = self.apart.lowest if self.apart.lowest is not None else float(np.nanmin(self.walk.points.loss))
        return max(self.first, self.apart.value(self.end)) - low

    def slope(self, θ: Array) -> float:
        return float(np.linalg.norm(self.apart.gradient(θ)))

    def steep(self, θ: Array) -> float:
        """The slope in loss per half picture."""
        return float(np.linalg.norm(self.apart.gradient(θ) * self.unit))

    def spectrum(self, θ: Array) -> Array:
        """Curvatures per half picture."""
        return np.linalg.eigvalsh(self.apart.hessian(θ) * np.outer(self.unit, self.unit))

    @cached_property
    def critical(self) -> Array:
        """The critical point that the verdict names, else where Newton's method leads from the end: a witness, held against `beside`."""
        named = self.judgment.point.critical
        return self.apart.critical(self.end, self.unit) if named is None else named.theta

    @property
    def beside(self) -> bool:
        """Whether a critical point is at the end."""
        gone = float(np.abs((self.critical - self.end) / self.unit).max())
        return gone <= 0.015 and self.steep(self.critical) <= 1e-6 * max(self.steep(np.asarray(self.panel.start)), self.relief)

    def recently(self) -> tuple[int, ...]:
        """The points of the last fifth of the updates, of the last twenty at least."""
        update = self.walk.points.update
        return tuple(np.flatnonzero(update >= update[-1] - max(20, 0.2 * update[-1])))

    def after(self, change: Callable[[Experiment], Experiment]) -> "Here":
        """The scene that a piece of advice leads to."""
        changed = change(self.experiment)
        return Here(changed, run(replace(changed, resolution=50)), self.i, self.j)


Predicate = Callable[[Said, Here], bool]
CLAIMS: dict[str, Predicate] = {}


def resolved(start: str) -> str:
    """The one msgid that begins so."""
    found = [text for text in msgids() if text.startswith(start)]
    assert len(found) == 1 or start in found, f"{len(found)} texts begin with {start!r}"
    return start if start in found else found[0]


def claim(*starts: str) -> Callable[[Predicate], Predicate]:
    def register(predicate: Predicate) -> Predicate:
        for start in starts:
            CLAIMS[resolved(start)] = predicate
        return predicate

    return register


# ---- verdicts on a walk


def _slope_said(said: Said, here: Here) -> bool:
    return says(numeral(said.values["slope"]), here.slope(here.end), rel=1e-2, near=1e-9 * here.slope(np.asarray(here.panel.start)) + 1e-12)


@claim("At a minimum: the gradient")
def _(said: Said, here: Here) -> bool:
    λ = here.apart.curvatures(here.critical)
    ring = here.apart.around(here.critical, here.unit, 1e-3)
    up = bool(np.all(ring > here.apart.value(here.critical) - 1e-12 * here.relief))
    return here.beside and λ[0] > 0 and up and _slope_said(said, here) and says(numeral(said.values["lowest"]), λ[0], rel=1e-2)


@claim("In a flat valley of minima:")
def _(said: Said, here: Here) -> bool:
    λ = here.spectrum(here.critical)
    flat = int(np.sum(np.abs(λ) <= 1e-5 * np.abs(λ).max()))
    bottom = here.apart.value(here.critical)
    nothing = all(np.all(here.apart.around(here.critical, here.unit, r) >= bottom - 1e-7 * here.relief) for r in (1e-3, 1e-2))
    return here.beside and flat == said.values["zero"] and λ.size == said.values["all"] and nothing and _slope_said(said, here)


@claim("At a saddle: the gradient is {slope}, but")
def _(said: Said, here: Here) -> bool:
    λ, vectors = np.linalg.eigh(here.apart.hessian(here.critical))
    way = vectors[:, 0] / np.abs(vectors[:, 0] / here.unit).max()
    down = any(here.apart.value(here.critical + s * 1e-2 * way) < here.apart.value(here.critical) for s in (1, -1))
    return here.beside and λ[0] < 0 and down and _slope_said(said, here) and says(numeral(said.values["lowest"]), λ[0], rel=1e-2)


@claim("At a saddle: gradient (")
def _(said: Said, here: Here) -> bool:
    bottom, ring = here.apart.value(here.critical), here.apart.around(here.critical, here.unit, 0.05)
    flat = np.abs(here.spectrum(here.critical)).max() <= 1e-3 * np.abs(here.spectrum(here.critical + 0.5 * here.unit)).max()
    return bool(flat and np.any(ring < bottom) and np.any(ring > bottom) and _slope_said(said, here))


@claim("At a saddle: the gradient is {slope} and {zero}")
def _(said: Said, here: Here) -> bool:
    λ, bottom = here.spectrum(here.critical), here.apart.value(here.critical)
    flat = int(np.sum(np.abs(λ) <= 1e-5 * np.abs(λ).max()))
    return flat == said.values["zero"] < λ.size and bool(here.apart.around(here.critical, here.unit, 1e-2).min() < bottom)


@claim("At a maximum:")
def _(said: Said, here: Here) -> bool:
    λ = here.apart.curvatures(here.critical)
    ring = here.apart.around(here.critical, here.unit, 1e-2)
    return (
        here.beside and λ[-1] <= 0 and bool(np.all(ring < here.apart.value(here.critical))) and says(numeral(said.values["highest"]), λ[-1])
    )


@claim("On a plateau: gradient ({slope}) and curvature are tiny")
def _(said: Said, here: Here) -> bool:
    """Small beside the relief; somewhere in the picture it is lower; and the last step was short."""
    tiny = here.steep(here.end) <= 2e-3 * here.relief and np.abs(here.spectrum(here.end)).max() <= 2e-2 * here.relief
    lower = here.apart.lowest is None or here.apart.lowest < here.apart.value(here.end) - 1e-2 * here.relief
    return bool(tiny and lower and _slope_said(said, here))


@claim("At a kink:")
def _(said: Said, here: Here) -> bool:
    ring = here.apart.around(here.end, here.unit, 1e-3)
    return not here.apart.smooth and bool(np.all(ring > here.apart.value(here.end)))


@claim("The minimum is at infinity: the loss ({loss}) falls")
def _(said: Said, here: Here) -> bool:
    """Twice and four times as far out it is lower; and no minimum is known."""
    losses = [here.apart.value(k * here.end) for k in (1, 2, 4, 8)]
    return here.apart.lowest is None and all(after <= before for before, after in pairwise(losses))


@claim("At rest where weight decay")
def _(said: Said, here: Here) -> bool:
    step = here.walk.points.path[-1] - here.walk.points.path[-2]
    return here.hyper.get("decay", 0.0) > 0 and float(np.abs(step / here.unit).max()) < 1e-4 and _slope_said(said, here)


@claim("Its steps have died out")
def _(said: Said, here: Here) -> bool:
    """The last step is nothing to the picture, the slope is not nothing to the relief."""
    step = here.walk.points.path[-1] - here.walk.points.path[-2]
    left = here.steep(here.end) > 1e-6 * here.relief
    return bool(float(np.abs(step / here.unit).max()) < 1e-4 and left and _slope_said(said, here))


def _turning(here: Here) -> float:
    """The mean cosine of recent steps that follow one another."""
    points, kept = here.walk.points, here.recently()
    path, turns = points.path / here.unit, list[float]()
    for k in kept[2:]:
        if points.update[k] - points.update[k - 2] == 2:
            before, after = path[k - 1] - path[k - 2], path[k] - path[k - 1]
            turns.append(float(before @ after) / (float(np.linalg.norm(before) * np.linalg.norm(after)) or 1.0))
    return float(np.mean(turns)) if turns else math.nan


@claim("Bouncing across a ravine:")
def _(said: Said, here: Here) -> bool:
    """Its recent steps turn back more than they go on, and the slope is not nothing."""
    return not _turning(here) > 0 and here.steep(here.end) > 1e-4 * here.relief and _slope_said(said, here)


def _sharpness(here: Here, k: int) -> float:
    """η·λmax, of the Hessian scaled as the method scales its steps."""
    points, adaptive = here.walk.points, optimizers()[here.walk.picked.name].adaptive
    scale = 1 / np.sqrt(points.scale[k]) if adaptive else np.ones(points.path.shape[1])
    rate = here.walk.rates[k] or here.walk.rates[max(k - 1, 0) if k >= 0 else k - 1]
    return float(rate * np.linalg.eigvalsh(here.apart.hessian(points.path[k]) * np.outer(scale, scale))[-1])


@claim("η·λmax = {sharpness}, and {stable} is the limit")
def _(said: Said, here: Here) -> bool:
    h = here.hyper
    stable = {
        "gradient_descent": 2.0,
        "momentum": 2 + 2 * h.get("momentum", 0),
        "nesterov": (2 + 2 * (m := h.get("momentum", 0))) / (1 + 2 * m),
    }
    known = stable.get(here.walk.picked.name, said.values["stable"])
    return says(numeral(said.values["sharpness"]), _sharpness(here, -1), rel=1e-2) and says(numeral(said.values["stable"]), known)


@claim("each step turns back on the one before")
def _(said: Said, here: Here) -> bool:
    return _turning(here) < -0.4


@claim("Diverging since update {k}: since then the loss has grown")
def _(said: Said, here: Here) -> bool:
    points = here.walk.points
    turned = int(np.nanargmin(points.loss))
    grown = points.loss[-1] > points.loss[turned] or not np.isfinite(points.loss[-1])
    return (
        bool(grown)
        and points.update[turned] == said.values["k"]
        and says(numeral(said.values["loss"]), here.apart.value(here.end), rel=1e-2)
    )


def _too_large(said: Said, here: Here) -> bool:
    turned = int(np.nanargmin(here.walk.points.loss))
    limit = float(here.walk.rates[turned]) * here.judgment.stable / _sharpness(here, turned)
    return (
        says(numeral(said.values["needed"]), limit, rel=1e-2)
        and here.walk.points.update[turned] == said.values["k"]
        and limit < here.walk.rates[turned] * 1.001
    )


@claim("Diverging since update {k}: the rate is too large for the steepest direction. The limit")
def _(said: Said, here: Here) -> bool:
    return _too_large(said, here)


@claim("Diverging since update {k}: the rate is too large for the steepest direction. Below")
def _(said: Said, here: Here) -> bool:
    """A quadratic: a little below that rate it ends lower than it began."""
    if not _too_large(said, here) or not here.apart.quadratic:
        return False
    if here.walk.picked.name not in RULES:
        return True
    slower = here.hyper | {"rate": 0.98 * said.values["needed"]}
    own = walked(here.apart, here.walk.picked.name, slower, np.asarray(here.panel.start), 2000)
    return own.exploded is None and own.loss[-1] <= own.loss[0]


@claim("In a limit cycle:")
def _(said: Said, here: Here) -> bool:
    """It covers a way and gets nowhere; its loss does not go down; the slope is not nothing."""
    points, kept = here.walk.points, list(here.recently())
    lengths = np.linalg.norm(points.step[kept] / here.unit, axis=1)
    way = float(np.nanmean(lengths)) * (points.update[kept[-1]] - points.update[kept[0]])
    gone = float(np.linalg.norm((points.path[kept[-1]] - points.path[kept[0]]) / here.unit))
    loss, half = points.loss[kept], len(kept) // 2
    steady = loss[half:].mean() > loss[:half].mean() - 0.2 * np.ptp(loss)
    return bool(gone < 0.1 * way and steady and np.mean([here.steep(points.path[k]) for k in kept[-20:]]) > 1e-5 * here.relief)


def _back(here: Here, updates: int) -> float:
    """The loss so many updates before the end."""
    points = here.walk.points
    return float(points.loss[np.searchsorted(points.update, points.update[-1] - updates)])


@claim("Out of budget: after {n} updates the loss is {loss}, and it was still", "Moving: the loss is {loss} and still falls")
def _(said: Said, here: Here) -> bool:
    """Lower than a while ago, and no higher than the mean of the recent losses."""
    loss, recent = here.apart.value(here.end), here.walk.points.loss[list(here.recently())]
    return (
        says(numeral(said.values["loss"]), loss, near=1e-9 * here.relief)
        and loss < _back(here, here.judgment.updates)
        and loss <= recent.mean()
    )


@claim("Out of budget, and slow:")
def _(said: Said, here: Here) -> bool:
    loss, fell = here.apart.value(here.end), _back(here, said.values["updates"]) - here.apart.value(here.end)
    return says(numeral(said.values["fell"]), fell, rel=2e-2, near=1e-9 * here.relief) and fell + 1e-12 >= 0 and fell <= 2e-3 * abs(loss)


@claim("Out of budget: after {n} updates the loss is {loss}. The mean", "Moving: the loss is {loss} and does not")
def _(said: Said, here: Here) -> bool:
    points = here.walk.points
    mean = float(points.loss[list(here.recently())].mean())
    return says(numeral(said.values["recent"]), mean, rel=1e-2) and (
        points.loss[-1] > mean or points.loss[-1] >= _back(here, said.values["updates"])
    )


@claim("On the noise floor:")
def _(said: Said, here: Here) -> bool:
    """Batches are drawn, and it trembles: up as well as down."""
    loss = here.walk.points.loss[list(here.recently())]
    return not here.whole and bool(np.any(np.diff(loss) > 0) and np.any(np.diff(loss) < 0))


# ---- what to try


def _ends(here: Here) -> float:
    return float(here.walk.points.loss[-1])


def _pace(here: Here) -> float:
    """How long its recent steps are."""
    points, kept = here.walk.points, list(here.recently())
    gone = np.linalg.norm(np.diff(points.path[kept] / here.unit, axis=0), axis=1)
    return float(np.mean(gone / np.diff(points.update[kept])))


@claim("Set η to {rate}")
def _(said: Said, here: Here) -> bool:
    """Of a walk that exploded: it does not. Of one that bounces: by shorter steps. Of one that died out: it gets farther."""
    after = here.more["after"]
    if here.judgment.kind == "diverging":
        return after.walk.diverged is None
    if here.judgment.kind in ("bouncing", "limit cycle", "noise floor"):
        return after.walk.diverged is None and _pace(after) < _pace(here)
    return float(np.linalg.norm(after.end - after.panel.start)) > float(np.linalg.norm(here.end - here.panel.start))


@claim(
    "Standardize the features",
    "Momentum 0.9 with η",
    "Adam with η = {rate}: its steps",
    "Keep the rate constant",
    "All rows at every update",
)
def _(said: Said, here: Here) -> bool:
    """It ends lower, or arrives."""
    after = here.more["after"]
    return after.walk.settled is not None or float(np.min(after.walk.points.loss)) < _ends(here)


@claim("Step along the negative curvature", "Step to where it goes down")
def _(said: Said, here: Here) -> bool:
    after = here.more["after"]
    return after.first < here.apart.value(here.critical) and _ends(after) < here.apart.value(here.critical)


@claim("Let the rate fall to 0:")
def _(said: Said, here: Here) -> bool:
    """It comes to rest, and no higher than where it went round."""
    after, kept = here.more["after"], list(here.recently())
    last = np.linalg.norm(after.walk.points.path[-1] - after.walk.points.path[-2])
    return bool(
        last <= 0.2 * np.nanmean(np.linalg.norm(here.walk.points.step[kept], axis=1))
        and _ends(after) <= here.walk.points.loss[kept].max() + 1e-9
    )


@claim("AdamW with weight decay 0.5:")
def _(said: Said, here: Here) -> bool:
    after = here.more["after"]
    return float(np.linalg.norm(after.end)) < max(float(np.linalg.norm(here.end)), 10.0) and after.hyper["decay"] == 0.5


@claim("{steps} updates")
def _(said: Said, here: Here) -> bool:
    """It goes on."""
    after, before = here.more["after"], here.experiment.steps
    return after.experiment.steps == said.values["steps"] > before and (after.walk.done > before or after.walk.diverged is not None)


# ---- under a picture


def _value(here: Here) -> str:
    return str(here.more["value"])


def _plane(here: Here) -> Array:
    """The curvatures of the drawn weights at the minimum."""
    assert here.apart.minimum is not None
    at = here.panel.fit.theta  # of several minima, the one that is named: held against the lowest loss
    assert at is not None
    assert here.apart.value(at) <= here.apart.value(here.apart.minimum) + 1e-6 * max(here.goal, 1e-300)
    return np.linalg.eigvalsh(here.apart.hessian(at)[:2, :2])


@claim(
    "λmax/λmin of the drawn weights' Hessian at the minimum",
    "λmax/λmin of the Hessian at the minimum by the drawn weights; the bias is at its best",
    "λmax/λmin of the Hessian at the minimum by the drawn weights alone",
)
def _(said: Said, here: Here) -> bool:
    if _value(here) == "—":
        return here.apart.minimum is None or not here.apart.smooth
    λ = _plane(here)
    return says(_value(here), λ[1] / λ[0], rel=1e-2)


@claim("κ with the bias", "λmax/λmin of the Hessian at the minimum by the drawn weights and the bias: means count")
def _(said: Said, here: Here) -> bool:
    """Of a squared error: by the matrix of [x; 1]."""
    assert here.panel.inputs is not None
    if not here.apart.quadratic or _value(here) == "—":
        return True
    σ = np.linalg.svd(np.vstack([here.panel.inputs, np.ones(here.panel.inputs.shape[1])]), compute_uv=False)
    return says(_value(here), float((σ[0] / σ[-1]) ** 2), rel=1e-2)


@claim("speed limit 2/λmax", "gradient descent explodes at any larger rate")
def _(said: Said, here: Here) -> bool:
    return here.apart.quadratic and says(_value(here), 2 / _plane(here)[1])


@claim("2/λmax at the minimum", "at a larger rate gradient descent will not come to rest")
def _(said: Said, here: Here) -> bool:
    if _value(here) == "—":
        return True
    return not here.apart.quadratic and says(_value(here), 2 / _plane(here)[1], rel=1e-2)


@claim("2/λmax with the trained bias", "the drawn plane holds the bias")
def _(said: Said, here: Here) -> bool:
    assert here.apart.minimum is not None
    return here.apart.minimum.size == 3 and says(_value(here), 2 / here.apart.curvatures(here.apart.minimum)[-1], rel=1e-2)


@claim("lowest loss", "the loss at the minimum")
def _(said: Said, here: Here) -> bool:
    return here.apart.lowest is not None and says(_value(here), here.apart.lowest, near=1e-9 * here.first + 1e-12)


@claim("flat direction: the smallest curvature is zero")
def _(said: Said, here: Here) -> bool:
    λ = _plane(here)
    return abs(λ[0]) < 1e-7 * λ[1]


@claim("minimum at infinity: the two classes can be separated")
def _(said: Said, here: Here) -> bool:
    return here.apart.lowest is None and here.panel.prepared is not None


@claim("this surface has no minimum", "its own number: the loss falls without end")
def _(said: Said, here: Here) -> bool:
    """Far out it is below anything."""
    return here.apart.lowest is None and min(here.apart.around(np.zeros(2), here.unit, 1e4)) < -1e9


@claim("the loss has a kink at its minimum")
def _(said: Said, here: Here) -> bool:
    return not here.apart.smooth


@claim("its own number")
def _(said: Said, here: Here) -> bool:
    return all(here.hyper[name] == value for name, value in here.walk.picked.settings if name in here.hyper)


@claim("its own number: there is no limit here")
def _(said: Said, here: Here) -> bool:
    return here.apart.minimum is None or not here.apart.smooth or bool(here.apart.curvatures(here.apart.minimum)[-1] <= 0)


@claim("{fraction} of its limit", "{fraction} of the largest rate that rests at the minimum")
def _(said: Said, here: Here) -> bool:
    at = here.panel.fit.theta
    assert at is not None
    λ, m = float(here.apart.curvatures(at)[-1]), here.hyper.get("momentum", 0.0)
    limit = {"gradient_descent": 2 / λ, "momentum": (2 + 2 * m) / λ, "nesterov": (2 + 2 * m) / (1 + 2 * m) / λ}[here.walk.picked.name]
    return says(here.hyper["rate"], float(said.values["fraction"]) * limit) and here.apart.quadratic == ("of its limit" in said.text)


def _none_is_faster(here: Here) -> bool:
    """Of rates from a tenth to ten times its own none arrives in less than 0.9 of the updates."""
    if here.own is None or here.apart.lowest is None:
        return True
    start, steps = np.asarray(here.panel.start), here.experiment.steps
    mine = math.inf if here.walk.settled is None else here.walk.settled
    for factor in (0.1, 0.5, 0.9, 1.2, 2.0, 10.0) if here.panel.prepared is None else (0.7, 1.4):
        other = walked(here.apart, here.walk.picked.name, here.hyper | {"rate": factor * here.hyper["rate"]}, start, steps)
        settled = other.settled(here.apart.lowest, here.goal)
        if other.exploded is None and settled is not None and settled < 0.9 * mine:
            return False
    return True


@claim("its best here")
def _(said: Said, here: Here) -> bool:
    return here.walk.settled is not None and _none_is_faster(here)


@claim("its best here; in the long run {rate}")
def _(said: Said, here: Here) -> bool:
    λ = here.apart.curvatures(np.asarray(here.panel.start))
    return (
        here.apart.quadratic
        and says(numeral(said.values["rate"]), 2 / (λ[0] + λ[-1]))
        and here.walk.settled is not None
        and _none_is_faster(here)
    )


@claim("its best here; in the long run η = {rate}")
def _(said: Said, here: Here) -> bool:
    """Polyak's and Nesterov's numbers."""
    λ = here.apart.curvatures(np.asarray(here.panel.start))
    if here.walk.picked.name == "momentum":
        low, high = np.sqrt(λ[0]), np.sqrt(λ[-1])
        rate, momentum = 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2
        return (
            here.apart.quadratic
            and says(numeral(said.values["rate"]), rate)
            and says(numeral(said.values["momentum"]), momentum, near=1e-9)
        )
    return here.apart.quadratic and 0 < said.values["rate"] < 2 / λ[-1] and 0 <= said.values["momentum"] < 1


@claim("the lowest end: none arrives")
def _(said: Said, here: Here) -> bool:
    return here.walk.settled is None and _ends(here) < here.first and _none_is_faster(here)


@claim("no rate gets lower than the start")
def _(said: Said, here: Here) -> bool:
    if here.own is None:
        return _ends(here) >= here.first
    start, steps = np.asarray(here.panel.start), min(here.experiment.steps, 200)
    return all(
        walked(here.apart, here.walk.picked.name, here.hyper | {"rate": rate}, start, steps).loss[-1] >= here.first
        for rate in (1e-4, 1e-3, 1e-2)
    )


@claim("still {distance} away in {axis}")
def _(said: Said, here: Here) -> bool:
    assert here.apart.minimum is not None
    assert here.panel.fit.theta is not None
    far = np.abs(here.end - here.panel.fit.theta)[:2]
    return any(says(said.values["distance"], float(part), rel=1e-2) for part in far)


def counted(number: str, unit: str, status: str, here: Here) -> bool:
    """The big number: an explosion, a count, or more than the budget. By the walk made once more, where rounding does not decide."""
    if (number == "✕") != (status == "diverged") or (status == "diverged") != (here.walk.diverged is not None):
        return False
    if here.own is None or here.apart.lowest is None or here.experiment.mode == "best":
        return True
    nudged = walked(here.apart, here.walk.picked.name, here.hyper, np.asarray(here.panel.start) * (1 + 1e-12), here.experiment.steps)
    ends = {(own.exploded is not None, own.settled(here.apart.lowest, here.goal)) for own in (here.own, nudged)}
    if len(ends) > 1 or abs(here.own.loss[-1] - nudged.loss[-1]) > 1e-6 * abs(here.own.loss[-1]):
        return True  # rounding decides
    ((exploded, settled),) = ends
    if exploded:
        return number == "✕"
    if settled is None:
        return number == f"> {here.experiment.steps:,}"
    margin = here.goal * 1e-6
    near = {here.own.settled(here.apart.lowest + sign * margin, here.goal) for sign in (1, -1)}
    return number in {f"{count:,}" if count is not None else f"> {here.experiment.steps:,}" for count in near}


@claim("{steps} to {share} of the loss", "{steps} to {share} of the distance", "{steps} to {share} of the gradient")
def _(said: Said, here: Here) -> bool:
    """The loss is down, but it is not at rest at the lowest minimum."""
    assert here.apart.lowest is not None
    return here.walk.settled is not None and number(said.values["share"]) == 1.0


# ---- the paragraph under the board


@claim("Counted: the updates until {way} of the way down")
def _(said: Said, here: Here) -> bool:
    assert here.apart.lowest is not None
    if number(said.values["way"]) != 99:
        return False
    return says(here.goal, 0.01 * (here.first - here.apart.lowest), rel=1e-6, near=1e-14)


def _constant(here: Here) -> float:
    """The loss of the best constant: at θ = 0 with the best bias."""
    assert here.panel.prepared is not None
    y = np.asarray(here.panel.prepared.rows.y, np.float64)[: here.panel.prepared.n]
    chosen = SURFACE.values(here.experiment.surface)
    loss = str(chosen.get("loss", "cross_entropy"))
    best = rows(np.zeros((2, y.size)), y, loss, "best", 0.0, float(chosen.get("delta", 1.0)), chosen["reduce"] == "sum")
    return best.value(np.zeros(2))


@claim("Counted: the updates until loss − minimum ≤ {goal} for good", "Counted: the updates until loss − minimum ≤ {goal} = {part}·Var(y)")
def _(said: Said, here: Here) -> bool:
    goals = [number(each) for each in said.values["goal"].split(", ")]
    return any(says(goal, 0.01 * _constant(here), rel=1e-3) for goal in goals)


@claim("Counted: the updates until the distance from", "Counted: the updates until the norm of the gradient")
def _(said: Said, here: Here) -> bool:
    return here.panel.arrival.measure in said.text and says(number(said.values["share"]), 100 * here.panel.arrival.share)


@claim("Drawn: {loss} of {model}, {over}, over {axes}.", "mean over {n} rows", "summed over {n} rows")
def _(said: Said, here: Here) -> bool:
    assert here.panel.prepared is not None
    n = int(np.sum(np.asarray(here.panel.prepared.rows.w)))
    return said.values.get("n", n) == n


@claim("Updates: {batch}; counted from 0", "full batch", "mini-batches of {size}")
def _(said: Said, here: Here) -> bool:
    return said.values.get("size", here.experiment.batch) == here.experiment.batch and ("full batch" not in said.text or here.whole)


@claim("In a mini-batch the bias is the best one for all rows")
def _(said: Said, here: Here) -> bool:
    return not here.whole and SURFACE.values(here.experiment.surface).get("bias", "best") == "best"


@claim("The drawn plane holds the bias at the minimum's")
def _(said: Said, here: Here) -> bool:
    return here.walk.points.path.shape[1] == 3 and bool(np.ptp(here.walk.points.path[:, 2]) > 0)


@claim("Batch normalization is in train mode", "The pictures start from the same function: vᵢ")
def _(said: Said, here: Here) -> bool:
    """Some picture is normalized inside; and all predict the same at the start."""
    first = [panel.walks[0].points.loss[0] for panel in here.result.panels]
    same = float(np.ptp(first)) <= 1e-3 * max(map(abs, first)) or "same function" not in said.text
    return same and any(panel.panel.hidden.name != "none" for panel in here.result.panels)


@claim("A batch of one row is its own mean")
def _(said: Said, here: Here) -> bool:
    return getattr(here.experiment, "batch", 0) == 1


@claim(
    "Drawn: the loss of one row whose right class is",
    "{classes} classes: all other logits are",
    "The maps show the norm of the gradient; in 3-D",
)
def _(said: Said, here: Here) -> bool:
    chosen = SURFACE.values(here.experiment.surface)
    classes = int(chosen["classes"])
    wanted = {
        "target": min(int(chosen["target"]), classes),
        "temperature": chosen["temperature"],
        "classes": classes,
        "others": chosen["others"],
    }
    slopes = here.panel.slopes is not None or "norm of the gradient" not in said.text
    return slopes and all(says(value, float(wanted[name])) for name, value in said.values.items())


# ---- what is no claim


@cache
def names() -> frozenset[str]:
    """Labels of items and of verdicts, and the words that stand beside numbers."""
    menus: tuple[Menu[Any], ...] = (DATA, SURFACE, FEATURES, HIDDEN, OPTIMIZER, SCHEDULE)
    labels: set[str] = {item.label for menu in menus for item in menu.items().values()}
    labels |= {label for menu in menus for item in menu.items().values() for field in item.fields for label in _labels(field)}
    labels |= {verdict.label for verdict in verdicts().values()}
    labels |= {loss.label for loss in losses().values()} | {loss.label for loss in class_losses().values()}
    words = (
        "step",
        "steps",
        "exploded",
        "not there",
        "steps so far",
        "explodes",
        "condition number κ",
        "after {k} updates",
        "limit {value}",
        "{what}: {choice}.",
    )
    more = ("η·λmax, preconditioned", "gradient of a batch over that of all rows: {noise}", "{how} features")
    return frozenset(labels | {resolved(word) for word in (*words, *more)})


def _labels(field: Setting) -> Iterator[str]:
    yield field.label
    if isinstance(field, Option):
        yield from field.labels or ()


# What holds whatever is set: definitions and conventions.
STANDING = {
    resolved(start)
    for start in (
        "{surface}, drawn as it is.",
        "Label 1 where the target is above its mean, else 0.",
        "Two hidden units without bias, weights",
        "Softmax regression: {share}·‖θ‖² is in the loss",
        "The squared error is the sum over the classes.",
        "✓: at rest at the lowest minimum known.",
    )
}

# Of trainings of networks.
NETWORK = {
    resolved(start)
    for start in (
        "In a flat valley: the gradient is",
        "The minimum is at infinity: every training row",
        "On a plateau: gradient ({slope}) and curvature along",
        "On a plateau: the gradient is",
        "Dead: every unit of a layer has slope 0",
    )
}

_ARRIVED = {resolved("At a minimum: the gradient"), resolved("In a flat valley of minima:"), resolved("At a kink:")}
_NOT = {
    resolved(start)
    for start in (
        "In a limit cycle:",
        "Out of budget: after {n} updates the loss is {loss}, and it",
        "Diverging since update {k}: since",
        "Bouncing across",
        "On a plateau: gradient ({slope}) and curvature are tiny",
        "On the noise floor:",
    )
}
# Of the texts of one picture with one walk no two stand together, one of either set.
EXCLUDE: tuple[tuple[set[str], set[str]], ...] = (
    (_ARRIVED, _NOT),
    ({resolved("speed limit 2/λmax")}, {resolved("2/λmax at the minimum")}),
    ({resolved("explodes")}, _ARRIVED),
    ({resolved("full batch")}, {resolved("On the noise floor:")}),
    ({resolved("no rate gets lower than the start")}, {resolved("its best here")}),
)
