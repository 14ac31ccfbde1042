"""Memory: of a large grid beside a small one, and of a server that has shown everything."""

import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.conftest import Row, Table
from benchmarks.load import proportional_set
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


class Watch(threading.Thread):
    """Looks at the memory of a program and all its processes, ten times a second, until it is closed."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._closed = process, threading.Event()
        self.most = 0.0  # MB

    def run(self) -> None:
        while not self._closed.wait(0.1):
            self.most = max(self.most, proportional_set(self._process))

    def close(self) -> None:
        self._closed.set()
        self.join()


def draw(port: int, page: str, query: str) -> None:
    """A visitor who leaves once the picture is there; that of a deep network with 100 points a side is when it is trained."""
    with visit(port) as connection:
        ask(connection, query, page)
        drawn = 0
        for sent in boards(connection):
            drawn += sent is not None
            if sent is None and drawn:
                return


def test_server(tmp_path: Path, table: Table) -> None:
    """Nothing is compiled before. A page, two dear ones, 72 structures of four optimizers each, 6 + 6 networks, and 100 changes."""
    four = {"o1": "gradient_descent", "o2": "momentum", "o3": "rmsprop", "o4": "adam", "mode": "same", "steps": "300"}
    visits = [("stuck", ""), ("deep", "resolution=100")]
    visits += [("workbench", urlencode(structure | four)) for structure in structures()]
    visits += [("deep", f"resolution=100&depth={depth}&width={4 * depth}") for depth in (1, 2, 3, 4, 6, 8)]
    visits += [("classifier", f"resolution=100&depth={depth}") for depth in (0, 1, 2, 3, 4, 6)]
    visits += [("", f"scale2={3 + i}") for i in range(100)]
    assert len(structures()) == 72
    with server({"JAX_COMPILATION_CACHE_DIR": str(tmp_path)}) as (running, port):
        watch = Watch(running.pid)
        watch.start()
        draw(port, "", "")
        first = watch.most
        for page, query in visits:
            draw(port, page, query)
        watch.close()
        time.sleep(60)
        rested = proportional_set(running.pid)
    table.time(lambda: None)
    table.add(Row("all processes, first page", "a bound of 350 MB", first, 350, True, "MB at most"))
    table.add(Row("all processes, 12 networks, 72 structures, 100 changes", "a bound of 600 MB", watch.most, 600, True, "MB at most"))
    table.add(Row("all processes, a minute later", "a bound of 400 MB", rested, 400, True, "MB"))
