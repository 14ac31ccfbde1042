"""A program with an engine, at work on what takes a minute; run by test_engine.py, which ends it. It prints whom it has started."""

import contextlib
import sys
import threading
from pathlib import Path

from compute import engine
from compute.workers import Workers
from tests import engine_jobs as jobs


def below(process: int) -> list[int]:
    """All that a process has started, and what that has."""
    children = [int(child) for task in Path(f"/proc/{process}/task").glob("*/children") for child in task.read_text().split()]
    return [*children, *(deeper for child in children for deeper in below(child))]


def main() -> None:
    engine.start(Workers)
    worker = jobs.process()
    threading.Thread(target=lambda: jobs.waits(60.0), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        print(worker, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
