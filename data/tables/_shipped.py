"""The tables that scikit-learn ships, read from its files: importing it would take longer than everything else that the app imports."""

from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int


def shipped(name: str, delimiter: str | None = ",", header: int = 0) -> Float[np.ndarray, "n d"]:
    """A file of numbers of sklearn/datasets/data, gzipped or not, without its first `header` lines."""
    path = Path(str(distribution("scikit-learn").locate_file(f"sklearn/datasets/data/{name}")))
    return np.loadtxt(path, delimiter=delimiter, skiprows=header, ndmin=2)


def labeled(name: str, header: int = 0) -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, " n"]]:
    """Features, and the class that stands in the last column."""
    table = shipped(name, header=header)
    return table[:, :-1], table[:, -1].astype(int)
