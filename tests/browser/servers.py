"""Streamlit servers that several processes share: the first that asks for one starts it, the last that used them stops them."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]


class Server(NamedTuple):
    address: str  # without a slash at its end
    process: int


def answers(address: str) -> bool:
    """Whether a server is ready there."""
    with (
        contextlib.suppress(URLError, ConnectionError, TimeoutError),
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer,
    ):
        return bool(answer.status == 200)
    return False


def runs(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


# The server is no child of the process that started it: it outlives that one, and any may end it.
_DETACHED = 'exec "$@" >"$0" 2>&1 & echo $!'


def start(script: str | Path, log: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Server:
    """Runs the script (relative to the repository) and waits until it answers. What the server writes goes into `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none")
    command = (sys.executable, "-m", "streamlit", "run", str(ROOT / script), *options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment}
    shell = ("/bin/sh", "-c", _DETACHED, str(log), *command)
    process = int(subprocess.run(shell, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout)
    prefix = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    server = Server(f"http://127.0.0.1:{port}" + (f"/{prefix}" if prefix else ""), process)
    deadline = time.monotonic() + 60
    while not answers(server.address):
        if not runs(process) or time.monotonic() > deadline:
            stop(server)
            raise RuntimeError(f"{script} did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)
    return server


def stop(server: Server) -> None:
    """Ends it, politely first."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.process, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while runs(server.process) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(server.process, signal.SIGKILL)


class Servers:
    """The servers that run for all processes that were given the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.list = folder, folder / "servers.json"
        self.users = (folder / "users.lock").open("w")  # locked, shared, by every process that uses a server

    @contextlib.contextmanager
    def _alone(self) -> Iterator[dict[str, Server]]:
        """One process at a time reads and changes which servers run. The key is what was asked for."""
        with (self.folder / "servers.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            running = {key: Server(*server) for key, server in json.loads(self.list.read_text()).items()} if self.list.exists() else {}
            yield running
            self.list.write_text(json.dumps(running))

    def address(self, script: str | Path, **environment: str) -> str:
        """Where the script is served. Keywords are added to the environment of its server."""
        key = json.dumps([str(script), sorted(environment.items())])
        with self._alone() as running:
            fcntl.flock(self.users, fcntl.LOCK_SH)
            if key not in running:
                running[key] = start(script, self.folder / f"server_{len(running)}.txt", environment)
            return running[key].address

    def close(self) -> None:
        """Stops the servers, unless another process still uses one. A process that crashed uses none any more."""
        with self._alone() as running:
            fcntl.flock(self.users, fcntl.LOCK_UN)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for server in running.values():
                    stop(server)
                running.clear()
        self.users.close()
