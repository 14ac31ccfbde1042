import jax.numpy as jnp
from jaxtyping import Array, Float

from normalization.hidden_layer import HiddenNormalization, Numbers, Units, Weights
from settings import N_, Number


def deviation(z: Units, w: Weights, numbers: Numbers) -> Float[Array, " k"]:
    """√(σ² + ε)."""
    n = jnp.sum(w)
    mean = z @ w / n
    return jnp.sqrt((z - mean[:, None]) ** 2 @ w / n + numbers["epsilon"])


def spread(z: Units, w: Weights, numbers: Numbers) -> Float[Array, " k"]:
    """√(σ² + ε)/γ, σ² the population variance of every unit over the batch (γ = 0 cannot be undone, and counts as 1)."""
    gamma = numbers["gamma"]
    return deviation(z, w, numbers) / jnp.where(gamma == 0, 1.0, gamma)


def apply(z: Units, w: Weights, numbers: Numbers) -> Units:
    """γ(z − μ)/√(σ² + ε) + β, in train mode: μ and σ² are the batch's own."""
    mean = z @ w / jnp.sum(w)
    return numbers["gamma"] * (z - mean[:, None]) / deviation(z, w, numbers)[:, None] + numbers["beta"]


normalization = HiddenNormalization(
    label=N_("batch normalization"),
    formula=r"\hat z=\gamma\,\frac{z-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}}+\beta",
    source="Ioffe & Szegedy 2015, arXiv:1502.03167",
    apply=apply,
    spread=spread,
    fields=(
        Number("epsilon", N_("added to the variance"), 1e-5, 1e-12, 1.0, log=True, symbol="ε"),
        Number("gamma", N_("scale"), 1.0, -10.0, 10.0, symbol="γ"),
        Number("beta", N_("shift"), 0.0, -10.0, 10.0, symbol="β"),
    ),
    scale_free=True,
    rank=10,
)
