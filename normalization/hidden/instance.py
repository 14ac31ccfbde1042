"""Instance normalization: of each row every unit by itself. In a multilayer perceptron nothing is left."""

from collections.abc import Mapping

import jax.numpy as jnp

from core.messages import N_, Message, message
from normalization.hidden_layer import AFFINE, HiddenNormalization, LayerInput, State, Units


def normalize(inputs: LayerInput) -> tuple[Units, State]:
    """(z − μ)/√(σ² + ε) over the positions of the unit in its row. There is one position: μ = z, so 0 for every ε."""
    return jnp.zeros_like(inputs.z), inputs.state


def senseless(units: int, numbers: Mapping[str, float]) -> Message | None:
    """Always: there is nothing to average over."""
    return message(
        N_(
            "Instance normalization averages a unit over its positions in one image. Here a unit has a single value a row, "
            "which is its own mean, so all becomes 0. Take layer or group normalization, which average over units."
        )
    )


normalization = HiddenNormalization(
    label=N_("instance normalization"),
    formula=r"\hat z=\gamma\,\frac{z-\mu}{\sqrt{\sigma^2+\varepsilon}}+\beta=\beta,\quad \mu=z,\quad \sigma^2=0",
    source="Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022",
    normalize=normalize,
    senseless=senseless,
    fields=AFFINE,
    scale_free=True,
    rank=35,
)
