"""Whether what a method gives is what a mask is for, in a few words."""

from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np

from core.messages import N_, Message, message
from labs.masks.run import Outcome


class Verdict(NamedTuple):
    """On one outcome."""

    kind: Literal["good", "wrong", "nan"]  # wrong: numbers that a mask must not give; nan: none
    text: Message


def rounding(number_format: str, positions: int) -> float:
    """By how much shares may miss a sum of 1: the sum that they are divided by is rounded positions − 1 times, each quotient once."""
    return positions * float(jnp.finfo(number_format).eps)


def sums_to_one(outcome: Outcome, number_format: str) -> bool:
    """Whether the shares sum to 1, to rounding."""
    return abs(outcome.sum - 1) <= rounding(number_format, len(outcome.p))


def just_below(total: float, number_format: str, positions: int, digits: int) -> bool:
    """Whether a sum is less than 1 by more than rounding, yet is 1 to so many digits: then the page says how much is missing."""
    return 1 - total > rounding(number_format, positions) and float(f"{total:.{digits}g}") == 1


def verdict(outcome: Outcome, number_format: str) -> Verdict:
    """Every share a number, padding exactly 0, kept ones 1 together, a gradient, and none of it at padding. Nothing kept: all is 0."""
    kept, p = outcome.kept, outcome.p
    if not outcome.answers:
        return Verdict("nan", message(N_("NaN")))
    if not outcome.trains:
        return Verdict("nan", message(N_("gradient NaN")))
    if outcome.leaked > 0:
        alike = bool(np.all(p == p[0]))
        return Verdict("wrong", message(N_("{p} each") if alike else N_("padding: {p}"), p=float(f"{outcome.leaked:.3g}")))
    if kept.any() and just_below(outcome.sum, number_format, len(p), 3):
        return Verdict("wrong", message(N_("sum 1 − {less}"), less=float(f"{1 - outcome.sum:.1g}")))
    if kept.any() and not sums_to_one(outcome, number_format):
        return Verdict("wrong", message(N_("sum {sum}"), sum=float(f"{outcome.sum:.3g}")))
    if np.any(outcome.slope[~kept] != 0):
        return Verdict("wrong", message(N_("padding has a gradient")))
    return Verdict("good", message(N_("sum 1")) if kept.any() else message(N_("all 0")))
