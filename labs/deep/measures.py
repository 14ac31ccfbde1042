"""What is recorded of a network at one update: losses, accuracies, norms of its gradients and values of its hidden units."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from compute.programs import LEAN, kernel
from labs.deep.rows import DTYPE, Split
from networks.architecture import Architecture, layers
from networks.forward import Scores, Snapshot, forward
from networks.losses import REGRESSION, mean_cost
from surfaces.surface import Rows, Scalar, Theta

PERCENTILES = (15.0, 50.0, 85.0)
OBSERVED = 256  # rows that activations are observed on


class Measures(NamedTuple):
    """Measurements at one update, or at several, stacked along a leading axis."""

    loss: np.ndarray  # of all training rows in train mode: what the gradient is of
    test_mode_loss: np.ndarray  # the same with remembered statistics
    held_out_loss: np.ndarray  # of the rows held out, in test mode
    accuracy: np.ndarray  # the share of training rows whose largest score is the right one, in test mode; of a regression R²
    held_out_accuracy: np.ndarray
    entropy: np.ndarray  # cross-entropy of the training rows in test mode, whatever loss is trained with; of a regression its loss
    held_out_entropy: np.ndarray
    gradient: np.ndarray  # ‖∇L‖
    weight_gradients: np.ndarray  # ‖∂L/∂W‖ by layer, the output last
    bias_gradients: np.ndarray  # ‖∂L/∂b‖ by layer; b is β where a normalization has one
    percentiles: np.ndarray  # of each hidden layer's values, over its units and the first rows, in train mode


def _accuracy(scores: Scores, rows: Rows, loss: str) -> Scalar:
    n = jnp.sum(rows.w)
    if loss != REGRESSION:
        right = rows.w @ (jnp.argmax(scores, axis=0) == rows.y.astype(int)) / n
        return jnp.where(jnp.all(jnp.isfinite(scores)), right, jnp.nan)
    mean = rows.w @ rows.y / n
    return 1 - rows.w @ (scores[0] - rows.y) ** 2 / (rows.w @ (rows.y - mean) ** 2)


def _norms(first: Array, deeper: Array, output: Array) -> Float[Array, " layers"]:
    """Norms by layer: the first hidden layer if there is one, the other hidden layers, the output layer."""
    stacked = jnp.linalg.norm(deeper, axis=tuple(range(1, deeper.ndim)))
    hidden = [jnp.linalg.norm(first)[None], stacked] if first.size else []
    return jnp.concatenate([*hidden, jnp.linalg.norm(output)[None]])


@kernel
def measurer(net: Architecture, loss: str) -> Callable[[Snapshot, Rows], tuple[Array, ...]]:
    """(snapshot of the training rows, held-out rows) -> the parts of Measures, in order; for the percentiles the values "m k r"."""
    common = REGRESSION if loss == REGRESSION else "cross_entropy"

    @partial(jax.jit, compiler_options=LEAN)
    def measured(at: Snapshot, held_out: Rows) -> tuple[Array, ...]:
        numbers, state, rows, theta = at

        def value(theta: Theta) -> tuple[Scalar, Array | None]:
            scores, _, hidden = forward(net, Snapshot(numbers, state, rows, theta), True, keep=OBSERVED)
            return mean_cost(loss, numbers, scores, rows), hidden

        (in_training, hidden), gradient = jax.value_and_grad(value, has_aux=True)(theta)
        assert hidden is not None
        # In test mode no row knows of another: both parts go through the network at once.
        whole = Rows(*(jnp.concatenate(parts, axis=-1) for parts in zip(rows, held_out, strict=True)))
        scores = forward(net, Snapshot(numbers, state, whole, theta), False)[0]
        mine, theirs = jnp.split(scores, [rows.y.size], axis=1)
        part = layers(net, gradient)
        return (
            in_training,
            mean_cost(loss, numbers, mine, rows),
            mean_cost(loss, numbers, theirs, held_out),
            _accuracy(mine, rows, loss),
            _accuracy(theirs, held_out, loss),
            mean_cost(common, numbers, mine, rows),
            mean_cost(common, numbers, theirs, held_out),
            jnp.linalg.norm(gradient),
            _norms(part.first, part.deeper, part.output),
            _norms(part.first_bias, part.deeper_bias, part.output_bias),
            hidden,
        )

    return measured


def measure(net: Architecture, loss: str, at: Snapshot, split: Split) -> Measures:
    """Measure a network at its current parameters."""
    *parts, hidden = jax.device_get(measurer(net, loss)(at, split.test))
    # NumPy's: XLA sorts to find them, which takes ten times as long and a good part of a compilation.
    values = hidden[:, :, : split.n].reshape(net.depth, hidden.shape[1] * min(split.n, hidden.shape[2]))
    with np.errstate(invalid="ignore"):  # of what has left all bounds
        return Measures(*(*parts, np.percentile(values, PERCENTILES, axis=1).T.astype(DTYPE)))
