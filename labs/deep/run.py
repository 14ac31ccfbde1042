"""From a Deep to arrays: every network trained as far as there is time, and a slice through what it became."""

import math
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from compute.engine import asker, door_so_far
from compute.job import Job
from core.messages import N_, Message, Refusal, message
from core.settings import Pick, values
from labs.deep.races import Entrant, entrants, other_solution, own_of, races_losses, senseless, training_setup, unfit, unscaled
from labs.deep.setup import MOST_NETS, Deep
from labs.deep.slices import ROUGH, PlaneRequest, SliceRequest, SliceResult, finished_slice, shared_plane, slice_of
from labs.deep.training import Record, trained
from labs.deep.training_setup import TrainingSetup
from landscape.directions import slices
from normalization.hidden_layer import hidden_normalizations


class NetworkResult(NamedTuple):
    """One network: what it is, what was recorded of it, and its slice in one mode."""

    entrant: Entrant
    by_loss: bool  # the networks that are raced differ in their loss
    by_network: bool  # they differ in anything else
    setup: TrainingSetup
    other: TrainingSetup | None  # the same from the next seed, where the plane goes there, too
    record: Record
    mode: str  # of the slice: train or test
    slice: SliceResult | None
    missing: Message | None  # why that is not the slice that was asked for

    @property
    def picked(self) -> Pick:
        """What normalizes inside."""
        return self.entrant.hidden

    @property
    def key(self) -> str:
        """Which of the networks it is."""
        own = (f"{name}={value}" for name, value in own_of(self.picked))
        parts = (self.picked.name, *own, "residual" if self.setup.net.residual else "", self.setup.loss.name if self.by_loss else "")
        return " ".join(filter(None, parts))

    @property
    def true_loss(self) -> Float[np.ndarray, " s"]:
        """The loss of each record in the mode of the slice."""
        return self.record.measured.test_mode_loss if self.mode == "test" else self.record.measured.loss


class DeepResult(NamedTuple):
    """What a race has come to."""

    nets: tuple[NetworkResult, ...]  # each network once, as it was trained
    pictures: tuple[NetworkResult, ...]  # what is drawn of them, three at most
    notes: tuple[Message, ...]
    progress: float  # the share of the work that is done


def another(deep: Deep) -> bool:
    """Whether the planes go through a second solution, which is to be trained first."""
    item = slices()[deep.slice.name]
    return "other" in item.needs and values(deep.slice, item.fields).get("to") == "seed"


def _setups(deep: Deep) -> list[tuple[TrainingSetup, TrainingSetup | None]]:
    """Every network, and the same from the next seed where the planes go through both."""
    each = [training_setup(deep, *entrant) for entrant in entrants(deep)]
    return [(setup, other_solution(setup) if another(deep) else None) for setup in each]


@door_so_far(bool)
def begun(deep: Deep) -> bool:
    """Whether every network has its first record, so that nothing large is compiled any more."""
    return all(trained(setup).begun for setup, _ in _setups(deep))


def _trainings(deep: Deep, patience: float) -> dict[TrainingSetup, Job[Record]]:
    """Every network trained as far as there is time, side by side: to its first record at least."""
    deadline = time.monotonic() + patience
    setups = _setups(deep)
    for setup, _ in setups:
        reason = unfit(deep.optimizer.name, setup.net.size)
        if reason is not None:
            raise Refusal(reason)
    trainings = {setup: trained(setup) for pair in setups for setup in pair if setup is not None}
    while left := [job for job in trainings.values() if not job.finished and (not job.begun or time.monotonic() < deadline)]:
        min(left, key=lambda job: job.progress).advance()
        asker().waiting()
    return trainings


def _whole(share: float) -> bool:
    return share == 1


@door_so_far(_whole)
def train(deep: Deep, patience: float) -> float:
    """The share of all trainings that is done, after so many seconds more of them. Raises a Refusal as `run` does."""
    return min(job.progress for job in _trainings(deep, patience).values())


def _finished(result: DeepResult) -> bool:
    return result.progress == 1


@door_so_far(_finished)
def run(deep: Deep, patience: float = math.inf) -> DeepResult:
    """Train every network as far as there is time, side by side, and cut each by its plane. Asked again, it goes on.

    Raises a Refusal where the optimizer cannot train such a network.
    """
    setups, trainings = _setups(deep), _trainings(deep, patience)
    race = _Race(deep, setups, {setup: job.result for setup, job in trainings.items()}, all(job.finished for job in trainings.values()))
    remembers = [hidden_normalizations()[entrant.hidden.name].remembers for entrant in entrants(deep)]
    nets = tuple(
        race.network(i, 0 if deep.mode == "both" else i, "test" if deep.mode == "test" and both else "train")
        for i, both in enumerate(remembers)
    )
    pictures = nets[:MOST_NETS]
    if deep.mode == "both" and any(remembers):
        i = remembers.index(True)
        pictures = (nets[i], race.network(i, 1, "test"))
    hidden = [network for network in nets if network.setup.net.depth]
    reasons = [senseless(deep, network.picked) for network in hidden] + [unscaled(network.setup.net) for network in hidden]
    notes = dict.fromkeys(reason for reason in reasons if reason is not None)
    return DeepResult(nets, pictures, tuple(notes), min(job.progress for job in trainings.values()))


@door_so_far(_finished)
def summary(deep: Deep, patience: float) -> DeepResult:
    """What `run` gives, without the parameters of every record."""
    result = run(deep, patience)
    nets, pictures = (
        tuple(network._replace(record=network.record.summary) for network in networks) for networks in (result.nets, result.pictures)
    )
    return result._replace(nets=nets, pictures=pictures)


class _Race:
    """What there is of all trainings at one moment, and the slices through it."""

    def __init__(
        self, deep: Deep, setups: Sequence[tuple[TrainingSetup, TrainingSetup | None]], records: dict[TrainingSetup, Record], finished: bool
    ) -> None:
        self._deep, self._setups, self._records, self._finished = deep, setups, records, finished
        unfinished = partial(slice_of, records=records.__getitem__, shared=cache(partial(shared_plane, records=records.__getitem__)))
        self._slice_of: Callable[[SliceRequest], SliceResult] = finished_slice if finished else unfinished

    def _company(self) -> tuple[TrainingSetup, ...]:
        """Those that share one plane; nobody where they have not the same parameters, or where one of them has never been within its
        bounds."""
        setups = tuple(setup for setup, _ in self._setups)
        alike = all(setup.net == setups[0].net and self._records[setup].within_bounds.any() for setup in setups)
        return setups if self._deep.planes == "shared" and alike else ()

    def _nearest(self, setup: TrainingSetup) -> int:
        """The record within the bounds that is next to the update that was asked for."""
        record = self._records[setup]
        within = np.flatnonzero(record.within_bounds)
        return int(within[np.argmin(np.abs(record.update[within] - self._deep.through))])

    def network(self, i: int, picture: int, mode: str) -> NetworkResult:
        """As far as it is trained. picture: whose window.

        Where the slice that was asked for cannot be had, by random directions, which always can.
        """
        deep, raced, (setup, other) = self._deep, entrants(self._deep), self._setups[i]
        by_loss = races_losses(deep)
        result = NetworkResult(
            entrant=raced[i],
            by_loss=by_loss,
            by_network=not by_loss or len({one[:2] for one in raced}) > 1,
            setup=setup,
            other=other,
            record=self._records[setup],
            mode=mode,
            slice=None,
            missing=None,
        )
        if not result.record.within_bounds.any():
            reason = message(N_("The loss is no number, or far too large, before the first update: take other initial weights."))
            return result._replace(missing=reason)
        company = self._company()
        through = company[0] if company else setup
        plane = PlaneRequest(through, self._nearest(through), deep.slice, deep.biases == "free", other, company)
        request = SliceRequest(
            setup=setup,
            record_index=self._nearest(setup),
            plane=plane,
            train=mode == "train",
            resolution=deep.resolution if self._finished else min(ROUGH, deep.resolution),
            window=deep.window(picture),
            slopes=by_loss and self._finished,
        )
        try:
            return result._replace(slice=self._slice_of(request))
        except Refusal as refusal:
            instead = request._replace(plane=plane._replace(slice=Pick("filter_normalized"), other=None), window=None)
            return result._replace(slice=self._slice_of(instead), missing=refusal.reason)
