"""From a Masked to its numbers: every method in every number format, with this padding and with nothing but padding."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from compute.engine import door
from compute.programs import kernel
from labs.masks.method import Kept, Scores, fill, mask_methods
from labs.masks.setup import FORMATS, Masked

Vector = Float[np.ndarray, " n"]
Flags = Bool[np.ndarray, " n"]


class Outcome(NamedTuple):
    """What one method gives in one number format. float64 holds every number of it exactly."""

    kept: Flags  # the positions that are no padding
    p: Vector  # the share of every position
    output: Float[np.ndarray, ""]  # o = Σ i·p_i, what attention reads of values that are the numbers of the positions
    slope: Vector  # ∂o/∂y; the derivative by the values is p itself

    @property
    def sum(self) -> float:
        return float(np.sum(self.p))

    @property
    def leaked(self) -> float:
        """The largest share that a padding gets; NaN where one is NaN; 0 without padding."""
        return float(np.max(self.p, where=~self.kept, initial=0.0))

    @property
    def answers(self) -> bool:
        """Whether all shares, and with them the output, are numbers."""
        return bool(np.all(np.isfinite(self.p)))

    @property
    def trains(self) -> bool:
        """Whether the gradient by the scores is one too."""
        return bool(np.all(np.isfinite(self.slope)))


class Stored(NamedTuple):
    """What a number format holds."""

    fill: float  # −2³² + 1 in it
    spacing: float | None  # from one number to the next above −2³²; None where its numbers do not reach so far
    left: Vector  # of every score, once −2³² + 1 is added and taken away again
    underflow: float  # from this x on exp(−x) is surely 0


Table = Mapping[str, Mapping[str, Outcome]]  # by number format, then by method


class Masks(NamedTuple):
    """All methods in all number formats."""

    here: Table  # with the padding that was picked
    empty: Table  # with nothing but padding
    stored: Mapping[str, Stored]  # by number format


def _read(p: Scores) -> Float[Array, ""]:
    """o = Σ i·p_i."""
    return jnp.sum(jnp.arange(1, p.shape[0] + 1, dtype=p.dtype) * p)


@kernel
def masker(number_format: str) -> Callable[[Scores, Kept], Mapping[str, tuple[Scores, Float[Array, ""], Scores]]]:
    """(scores, kept) -> of every method: p, o, ∂o/∂y. XLA rounds every operation to the format, as if they ran one by one."""

    def all_methods(scores: Scores, kept: Kept) -> Mapping[str, tuple[Scores, Float[Array, ""], Scores]]:
        outcomes = {}
        for name, method in mask_methods().items():

            def output(y: Scores, softmax: Callable[[Scores, Kept], Scores] = method.softmax) -> tuple[Float[Array, ""], Scores]:
                p = softmax(y, kept)
                return _read(p), p

            (read, p), slope = jax.value_and_grad(output, has_aux=True)(scores.astype(number_format))
            outcomes[name] = (p, read, slope)
        return jax.tree.map(lambda value: value.astype(jnp.float64), outcomes)

    return jax.jit(all_methods)


def outcomes(scores: Vector, kept: Flags, number_format: str) -> dict[str, Outcome]:
    """Of every method."""
    outcomes = masker(number_format)(jnp.asarray(scores), jnp.asarray(kept))
    return {name: Outcome(kept, *(np.asarray(value) for value in outcomes[name])) for name in mask_methods()}


def stored(scores: Vector, number_format: str) -> Stored:
    info, y = jnp.finfo(number_format), jnp.asarray(scores).astype(number_format)
    value = float(fill(y))
    return Stored(
        value,
        2.0**31 * float(info.eps) if np.isfinite(value) else None,
        np.asarray(((y + fill(y)) - fill(y)).astype(jnp.float64)),
        -float(np.log(np.float64(info.smallest_subnormal)) - np.log(2.0)),
    )


@door
def run(masked: Masked) -> Masks:
    scores, kept = np.array(masked.scores), ~np.array(masked.padding)
    return Masks(
        {number_format: outcomes(scores, kept, number_format) for number_format in FORMATS},
        {number_format: outcomes(scores, np.zeros_like(kept), number_format) for number_format in FORMATS},
        {number_format: stored(scores, number_format) for number_format in FORMATS},
    )
