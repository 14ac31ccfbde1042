"""From a Deep to arrays: every network trained as far as there is time, a plane through what it became, and how honest that plane is."""

import math
import time
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

from deep.experiment import MOST_NETS, MOST_RACED, Deep
from deep.kernels import bender, pointer, slicer, sloper
from deep.rows import DTYPE, split
from deep.training import Record, Trained, Trial, trained
from landscape.directions import Around, Slice
from landscape.grid import Plane
from landscape.honesty import Projected, projected
from normalization.hidden_layer import HiddenNormalization
from settings import N_, Message, Pick, Refusal, catalogue, message, numbers
from surfaces.multilayer import Architecture, filters

ROOM = 0.25  # of the path's extent, left around it
ROUGH = 25  # points a side while a training goes on, and the plane moves with it
MOST_OF_NEWTON = 2000  # parameters


class Cut(NamedTuple):
    """A plane through the parameters; name: of its slice. grid[i, j] is the loss at (a[j], b[i]); on: where the recorded parameters lie on
    it, and how far off; drawn: the loss that the plane shows there; through: which record it goes through."""

    name: str
    plane: Plane
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    grid: Float[np.ndarray, "m n"]
    on: Projected
    drawn: Float[np.ndarray, " s"]
    through: int


class Ran(NamedTuple):
    """One network: what it is, what was recorded, and its plane in one mode. missing: why that is not the plane that was asked for."""

    picked: Pick
    training: Trained
    record: Record
    mode: str
    cut: Cut | None
    missing: Message | None

    @property
    def trial(self) -> Trial:
        return self.training.trial

    @property
    def key(self) -> str:
        """Which of the networks it is."""
        return f"{self.picked.name}{' residual' if self.trial.net.residual else ''}"

    @property
    def true(self) -> Float[np.ndarray, " s"]:
        """The loss of each record in the mode of the plane."""
        return self.record.measured.settled if self.mode == "test" else self.record.measured.loss


class DeepResult(NamedTuple):
    """nets: each network once, as it was trained. pictures: what is drawn of them, three at most."""

    nets: tuple[Ran, ...]
    pictures: tuple[Ran, ...]
    notes: tuple[Message, ...]
    progress: float


def normalizations() -> dict[str, HiddenNormalization]:
    return dict(catalogue("normalization.hidden", HiddenNormalization))


def slices() -> dict[str, Slice]:
    return dict(catalogue("landscape.slices", Slice))


def senseless(deep: Deep, picked: Pick) -> Message | None:
    """Why a normalization makes no sense in these layers, None where it does."""
    item = normalizations()[picked.name]
    return item.senseless(deep.width, numbers(picked, item.fields))


def unfit(deep: Deep, optimizer: str, size: int) -> Message | None:
    """Why a network of `size` parameters cannot be trained by an optimizer, None where it can."""
    if optimizer == "newton" and size > MOST_OF_NEWTON:
        return message(
            N_("Newton's method needs the whole Hessian: at most {most} parameters. This network has {size}; make it smaller."),
            most=MOST_OF_NEWTON,
            size=size,
        )
    return None


def entrants(deep: Deep) -> list[tuple[Pick, bool]]:
    """The networks that are trained: what normalizes inside, and whether its layers are residual."""
    ways = {"plain": (False,), "residual": (True,), "both": (False, True)}[deep.residual]
    return [(picked, residual) for picked in deep.nets for residual in ways][:MOST_RACED]


def trial_of(deep: Deep, picked: Pick, residual: bool = False) -> Trial:
    """The training of one of the networks."""
    rows = split(deep.data, deep.features, deep.held, deep.seed)
    item = normalizations()[picked.name]
    net = Architecture(
        rows.inputs,
        deep.width,
        deep.depth,
        deep.activation,
        picked.name,
        rows.outputs,
        deep.place,
        deep.affine == "on" and item.affine,
        residual,
    )
    recovers = deep.begin == "recovering" and net.scales and item.recover is not None
    return Trial(
        net,
        picked,
        deep.memory,
        deep.data,
        deep.features,
        deep.held,
        deep.initialization,
        recovers,
        deep.optimizer,
        deep.schedule,
        deep.warmup,
        deep.batch,
        deep.steps,
        deep.seed,
        deep.frozen == "yes" and item.remembers,
    )


def _around(training: Trained, record: Record, name: str, at: int, free: bool) -> Around:
    """What the slice may read."""
    trial, needs = training.trial, slices()[name].needs
    rows, state = trial.split, tuple(part[at] for part in record.state)
    if "momentum" in needs and at < len(record.update) - 1:
        raise Refusal(message(N_("The momentum is known after the last update alone: let the plane go through that one.")))
    shared = (trial.numbers, state, rows.train, record.theta[at])
    return Around(
        record.theta[at].astype(np.float64),
        record.theta[record.calm].astype(np.float64),
        np.asarray(sloper(trial.net, rows.loss)(*shared), np.float64) if "gradient" in needs else np.zeros(0),
        training.momentum() if "momentum" in needs else None,
        partial(bender(trial.net, rows.loss), *shared) if "product" in needs else None,
        record.theta[0 if at else -1].astype(np.float64) if "other" in needs else None,
        filters(trial.net),
        jax.random.key(trial.seed),
        free,
    )


def _window(on: Projected, calm: Bool[np.ndarray, " s"], unit: bool) -> tuple[float, float, float, float]:
    """What holds the path, with room around it, square; of directions whose length means something at least −1 to 1."""
    a, b = on.a[calm], on.b[calm]
    low, high = np.array([a.min(), b.min()]), np.array([a.max(), b.max()])
    if unit:
        low, high = np.minimum(low, -1.0), np.maximum(high, 1.0)
    half = (0.5 + ROOM) * float(np.max(high - low)) or 1.0
    center = 0.5 * (low + high)
    return center[0] - half, center[0] + half, center[1] - half, center[1] + half


def _cut(training: Trained, done: int, name: str, at: int, free: bool, train: bool, resolution: int) -> Cut:
    """The plane through record `at` of the first `done` ones."""
    trial, record = training.trial, training.record(done)
    rows = trial.split
    u, v = slices()[name].directions(_around(training, record, name, at, free))
    plane = Plane(record.theta[at].astype(np.float64), u, v)
    on = projected(record.theta.astype(np.float64), plane)
    left, right, bottom, top = _window(on, record.calm, name in ("filter_normalized", "line"))
    a, b = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    state = tuple(part[at] for part in record.state)
    as32 = Plane(*(part.astype(DTYPE) for part in plane))
    shared = (trial.numbers, state, rows.train)
    grid = np.asarray(slicer(trial.net, rows.loss, train)(*shared, as32, a.astype(DTYPE), b.astype(DTYPE)), np.float64)
    points = plane.origin + on.a[:, None] * u + on.b[:, None] * v
    drawn = np.asarray(pointer(trial.net, rows.loss, train)(*shared, _padded(points.astype(DTYPE))), np.float64)[:done]
    return Cut(name, plane, a, b, grid, on, drawn, at)


_held = lru_cache(16)(_cut)  # of trainings that are at their end


def _padded(points: Float[np.ndarray, "s p"]) -> Float[np.ndarray, "k p"]:
    """To a size that does not change while a training goes on, else every record would compile anew."""
    room = max(128, 1 << (len(points) - 1).bit_length())
    return np.concatenate([points, np.broadcast_to(points[-1:], (room - len(points), points.shape[1]))])


def begun(deep: Deep) -> bool:
    """Whether every network has its first record, so that nothing large is compiled any more."""
    return all(trained(trial_of(deep, *entrant)).begun for entrant in entrants(deep))


def run(deep: Deep, patience: float = math.inf) -> DeepResult:
    """Train every network as far as there is time, side by side, and cut each by its plane. Asked again, it goes on.

    Whoever means to ask again holds the result: trainings that nobody holds are forgotten. Raises a Refusal where the optimizer cannot
    train such a network.
    """
    deadline = time.monotonic() + patience
    raced = [picked for picked, _ in entrants(deep)]
    trials = [trial_of(deep, *entrant) for entrant in entrants(deep)]
    for trial in trials:
        said = unfit(deep, deep.optimizer.name, trial.net.size)
        if said is not None:
            raise Refusal(said)
    trainings = [trained(trial) for trial in trials]
    while left := [one for one in trainings if not one.finished and (not one.begun or time.monotonic() < deadline)]:
        min(left, key=lambda one: one.share).advance()
    resolution = deep.resolution if all(one.finished for one in trainings) else min(ROUGH, deep.resolution)
    remembers = [normalizations()[picked.name].remembers for picked in raced]
    nets, notes = [], []
    for picked, training, both in zip(raced, trainings, remembers, strict=True):
        nets.append(_ran(deep, picked, training, "test" if deep.mode == "test" and both else "train", resolution))
        said = senseless(deep, picked)
        if said is not None and said not in notes:
            notes.append(said)
    pictures = tuple(nets[:MOST_NETS])
    if deep.mode == "both" and any(remembers):
        one = nets[remembers.index(True)]
        pictures = (one, _ran(deep, one.picked, one.training, "test", resolution))
    return DeepResult(tuple(nets), pictures, tuple(notes), min(one.record.progress for one in nets))


def _ran(deep: Deep, picked: Pick, training: Trained, mode: str, resolution: int) -> Ran:
    """A network as far as it is trained, cut through the record that is next to the update that was asked for.

    Where the slice that was asked for cannot be had, by random directions, which always can.
    """
    record = training.record()
    calm = np.flatnonzero(record.calm)
    if not calm.size:
        said = message(N_("The loss is no number, or far too large, before the first update: take other initial weights."))
        return Ran(picked, training, record, mode, None, said)
    at = int(calm[np.argmin(np.abs(record.update[calm] - deep.through))])
    cut = _held if record.progress >= 1 else _cut
    rest = (at, deep.biases == "free", mode == "train", resolution)
    try:
        return Ran(picked, training, record, mode, cut(training, len(record.update), deep.slice.name, *rest), None)
    except Refusal as refusal:
        return Ran(picked, training, record, mode, cut(training, len(record.update), "filter_normalized", *rest), refusal.said)
