"""The engine of a cluster: a Dask scheduler that runs already, and its workers. Needs requirements-cluster.txt; docs/deploy.md says how.

Dask computes equal requests once, and gives what a lost worker was at to another. A job goes on in turns, and every turn of it goes to
the worker that holds the job. Which worker that is follows from the request alone, so all who ask agree without a word; when a worker
is lost, the jobs that it held, and no others, begin anew elsewhere.
"""

import logging
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, is_dataclass
from hashlib import sha256

from distributed import Client
from distributed.client import FutureCancelledError

from compute.engine import Busy, Request, asker
from compute.forkserver import begin
from compute.workers import LOOK, TRIES

CONNECTING = 10.0  # seconds that a scheduler has to answer when it is first asked
ROLL_CALL = 1.0  # seconds between two looks at which workers there are


def answer(request: Request) -> object:
    """In a worker: the answer, its arrays NumPy's."""
    begin()
    return request.answer()


def scene_of(request: Request) -> object | None:
    """The setup that a request, or the job that it goes on with, is about; None where it is about none, and any worker will do."""
    first = request.subject.arguments[0] if request.subject.arguments else None
    return first if is_dataclass(first) else None if request.subject is request else request.subject


def home(scene: object, workers: tuple[str, ...]) -> str:
    """The worker that holds the carry of a scene: the highest of the hashes of both (rendezvous hashing, Thaler and Ravishankar 1998),
    so that a worker that comes or goes moves its own requests only."""
    return max(workers, key=lambda worker: sha256(f"{worker} {scene!r}".encode()).digest())


@dataclass(frozen=True)
class RollCall:
    """The workers there are, by address, with their number of threads, and when that was asked."""

    threads: dict[str, int]
    asked: float


class Cluster:
    """Computes on the workers of a scheduler, "tcp://host:port". Raises OSError where none answers."""

    def __init__(self, address: str) -> None:
        self._address, self._lock, self._asking = address, threading.Lock(), 0
        self._client = self._connected()
        self._roll_call, self._calling = RollCall({}, -ROLL_CALL), False

    def _connected(self) -> Client:
        return Client(self._address, timeout=CONNECTING, set_as_default=False)

    def close(self) -> None:
        """Let go of the scheduler, which goes on."""
        self._client.close()

    def ask(self, request: Request) -> object:
        """See Engine."""
        with self._lock:
            threads = sum(self._workers().values())
            if not asker().urgent and self._asking >= threads:
                raise Busy
            self._asking += 1
        try:
            return self._ask(request)
        finally:
            with self._lock:
                self._asking -= 1

    def _ask(self, request: Request) -> object:
        """A request whose worker or scheduler is lost is made again, some times."""
        since = 0.0  # a roll that was called before is out of date
        for again in range(TRIES):
            scene = scene_of(request)
            holder = None if scene is None else home(scene, self._present(since))
            # Equal requests have one key, and the scheduler may be about to cancel what had it before: another try has one of its own.
            executor = self._client.get_executor(pure=not again, **({} if holder is None else {"workers": [holder]}))
            future: Future[object] = executor.submit(answer, request)
            try:
                while not wait([future], LOOK).done:
                    asker().waiting()
                    if holder is not None and holder not in self._present():
                        break
                else:
                    return future.result()
            except (CancelledError, FutureCancelledError):
                pass  # the scheduler forgot it
            finally:
                future.cancel()  # or an equal turn would be given this one's answer
            since = time.monotonic()
        raise RuntimeError(f"{request.module}.{request.name} has lost {TRIES} workers of {self._address}: have they memory enough?")

    def _present(self, since: float = 0.0) -> tuple[str, ...]:
        """The addresses of the workers, asked for after `since`. Waits for the first one, as long as whoever asks does."""
        while True:
            with self._lock:
                workers = tuple(self._workers(since))
                known = self._roll_call.asked >= since
            if workers and known:
                return workers
            asker().waiting()
            time.sleep(LOOK)

    def _workers(self, since: float = 0.0) -> dict[str, int]:
        """The workers there are, as of a moment ago: nobody waits for the scheduler to say it again. The lock is held."""
        if self._client.status != "running":
            self._client.close()
            self._client = self._connected()
        if not self._calling and self._roll_call.asked < max(since, time.monotonic() - ROLL_CALL):
            self._calling = True
            threading.Thread(target=self._call_the_roll, args=(self._client,), daemon=True).start()
        return self._roll_call.threads

    def _call_the_roll(self, client: Client) -> None:
        """In a thread of its own."""
        threads, asked = dict[str, int](), time.monotonic()
        try:
            threads = dict(client.nthreads())
        except Exception as error:  # the connection is lost: whoever asks next makes another
            logging.getLogger(__name__).warning("The scheduler %s does not say which workers there are: %s", self._address, error)
        finally:
            with self._lock:
                self._roll_call, self._calling = RollCall(threads, asked), False
