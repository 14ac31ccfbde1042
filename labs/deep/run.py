"""From a Deep to arrays: every network trained as far as there is time, and a slice through what it became."""

import math
import time
from collections.abc import Generator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple, TypeVar, cast

import numpy as np
from jaxtyping import Float

from compute.engine import asker, door_for_now, door_so_far
from compute.job import Job
from compute.memo import memory
from core.messages import N_, Message, Refusal, message
from core.settings import Pick, values
from labs.deep.races import Entrant, entrants, other_solution, own_of, races_losses, senseless, training_setup, unfit, unscaled
from labs.deep.setup import MOST_NETS, Deep
from labs.deep.slices import ROUGH, PlaneRequest, SliceRequest, SliceResult, finished_slice, last_of, shared_plane, slice_steps, within
from labs.deep.training import Record, first_records, trained
from labs.deep.training_setup import TrainingSetup
from landscape.directions import slices
from normalization.hidden_layer import hidden_normalizations

T = TypeVar("T")
TRAINED = 0.99  # of all the work is done, as a bar tells it, when the trainings are at their end and their slices are not


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
    """The share of all the work that is done, after so many seconds more of it: of the trainings first, then of the slices at their end.

    Raises a Refusal as `run` does.
    """
    return _worked(deep, patience)


@door_for_now
def train_again(deep: Deep, patience: float) -> float:
    """The same where all of it was done once, and is no more: nobody keeps this answer."""
    return _worked(deep, patience)


def _worked(deep: Deep, patience: float) -> float:
    deadline = time.monotonic() + patience
    trainings = _trainings(deep, patience)
    share = min(job.progress for job in trainings.values())
    if share < 1:
        return min(share, TRAINED)
    for drawn in _drawn(deep, {setup: job.result for setup, job in trainings.items()}, 1.0):
        if time.monotonic() >= deadline:
            return TRAINED + (1 - TRAINED) * min(drawn, 0.9)
    return 1.0


@door_for_now
def recorded(deep: Deep) -> tuple[int, ...]:
    """How many records there are of every training, one at least."""
    return tuple(len(job.result.update) for job in _trainings(deep, 0.0).values())


@door_for_now
def draw(deep: Deep, counts: tuple[int, ...], patience: float) -> float:
    """The share that is done of drawing what there is with so many records of each training, after so many seconds more of it."""
    job = memory().get((draw, deep, counts), lambda: Job(last_of(_drawn_so_far(deep, counts))))
    job.advance()
    return job.work(time.monotonic() + patience).progress


@door_for_now
def drawn(deep: Deep, counts: tuple[int, ...]) -> DeepResult:
    """What `draw` has come to, without the parameters of every record; it is given once."""
    key = (draw, deep, counts)
    result = memory().get(key, lambda: Job(last_of(_drawn_so_far(deep, counts)))).finish()
    memory().drop(key)
    assert result is not None
    return _without_parameters(result)


def _drawn_so_far(deep: Deep, counts: tuple[int, ...]) -> Generator[float, None, DeepResult]:
    trainings = _trainings(deep, 0.0)
    for job, count in zip(trainings.values(), counts, strict=True):
        while len(job.result.update) < count and not job.finished:  # in another worker, perhaps, that has still to come so far
            job.advance()
            yield 0.0
    records = {setup: first_records(setup, count) for setup, count in zip(trainings, counts, strict=True)}
    return (yield from _drawn(deep, records, min(TRAINED, *(job.progress for job in trainings.values()))))


def _finished(result: DeepResult) -> bool:
    return result.progress == 1


@door_so_far(_finished)
def run(deep: Deep, patience: float = math.inf) -> DeepResult:
    """Train every network as far as there is time, side by side, and cut each by its plane. Asked again, it goes on.

    Raises a Refusal where the optimizer cannot train such a network.
    """
    trainings = _trainings(deep, patience)
    records = {setup: job.result for setup, job in trainings.items()}
    return _at_its_end(_drawn(deep, records, min(job.progress for job in trainings.values())))


def _at_its_end(work: Generator[float, None, T]) -> T:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(T, end.value)
        asker().waiting()


def _drawn(deep: Deep, records: Mapping[TrainingSetup, Record], progress: float) -> Generator[float, None, DeepResult]:
    """The slices of all trainings. progress: theirs; below 1 the slices are rough, and nobody keeps them. Yields the share that is done."""
    race = _Race(deep, _setups(deep), records, progress == 1)
    remembers = [hidden_normalizations()[entrant.hidden.name].remembers for entrant in entrants(deep)]
    both_modes = deep.mode == "both" and any(remembers)
    nets, parts = list[NetworkResult](), len(remembers) + both_modes
    for i, both in enumerate(remembers):
        network = race.network(i, 0 if deep.mode == "both" else i, "test" if deep.mode == "test" and both else "train")
        nets.append((yield from within(i / parts, (i + 1) / parts, network)))
    pictures = tuple(nets[:MOST_NETS])
    if both_modes:
        i = remembers.index(True)
        pictures = (nets[i], (yield from within(1 - 1 / parts, 1.0, race.network(i, 1, "test"))))
    hidden = [network for network in nets if network.setup.net.depth]
    reasons = [senseless(deep, network.picked) for network in hidden] + [unscaled(network.setup.net) for network in hidden]
    notes = dict.fromkeys(reason for reason in reasons if reason is not None)
    return DeepResult(tuple(nets), pictures, tuple(notes), progress)


@door_so_far(_finished)
def summary(deep: Deep, patience: float) -> DeepResult:
    """What `run` gives, without the parameters of every record."""
    return _without_parameters(run(deep, patience))


def _without_parameters(result: DeepResult) -> DeepResult:
    nets, pictures = (
        tuple(network._replace(record=network.record.summary) for network in networks) for networks in (result.nets, result.pictures)
    )
    return result._replace(nets=nets, pictures=pictures)


class _Race:
    """What there is of all trainings at one moment, and the slices through it."""

    def __init__(
        self,
        deep: Deep,
        setups: Sequence[tuple[TrainingSetup, TrainingSetup | None]],
        records: Mapping[TrainingSetup, Record],
        finished: bool,
    ) -> None:
        self._deep, self._setups, self._records, self._finished = deep, setups, records, finished
        self._shared = cache(partial(shared_plane, records=records.__getitem__))

    def _slice(self, request: SliceRequest) -> Generator[float, None, SliceResult]:
        """Yields the share that is done. Of finished trainings it is kept, and goes on where it was left."""
        if not self._finished:
            return (yield from slice_steps(request, self._records.__getitem__, self._shared))
        job = finished_slice(request)
        while not job.finished:
            job.advance()
            yield job.progress
        assert job.result is not None
        return job.result

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

    def network(self, i: int, picture: int, mode: str) -> Generator[float, None, NetworkResult]:
        """As far as it is trained. picture: whose window. Yields the share that is done.

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
            return result._replace(slice=(yield from self._slice(request)))
        except Refusal as refusal:
            instead = request._replace(plane=plane._replace(slice=Pick("filter_normalized"), other=None), window=None)
            return result._replace(slice=(yield from self._slice(instead)), missing=refusal.reason)
