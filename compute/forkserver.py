"""Worker processes, forked from one that has imported everything and set up nothing, so that they share its memory.

The fork server is a fresh interpreter with one thread: forking it is safe, whatever the process that asks is doing. A worker takes a
request, answers it, and takes the next. It ends when its connection is closed, whatever it is at: so none outlives its server, however
that ended. Linux only; `available` says so elsewhere.
"""

import contextlib
import copyreg
import functools
import gc
import importlib
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from compute.engine import Request

PRELOADED = ("labs.plane.run", "labs.deep.run", "labs.deep.follow_up", "verdict.plane", "verdict.deep", "labs.masks.run", "optax")
BOUND = 190 * 2**20  # bytes at which a worker forgets its compiled programs
MOST = 280 * 2**20  # the same while those who are at work need them again and again
LULL = 20.0  # seconds without a request after which it does so, too
MEMO = "32"  # MB of answers that a worker keeps, beside those that the process which asks keeps


class Answered(NamedTuple):
    """What a worker sends back."""

    value: object  # of the function
    error: Exception | None  # what it raised instead
    job_under_way: bool = False  # in this worker: it would begin anew in another


class Lost(Exception):
    """The worker process is no more."""


def available() -> bool:
    """Whether this system can fork a process and hand a connection over to it."""
    return sys.platform == "linux" and hasattr(socket, "send_fds") and hasattr(os, "pidfd_open")


# ---- In the process that asks


class _Server:
    """The fork server of this process, started when the first worker is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def fork(self, nice: int) -> Connection:
        """The connection to a new worker of this niceness. Another fork server is started where the last one has been ended."""
        here, there = socket.socketpair()
        with self._lock, there:
            try:
                socket.send_fds(self._running(), [bytes([nice])], [there.fileno()])
            except OSError:
                self._control = None
                socket.send_fds(self._running(), [bytes([nice])], [there.fileno()])
        return Connection(here.detach())

    def _running(self) -> socket.socket:
        if self._control is None:
            self._control, there = socket.socketpair()
            with there:
                path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
                self._process = subprocess.Popen(
                    [sys.executable, "-c", f"from compute.forkserver import main; main({there.fileno()})"],
                    env={"ERROR_SURFACE_MEMO_MB": MEMO} | os.environ | {"PYTHONPATH": path},
                    stdin=subprocess.DEVNULL,
                    pass_fds=[there.fileno()],
                )
        return self._control


@functools.cache
def _server() -> _Server:
    return _Server()


class Process:
    """One worker."""

    def __init__(self, nice: int = 0) -> None:
        """nice: how far it steps back behind other processes where all cores are busy, 0 to 19."""
        self._connection = _server().fork(nice)
        self._lock = threading.Lock()
        self._handle: int | None = None  # names this process and, unlike its number, never another that comes after it
        self.pid: int | None = None  # as soon as it has said so

    def _meet(self) -> None:
        """The first thing that a worker says is who it is."""
        with socket.socket(fileno=os.dup(self._connection.fileno())) as shared:
            number, handles, _, _ = socket.recv_fds(shared, 8, 1)
        if not handles:
            raise EOFError
        with self._lock:
            self._handle, self.pid = handles[0], int.from_bytes(number, "little")

    def ask(self, request: Request) -> Answered:
        """Its answer. Raises Lost where it has ended, or is ended meanwhile. One thread at a time may ask."""
        try:
            if self.pid is None:
                self._meet()
            self._connection.send_bytes(pickle.dumps(request))
            return self._connection.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise Lost from error

    def end(self) -> None:
        """End it now, whatever it is doing."""
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as shared:
            shared.shutdown(socket.SHUT_RDWR)  # whoever waits for its answer wakes up; it ends itself
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)


# ---- In the fork server


def main(control_number: int) -> None:
    """Forks a worker for every connection that comes, until the process that asks has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; these end with the one that asks
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a worker's exit status
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)  # the threads are OpenBLAS's, which knows
    for module in PRELOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a worker would write into every object, and so copy the memory that it shares
    with socket.socket(fileno=control_number) as control:
        while True:
            nice, connections, _, _ = socket.recv_fds(control, 1, 1)
            if not connections:
                return
            if os.fork() == 0:
                control.close()
                os.nice(nice[0])
                try:
                    _work(Connection(connections[0]))
                finally:
                    os._exit(0)  # never on to what the fork server does at its end
            os.close(connections[0])


# ---- In a worker


def _as_numpy(array: object) -> tuple[object, ...]:
    import numpy as np

    return np.asarray, (np.asarray(array),)


def begin() -> None:
    """Before anything else in a process that answers requests: arrays of JAX leave it as NumPy's."""
    import jax

    from compute import backend  # noqa: F401  (sets up JAX before it is used)

    copyreg.pickle(type(jax.numpy.zeros(())), _as_numpy)  # type: ignore[arg-type]  # what comes out is of another type


def _introduce(connection: Connection) -> None:
    """Says which process this is: by its number, and by a handle that ends no other."""
    handle = os.pidfd_open(os.getpid())
    with socket.socket(fileno=os.dup(connection.fileno())) as shared:
        socket.send_fds(shared, [os.getpid().to_bytes(8, "little")], [handle])
    os.close(handle)


def _work(connection: Connection) -> None:
    from compute import programs

    programs.bound(BOUND, MOST)
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                requests.put(pickle.loads(connection.recv_bytes()))
        os._exit(0)

    _introduce(connection)
    threading.Thread(target=listen, daemon=True).start()
    begin()
    while True:
        try:
            request = requests.get(timeout=LULL)
        except queue.Empty:
            programs.forget()
            programs.bound(BOUND, MOST)
            request = requests.get()
        connection.send_bytes(_answered(request))
        programs.keep_within_bound()


def _readable(error: Exception) -> Exception:
    """The error, or one that says the same where it would not come out of its pickle again."""
    where = f"In a worker process:\n{traceback.format_exc()}"
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error


def _answered(request: Request) -> bytes:
    from compute.job import job_under_way

    try:
        answered = Answered(request.answer(), None, job_under_way())
    except Exception as error:
        answered = Answered(None, _readable(error), job_under_way())
    try:
        return pickle.dumps(answered)
    except Exception as error:
        return pickle.dumps(Answered(None, RuntimeError(f"{request.module}.{request.name}: {error}")))
