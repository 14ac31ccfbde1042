"""Walks side by side that differ in their rate alone, and perhaps their momentum: which arrives first."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from core.settings import numbers
from labs.plane import kernels
from labs.plane.kernels import Lanes
from labs.plane.walks import STAYED, WalkSetup, not_begun, walk_input
from optim.chunks import CHUNK
from optim.descent import Carry

LANES = 64  # walks of one call
FIRST = 64  # updates that all of them make; the LANES most promising ones go on
STAYS = 40  # updates; who stays for so many, and for twice as many as it took, has arrived for good as far as one can tell


class Sweep(NamedTuple):
    """How the walks stand."""

    lanes: Lanes
    carry: Carry  # of all, stacked
    loss: Float[np.ndarray, " k"]
    enough: float  # the share of the updates before which it must have arrived

    @property
    def done(self) -> int:
        """Points that are computed, of the walk that got furthest."""
        return int(np.max(self.carry.t))

    @property
    def alive(self) -> Bool[np.ndarray, " k"]:
        return np.asarray(self.carry.alive) & np.isfinite(self.loss)

    @property
    def updates(self) -> Float[np.ndarray, " k"]:
        """After how many each has arrived; ∞ for those that are not there now, or not for long enough."""
        above = np.asarray(self.carry.above)
        return np.where(self.alive & (above < self.enough * (self.done - 1)), above + 1.0, np.inf)

    @property
    def order(self) -> Int[np.ndarray, " k"]:
        """Who arrived first, then who is lowest."""
        return np.lexsort((np.where(self.alive, self.loss, np.inf), self.updates))

    def at(self, index: Int[np.ndarray, " m"]) -> "Sweep":
        """Some of them."""
        lanes = {name: values[index] for name, values in self.lanes.items()}
        return Sweep(lanes, jax.tree.map(lambda part: np.asarray(part)[index], self.carry), self.loss[index], self.enough)

    def promising(self) -> "Sweep":
        """As many as one call takes: those in front, and every so many of the others, which may come from behind."""
        order = self.order
        front, others = order[: LANES // 2], order[LANES // 2 :]
        alive = np.sort(others[self.alive[others]]) if self.alive[others].any() else others
        return self.at(np.concatenate([front, alive[np.linspace(0, alive.size - 1, LANES // 2).astype(int)]]))


class Track(NamedTuple):
    """What walks are made on."""

    setup: WalkSetup
    inputs: kernels.WalkInput
    patient: bool  # all of them to the last update, whoever is in front

    @property
    def end(self) -> int:
        """Points of a whole walk: before the first update, and after each."""
        return self.setup.updates.steps + 1

    def decided(self, sweep: Sweep) -> bool:
        """Whether nobody who is still on the way can arrive first. Who trembles by its batches may leave again at any time."""
        waits = self.patient or self.setup.batch > 0
        early = not waits and sweep.done >= 3 * float(sweep.updates.min()) + STAYS
        return early or sweep.done >= self.end or not sweep.alive.any()

    def advanced(self, sweep: Sweep, until: int) -> Sweep:
        """All walks on to so many points, LANES in a call."""
        program = kernels.sweeper(self.setup.problem.structure, self.setup.optimizer.name, self.setup.batch_room)
        count = sweep.loss.size
        index = np.minimum(np.arange(-(-count // LANES) * LANES), count - 1)
        calls = []
        for part in np.split(index, index.size // LANES):
            called = sweep.at(part)
            carry, loss = program(dict(called.lanes), called.carry, np.int64(until), self.inputs)
            calls.append((jax.device_get(carry), np.asarray(loss)))
        carry, loss = jax.tree.map(lambda *parts: np.concatenate(parts)[:count], *calls)
        return sweep._replace(carry=carry, loss=loss)

    def swept(self, lanes: Lanes, most: float = np.inf) -> Iterator[Sweep]:
        """How the walks stand, from time to time, until it is decided. most: updates; who needs more has lost, and is left out.

        Joined processes sweep together and have clocks of their own: among them no piece depends on the time.
        """
        count = lanes["rate"].size
        start = not_begun(self.setup, numbers(self.setup.optimizer, self.setup.method.fields))
        sweep = Sweep(
            lanes, jax.tree.map(lambda part: np.stack([part] * count), start), np.full(count, np.inf), STAYED if self.setup.batch else 1.0
        )
        sweep = self.advanced(sweep, min(FIRST, self.end))
        yield sweep
        piece = self.end
        while not self.decided(sweep):
            hopeful = np.flatnonzero(np.asarray(sweep.carry.above) < most)
            sweep = sweep.at(hopeful) if hopeful.size else sweep
            if not hopeful.size or self.decided(sweep):
                break
            sweep = sweep if self.patient or sweep.loss.size <= LANES else sweep.promising()
            before, begun = sweep.done, time.monotonic()
            sweep = self.advanced(sweep, min(before + min(before, piece), self.end))
            if jax.process_count() == 1:
                piece = max(FIRST, int(CHUNK * (sweep.done - before) / max(time.monotonic() - begun, 1e-9)))
            yield sweep


def track(setup: WalkSetup, patient: bool) -> Track:
    """The one of a walk's setup."""
    inputs = walk_input(setup, numbers(setup.optimizer, setup.method.fields))
    return Track(setup, inputs._replace(rows=jax.device_get(inputs.rows)), patient)  # NumPy, which every process can be given
