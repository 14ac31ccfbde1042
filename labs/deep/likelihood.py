"""Likelihood of the labels and cross-entropy: the same number by two routes.

The likelihood is computed in decimal arithmetic, since a product of hundreds of probabilities underflows a float64.
"""

from decimal import Context, Decimal
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compute.engine import door
from compute.memo import memo
from labs.deep.objective import scores_of
from labs.deep.training import snapshot, trained
from labs.deep.training_setup import TrainingSetup

LARGEST = 1e9  # the sum of all differences of scores: beyond it e to its power has no exponent
_DIGITS = Context(prec=34, Emin=-(10**9), Emax=10**9)


class Likelihood(NamedTuple):
    """Of the labels of n rows."""

    entropy: float  # mean of −Σⱼ ŷⱼ ln pⱼ
    nll: float  # −(1/N) ln Π p(y|x)
    power: float  # log₁₀ of the product
    n: int

    @property
    def difference(self) -> float:
        return abs(self.entropy - self.nll)


def both(scores: Float[np.ndarray, "c n"], labels: Int[np.ndarray, " n"]) -> Likelihood:
    """Cross-entropy in float64, from one-hot targets and log-probabilities; likelihood as the product of all p(y|x), then one logarithm."""
    wide, n = scores.astype(np.float64), labels.size
    one_hot, best = np.eye(len(wide))[:, labels], wide.max(axis=0)
    logarithms = wide - best - np.log(np.exp(wide - best).sum(axis=0))
    entropy = float(np.mean(-np.sum(one_hot * logarithms, axis=0)))
    product, digits = Decimal(1), _DIGITS
    for p in _of_right(wide, labels):
        product = digits.multiply(product, p)
    nll = digits.divide(digits.minus(digits.ln(product)), Decimal(n))
    return Likelihood(entropy, float(nll), float(digits.log10(product)), n)


def _of_right(scores: Float[np.ndarray, "c n"], labels: Int[np.ndarray, " n"]) -> list[Decimal]:
    """p(y|x) = 1/Σⱼ exp(sⱼ − s_y) of every row, in float64 where it does not underflow."""
    ahead = scores - scores[labels, np.arange(labels.size)]
    with np.errstate(over="ignore"):
        totals = np.exp(ahead).sum(axis=0)
    large = [sum((_DIGITS.exp(Decimal(difference)) for difference in row), Decimal(0)) for row in ahead.T[np.isinf(totals)].tolist()]
    rest = iter(large)
    return [_DIGITS.divide(Decimal(1), next(rest) if np.isinf(total) else Decimal(total)) for total in totals.tolist()]


def holds(scores: Float[np.ndarray, "c n"]) -> bool:
    """Whether both routes can represent the product of all probabilities; not so for the scores of a network that has exploded."""
    if not np.isfinite(scores).all():
        return False
    wide = scores.astype(np.float64)
    return float(np.sum(wide.max(axis=0) - wide.min(axis=0))) < LARGEST


@memo
@door
def likelihood(setup: TrainingSetup, index: int) -> Likelihood | None:
    """Likelihood of the training rows at a record, in test mode; None where it cannot be represented."""
    rows, at = setup.split, snapshot(setup, trained(setup).finish(), index)
    scores = np.asarray(scores_of(setup.net, False)(at))[:, : rows.n]
    if not holds(scores):
        return None
    return both(scores, np.asarray(rows.train.y)[: rows.n].astype(int))
