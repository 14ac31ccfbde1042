"""The first visitor of a server that has just been started: how long each page takes from the moment that the server listens to its first
picture, on a host that has compiled nothing before (cold), and on the same host started again (warm).

    python -m benchmarks.first_pictures --pages deep classifier --seconds 60
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.load import spent
from benchmarks.visitor import ask, server, visit

PICTURES = ("error_surface_board", "error_surface_chart")
PAGES = ("", "hidden", "optimizers", "deep", "loss", "stuck", "workbench", "classifier", "masks")


def first_picture(page: str, environment: Mapping[str, str], limit: float) -> tuple[float, float]:
    """Seconds until the first picture is sent, and seconds of processor time that the server and its processes took meanwhile."""
    with server(environment) as (running, port), visit(port) as connection:
        begun, before = time.monotonic(), sum(spent(running.pid))
        ask(connection, page=page)
        while (left := begun + limit - time.monotonic()) > 0:
            raw = connection.recv(left)
            message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            if message.delta.new_element.bidi_component.component_name in PICTURES:
                return time.monotonic() - begun, sum(spent(running.pid)) - before
    return float("inf"), float("nan")


def main() -> None:
    """Print a row for each page."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--pages", nargs="+", default=PAGES)
    arguments.add_argument("--seconds", type=float, default=120.0)
    asked = arguments.parse_args()
    print("| page | cold | CPU s | warm | CPU s |\n" + "| --- " * 5 + "|")
    for page in asked.pages:
        with tempfile.TemporaryDirectory() as cache:
            environment = {"JAX_COMPILATION_CACHE_DIR": os.path.join(cache, "jax")}
            cold, warm = (first_picture(page, environment, asked.seconds) for _ in range(2))
        print(f"| {page or 'scale'} | {cold[0]:.1f} s | {cold[1]:.1f} | {warm[0]:.1f} s | {warm[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
