"""A loss beside its second-order expansion at a point: how far the expansion can be trusted."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float


def taylor(
    loss: float,
    gradient: Float[np.ndarray, " 2"],
    hessian: Float[np.ndarray, "2 2"],
    da: Float[np.ndarray, "..."],
    db: Float[np.ndarray, "..."],
) -> Float[np.ndarray, "..."]:
    """L(θ′) + (θ − θ′)ᵀg + ½(θ − θ′)ᵀH(θ − θ′) at θ − θ′ = (da, db), whose shapes broadcast."""
    slope = gradient[0] * da + gradient[1] * db
    return loss + slope + 0.5 * (hessian[0, 0] * da**2 + (hessian[0, 1] + hessian[1, 0]) * da * db + hessian[1, 1] * db**2)


def disc(radius: float, count: int = 33) -> Float[np.ndarray, "k 2"]:
    """Points of a count × count lattice within the disc around 0, and as many on its rim as the lattice has on its own."""
    side = np.linspace(-radius, radius, count)
    inside = np.stack([part.ravel() for part in np.meshgrid(side, side)], axis=1)
    angle = 2 * np.pi * np.arange(4 * count) / (4 * count)
    rim = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([inside[np.hypot(*inside.T) <= radius], rim])


def error(
    losses: Callable[[Float[np.ndarray, "k 2"]], Float[np.ndarray, " k"]],
    at: Float[np.ndarray, " 2"],
    loss: float,
    gradient: Float[np.ndarray, " 2"],
    hessian: Float[np.ndarray, "2 2"],
    radius: float,
    count: int = 33,
) -> float:
    """max |L − T₂| within the radius: 0 for a quadratic, and for a smooth loss about ⅙ max|L‴|·r³, so an eighth at half the radius."""
    around = disc(radius, count)
    return float(np.max(np.abs(losses(at + around) - taylor(loss, gradient, hessian, around[:, 0], around[:, 1]))))
