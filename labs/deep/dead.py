"""Dead units: the slope of their activation is 0 on every row, so no gradient passes them; and dead networks, where none is left.

A whole layer of dead units gives every row the same values: no weight below it has a gradient. Where all weights and biases but the
output's bias have none, descent moves that bias alone, for ever.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from compute.programs import kernel
from labs.deep.objective import Objective
from labs.deep.training import snapshot, trained
from labs.deep.training_setup import TrainingSetup
from networks.architecture import layers
from networks.forward import Snapshot, unit_slopes


@kernel
def _dead(objective: Objective) -> Callable[[Snapshot], tuple[Bool[Array, "m k"], Bool[Array, ""]]]:
    """(snapshot) -> which hidden units are dead; whether every gradient but that of the output's bias is 0."""

    @jax.jit
    def dead(at: Snapshot) -> tuple[Bool[Array, "m k"], Bool[Array, ""]]:
        slopes = unit_slopes(objective.net, at, objective.train)
        parts = layers(objective.net, jax.grad(objective.of_theta(at))(at.theta))
        others = jnp.concatenate([part.ravel() for part in parts._replace(output_bias=jnp.zeros(0))])
        return jnp.all((slopes == 0) | (at.rows.w == 0), axis=-1), jnp.all(others == 0)

    return dead


def dead_units(setup: TrainingSetup, index: int) -> Bool[np.ndarray, "m k"]:
    """Which units of the m hidden layers are dead at a record of the whole training."""
    return np.asarray(_dead(setup.trained_objective)(snapshot(setup, trained(setup).finish(), index))[0])


def dead_shares(setup: TrainingSetup, index: int) -> tuple[float, ...]:
    """The share of dead units in each hidden layer, of a network that is dead at this record; else nothing."""
    record = trained(setup).finish()
    weights, biases = record.measured.weight_gradients[index], record.measured.bias_gradients[index]
    if not setup.net.depth or (not setup.frozen and (weights.any() or biases[:-1].any())):
        return ()
    units, others = _dead(setup.trained_objective)(snapshot(setup, record, index))
    shares = np.asarray(units).mean(axis=1)
    return tuple(float(share) for share in shares) if bool(others) and shares.max() == 1 else ()
