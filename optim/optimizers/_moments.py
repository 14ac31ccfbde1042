"""What the family of Adam shares: two running means that start at 0 and are corrected for it."""

from collections.abc import Mapping

import jax.numpy as jnp
import optax

from optim.optimizer import Hyper, Lens, Theta, Update


def corrected(update: Update, hyper: Hyper) -> tuple[Theta, Theta]:
    """m/(1 − β₁ᵗ) and v/(1 − β₂ᵗ), t = 1 at the first update."""
    get = optax.tree_utils.tree_get
    m, v, t = (get(update.after, name) for name in ("mu", "nu", "count"))
    return optax.tree_utils.tree_bias_correction(m, hyper["b1"], t), optax.tree_utils.tree_bias_correction(v, hyper["b2"], t)


def lens(update: Update, hyper: Hyper) -> Lens:
    """m̂ over √v̂ + ε."""
    m, v = corrected(update, hyper)
    return Lens(m, jnp.sqrt(v) + hyper["eps"])


def stable(hyper: Mapping[str, float]) -> float:
    """2(1 + β₁)/(1 − β₁): β₁m + (1 − β₁)g is a heavy ball at the rate (1 − β₁)η (Cohen et al., arXiv 2207.14484)."""
    return 2 * (1 + hyper["b1"]) / (1 - hyper["b1"])
