"""Where a gradient vanishes: Levenberg & Marquardt's method on ∇L = 0 from many starts at once, to which minima, maxima and saddles are all
alike; then Newton's method down to rounding."""

import numpy as np
from jaxtyping import Float

from landscape.critical.expansions import Expand, Expansions, Flags, Points, eigen, norm

_LEAST = 1e-14  # damping, of eigenvalues squared in units of the Hessian's own diagonal: a curvature of less than 1e-7 counts as none
_GRADED = 1e-4  # of the units of the two axes, at most: beyond that an empty axis would be blown up to noise
_CLOSE = 1e-11  # a step, in half widths of the window, that is not worth taking


def _units(hessian: Float[np.ndarray, "k 2 2"]) -> Float[np.ndarray, "k 2"]:
    """√ of the largest entry of each row: the Hessian in these units is of order 1 even if one axis is a million times as steep."""
    rows = np.sqrt(np.abs(hessian).max(axis=2))
    most = rows.max(axis=1, keepdims=True)
    return np.where(most > 0, np.maximum(rows, _GRADED * most), 1.0)


def damped(expansions: Expansions, damping: Float[np.ndarray, " k"]) -> Points:
    """−(H² + μ)⁻¹Hg in units of the Hessian's rows: Newton's step, and none along a direction without curvature."""
    units = _units(expansions.hessian)
    values, vectors = eigen(expansions.hessian / (units[:, :, None] * units[:, None, :]))
    along = np.einsum("kij,ki->kj", vectors, expansions.gradient / units)
    return -np.einsum("kij,kj->ki", vectors, values / (values**2 + damping[:, None]) * along) / units


def _finite(expansions: Expansions) -> Flags:
    return np.isfinite(expansions.loss) & np.isfinite(expansions.gradient).all(axis=1) & np.isfinite(expansions.hessian).all(axis=(1, 2))


def roots(expand: Expand, starts: Points, reach: float, steps: int = 40, beyond: float = 1.05) -> tuple[Points, Expansions, Flags]:
    """Where the walks from all starts end, the expansions there, and which of them came to rest: their next step is below 1e-7.

    A step that does not lower ‖∇L‖ is taken back and damped. reach: the longest step. A walk that leaves |z| ≤ beyond is given up.
    """
    z, expansions = starts.copy(), expand(starts)
    damping = np.full(len(z), 1e-4)
    alive = _finite(expansions)
    for _ in range(steps):
        now = np.flatnonzero(alive)
        if not len(now):
            break
        here = expansions.taken(now)
        step = damped(here, damping[now])
        length = norm(step)
        step *= np.minimum(1.0, reach / np.maximum(length, 1e-300))[:, None]
        trial = z[now] + step
        units = _units(here.hessian)
        there = expand(trial)
        better = _finite(there) & (norm(there.gradient / units) < norm(here.gradient / units))
        moved = now[better]
        z[moved] = trial[better]
        for whole, part in zip(expansions, there, strict=True):
            whole[moved] = part[better]
        damping[now] = np.where(better, np.maximum(damping[now] * 0.03, _LEAST), np.maximum(damping[now], 1e-7) * 10)
        alive[now] = (length > _CLOSE) & (damping[now] < 1e3) & (np.abs(z[now]).max(axis=1) <= beyond)
    rest = np.zeros(len(z), bool)
    good = np.flatnonzero(_finite(expansions) & (np.abs(z).max(axis=1) <= beyond))
    rest[good] = norm(damped(expansions.taken(good), np.full(len(good), _LEAST))) <= 1e-7
    return z, expansions, rest


def polished(expand: Expand, z: Points, expansions: Expansions, steps: int = 4) -> tuple[Points, Expansions]:
    """Newton's method, by Cramer's rule in the Hessian's own units, as long as its steps become shorter: down to rounding."""
    z, expansions = z.copy(), Expansions(*(part.copy() for part in expansions))
    last = np.full(len(z), 1e-4)
    for _ in range(steps):
        units = _units(expansions.hessian)
        h, g = expansions.hessian / (units[:, :, None] * units[:, None, :]), expansions.gradient / units
        determinant = h[:, 0, 0] * h[:, 1, 1] - h[:, 0, 1] * h[:, 1, 0]
        determinant = np.where(determinant != 0, determinant, np.inf)
        step = -np.stack([h[:, 1, 1] * g[:, 0] - h[:, 0, 1] * g[:, 1], h[:, 0, 0] * g[:, 1] - h[:, 1, 0] * g[:, 0]], axis=1)
        step = step / determinant[:, None] / units
        length = norm(step)
        going = (length < last) & (length > 0)
        if not going.any():
            break
        z[going] += step[going]
        last = np.where(going, 0.5 * length, 0.0)
        there = expand(z[going])
        for whole, part in zip(expansions, there, strict=True):
            whole[going] = part
    return z, expansions
