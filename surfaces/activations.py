"""What a hidden unit does with its pre-activation, by the name in the menu."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Units = Float[Array, "k n"]

ACTIVATIONS: Mapping[str, Callable[[Units], Units]] = MappingProxyType(
    {
        "relu": jax.nn.relu,
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
        "linear": lambda z: z,
        "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    }
)
