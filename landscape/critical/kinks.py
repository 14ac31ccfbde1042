"""Minima where a loss has a kink: it is lowest there, although its gradient vanishes nowhere near by."""

import numpy as np
from jaxtyping import Float

from landscape.critical.expansions import Expand, Flags, Points, apart, distances, norm
from landscape.critical.valleys import STEP, Correct, Corrected

_AROUND = 24
_LENGTHS = np.array([-16.0, -4.0, -1.0, -0.25, 0.25, 1.0, 4.0, 16.0])  # along a crease, in radii of the ring
_ENOUGH = 1e-6  # of the steepness: a crease that falls less is followed no further
_TURN = np.pi * (3 - np.sqrt(5))  # the golden angle: no two rings look in the same directions


def _ring(count: int, turned: float = 0.0) -> Float[np.ndarray, "n 2"]:
    angle = turned + 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _creases(gradients: Float[np.ndarray, "k n 2"]) -> Points:
    """Along the crease between the two sides whose gradients differ most: a gradient jumps across a crease, never along it."""
    difference = gradients[:, :, None] - gradients[:, None, :]
    size = np.hypot(difference[..., 0], difference[..., 1]).reshape(len(gradients), -1)
    jump = difference.reshape(len(gradients), -1, 2)[np.arange(len(gradients)), np.argmax(size, axis=1)]
    return np.stack([-jump[:, 1], jump[:, 0]], axis=1) / np.maximum(norm(jump), 1e-300)[:, None]


def descended(expand: Expand, starts: Points, radius: float, known: Points, rounds: int = 80, until: float = 1e-9) -> Points:
    """Where a pattern search ends that also follows creases: the lowest of a ring, and of a line along the crease that the last lay across.

    Hooke & Jeeves 1961; the creases are what the plain pattern gets stuck in. A search that comes near a lower one, or near one of the
    `known` minima, is given up.
    """
    z, size, crease = starts.copy(), np.full(len(starts), radius), np.tile([1.0, 0.0], (len(starts), 1))
    best, alive = expand(z).loss, np.ones(len(starts), bool)
    for turn in range(rounds):
        if turn % 6 == 5:
            order = np.flatnonzero(alive)[np.argsort(best[alive], kind="stable")]
            alive[order] = False
            alive[order[apart(z[order], 0.5 * radius)]] = True
            if len(known):
                alive &= distances(z, known).min(axis=1) > 0.5 * radius
        now = np.flatnonzero(alive & (size > until) & (np.abs(z).max(axis=1) <= 1.0))
        if not len(now):
            break
        ring = np.tile(_ring(_AROUND, turn * _TURN), (len(now), 1, 1))
        offsets = np.concatenate([ring, _LENGTHS[:, None] * crease[now][:, None]], axis=1) * size[now][:, None, None]
        around = expand((z[now][:, None] + offsets).reshape(-1, 2))
        losses = np.nan_to_num(around.loss, nan=np.inf).reshape(len(now), -1)
        gradients = np.nan_to_num(around.gradient).reshape(len(now), -1, 2)[:, :_AROUND]
        crease[now] = _creases(gradients)
        which = np.argmin(losses, axis=1)
        lowest = losses[np.arange(len(now)), which]
        steepness = np.hypot(gradients[..., 0], gradients[..., 1]).max(axis=1)
        better = lowest < best[now] - _ENOUGH * size[now] * steepness
        z[now[better]] += offsets[np.flatnonzero(better), which[better]]
        best[now[better]] = lowest[better]
        size[now] *= np.where(better, np.where(which == losses.shape[1] - 1, 2.0, 1.0), 0.3)
    return z[alive]


def kinked(expand: Expand, z: Points) -> Flags:
    """Whether the loss is lowest at z while the gradient stays away from 0: on a ring a hundredth as wide it is no smaller."""
    rings = []
    for radius in (1e-4, 1e-6):
        expansions = expand((z[:, None] + radius * _ring(_AROUND, 0.1)).reshape(-1, 2))
        rings.append((norm(expansions.gradient).reshape(len(z), -1).min(axis=1), expansions.loss.reshape(len(z), -1).min(axis=1)))
    (wide, above), (narrow, _) = rings
    return (above > expand(z).loss) & (narrow > 0.3 * wide) & (narrow > 0)


def lowest_direction(expand: Expand, z: Float[np.ndarray, " 2"], radius: float, limit: float) -> Float[np.ndarray, " 2"] | None:
    """In which a crease leaves a point with the loss below the limit, if one does: the lowest of a ring, and around it finer and finer."""
    angle, width = 0.0, np.pi
    for _ in range(6):
        angles = angle + width * np.linspace(-1, 1, 64)
        losses = np.nan_to_num(expand(z + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)).loss, nan=np.inf)
        angle, width = float(angles[np.argmin(losses)]), 2 * width / 63
    return np.array([np.cos(angle), np.sin(angle)]) if losses.min() <= limit else None


def crossing(expand: Expand, limit: float) -> Correct:
    """The lowest point of a line across the predicted direction, on a part of it that becomes shorter and shorter; below the limit."""

    def correct(z: Points, tangent: Points) -> Corrected:
        z, width = z.copy(), 0.4 * STEP
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
        for _ in range(3):
            line = z[:, None] + (width * np.linspace(-1, 1, 64))[:, None] * normal[:, None]
            losses = np.nan_to_num(expand(line.reshape(-1, 2)).loss.reshape(-1, 64), nan=np.inf)
            z = line[np.arange(len(z)), np.argmin(losses, axis=1)]
            width /= 25
        return Corrected(z, np.zeros_like(z), expand(z).loss <= limit)

    return correct
