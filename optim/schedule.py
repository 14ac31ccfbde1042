"""A schedule: an array that multiplies the rate, one entry an update. It is data; no kernel knows its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.catalogue import catalogue
from core.messages import Value
from core.settings import Setting


@dataclass(frozen=True)
class Schedule:
    """multiplier(t, steps, **settings) -> the factor of the rate at update t = 0, 1, 2 ... of `steps` updates."""

    label: str
    formula: str
    source: str
    multiplier: Callable[..., Float[np.ndarray, " t"]]
    fields: tuple[Setting, ...] = ()
    rank: int = 100
    note: str = ""


def multipliers(schedule: Schedule, steps: int, room: int, warmup: int, **settings: Value) -> Float[np.ndarray, " room"]:
    """The factor of the rate at update t = 0 … room − 1, after a linear warm-up of `warmup` updates (0: none).

    (t+1)/warmup · schedule(0) while t < warmup, so that the first update has a rate; then schedule(t − warmup) of steps − warmup updates.
    """
    t = np.arange(room, dtype=np.float64)
    ramp = np.minimum((t + 1) / max(warmup, 1), 1)
    return ramp * schedule.multiplier(np.maximum(t - warmup, 0), max(steps - warmup, 1), **settings)


def schedules() -> Mapping[str, Schedule]:
    """Every schedule by its key, in the order of the menu."""
    return catalogue("optim.schedules", Schedule)
