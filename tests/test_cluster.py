"""The engine of a Dask cluster: a scheduler and two workers on loopback find the same numbers to the bit, and nothing is lost."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import pytest

from compute.cluster import ROLL_CALL, Cluster, home, scene_of
from compute.engine import Busy, Request, interruptible, not_urgent, request
from compute.engines import engine_of
from compute.job import RemoteJob, worked
from compute.workers import Workers
from core.messages import Refusal
from core.settings import pick
from labs.deep.run import begun, draw, drawn, recorded, summary, train
from labs.deep.run import run as deep_run
from tests import engine_jobs as jobs
from tests.engines import SCENES, SMALL, Gone, apart, computing, leaving, the_same_to_the_bit

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Machines:
    """A scheduler with two workers, each a process of its own."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of Dask, as docs/deploy.md has it started."""
    command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def address_in(file: Path) -> str:
    """Where the scheduler that writes this file listens."""
    while not file.exists() or not file.read_text():
        time.sleep(0.05)
    return str(json.loads(file.read_text())["address"])


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    file = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    scheduler = started("scheduler", "--port", "0", "--scheduler-file", str(file))
    address = address_in(file)
    workers = [started("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    yield Machines(address, workers)
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def cluster(machines: Machines) -> Iterator[Cluster]:
    made = Cluster(machines.address)
    yield made
    made.close()


@pytest.fixture
def elsewhere(cluster: Cluster) -> Iterator[None]:
    with computing(cluster):
        yield


@pytest.mark.parametrize("scene", SCENES)
def test_a_cluster_finds_the_same_numbers_to_the_bit(scene: str, elsewhere: None) -> None:
    the_same_to_the_bit(SCENES[scene])


def test_arrays_come_back_as_numpys(elsewhere: None) -> None:
    there = SCENES["a plane"]()
    assert not any(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(there))


def test_a_refusal_and_an_error_come_back(elsewhere: None) -> None:
    with pytest.raises(Refusal, match="Hessian"):
        deep_run(replace(SMALL, depth=2, width=128, optimizer=pick("newton")))
    with pytest.raises(ValueError, match="no such thing"):
        jobs.fails("no such thing")


def test_equal_requests_are_computed_once(elsewhere: None, tmp_path: Path) -> None:
    file = str(tmp_path / "calls")
    with ThreadPoolExecutor(10) as people:
        counts = list(people.map(lambda _: apart(lambda: jobs.counted(file))(), range(10)))
    assert counts == [1] * 10


def test_a_home_moves_only_with_its_worker() -> None:
    requests = [Request("labs.deep.run", "trained", (seed,)) for seed in range(300)]
    three = {request: home(request, ("tcp://a:1", "tcp://b:1", "tcp://c:1")) for request in requests}
    for worker in ("tcp://a:1", "tcp://b:1", "tcp://c:1"):
        assert 60 < list(three.values()).count(worker) < 140, "each has its share of 300"
        left = tuple(sorted(set(three.values()) - {worker}))
        for asked in requests:
            assert three[asked] in (worker, home(asked, left))


def test_all_that_is_asked_of_a_scene_has_one_home() -> None:
    """Else a turn of a training would begin it anew at another worker, and what is drawn of it would be of its first record."""
    asked = [
        *(
            request(function, (SMALL, patience), {})
            for function, patience in ((begun, 0.0), (train, 0.25), (summary, 0.0), (deep_run, 1.0))
        ),
        *(request(function, (SMALL, *more), {}) for function, more in ((recorded, ()), (draw, ((1, 1), 0.25)), (drawn, ((1, 1),)))),
    ]
    assert {scene_of(one) for one in asked} == {SMALL}
    job = request(jobs.places, (40,), {})
    assert scene_of(request(worked, (job, 0.25), {})) == scene_of(request(worked, (job, 0.05), {})) == job
    assert scene_of(request(jobs.process, (), {})) is None, "which any worker answers"


def test_a_job_stays_with_its_worker(elsewhere: None) -> None:
    several = [jobs.places(steps) for steps in (12, 13, 14, 15)]
    assert all(isinstance(job, RemoteJob) for job in several)
    while not all(job.finished for job in several):
        for job in several:
            job.work(time.monotonic() + 0.1)
    for job, steps in zip(several, (12, 13, 14, 15), strict=True):
        assert len(job.result) == steps
        assert len(set(job.result)) == 1


def test_who_leaves_is_free_at_once(elsewhere: None) -> None:
    def impatient() -> None:
        interruptible(leaving(0.2))
        with pytest.raises(Gone):
            jobs.waits(2.0, "left")

    begun = time.monotonic()
    copy_context().run(impatient)
    assert time.monotonic() - begun < 1.9, "who left did not wait for the end"


def test_what_is_not_urgent_gives_way(cluster: Cluster, elsewhere: None) -> None:
    waiting = [threading.Thread(target=apart(lambda name=name: jobs.waits(2.5, name))) for name in ("one", "two")]  # type: ignore[misc]
    for thread in waiting:
        thread.start()
    time.sleep(0.5)
    with not_urgent(), pytest.raises(Busy):
        jobs.process()
    for thread in waiting:
        thread.join()
    with not_urgent():
        assert jobs.process() != os.getpid()


def test_nobody_waits_for_the_scheduler_to_say_which_workers_there_are(
    cluster: Cluster, elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.process()
    silent = threading.Event()
    monkeypatch.setattr(cluster._client, "nthreads", lambda: silent.wait(60) and {})
    time.sleep(ROLL_CALL)
    begun = time.monotonic()
    assert jobs.counted(str(Path(os.devnull)), 0.0) == 0
    assert time.monotonic() - begun < 10
    monkeypatch.undo()
    silent.set()


def test_where_no_scheduler_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.cluster.CONNECTING", 0.5)
    with pytest.raises(OSError, match=r"tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")


def test_a_worker_is_killed_in_the_middle_and_nothing_is_lost(machines: Machines, elsewhere: None) -> None:
    """The last test: one worker is left after it."""
    job = jobs.places(40)
    job.work(time.monotonic() + 0.5)
    assert job.begun
    assert not job.finished
    holder = job.result[0]
    with ThreadPoolExecutor(8) as people:
        answers = [people.submit(apart(lambda name=f"{i}": jobs.waits(0.3, name))) for i in range(8)]  # type: ignore[misc]
        next(worker for worker in machines.workers if worker.pid == holder).kill()
        assert [answer.result() for answer in answers] == [f"{i}" for i in range(8)]
    assert len(job.finish()) == 40
    assert holder not in job.result, "it began anew at the other worker"
    the_same_to_the_bit(SCENES["a plane"])


@pytest.mark.parametrize("setting", ["", "worker", "127.0.0.1:8786", "http://127.0.0.1:8786"])
def test_an_engine_that_there_is_not_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match="none, workers, or the address of a Dask scheduler"):
        engine_of(setting)


def test_the_engine_of_a_setting(machines: Machines) -> None:
    assert engine_of("none") is None
    assert engine_of("workers") is Workers
    make = engine_of(machines.address)
    assert make is not None
    made = make()
    assert isinstance(made, Cluster)
    made.close()
