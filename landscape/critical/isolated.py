"""Critical points one by one: where Newton's method comes to rest, sorted by what the Hessian says; and minima that have a kink."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from landscape.critical import kinks
from landscape.critical.cells import Grid, quiet
from landscape.critical.expansions import Expand, Expansions, Points, apart, distances, norm
from landscape.critical.kinds import degenerate, level, regular, vanishing
from landscape.critical.stationary import polished, roots


class Isolated(NamedTuple):
    """Where Newton's method came to rest."""

    z: Points  # isolated critical points
    expansions: Expansions  # there
    degenerate: Points  # critical points at which an eigenvalue is 0
    irregular: Points  # the gradient near by is not what the Hessian says


def isolated_points(expand: Expand, grid: Grid, starts: Points) -> Isolated:
    """All that is reached from the starts, each once."""
    z, expansions, rest = roots(expand, starts, 6 * grid.cell)
    row, column = grid.of(z)
    kept = rest & quiet(grid, z, expansions) & (np.abs(z).max(axis=1) <= 1) & ~grid.flat[row, column]
    z, expansions = z[kept], expansions.taken(kept)
    merged = _merged(z, expansions, 1e-6)
    z, expansions = z[merged], expansions.taken(merged)
    bad = degenerate(expand, grid, z, expansions)
    flat = z[bad][_merged(z[bad], expansions.taken(bad), 1e-3)]
    flat = flat[~grid.by_flat[grid.of(flat)]]
    flat = flat[~level(expand, flat)]
    gone = vanishing(expand, grid, flat)
    z, expansions = polished(expand, z[~bad], expansions.taken(~bad))
    merged = _merged(z, expansions, 1e-6)
    z, expansions = z[merged], expansions.taken(merged)
    trusted = regular(expand, z, expansions)
    kept = trusted & (np.abs(z).max(axis=1, initial=0.0) <= 1)
    return Isolated(z[kept], expansions.taken(kept), flat[gone], np.concatenate([z[~trusted], flat[~gone]]))


def _merged(z: Points, expansions: Expansions, distance: float) -> Int[np.ndarray, " k"]:
    """One of each crowd, the one with the smallest gradient; indices."""
    if not len(z):
        return np.zeros(0, int)
    order = np.argsort(norm(expansions.gradient), kind="stable")
    coarse = np.unique(np.round(z[order] / distance), axis=0, return_index=True)[1]
    order = order[np.sort(coarse)]
    return order[apart(z[order], distance)]


def kinked(expand: Expand, grid: Grid, candidates: Points, known: Points) -> Points:
    """Of points that might be the lowest of their surroundings, those that are, and have a kink; `known` are those that need none."""
    if len(known) and len(candidates):
        candidates = candidates[distances(candidates, known).min(axis=1) > 1.5 * grid.cell]
    row, column = grid.of(candidates)
    candidates = candidates[~grid.flat[row, column]]
    candidates = candidates[np.argsort(expand(candidates).loss)[:16]]
    if not len(candidates):
        return candidates
    z = kinks.descended(expand, candidates, 0.5 * grid.cell, known)
    z = z[np.abs(z).max(axis=1) < 1]
    if len(known) and len(z):
        z = z[distances(z, known).min(axis=1) > 1e-3]
    z = z[apart(z, 1e-4)]
    return z[kinks.kinked(expand, z)] if len(z) else z
