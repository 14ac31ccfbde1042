"""Opens pages in a process whose JAX is not to be used, nor pandas; run by test_engine.py, a process of its own."""

import json
import sys
from typing import NoReturn

from jax._src import xla_bridge

from compute import engine
from compute.workers import Workers
from tests import pages

TABLES = {"pandas", "pyarrow"}  # some 45 MB of memory


def _never(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the page's process computes")


def main() -> None:
    """The addresses are JSON on the standard input: [page, query, session state] each."""
    engine.start(Workers)
    for name in ("backends", "get_backend", "local_devices", "devices"):
        setattr(xla_bridge, name, _never)
    for page, query, state in json.load(sys.stdin):
        pages.opened(page, query, **state)
        if tables := TABLES & sys.modules.keys():
            raise AssertionError(f"{page} {query} has imported {tables}")
        print(page, query, state, "opened", flush=True)


if __name__ == "__main__":
    main()
