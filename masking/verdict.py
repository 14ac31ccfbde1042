"""Whether what a method gives is what a mask is for, in a few words."""

from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np

from masking.run import Outcome
from settings import N_, Message, message


class Verdict(NamedTuple):
    """kind: good; wrong, numbers that a mask must not give; or nan, none."""

    kind: Literal["good", "wrong", "nan"]
    said: Message


def rounding(number_format: str, positions: int) -> float:
    """By how much shares may miss a sum of 1: the sum that they are divided by is rounded positions − 1 times, each quotient once."""
    return positions * float(jnp.finfo(number_format).eps)


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
    if kept.any() and abs(outcome.sum - 1) > rounding(number_format, len(p)):
        return Verdict("wrong", message(N_("sum {sum}"), sum=float(f"{outcome.sum:.3g}")))
    if np.any(outcome.slope[~kept] != 0):
        return Verdict("wrong", message(N_("padding has a gradient")))
    return Verdict("good", message(N_("sum 1")) if kept.any() else message(N_("all 0")))
