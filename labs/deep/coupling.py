"""Coupling through batch statistics: when one sample of a batch changes, so do the outputs of all the others."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from compute.engine import door
from labs.deep.objective import scores_of
from labs.deep.training import first_records, snapshot
from labs.deep.training_setup import TrainingSetup
from surfaces.surface import Rows

BATCH = 16  # rows in the batch that is looked at


@door
def moved(setup: TrainingSetup, index: int, shift: float) -> Float[np.ndarray, " n"]:
    """How far each row's scores move, ‖Δŷ‖, when `shift` is added to the first feature of the first row: of the first training rows in
    train mode, with the parameters of a record."""
    rows = setup.split.train
    few = Rows(rows.x[:, :BATCH], rows.y[:BATCH], rows.w[:BATCH])
    pushed = few._replace(x=jnp.asarray(few.x).at[0, 0].add(jnp.asarray(shift, few.x.dtype)))
    at = snapshot(setup, first_records(setup, index + 1), index)
    before, after = (scores_of(setup.net, True)(at._replace(rows=part)) for part in (few, pushed))
    return np.asarray(jnp.linalg.norm(after - before, axis=0), np.float64)[: int(few.w.sum())]
