"""The same numbers on one device, on eight, and in two processes that jax.distributed has joined.

Every program is compiled again for each number of devices: the linear model, whose best rate is swept over all of them, stands for all.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


def program(file: Path, scenes: str, devices: int, *joined: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.on_devices", str(file), scenes, *map(str, joined)],
        cwd=ROOT,
        env=os.environ | {"JAX_NUM_CPU_DEVICES": str(devices)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def read(running: subprocess.Popen[str], file: Path) -> Mapping[str, np.ndarray]:
    said, _ = running.communicate(timeout=240)
    assert running.returncode == 0, said
    return dict(np.load(file))


@pytest.fixture(scope="module", params=["linear", pytest.param("logistic,network", marks=pytest.mark.long)])
def scenes(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def alone(scenes: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, np.ndarray]:
    file = tmp_path_factory.mktemp("alone") / "found.npz"
    found = read(program(file, scenes, 1), file)
    assert found["devices"].tolist() == [1, 1]
    return found


def same(found: Mapping[str, np.ndarray], alone: Mapping[str, np.ndarray]) -> None:
    assert found.keys() == alone.keys()
    for name in found.keys() - {"devices"}:
        np.testing.assert_allclose(found[name], alone[name], rtol=1e-12, atol=1e-12 * float(np.abs(alone[name]).max()), err_msg=name)


def test_eight_devices(scenes: str, alone: Mapping[str, np.ndarray], tmp_path: Path) -> None:
    found = read(program(tmp_path / "found.npz", scenes, 8), tmp_path / "found.npz")
    assert found["devices"].tolist() == [8, 8]
    same(found, alone)


def test_two_processes(scenes: str, alone: Mapping[str, np.ndarray], tmp_path: Path) -> None:
    """Each has four devices, sees all eight, and ends with the whole grid."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = [tmp_path / f"{process}.npz" for process in range(2)]
    running = [program(file, scenes, 4, process, 2, port) for process, file in enumerate(files)]
    try:
        for one, file in zip(running, files, strict=True):
            found = read(one, file)
            assert found["devices"].tolist() == [8, 4]
            same(found, alone)
    finally:
        for one in running:
            one.kill()
