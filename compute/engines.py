"""The engines there are, by what the environment variable ERROR_SURFACE_ENGINE says. docs/deploy.md says which one is for whom."""

import logging
from collections.abc import Callable

from compute import forkserver
from compute.engine import Engine


def engine_of(setting: str) -> Callable[[], Engine] | None:
    """What makes the engine of a setting; None where this process is to compute by itself.

    "none"; "workers" for worker processes on this machine, which is none where the system cannot fork them; "tcp://host:port" for the
    workers of a Dask scheduler. Raises ValueError for anything else.
    """
    if setting == "none":
        return None
    if setting == "workers":
        if not forkserver.available():
            logging.getLogger(__name__).warning("This system cannot fork worker processes: the process of the pages computes.")
            return None
        from compute.workers import Workers

        return Workers
    if setting.startswith(("tcp://", "tls://")):
        from compute.cluster import Cluster

        return lambda: Cluster(setting)
    raise ValueError(f"ERROR_SURFACE_ENGINE is {setting!r}; it can be none, workers, or the address of a Dask scheduler: tcp://host:port")
