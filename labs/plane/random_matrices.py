"""How likely a critical point is a minimum, by its dimension, if its Hessian were a random symmetric matrix.

The model of Bray & Dean 2007 and Dauphin et al. 2014 (arXiv 1406.2572): Hᵢⱼ ~ N(0, 1) above the diagonal, Hᵢᵢ ~ N(0, 2), so that no
direction is special. Its eigenvalues repel each other: that all are positive is far rarer than n coins that all fall on one side, it goes
as exp(−¼ ln 3 · n²) (Dean & Majumdar 2006).
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from compute.engine import door
from compute.memo import memo

DIMENSIONS = (1, 2, 3, 4, 5, 6)
DRAWS = 200_000  # matrices of each dimension
SEED = 0
EXACT = (1 / 2, (2 - math.sqrt(2)) / 4, (math.pi - 2 * math.sqrt(2)) / (4 * math.pi))  # that all are positive, n = 1, 2, 3


class Shares(NamedTuple):
    """Of random symmetric matrices, by dimension."""

    dimension: Int[np.ndarray, " k"]
    minimum: Float[np.ndarray, " k"]  # share of those whose eigenvalues are all positive
    deviation: Float[np.ndarray, " k"]  # of that share, from the number of draws
    saddle: Float[np.ndarray, " k"]  # share of those that have eigenvalues of both signs
    positive: Float[np.ndarray, " k"]  # mean share of positive eigenvalues


def symmetric(n: int, draws: int, seed: int) -> Float[np.ndarray, "m n n"]:
    """Random symmetric matrices."""
    whole = np.random.default_rng((seed, n)).standard_normal((draws, n, n))
    return (whole + whole.transpose(0, 2, 1)) / math.sqrt(2)


@memo
@door
def shares() -> Shares:
    """By drawing."""
    rows = []
    for n in DIMENSIONS:
        positive = np.linalg.eigvalsh(symmetric(n, DRAWS, SEED)) > 0
        every, some = positive.all(axis=1).mean(), positive.any(axis=1) & ~positive.all(axis=1)
        rows.append((every, math.sqrt(every * (1 - every) / DRAWS), some.mean(), positive.mean()))
    minimum, deviation, saddle, mean = np.array(rows).T
    return Shares(np.array(DIMENSIONS), minimum, deviation, saddle, mean)
