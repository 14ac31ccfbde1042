"""From the start of the server to the first contour that it sends, beside importing what it is made of."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.conftest import Row, Table
from benchmarks.visitor import ask, boards, server, visit

ROUNDS = 5


def imports() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import jax, streamlit, plotly"], check=True)
    return time.perf_counter() - begun


def first_contour(environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    with server(environment) as (_, port), visit(port) as connection:
        ask(connection)
        next(sent for sent in boards(connection) if sent is not None)
        return time.perf_counter() - begun


def test_first_contour(tmp_path: Path, table: Table) -> None:
    """A new compilation cache each time, and then the same one again."""
    importing, cold, warm = [], [], []
    for turn in range(ROUNDS):
        environment = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / str(turn))}
        importing.append(imports())
        cold.append(first_contour(environment))
        warm.append(first_contour(environment))
    table.time(lambda: first_contour(environment))
    table.add(Row("first contour sent, nothing compiled", "importing jax, streamlit, plotly", min(cold) / min(importing), 3.0, True))
    table.add(Row("first contour sent, compilation cache warm", "importing jax, streamlit, plotly", min(warm) / min(importing), 1.5, True))
