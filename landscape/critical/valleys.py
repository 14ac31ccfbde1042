"""Curves of critical points: from some points on them, predicted along the tangent and corrected back, until they close or leave the
square."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from landscape.critical.expansions import Expand, Flags, Points, apart, distances, eigen, norm, weak

STEP = 0.04  # along a curve, in half widths of the window
_MOST = 1500  # points in all: more would be no curve


class Corrected(NamedTuple):
    """Where the predicted points were moved to, the directions of the curve there (0 where the Hessian does not tell), which are on it."""

    z: Points
    tangent: Points
    good: Flags


Correct = Callable[[Points, Points], Corrected]  # points and the directions in which they were predicted -> see Corrected


class Curve(NamedTuple):
    z: Points
    closed: bool


def grown(correct: Correct, seeds: Points, tangents: Points) -> tuple[Points, Points]:
    """Points about STEP apart on the curves through the seeds, and unit tangents: all fronts advance together."""
    first = apart(seeds, 0.5 * STEP)
    z, tangent = seeds[first], tangents[first]
    fronts = np.concatenate([np.arange(len(z))] * 2), np.repeat([1.0, -1.0], len(z))
    while len(fronts[0]) and len(z) < _MOST:
        origin = z[fronts[0]]
        ahead = origin + STEP * fronts[1][:, None] * tangent[fronts[0]]
        new = (np.abs(ahead).max(axis=1) <= 1) & (distances(ahead, z).min(axis=1) > 0.5 * STEP)
        origin, ahead, came = origin[new], ahead[new], (fronts[1][:, None] * tangent[fronts[0]])[new]
        if not len(ahead):
            break
        corrected = correct(ahead, came)
        good = corrected.good & (norm(corrected.z - ahead) <= 0.5 * STEP) & (np.abs(corrected.z).max(axis=1) <= 1)
        good[good] &= distances(corrected.z[good], z).min(axis=1) > 0.45 * STEP
        kept = np.flatnonzero(good)[apart(corrected.z[good], 0.45 * STEP)] if good.any() else np.zeros(0, int)
        onward = (corrected.z - origin)[kept]
        own = corrected.tangent[kept]
        own = np.where(np.sum(own * onward, axis=1, keepdims=True) < 0, -own, own)
        known = norm(own) > 0
        own[~known] = (onward / norm(onward)[:, None])[~known]
        fronts = np.arange(len(z), len(z) + len(kept)), np.ones(len(kept))
        z, tangent = np.concatenate([z, corrected.z[kept]]), np.concatenate([tangent, own])
    return z, tangent


def _links(z: Points, tangent: Points) -> list[dict[int, int]]:
    """For each point its neighbor on either side (1 along the tangent, −1 against it): the nearest pairs first, each side once."""
    away = distances(z, z)
    i, j = np.nonzero(np.triu(away <= 1.8 * STEP, 1))
    order = np.argsort(away[i, j], kind="stable")
    i, j = i[order], j[order]
    toward = (z[j] - z[i]) / np.maximum(away[i, j], 1e-300)[:, None]
    out, back = np.sum(tangent[i] * toward, axis=1), -np.sum(tangent[j] * toward, axis=1)
    links: list[dict[int, int]] = [{} for _ in z]
    for a, b, at_a, at_b in zip(i, j, out, back, strict=True):
        side, other_side = int(np.sign(at_a)), int(np.sign(at_b))
        if min(abs(at_a), abs(at_b)) > 0.6 and side not in links[a] and other_side not in links[b]:
            links[a][side], links[b][other_side] = int(b), int(a)
    return links


def _walk(links: list[dict[int, int]], start: int) -> tuple[list[int], bool]:
    """From an end, or once around."""
    path, before, current = [start], -1, start
    while True:
        onward = [other for other in links[current].values() if other != before]
        if not onward or (len(path) > 2 and onward[0] == start) or onward[0] in path[-2:]:
            return path, bool(onward) and len(path) > 2 and onward[0] == start
        before, current = current, onward[0]
        path.append(current)


def across(expand: Expand) -> Correct:
    """Along the side of the square to where the slope across the curve, which is the Hessian's steep direction, vanishes."""

    def correct(z: Points, predicted: Points) -> Corrected:
        z, along = z.copy(), predicted[:, ::-1] * (-1, 1)
        for _ in range(6):
            expansions = expand(z)
            _, steep = weak(*eigen(expansions.hessian))
            slope = np.einsum("ki,kij,kj->k", steep, expansions.hessian, along)
            step = -np.sum(steep * expansions.gradient, axis=1) / np.where(slope != 0, slope, np.inf)
            z += np.clip(np.nan_to_num(step), -STEP, STEP)[:, None] * along
        return Corrected(z, predicted, np.isfinite(z).all(axis=1))

    return correct


def _to_the_rim(correct: Correct, last: Points, onward: Points) -> tuple[Points, Flags]:
    """Where curves that go on from `last` in the direction `onward` leave the square: corrected along its side."""
    room = (np.sign(onward) - last) / np.where(onward != 0, onward, 1e-300)
    side = np.argmin(np.where(room > 0, room, np.inf), axis=1)
    rows = np.arange(len(last))
    first = last + room[rows, side][:, None] * onward
    first[rows, side] = np.sign(onward[rows, side])
    out = np.zeros_like(first)
    out[rows, side] = first[rows, side]
    near = (norm(first - last) <= 1.5 * STEP) & (norm(first - last) > 1e-9)
    z, good = first.copy(), near.copy()
    if near.any():
        corrected = correct(first[near], out[near])
        z[near], good[near] = corrected.z, corrected.good
    return z, good & (norm(z - first) <= 0.5 * STEP) & (np.abs(z).max(axis=1) <= 1)


def curves(at_the_rim: Correct, z: Points, tangent: Points) -> list[Curve]:
    """The points in order, one array a curve, continued to the rim; those of fewer than three points are left out.

    at_the_rim: corrects points on a side of the square along that side; it gets the direction out of the square.
    """
    links, visited, joined = _links(z, tangent), set[int](), list[Curve]()
    ends = [i for i in range(len(z)) if len(links[i]) < 2]
    for start in [*ends, *range(len(z))]:
        if start in visited or (not links[start] and len(z) > 1):
            continue
        path, closed = _walk(links, start)
        visited.update(path)
        joined.append(Curve(z[[*path, start]] if closed else z[path], closed))
    open_ = [curve for curve in joined if not curve.closed and len(curve.z) > 1]
    if open_:
        last = np.concatenate([curve.z[[0, -1]] for curve in open_])
        inner = np.concatenate([curve.z[[1, -2]] for curve in open_])
        onward = (last - inner) / norm(last - inner)[:, None]
        rim, good = _to_the_rim(at_the_rim, last, onward)
        for k, curve in enumerate(open_):
            before, after = rim[2 * k : 2 * k + 1][good[2 * k : 2 * k + 1]], rim[2 * k + 1 : 2 * k + 2][good[2 * k + 1 : 2 * k + 2]]
            joined[next(i for i, other in enumerate(joined) if other is curve)] = Curve(np.concatenate([before, curve.z, after]), False)
    return [curve for curve in joined if len(curve.z) > 2]
