"""Of what kind a critical point is, by its Hessian's eigenvalues, and by the loss on a circle around it where they do not tell."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from landscape.critical.cells import Grid
from landscape.critical.expansions import Expand, Expansions, Flags, Points, eigen, larger, norm, weak
from landscape.critical.winding import circle, winding
from landscape.curvature import NEAR_ZERO

_NOTHING = 1e-7  # both eigenvalues count as 0 below this share of the Hessian a cell away

Kind = Literal[
    "minimum",
    "maximum",
    "saddle",
    "degenerate minimum",
    "degenerate maximum",
    "degenerate saddle",
    "monkey saddle",
    "degenerate",
    "kink",
]
Line = Literal["minimum", "maximum", "degenerate", "kink"]


def nothing(grid: Grid, z: Points, values: Float[np.ndarray, "k 2"]) -> Flags:
    """Whether both eigenvalues count as 0."""
    return larger(values) <= _NOTHING * grid.bend[grid.of(z)]


def degenerate(expand: Expand, grid: Grid, z: Points, expansions: Expansions) -> Flags:
    """Whether an eigenvalue counts as 0. One that is small only since the axes are graded does not: there the Hessian in units of its own
    diagonal is regular, and it stays the same a little further along."""
    values, vectors = eigen(expansions.hessian)
    none = nothing(grid, z, values)
    small = np.abs(values).min(axis=1) <= NEAR_ZERO * larger(values)
    asked = np.flatnonzero(small & ~none)
    if len(asked):
        unit = np.sqrt(np.abs(np.diagonal(expansions.hessian[asked], axis1=1, axis2=2)))
        own = eigen(expansions.hessian[asked] / np.maximum(unit[:, :, None] * unit[:, None, :], 1e-300))[0]
        steady = np.abs(own).min(axis=1) > NEAR_ZERO * larger(own)
        along = weak(values[asked], vectors[asked])[0]
        here = np.einsum("ki,kij,kj->k", along, expansions.hessian[asked], along)
        for sign in (1e-3, -1e-3):
            there = expand(z[asked] + sign * along).hessian
            steady &= np.abs(np.einsum("ki,kij,kj->k", along, there, along) - here) <= 0.1 * np.abs(here)
        small[asked[steady]] = False
    return small | none


def level(expand: Expand, z: Points) -> Flags:
    """Whether the loss stays the same in many directions: a bit of a flat region, neither a point nor a curve."""
    angle = 2 * np.pi * np.arange(32) / 32
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    here = expand(z).loss[:, None]
    same = np.zeros(len(z), bool)
    for radius, share in ((1e-2, 0.2), (1e-3, 0.4)):
        around = expand((z[:, None] + radius * ring).reshape(-1, 2)).loss.reshape(-1, 32)
        same |= np.mean(np.abs(around - here) <= 8 * np.finfo(float).eps * np.abs(here), axis=1) > share
    return same


def regular(expand: Expand, z: Points, expansions: Expansions) -> Flags:
    """Whether the gradient near by is what the Hessian says: at a kink, or where a formula gives 0 for want of a gradient, it is not."""
    ring = np.stack([np.cos(np.arange(6)), np.sin(np.arange(6))], axis=1)
    trusted = np.zeros(len(z), bool)
    for radius in (1e-4, 1e-6):
        there = expand((z[:, None] + radius * ring).reshape(-1, 2)).gradient.reshape(len(z), 6, 2)
        predicted = radius * np.einsum("kij,nj->kni", expansions.hessian, ring)
        trusted |= np.abs(there - predicted).max(axis=(1, 2)) <= 0.5 * radius * larger(eigen(expansions.hessian)[0])
    return trusted


def vanishing(expand: Expand, grid: Grid, z: Points) -> Flags:
    """Whether the gradient of a degenerate point vanishes toward it, and is not 0 there alone for want of a gradient."""
    ring = np.stack([np.cos(np.arange(12)), np.sin(np.arange(12))], axis=1)
    near, far = (norm(expand((z[:, None] + r * ring).reshape(-1, 2)).gradient).reshape(-1, 12).max(axis=1) for r in (1e-6, 1e-4))
    return (near <= 0.1 * far) | (near <= 1e-13 * grid.slope[grid.of(z)])


def ringed(expand: Expand, z: Float[np.ndarray, " 2"], loss: float, radius: float) -> tuple[Kind, int | None]:
    """The kind of a degenerate point: how often the loss is above and below it on a circle around, and how often the gradient turns."""
    angle = 2 * np.pi * np.arange(256) / 256
    around = expand(z + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)).loss - loss
    differs = around[np.abs(around) > 8 * np.finfo(float).eps * abs(loss)]
    changes = int(np.sum(np.sign(differs) != np.sign(np.roll(differs, 1))))
    index = winding(expand, circle(z, radius), 64).turns
    if not len(differs):
        return "degenerate", index
    names: dict[int, Kind] = {
        0: "degenerate minimum" if differs[0] > 0 else "degenerate maximum",
        4: "degenerate saddle",
        6: "monkey saddle",
    }
    return names.get(changes, "degenerate"), index
