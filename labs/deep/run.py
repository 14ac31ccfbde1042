"""From a Deep to arrays: every network trained as far as there is time, a plane through what it became, and how honest that plane is."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

from core.catalogue import catalogue
from core.messages import N_, Message, Refusal, Value, message
from core.settings import Pick, Setting, Window, numbers, values
from labs.deep.kernels import bender, optimizer_of, pointer, slicer, sloper, steepness
from labs.deep.rows import DTYPE, classifies, split
from labs.deep.setup import MOST_NETS, MOST_RACED, Deep
from labs.deep.training import Record, Trained, Trial, trained
from landscape.directions import Around, Slice
from landscape.grid import Plane
from landscape.honesty import Projected, projected
from networks.multilayer import REGRESSION, Architecture, filters
from normalization.hidden_layer import AFFINE, HiddenNormalization
from surfaces.class_loss import ClassLoss, class_losses

ROOM = 0.25  # of the path's extent, left around it
LINE = 101  # points on the line between two solutions, whose highest is looked for
ROUGH = 25  # points a side while a training goes on, and the plane moves with it
MOST_OF_NEWTON = 2000  # parameters
UNIT = ("filter_normalized", "line")  # slices whose directions have a length that means something
MOST_SLOPES = 3e9  # products of a weight and a value of a row: of gradients over a grid, those that take half a second


class Entrant(NamedTuple):
    """One of the networks that are raced: what normalizes inside, whether its layers are residual, what it is trained with."""

    hidden: Pick
    residual: bool
    loss: Pick


class Slopes(NamedTuple):
    """loss[i, j], norm[i, j]: L and ‖∇L‖, of all parameters, at (a[j], b[i]) of a plane, in train mode."""

    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    loss: Float[np.ndarray, "m n"]
    norm: Float[np.ndarray, "m n"]


class Cut(NamedTuple):
    """A plane through the parameters; name: of its slice. grid[i, j] is the loss at (a[j], b[i]); on: where the recorded parameters lie on
    it, and how far off; drawn: the loss that the plane shows there; through: which record it goes through. barrier: how far the loss rises
    on the line between two solutions above the higher one of them, None where the plane holds no two. slopes: None where they were not
    asked for."""

    name: str
    plane: Plane
    a: Float[np.ndarray, " n"]
    b: Float[np.ndarray, " m"]
    grid: Float[np.ndarray, "m n"]
    on: Projected
    drawn: Float[np.ndarray, " s"]
    through: int
    barrier: float | None
    slopes: Slopes | None = None


class Asked(NamedTuple):
    """How a network is to be cut: by which slice, whether its random directions move biases, in which mode, how many points a side, and
    in which window, None for the one that holds the path. other: the training whose end is the other solution, and how many of its
    records count; None: the start is it. company: all the trainings, with their numbers of records, that share one plane, the first one's
    at its record `lead`; none: the plane is the network's own. slopes: whether the gradient is computed over the plane, too."""

    slice: Pick
    free: bool
    train: bool
    resolution: int
    window: Window | None
    other: tuple[Trained, int] | None
    company: tuple[tuple[Trained, int], ...] = ()
    lead: int = 0
    slopes: bool = False


class Ran(NamedTuple):
    """One network: what it is, what was recorded, and its plane in one mode. missing: why that is not the plane that was asked for. other:
    the same from the next seed, where the plane goes there, too. by_loss, by_network: what the networks that are raced differ in."""

    entrant: Entrant
    by_loss: bool
    by_network: bool
    training: Trained
    other: Trained | None
    record: Record
    mode: str
    cut: Cut | None
    missing: Message | None

    @property
    def picked(self) -> Pick:
        """What normalizes inside."""
        return self.entrant.hidden

    @property
    def trial(self) -> Trial:
        return self.training.trial

    @property
    def key(self) -> str:
        """Which of the networks it is."""
        said = (self.picked.name, "residual" if self.trial.net.residual else "", self.trial.loss.name if self.by_loss else "")
        return " ".join(filter(None, said))

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


def losses() -> dict[str, ClassLoss]:
    return class_losses()


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


def usual_loss(labeled: bool) -> Pick:
    """What a network is trained with where no losses are raced."""
    return Pick("cross_entropy" if labeled else REGRESSION)


def entrants(deep: Deep) -> list[Entrant]:
    """The networks that are trained. Without a hidden layer there is nothing to normalize and nothing to skip."""
    losses = deep.losses if deep.losses and classifies(deep.data) else (usual_loss(classifies(deep.data)),)
    ways = {"plain": (False,), "residual": (True,), "both": (False, True)}[deep.residual]
    nets = [(picked, residual) for picked in deep.nets for residual in ways] if deep.depth else [(Pick("none"), False)]
    return [Entrant(*net, loss) for net in nets for loss in losses][:MOST_RACED]


def trial_of(deep: Deep, picked: Pick, residual: bool = False, loss: Pick | None = None) -> Trial:
    """The training of one of the networks; loss: None for the usual one. What it does not read is left as it is by default: setting it
    trains nothing anew."""
    rows = split(deep.data, deep.features, deep.held_out_fraction, deep.seed)
    picked = picked if deep.depth else Pick("none")
    item, trained_with = normalizations()[picked.name], loss or usual_loss(rows.labeled)
    net = Architecture(
        rows.inputs,
        deep.width if deep.depth else Deep.width,
        deep.depth,
        deep.activation if deep.depth else Deep.activation,
        picked.name,
        rows.outputs,
        deep.place if picked.name != "none" else "before",
        deep.affine == "on" and item.affine,
        residual,
    )
    recovers = deep.begin == "recovering" and net.scales and item.recover is not None
    full = optimizer_of(deep.optimizer.name).full_batch_only or not 0 < deep.batch < rows.n
    return Trial(
        net,
        Pick(trained_with.name, _changed(trained_with, class_losses()[trained_with.name].fields if rows.labeled else ())),
        _read(item, picked, net.scales and not recovers),
        deep.memory if item.remembers else Deep.memory,
        deep.data,
        deep.features,
        deep.held_out_fraction,
        deep.initialization,
        recovers,
        deep.optimizer,
        deep.schedule,
        deep.warmup,
        0 if full else deep.batch,
        deep.steps,
        deep.seed,
        deep.frozen == "yes" and item.remembers,
    )


def _read(item: HiddenNormalization, picked: Pick, affine: bool) -> Pick:
    """The settings of a normalization that a network reads, where they are not the default; affine: γ and β begin as they are set."""
    unread = () if affine else tuple(field.name for field in AFFINE)
    return Pick(picked.name, tuple((name, value) for name, value in _changed(picked, item.fields) if name not in unread))


def _changed(picked: Pick, fields: tuple[Setting, ...]) -> tuple[tuple[str, Value], ...]:
    """The settings that are not the default."""
    defaults = {field.name: field.default for field in fields}
    return tuple((name, value) for name, value in picked.settings if value != defaults.get(name, value))


def another(deep: Deep) -> bool:
    """Whether the planes go through a second solution, which is to be trained first."""
    item = slices()[deep.slice.name]
    return "other" in item.needs and values(deep.slice, item.fields).get("to") == "seed"


def _end(training: Trained, done: int) -> Float[np.ndarray, " p"]:
    """Where a training has come to."""
    record = training.record(done)
    calm = np.flatnonzero(record.calm)
    return record.theta[calm[-1] if calm.size else 0]


def _around(training: Trained, record: Record, at: int, asked: Asked) -> Around:
    """What the slice may read."""
    trial, needs = training.trial, slices()[asked.slice.name].needs
    rows, state = trial.split, tuple(part[at] for part in record.state)
    if "momentum" in needs and at < len(record.update) - 1:
        raise Refusal(message(N_("The momentum is known after the last update alone: let the plane go through that one.")))
    shared = (trial.numbers, state, rows.train, record.theta[at])
    other = record.theta[0 if at else -1] if asked.other is None else _end(*asked.other)
    paths = [one.record(done) for one, done in asked.company] or [record]
    return Around(
        record.theta[at].astype(np.float64),
        np.concatenate([one.theta[one.calm] for one in paths]).astype(np.float64),
        np.asarray(sloper(trial.net, trial.loss.name)(*shared), np.float64) if "gradient" in needs else np.zeros(0),
        training.momentum() if "momentum" in needs else None,
        partial(bender(trial.net, trial.loss.name), *shared) if "product" in needs else None,
        other.astype(np.float64) if "other" in needs else None,
        filters(trial.net),
        jax.random.key(trial.seed),
        asked.free,
    )


def _window(on: Projected, calm: Bool[np.ndarray, " s"], unit: bool) -> Window:
    """What holds the path, with room around it, square; of directions whose length means something at least −1 to 1."""
    a, b = on.a[calm], on.b[calm]
    low, high = np.array([a.min(), b.min()]), np.array([a.max(), b.max()])
    if unit:
        low, high = np.minimum(low, -1.0), np.maximum(high, 1.0)
    half = (0.5 + ROOM) * float(np.max(high - low)) or 1.0
    center = 0.5 * (low + high)
    return center[0] - half, center[0] + half, center[1] - half, center[1] + half


def _plane(training: Trained, record: Record, at: int, asked: Asked) -> Plane:
    """Through one of the records of a training."""
    return Plane(record.theta[at].astype(np.float64), *slices()[asked.slice.name].directions(_around(training, record, at, asked)))


def _shared(asked: Asked) -> tuple[Plane, Window]:
    """The plane of all that share it, and what holds all of their paths."""
    records = [one.record(done) for one, done in asked.company]
    plane = _plane(asked.company[0][0], records[0], asked.lead, asked)
    path = np.concatenate([record.theta[record.calm] for record in records])
    on = projected(path.astype(np.float64), plane)
    return plane, _window(on, np.ones(len(path), bool), asked.slice.name in UNIT)


_held_plane = lru_cache(16)(_shared)


def _cut(training: Trained, done: int, at: int, asked: Asked) -> Cut:
    """The plane through record `at` of the first `done` ones."""
    trial, record, name = training.trial, training.record(done), asked.slice.name
    rows = trial.split
    plane, fits = _held_plane(asked._replace(slopes=False, window=None)) if asked.company else (_plane(training, record, at, asked), None)
    on = projected(record.theta.astype(np.float64), plane)
    left, right, bottom, top = asked.window or fits or _window(on, record.calm, name in UNIT)
    a, b = np.linspace(left, right, asked.resolution), np.linspace(bottom, top, asked.resolution)
    state = tuple(part[at] for part in record.state)
    as32 = Plane(*(part.astype(DTYPE) for part in plane))
    shared = (trial.numbers, state, rows.train)
    grid = np.asarray(slicer(trial.net, trial.loss.name, asked.train)(*shared, as32, a.astype(DTYPE), b.astype(DTYPE)), np.float64)

    def losses(along: Float[np.ndarray, " k"], across: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
        points = np.asarray(plane.origin + along[:, None] * plane.u + across[:, None] * plane.v)
        found = pointer(trial.net, trial.loss.name, asked.train)(*shared, _padded(points.astype(DTYPE)))
        return np.asarray(found, np.float64)[: along.size]

    barrier = None
    if asked.other is not None:
        line = losses(np.linspace(0, 1, LINE), np.zeros(LINE))
        barrier = float(np.max(line) - max(line[0], line[-1]))
    slopes = None
    if asked.slopes:
        few = asked.resolution if asked.resolution**2 * rows.n * trial.net.size <= MOST_SLOPES else min(ROUGH, asked.resolution)
        sides = np.linspace(left, right, few), np.linspace(bottom, top, few)
        found = steepness(trial.net, trial.loss.name)(*shared, as32, *(side.astype(DTYPE) for side in sides))
        slopes = Slopes(*sides, *(np.asarray(part, np.float64) for part in found))
    return Cut(name, plane, a, b, grid, on, losses(on.a, on.b), at, barrier, slopes)


_held = lru_cache(16)(_cut)  # of trainings that are at their end


def _padded(points: Float[np.ndarray, "s p"]) -> Float[np.ndarray, "k p"]:
    """To a size that does not change while a training goes on, else every record would compile anew."""
    room = max(128, 1 << (len(points) - 1).bit_length())
    return np.concatenate([points, np.broadcast_to(points[-1:], (room - len(points), points.shape[1]))])


def trials(deep: Deep) -> list[tuple[Trial, Trial | None]]:
    """Every network, and the same from the next seed where the planes go through both."""
    each = [trial_of(deep, *entrant) for entrant in entrants(deep)]
    return [(trial, replace(trial, again=1) if another(deep) else None) for trial in each]


def begun(deep: Deep) -> bool:
    """Whether every network has its first record, so that nothing large is compiled any more."""
    return all(trained(trial).begun for trial, _ in trials(deep))


def _nothing() -> None:
    pass


def run(deep: Deep, patience: float = math.inf, between: Callable[[], None] = _nothing) -> DeepResult:
    """Train every network as far as there is time, side by side, and cut each by its plane. Asked again, it goes on.

    between() is called between two records; what it raises ends the call, and trainings stay as they are.

    Whoever means to ask again holds the result: trainings that nobody holds are forgotten. Raises a Refusal where the optimizer cannot
    train such a network.
    """
    deadline = time.monotonic() + patience
    raced = entrants(deep)
    wanted = trials(deep)
    for trial, _ in wanted:
        said = unfit(deep, deep.optimizer.name, trial.net.size)
        if said is not None:
            raise Refusal(said)
    pairs = [(trained(trial), None if other is None else trained(other)) for trial, other in wanted]
    trainings = [one for pair in pairs for one in pair if one is not None]
    while left := [one for one in trainings if not one.finished and (not one.begun or time.monotonic() < deadline)]:
        min(left, key=lambda one: one.share).advance()
        between()
    remembers = [normalizations()[entrant.hidden.name].remembers for entrant in raced]
    nets, notes = [], []
    for i, (entrant, pair, both) in enumerate(zip(raced, pairs, remembers, strict=True)):
        mode = "test" if deep.mode == "test" and both else "train"
        nets.append(_ran(deep, 0 if deep.mode == "both" else i, entrant, pair, mode, pairs))
        said = senseless(deep, entrant.hidden) if deep.depth else None
        if said is not None and said not in notes:
            notes.append(said)
    pictures = tuple(nets[:MOST_NETS])
    if deep.mode == "both" and any(remembers):
        one = nets[remembers.index(True)]
        pictures = (one, _ran(deep, 1, one.entrant, (one.training, one.other), "test", pairs))
    return DeepResult(tuple(nets), pictures, tuple(notes), min(one.record().progress for one in trainings))


def _company(deep: Deep, trainings: Sequence[Trained]) -> tuple[tuple[tuple[Trained, int], ...], int]:
    """Those that share one plane, and the record of the first that it goes through; nobody where they have not the same parameters, or
    where one of them has never been within its bounds."""
    records = [one.record() for one in trainings]
    alike = all(one.trial.net == trainings[0].trial.net for one in trainings) and all(record.calm.any() for record in records)
    if deep.planes != "shared" or not alike:
        return (), 0
    done = tuple((one, len(record.update)) for one, record in zip(trainings, records, strict=True))
    return done, _nearest(records[0], deep.through)


def _nearest(record: Record, update: int) -> int:
    """The record within the bounds that is next to an update."""
    calm = np.flatnonzero(record.calm)
    return int(calm[np.argmin(np.abs(record.update[calm] - update))])


Pairs = Sequence[tuple[Trained, Trained | None]]


def _ran(deep: Deep, picture: int, entrant: Entrant, pair: tuple[Trained, Trained | None], mode: str, pairs: Pairs) -> Ran:
    """A network as far as it is trained, cut through the record that is next to the update that was asked for. picture: whose window.
    pairs: of all the networks.

    Where the slice that was asked for cannot be had, by random directions, which always can.
    """
    training, other = pair
    finished = all(one.finished for both in pairs for one in both if one is not None)
    record, raced = training.record(), entrants(deep)
    by_loss = bool(deep.losses) and classifies(deep.data)
    by_network = not by_loss or len({one[:2] for one in raced}) > 1
    ran = Ran(entrant, by_loss, by_network, training, other, record, mode, None, None)
    if not record.calm.any():
        said = message(N_("The loss is no number, or far too large, before the first update: take other initial weights."))
        return ran._replace(missing=said)
    asked = Asked(
        deep.slice,
        deep.biases == "free",
        mode == "train",
        deep.resolution if finished else min(ROUGH, deep.resolution),
        deep.window(picture),
        None if other is None else (other, len(other.record().update)),
        *_company(deep, [one for one, _ in pairs]),
        by_loss and finished,
    )
    cut = _held if finished else _cut
    at, done = _nearest(record, deep.through), len(record.update)
    try:
        return ran._replace(cut=cut(training, done, at, asked))
    except Refusal as refusal:
        instead = asked._replace(slice=Pick("filter_normalized"), window=None, other=None)
        return ran._replace(cut=cut(training, done, at, instead), missing=refusal.reason)
