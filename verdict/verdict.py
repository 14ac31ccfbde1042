"""A verdict: what a walk or a training is doing at one of its points, in one record a kind; and the judgment on a point, with its evidence.

Each file in verdict/kinds/ holds one verdict: when it holds, how it is said, and what to try then. Its name with spaces is the kind.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float

from core.catalogue import catalogue
from core.messages import N_, Message, message
from core.numerals import percent
from core.setup import Setup
from labs.deep.curvature import Curvature
from labs.deep.setup import Deep
from labs.plane.run import PanelResult
from labs.plane.setup import Experiment
from labs.plane.walks import Walk
from landscape.curvature import Counts
from verdict.evidence import Circumstances, Evidence, PlanePoint, Trail

E = TypeVar("E", bound=Setup)


class Rule(NamedTuple):
    """A sign of a verdict. Of all rules that hold, the one of the lowest rank decides."""

    rank: int
    holds: Callable[[Evidence], bool]


class Suggestion(NamedTuple, Generic[E]):
    """One thing to try next."""

    text: Message  # of the button
    change: Callable[[E], E]  # what the button does


class Point(NamedTuple):
    """What is shown of a point that is judged."""

    update: int  # how many were done
    loss: float  # of all rows
    slope: float  # ‖∇L‖, of all rows
    theta: Float[np.ndarray, " p"]
    eigenvalues: Float[np.ndarray, " k"]  # of the Hessian, ascending: all of a walk's, the two ends of a network's spectrum
    stable_rate: float | None  # below it, it would have been stable: where it turned, of what diverges
    quadratic: bool = False  # below that rate it would have been stable everywhere
    critical: PlanePoint | None = None  # a walk's critical point nearby
    network: bool = False  # of a network's training, not of a walk of two parameters
    curvature: Curvature | None = None  # of a network; where it diverges, where it turned; None where the loss was never a number
    preconditioned: bool = False  # the sharpness is that of the preconditioned Hessian
    noise: float = 1.0  # root mean square of the gradients of batches over that of all rows; NaN where unknown
    unit: float = 1.0  # of length
    lower_nearby: bool = False  # at a network's critical point: something lower is known beside it
    dead: tuple[float, ...] = ()  # the share of dead units by layer, of a network that is dead


class Judgment(NamedTuple):
    """A verdict on one point, and its evidence."""

    kind: str
    point: Point
    recent_loss: float  # mean over what is recent
    recent_slope: float  # mean over what is recent
    sharpness: float  # η·λmax, NaN where no such form is known
    stable: float  # what the sharpness must stay below, ∞ where that is not known
    since: int  # the update of the lowest loss, since which it diverges if it does
    fell: float  # how much loss the recent updates took off,
    updates: int  # and how many those are


def falls(judgment: Judgment) -> bool:
    """Whether the loss falls at the end: it is lower than before what is recent, and no higher than the mean of that."""
    return judgment.fell > 0 and judgment.point.loss <= judgment.recent_loss


def none(*_: object) -> None:
    """Nothing to try."""


@dataclass(frozen=True)
class Verdict:
    """One kind of verdict."""

    label: str
    sentence: str | Callable[[Judgment], str]  # a template for what `sentence` below fills in
    rules: tuple[Rule, ...]
    walk_advice: Callable[[Experiment, PanelResult, Walk, Judgment], Suggestion[Experiment] | None] = none
    network_advice: Callable[[Deep, float, Judgment], Suggestion[Deep] | None] = none  # the number: the rate that is set
    trembles: bool = False  # loss and slope are said as means over what is recent

    @property
    def rank(self) -> int:
        return min(rule.rank for rule in self.rules)


def verdicts() -> Mapping[str, Verdict]:
    """All, by kind."""
    return {name.replace("_", " "): verdict for name, verdict in catalogue("verdict.kinds", Verdict).items()}


def label(kind: str) -> str:
    return verdicts()[kind].label


def judge(trail: Trail, circumstances: Circumstances, point: Point, slopes: Float[np.ndarray, " k"]) -> Judgment:
    """The verdict on the last point of a trail. slopes: ‖∇L‖ at its points."""
    evidence = Evidence(trail, circumstances)
    rules = sorted(((rule.rank, kind, rule) for kind, verdict in verdicts().items() for rule in verdict.rules), key=lambda item: item[:2])
    recent, first = slopes[evidence.recent :], min(evidence.recent, trail.update.size - 1)
    return Judgment(
        kind=next(kind for _, kind, rule in rules if rule.holds(evidence)),
        point=point,
        recent_loss=float(np.mean(trail.loss[evidence.recent :])),
        recent_slope=float(np.nanmean(recent)) if np.isfinite(recent).any() else math.nan,
        sharpness=circumstances.sharpness,
        stable=circumstances.stable,
        since=int(trail.update[evidence.lowest]),
        fell=float(trail.loss[first] - trail.loss[-1]),
        updates=int(trail.update[-1] - trail.update[first]),
    )


def steepness(sharpness: float, stable: float) -> Message:
    """ "η·λmax = 1.9, and 2 is the limit", where that is known."""
    if not math.isfinite(sharpness) or not math.isfinite(stable):
        return message(N_("each step turns back on the one before"))
    return message(N_("η·λmax = {sharpness}, and {stable} is the limit"), sharpness=sharpness, stable=stable)


def sentence(judgment: Judgment) -> Message:
    """The verdict as a student reads it, with the numbers that made it."""
    verdict, point = verdicts()[judgment.kind], judgment.point
    eigenvalues = point.eigenvalues if point.critical is None else point.critical.eigenvalues
    counts = Counts(0, 0, 0) if point.critical is None else point.critical.counts
    return message(
        verdict.sentence if isinstance(verdict.sentence, str) else verdict.sentence(judgment),
        loss=judgment.recent_loss if verdict.trembles else point.loss,
        slope=judgment.recent_slope if verdict.trembles else point.slope,
        lowest=float(eigenvalues[0]),
        highest=float(eigenvalues[-1]),
        zero=counts.zero,
        all=sum(counts),
        n=point.update,
        k=judgment.since,
        needed=point.stable_rate or 0.0,
        recent=judgment.recent_loss,
        stable=judgment.stable,
        steepness=steepness(judgment.sharpness, judgment.stable),
        fell=judgment.fell,
        updates=judgment.updates,
        dead=", ".join(percent(share) for share in point.dead),
    )


def walk_suggestion(experiment: Experiment, panel: PanelResult, walked: Walk, judgment: Judgment) -> Suggestion[Experiment] | None:
    """One thing to try; None where it has arrived."""
    return verdicts()[judgment.kind].walk_advice(experiment, panel, walked, judgment)


def network_suggestion(deep: Deep, rate: float, judgment: Judgment) -> Suggestion[Deep] | None:
    """One thing to try; None where it has arrived, or where the same is set already. rate: that of the optimizer that is picked."""
    offered = verdicts()[judgment.kind].network_advice(deep, rate, judgment)
    return None if offered is None or offered.change(deep) == deep else offered
