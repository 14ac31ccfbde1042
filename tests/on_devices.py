"""A program for test_devices.py: grids and a rate sweep on all devices that there are, written into a file.

python -m tests.on_devices FILE scene,scene,… [process, processes, port]
"""

import sys
from dataclasses import replace

from compute import backend  # noqa: F401  isort: skip  (sets up JAX before it is used)
import jax
import numpy as np

from core.settings import pick
from labs.plane.run import run
from labs.plane.setup import Experiment, Panel

LINEAR = Experiment(optimizers=(pick("adam"),), steps=3000, resolution=50)  # Adam's best rate comes from a sweep over all devices
SCENES = {
    "linear": LINEAR,
    "logistic": replace(LINEAR, surface=pick("logistic"), optimizers=(pick("gradient_descent"),)),
    "network": Experiment(
        surface=pick("network", plane="hidden", activation="tanh"),
        panels=(Panel(pick("standardize"), pick("batch")),),
        optimizers=(pick("gradient_descent", rate=0.1),),
        mode="same",
        steps=200,
        resolution=50,
    ),
}


def main(file: str, names: str, *joined: str) -> None:
    if joined:
        process, processes, port = (int(part) for part in joined)
        jax.distributed.initialize(f"127.0.0.1:{port}", processes, process)
    found: dict[str, np.ndarray] = {"devices": np.array([jax.device_count(), jax.local_device_count()])}
    for name in names.split(","):
        for number, panel in enumerate(run(SCENES[name]).panels):
            found[f"{name} {number} grid"] = panel.grid
            found[f"{name} {number} path"] = panel.walks[0].points.path
            found[f"{name} {number} rate"] = np.array(panel.walks[0].rated.rate)
    np.savez(file, **found)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
