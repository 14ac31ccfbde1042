"""A schedule: an array that multiplies the rate, one entry an update. It is data; no kernel knows its name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from settings import Setting


@dataclass(frozen=True)
class Schedule:
    """multiplier(t, steps, **settings) -> the factor of the rate at update t = 0, 1, 2 ... of `steps` updates."""

    label: str
    formula: str
    source: str
    multiplier: Callable[..., Float[np.ndarray, " t"]]
    fields: tuple[Setting, ...] = ()
    rank: int = 100
