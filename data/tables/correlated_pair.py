"""Two features of unit variance whose SAMPLE correlation is exactly ρ: what standardization cannot remove."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from core.settings import Number
from data.dataset import Column, DataSet
from data.tables._generated import SEED, sample_count


def _orthonormal(u: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
    """The two columns with mean 0, population variance 1 and covariance 0, all of them exactly (to rounding)."""
    n = len(u)
    q, _ = np.linalg.qr(np.column_stack([np.ones(n), u]))
    z: Float[np.ndarray, "n 2"] = q[:, 1:] * np.sqrt(n)
    return z * np.where(np.sum(z * u, axis=0) < 0, -1.0, 1.0)


def load(rho: float, m1: float, m2: float, noise: float, samples: int, seed: int) -> Mapping[str, Float[np.ndarray, " n"]]:
    """x₁ = m₁ + z₁, x₂ = m₂ + ρz₁ + √(1−ρ²)z₂, y = (x₁−m₁) − (x₂−m₂) + noise·N(0, 1), z centered, uncorrelated, of variance 1.

    The draws depend on the seed and the number of samples alone, so a moving ρ shears one cloud.
    """
    draws = np.random.default_rng(int(seed)).standard_normal((int(samples), 3))
    z1, z2 = _orthonormal(draws[:, :2]).T
    x1, x2 = z1, rho * z1 + np.sqrt(1 - rho**2) * z2
    return {"x₁": m1 + x1, "x₂": m2 + x2, "y": x1 - x2 + noise * draws[:, 2]}


CORRELATED_PAIR = DataSet(
    label=N_("Correlated pair"),
    source="synthetic; standardized, its condition number is κ = (1+|ρ|)/(1−|ρ|)",
    columns=(Column("x₁"), Column("x₂"), Column("y")),
    x1="x₁",
    x2="x₂",
    target="y",
    load=load,
    own=(
        Number("rho", N_("correlation"), 0.0, -0.999, 0.999, symbol="ρ"),
        Number("m1", N_("mean of x₁"), 0.0, -100.0, 100.0, symbol="m₁"),
        Number("m2", N_("mean of x₂"), 0.0, -100.0, 100.0, symbol="m₂"),
        Number("noise", N_("noise of the target"), 0.3, 0.0, 10.0),
        sample_count(200),
        SEED,
    ),
    rank=15,
)
