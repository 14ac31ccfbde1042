"""The lectures' Pokémon: combat power (CP) of ten Pokémon before and after they evolve."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from core.messages import N_
from data.dataset import Column, DataSet

BEFORE = np.array([338.0, 333.0, 328.0, 207.0, 226.0, 25.0, 179.0, 60.0, 208.0, 606.0])
AFTER = np.array([640.0, 633.0, 619.0, 393.0, 428.0, 27.0, 193.0, 66.0, 226.0, 1591.0])


def load() -> Mapping[str, Float[np.ndarray, " n"]]:
    return {"CP before": BEFORE.copy(), "CP before²": BEFORE**2, "CP after": AFTER.copy()}


POKEMON = DataSet(
    label=N_("Pokémon"),
    source="Hung-yi Lee, Machine Learning, regression and gradient descent demo",
    columns=(Column("CP before"), Column("CP before²"), Column("CP after")),
    x1="CP before",
    x2="CP before²",
    target="CP after",
    load=load,
    rank=20,
)
