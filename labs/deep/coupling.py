"""Batch statistics make one large network of a batch: move one sample, and the outputs of all the others move."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from labs.deep.kernels import scorer
from labs.deep.training import Record, Trial
from surfaces.surface import Rows

BATCH = 16  # rows in the batch that is looked at


def moved(trial: Trial, record: Record, at: int, shift: float) -> Float[np.ndarray, " n"]:
    """How far each row's scores move, ‖Δŷ‖, when `shift` is added to the first feature of the first row: of the first training rows in
    train mode, with the parameters of record `at`."""
    rows = trial.split.train
    few = Rows(rows.x[:, :BATCH], rows.y[:BATCH], rows.w[:BATCH])
    pushed = few._replace(x=few.x.at[0, 0].add(jnp.asarray(shift, few.x.dtype)))
    state, theta = tuple(jnp.asarray(part[at]) for part in record.state), jnp.asarray(record.theta[at])
    before, after = (scorer(trial.net)(trial.numbers, theta, state, part) for part in (few, pushed))
    return np.asarray(jnp.linalg.norm(after - before, axis=0), np.float64)[: int(few.w.sum())]
