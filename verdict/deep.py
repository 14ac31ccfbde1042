"""The verdict on a network's training, at one of its records: the evidence, and the judgment.

Lengths are in units of the largest ‖θ‖ on the way, and of 1 at least: a step, or the distance to a critical point, is small where it is
small beside the weights. Two parameters have Newton's method to tell a critical point from the slope beside it, a large network has not;
here it is one where the gradient vanishes in those units and one Newton step along it, ‖g‖/(gᵀHg/gᵀg), is short. Its kind is that of both
ends of the spectrum. The steps are those of the updates that follow.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from compute.job import Step, Steps, job
from labs.deep.curvature import Curvature, curvature, preconditioned_sharpness, random_start
from labs.deep.dead import dead_shares
from labs.deep.follow_up import FollowUp, follow_up
from labs.deep.objective import loss_at_points, scores_of
from labs.deep.rows import DTYPE
from labs.deep.training import Record, lens_of, snapshot, trained
from labs.deep.training_setup import TrainingSetup
from networks.losses import costs
from optim.optimizer import optimizers, stable_below, weight_decay
from optim.training import Training
from surfaces.surface import Rows
from verdict.evidence import FLAT, NEAR, Circumstances, CriticalPoint, Trail
from verdict.verdict import Judgment, Point, judge

AROUND = (0.1, 0.3)  # how far from a flat point lower losses are looked for, along
FLAT_WAYS = 8  # random flat directions, both ways
LOWER = 1e-9  # by this share of the loss at least


def _record(setup: TrainingSetup) -> Record:
    """Of the whole training."""
    return trained(setup).finish()


def _sharpness(setup: TrainingSetup, index: int, here: Curvature, now: Training | None) -> tuple[float, bool]:
    """η·λmax, and whether preconditioned; NaN where a method's scale is not known."""
    record = _record(setup)
    rate = float(setup.hyper["rate"]) * float(setup.multipliers[min(int(record.update[index]), setup.steps - 1)])
    if not optimizers()[setup.optimizer.name].adaptive:
        return rate * here.highest, False
    lens = None if now is None else lens_of(setup, now)
    root = None if lens is None or lens.scale is None else np.asarray(lens.scale, np.float64) ** -0.5
    if root is None or not np.isfinite(root).all():
        return math.nan, True
    kernel = preconditioned_sharpness(setup.trained_objective)
    return rate * float(kernel(snapshot(setup, record, index), root.astype(DTYPE), random_start(setup))), True


def _lower(setup: TrainingSetup, index: int, here: Curvature, unit: float) -> bool:
    """Whether the loss is lower somewhere near a point whose lowest curvature is zero: along random flat directions, both ways.

    There the third derivatives decide, or the fourth. By more than what is left of gradient and curvature explains, and in float64: of a
    product of many small weights float32 sees nothing. What falls along no direction that was tried may still fall along another.
    """
    record = _record(setup)
    ways = np.stack([curvature(setup, index, draw).flat.astype(np.float64) for draw in range(FLAT_WAYS)])
    far = np.repeat(np.array(AROUND) * unit, 2 * FLAT_WAYS)
    steps = far[:, None] * np.tile(np.concatenate([ways, -ways]), (len(AROUND), 1))
    theta = record.theta[index].astype(np.float64)
    wide = jax.tree.map(lambda part: jnp.asarray(part, jnp.float64), snapshot(setup, record, index))
    loss = np.asarray(loss_at_points(setup.trained_objective)(wide, np.concatenate([theta[None], theta + steps])))
    return bool(np.any(loss[0] - loss[1:] > here.slope * far + 0.5 * here.rounding * far**2 + LOWER * loss[0]))


def _critical(setup: TrainingSetup, index: int, here: Curvature, relief: float, unit: float) -> tuple[CriticalPoint | None, bool]:
    """The critical point that record `index` stands at, None where it stands at none; and whether something lower is beside it."""
    if here.slope * unit > FLAT * relief:
        return None, False
    distance = 0.0 if here.slope == 0 else here.slope / (abs(here.along) * unit) if here.along != 0 else math.inf
    if distance > NEAR:
        return None, False
    if here.descends:
        return CriticalPoint("saddle" if here.highest > here.rounding else "maximum", distance), True
    if here.lowest > here.rounding + here.lowest_error:
        return CriticalPoint("minimum", distance), False
    if here.highest <= here.rounding:
        return None, False  # flat in every direction
    lower = _lower(setup, index, here, unit)
    return CriticalPoint("plateau" if lower else "degenerate minimum", distance), lower


def _falls_for_ever(setup: TrainingSetup) -> bool:
    """Whether a row that is right by far costs less still where it is right by twice as far: not so beyond the margin of a hinge, and not
    where a share of the target is spread over all classes."""
    scores = jnp.zeros((setup.split.outputs, 2)).at[0].set(jnp.array([20.0, 40.0]))
    wide = {name: jnp.asarray(value, jnp.float64) for name, value in setup.numbers.items()}
    far, farther = costs()[setup.loss.name](scores, Rows(jnp.zeros((1, 2)), jnp.zeros(2), jnp.ones(2)), wide)
    return bool(far > farther)


def _all_right(setup: TrainingSetup, index: int) -> bool:
    """Whether every training row's largest score is the right one, in train mode.

    The output layer is linear, so a multiple of it multiplies the scores: a loss that falls for ever then goes to 0 as the multiple grows.
    """
    rows = setup.split
    if not rows.labeled or not _falls_for_ever(setup):
        return False
    scores = np.asarray(scores_of(setup.net, True)(snapshot(setup, _record(setup), index)))[:, : rows.n]
    return bool(np.isfinite(scores).all() and np.all(np.argmax(scores, axis=0) == np.asarray(rows.train.y)[: rows.n]))


def _losses(setup: TrainingSetup, record: Record) -> Float[np.ndarray, " s"]:
    """Of all rows in the mode that is trained in."""
    return np.asarray(record.measured.test_mode_loss if setup.frozen else record.measured.loss, np.float64)


def _trail(setup: TrainingSetup, record: Record, index: int, unit: float, after: FollowUp | None) -> Trail:
    """The records up to `index`, then what follows, or the explosion."""
    loss, theta, update = _losses(setup, record)[: index + 1], record.theta[: index + 1], record.update[: index + 1]
    slope = np.full(index + 1, np.nan) if setup.frozen else np.asarray(record.measured.gradient[: index + 1], np.float64)
    whole = setup.batch == 0
    batch = slope.copy() if whole else np.full(index + 1, np.nan)
    if after is None:  # beyond all bounds
        theta, update = np.concatenate([theta, theta[-1:]]), np.append(update, record.diverged or update[-1])
        loss, slope, batch = np.append(loss, np.inf), np.append(slope, np.nan), np.append(batch, np.nan)
    else:
        alive = after.alive & np.isfinite(after.loss)
        alive[0] = True
        follows = np.flatnonzero(np.logical_and.accumulate(alive))
        theta = np.concatenate([theta[:-1], after.theta[follows]])
        update = np.append(update[:-1], update[-1] + follows)
        loss, slope, batch = (
            np.append(before[:-1], new[follows]) for before, new in ((loss, after.loss), (slope, after.slope), (batch, after.batch_slope))
        )
    path = theta / unit
    step = np.full_like(path, np.nan)
    known = np.flatnonzero(np.diff(update) == 1)
    step[known + 1] = path[known + 1] - path[known]
    return Trail(update, path, step, loss, slope * unit, batch * unit, index + 1)


def _noise(after: FollowUp) -> float:
    """√(mean ‖g_B‖²/mean ‖g‖²) over the updates that follow."""
    alive = after.alive & np.isfinite(after.slope) & np.isfinite(after.batch_slope)
    whole = float(np.mean(after.slope[alive] ** 2)) if alive.any() else 0.0
    return math.sqrt(float(np.mean(after.batch_slope[alive] ** 2)) / whole) if whole > 0 else math.nan


def _turned(loss: Float[np.ndarray, " s"]) -> int:
    """The record of the lowest loss."""
    return int(np.nanargmin(loss)) if np.isfinite(loss).any() else 0


def _exploding(record: Record, loss: Float[np.ndarray, " s"], index: int) -> bool:
    """Whether a record is on the way to beyond all bounds."""
    return record.diverged is not None and (index == len(record.update) - 1 or index > _turned(loss))


def _judged(setup: TrainingSetup, index: int, after: FollowUp | None) -> Judgment:
    record = _record(setup)
    loss = _losses(setup, record)
    exploding, turned = _exploding(record, loss, index), _turned(loss)
    method = optimizers()[setup.optimizer.name]
    hyper = {name: float(value) for name, value in setup.hyper.items()}
    sizes = np.linalg.norm(record.theta[: index + 1].astype(np.float64), axis=1)
    unit = float(sizes[record.within_bounds[: index + 1]].max(initial=1.0))
    trail = _trail(setup, record, index, unit, after)

    bent = turned if exploding else index  # the record whose curvature counts
    here = curvature(setup, bent) if np.isfinite(loss[bent]) else None
    now = None if after is None else after.training
    sharpness, preconditioned = (math.nan, False) if here is None else _sharpness(setup, bent, here, now)
    stable = stable_below(method, hyper)
    relief = float(max(loss[0], loss[index]))
    decays = any(field == weight_decay(float(field.default)) and hyper.get(field.name, 0.0) > 0 for field in method.fields)
    infinite = not exploding and not decays and _all_right(setup, index)
    dead = () if exploding or here is None else dead_shares(setup, index)
    critical, lower_nearby = None, False
    if here is not None and not exploding and not infinite and not dead:
        critical, lower_nearby = _critical(setup, index, here, relief, unit)
    whole = setup.batch == 0
    circumstances = Circumstances(
        critical=critical,
        sharpness=sharpness,
        stable=stable,
        curvature=0.0 if here is None or math.isnan(here.along) else abs(here.along) * unit**2,  # where it goes, it is flat
        relief=relief,
        whole=whole,
        decays=decays,
        infinite=infinite,
        diverged=exploding or (after is not None and not bool(after.alive.all())),
        over=record.diverged is None and index == len(record.update) - 1,
        bounded=not infinite,
        dead=bool(dead),
    )
    point = Point(
        update=int(record.update[index]),
        loss=float(loss[index]),
        slope=here.slope if here is not None and not exploding else float(record.measured.gradient[index]),
        theta=record.theta[index],
        eigenvalues=np.full(2, np.nan) if here is None else np.array([here.lowest, here.highest]),
        stable_rate=hyper["rate"] * stable / sharpness if math.isfinite(stable) and sharpness > stable else None,
        network=True,
        curvature=here,
        preconditioned=preconditioned,
        noise=1.0 if whole else math.nan if after is None else _noise(after),
        unit=unit,
        lower_nearby=lower_nearby,
        dead=dead,
    )
    return judge(trail, circumstances, point, trail.slope / unit)


@job
def judging(setup: TrainingSetup, index: int) -> Steps[Judgment | None]:
    """The judgment on a record of a training that is at its end; None while the training is replayed up to there."""
    record, after = _record(setup), None
    if not _exploding(record, _losses(setup, record), index):
        following = follow_up(setup, index)
        while not following.finished:
            following.advance()
            if following.result is None:
                yield Step(0.9 * following.progress, None)
        after = following.result
    yield Step(1.0, _judged(setup, index, after))


def judged(setup: TrainingSetup, index: int) -> Judgment:
    """The judgment, however long it takes."""
    judgment = judging(setup, index).finish()
    assert judgment is not None
    return judgment
