"""Minima where a loss has a kink: it is lowest there, although its gradient vanishes nowhere near by."""

import numpy as np
from jaxtyping import Float

from landscape.expansions import Expand, Flags, Points, norm

_AROUND = 24
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


def descended(expand: Expand, starts: Points, radius: float, rounds: int = 80, until: float = 1e-10) -> Points:
    """A pattern search that also follows creases: the lowest of a ring, and of a line along the crease that the ring lies across.

    Hooke & Jeeves 1961; the creases are what the plain pattern gets stuck in.
    """
    z, size = starts.copy(), np.full(len(starts), radius)
    best = expand(z).loss
    lengths = np.array([-16.0, -4.0, -1.0, -0.25, 0.25, 1.0, 4.0, 16.0])
    for turn in range(rounds):
        now = np.flatnonzero((size > until) & (np.abs(z).max(axis=1) <= 1.0))
        if not len(now):
            break
        around = z[now][:, None] + size[now][:, None, None] * _ring(_AROUND, turn * _TURN)
        seen = expand(around.reshape(-1, 2))
        along = _creases(np.nan_to_num(seen.gradient).reshape(-1, _AROUND, 2))
        line = z[now][:, None] + (size[now][:, None] * lengths)[:, :, None] * along[:, None]
        other = expand(line.reshape(-1, 2)).loss.reshape(len(now), -1)
        losses = np.nan_to_num(np.concatenate([seen.loss.reshape(-1, _AROUND), other], axis=1), nan=np.inf)
        which = np.argmin(losses, axis=1)
        lowest = losses[np.arange(len(now)), which]
        better = lowest < best[now]
        z[now[better]] = np.concatenate([around, line], axis=1)[np.flatnonzero(better), which[better]]
        best[now[better]] = lowest[better]
        size[now] *= np.where(better, np.where(which == losses.shape[1] - 1, 2.0, 1.0), 0.3)
    return z


def kinked(expand: Expand, z: Points) -> Flags:
    """Whether the loss is lowest at z while the gradient stays away from 0: on a ring a hundredth as wide it is no smaller."""
    rings = []
    for radius in (1e-4, 1e-6):
        at = expand((z[:, None] + radius * _ring(_AROUND, 0.1)).reshape(-1, 2))
        rings.append((norm(at.gradient).reshape(len(z), -1).min(axis=1), at.loss.reshape(len(z), -1).min(axis=1)))
    (wide, above), (narrow, _) = rings
    return (above > expand(z).loss) & (narrow > 0.3 * wide) & (narrow > 0)
