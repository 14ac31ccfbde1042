"""Arrays that the browser makes of others: one array is sent, and two or three are drawn."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float


class How(Protocol):
    def __call__(self, of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]: ...


def _shift(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    """One number for all, or one for each column."""
    return of + np.array(by)


def _scale(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    """From 0…65535 to first…last, linearly."""
    first, last = by
    return first + (last - first) * of / 65535


def _within(of: Float[np.ndarray, "..."], low: float, high: float) -> Float[np.ndarray, "..."]:
    """Clipped to [low, high]; NaN becomes high."""
    return np.clip(np.nan_to_num(of, nan=high, posinf=high, neginf=low), low, high)


def _log(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    low, high = by
    return np.log10(_within(of, low, high))


def _sqrt(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    low, high = by
    return np.sqrt(_within(of, low, high))


def _linear(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    low, high = by
    return _within(of, low, high)


def _rank(of: Float[np.ndarray, "..."], *by: float) -> Float[np.ndarray, "..."]:
    """The rank among ascending values, `by`: from 0 to 1, linear between two of them."""
    return np.interp(_within(of, by[0], by[-1]), by, np.linspace(0, 1, len(by)))


# The same names as in browser/client/derived.js, which does the same arithmetic; tests hold the two together.
HOWS: Mapping[str, How] = MappingProxyType(
    {"shift": _shift, "scale": _scale, "log": _log, "sqrt": _sqrt, "linear": _linear, "rank": _rank},
)


class Derived(NamedTuple):
    """An array that the browser computes from another."""

    of: np.ndarray  # the array that is sent
    how: str  # one of HOWS
    by: tuple[float, ...]  # its numbers

    def value(self) -> Float[np.ndarray, "..."]:
        """What the browser draws, in float64."""
        return HOWS[self.how](self.of.astype(np.float64), *self.by)


Drawn = np.ndarray | Derived


def beside_its_middle(axis: Float[np.ndarray, " n"]) -> Derived:
    """An axis as float32 beside its middle: as fine as the window, however far that is from 0."""
    middle = 0.5 * float(axis[0] + axis[-1])
    return Derived((axis - middle).astype(np.float32), "shift", (middle,))
