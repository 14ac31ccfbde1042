"""Memory: of a large grid beside a small one, and of a server that has shown everything."""

import itertools
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.conftest import Row, Table
from benchmarks.visitor import ROOT, ask, boards, server, visit

GRID = """
import os, sys
import numpy as np
from benchmarks.test_grids import Reference
from benchmarks.test_memory import peak
np.asarray(Reference("batch").grid(int(sys.argv[1]))())
print(peak(os.getpid()))
"""


def peak_of_grid(side: int) -> float:
    """MB, of a process that computes one grid of the reference network."""
    done = subprocess.run([sys.executable, "-c", GRID, str(side)], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def test_large_grid(table: Table) -> None:
    small, large = peak_of_grid(100), peak_of_grid(1000)
    table.time(lambda: peak_of_grid(100))
    table.add(Row("reference network, 1000×1000", "100×100", large - small, 200, True, "MB more"))


def structures() -> list[dict[str, str]]:
    """72 experiments of 72 structures: models, losses, places of the bias, planes, activations, formulas."""
    linear = [
        {"surface": "linear", "surface.loss": loss, "surface.bias": bias, "surface.reduce": reduce}
        for loss, bias, reduce in itertools.product(
            ("mean_squared", "mean_absolute", "huber"), ("best", "fixed", "trained", "axis"), ("mean", "sum")
        )
    ]
    logistic = [{"surface": "logistic", "surface.bias": bias} for bias in ("best", "fixed", "trained", "axis")]
    network = [
        {"surface": "network", "surface.plane": plane, "surface.activation": activation, "surface.loss": loss}
        for plane, activation, loss in itertools.product(
            ("output", "hidden"), ("relu", "tanh", "sigmoid", "linear"), ("mean_squared", "mean_absolute", "huber", "cross_entropy")
        )
    ]
    formulas = [{"surface": name} for name in sorted(path.stem for path in (ROOT / "surfaces/textbook").glob("[a-z]*.py"))]
    return [*linear, *logistic, *network, *formulas][:72]


def peak(process: int) -> float:
    """MB: the most that the process ever held."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def test_server(tmp_path: Path, table: Table) -> None:
    """Every page, then 72 structures on the Workbench, each with four optimizers, one visitor after another."""
    visits = [("", ""), ("hidden", ""), ("optimizers", ""), ("workbench", "")]
    visits += [("deep", "resolution=100")]  # which is drawn once the networks are trained; before, a rough picture is
    four = {"o1": "gradient_descent", "o2": "momentum", "o3": "rmsprop", "o4": "adam", "mode": "same", "steps": "300"}
    visits += [("workbench", urlencode(structure | four)) for structure in structures()]
    assert len(structures()) == 72
    with server({"JAX_COMPILATION_CACHE_DIR": str(tmp_path)}) as (running, port):
        for page, query in visits:
            with visit(port) as connection:
                ask(connection, query, page)
                drawn = 0
                for sent in boards(connection):
                    drawn += sent is not None
                    if sent is None and drawn:
                        break
        most = peak(running.pid)
    table.time(lambda: None)
    table.add(Row("server after every page and 72 structures", "Streamlit Cloud's 690 MB", most, 650, True, "MB at most"))
