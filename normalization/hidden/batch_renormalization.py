"""Batch renormalization: batch normalization, corrected to what test mode will do with the running statistics."""

import jax
import jax.numpy as jnp

from core.messages import N_
from core.settings import Number
from normalization.hidden.batch import normalize as by_batch
from normalization.hidden.batch import remembered, state
from normalization.hidden_layer import AFFINE, EPSILON, HiddenNormalization, LayerInput, State, Units, moments


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """(z − μ)/σ · r + d of the batch in training, r = σ/σ̄ and d = (μ − μ̄)/σ̄ within limits and without gradient; σ = √(variance + ε).

    Within the limits that is (z − μ̄)/σ̄, as in test mode. The paper remembers σ, here it is the variance, as with batch normalization.
    """
    if not inputs.train:
        return by_batch(inputs)
    numbers = inputs.numbers
    mean, variance = moments(inputs.z, inputs.w)
    old_mean, old_variance = inputs.state
    σ, old_σ = jnp.sqrt(variance + numbers["epsilon"]), jnp.sqrt(old_variance + numbers["epsilon"])
    r = jax.lax.stop_gradient(jnp.clip(σ / old_σ, 1 / numbers["r_max"], numbers["r_max"]))
    d = jax.lax.stop_gradient(jnp.clip((mean - old_mean) / old_σ, -numbers["d_max"], numbers["d_max"]))
    return (inputs.z - mean[:, None]) * (r / σ)[:, None] + d[:, None], remembered(inputs, mean, variance)


normalization = HiddenNormalization(
    label=N_("batch renormalization"),
    formula=(
        r"\hat z=\gamma\Bigl(\frac{z-\mu_B}{\sigma_B}\,r+d\Bigr)+\beta,\quad "
        r"r=\operatorname{clip}_{[1/r_{\max},\,r_{\max}]}\frac{\sigma_B}{\bar\sigma},\quad "
        r"d=\operatorname{clip}_{[-d_{\max},\,d_{\max}]}\frac{\mu_B-\bar\mu}{\bar\sigma}"
    ),
    source="Ioffe 2017, arXiv:1702.03275",
    normalize=normalize,
    state=state,
    # No `recover`: γ and β that undo it depend on what is remembered, and change with every batch.
    fields=(
        EPSILON,
        Number("r_max", N_("limit of the correction of the scale"), 3.0, 1.0, 20.0, symbol="rₘₐₓ"),
        Number("d_max", N_("limit of the correction of the mean"), 5.0, 0.0, 20.0, symbol="dₘₐₓ"),
        *AFFINE,
    ),
    remembers=True,
    rank=15,
    note=N_("The paper remembers the standard deviation of the batches; here it is their variance, as with batch normalization."),
)
