"""The engine of worker processes: the same numbers to the bit, people in turns, nothing lost; the page's process computes nothing."""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path

import pytest

from compute import engine, programs
from compute.engine import Busy, interruptible, not_urgent
from compute.engines import engine_of
from compute.forkserver import Lost, Process
from compute.job import RemoteJob, State, Step
from compute.workers import LULL, Limits, Worker, Workers
from core.messages import Refusal
from core.settings import pick
from labs.deep.run import run as deep_run
from tests import engine_jobs as jobs
from tests.engine_host import below
from tests.engines import SCENES, SMALL, Gone, apart, computing, leaving, the_same_to_the_bit

ROOT = Path(__file__).resolve().parents[1]
MB = 2**20


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers()


@pytest.fixture
def elsewhere(workers: Workers) -> Iterator[None]:
    with computing(workers):
        yield


@pytest.mark.parametrize("scene", SCENES)
def test_a_worker_finds_the_same_numbers_to_the_bit(scene: str, elsewhere: None) -> None:
    the_same_to_the_bit(SCENES[scene])


def test_a_refusal_comes_back_with_its_reason(elsewhere: None) -> None:
    with pytest.raises(Refusal) as refused:
        deep_run(replace(SMALL, depth=2, width=128, optimizer=pick("newton")))
    assert "Hessian" in str(refused.value)
    assert refused.value.reason.english


def test_what_a_worker_raises_is_raised(elsewhere: None) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        jobs.fails("no such thing")
    assert jobs.process() != os.getpid()


def test_a_job_goes_on_in_the_worker_from_turn_to_turn(elsewhere: None) -> None:
    counting = jobs.counts(40)
    assert isinstance(counting, RemoteJob)
    assert not counting.begun
    counting.advance()
    assert counting.result == [0]
    counting.work(time.monotonic() + 0.5)
    assert 1 < len(counting.result) < 40
    assert counting.result == list(range(len(counting.result)))
    assert counting.finish() == list(range(40))
    assert counting.finished
    assert jobs.counts(40) is counting, "and nothing is asked for again"


def test_equal_requests_are_computed_once(elsewhere: None, tmp_path: Path) -> None:
    file = str(tmp_path / "calls")
    with ThreadPoolExecutor(30) as class_of_thirty:
        counts = list(class_of_thirty.map(lambda _: apart(lambda: jobs.counted(file))(), range(30)))
    assert counts == [1] * 30


def test_who_leaves_is_free_at_once_and_what_was_not_begun_is_not_computed(elsewhere: None, tmp_path: Path) -> None:
    file = str(tmp_path / "calls")

    def impatient() -> None:
        interruptible(leaving(0.2))
        with pytest.raises(Gone):
            jobs.counted(file)

    first = threading.Thread(target=apart(lambda: jobs.waits(3.0, "first")))
    second = threading.Thread(target=apart(lambda: jobs.waits(0.0, "second")))
    first.start()
    time.sleep(0.3)
    second.start()
    time.sleep(0.1)
    copy_context().run(impatient)
    assert first.is_alive(), "who left did not wait for the work before"
    first.join()
    second.join()
    jobs.process()
    assert not os.path.exists(file)


def test_what_does_not_listen_is_ended_and_others_lose_nothing() -> None:
    worker = Worker(Limits(size=10**12, idle=60.0, patience=0.3))
    one = worker.ask(engine.Request("tests.engine_jobs", "process"))

    def impatient() -> None:
        interruptible(leaving(0.1))
        with pytest.raises(Gone):
            worker.ask(engine.Request("tests.engine_jobs", "waits", (60.0,)))

    left = threading.Thread(target=apart(impatient))
    left.start()
    time.sleep(0.05)
    another = worker.ask(engine.Request("tests.engine_jobs", "process"))
    left.join()
    assert another != one


def test_who_comes_back_in_time_gets_the_same_work(tmp_path: Path) -> None:
    """As a page does that is run again while its first network is compiled."""
    worker, file = Worker(Limits(size=10**12, idle=60.0, patience=0.4)), str(tmp_path / "calls")
    worker.ask(engine.Request("tests.engine_jobs", "process"))

    def impatient() -> None:
        interruptible(leaving(0.1))
        with pytest.raises(Gone):
            worker.ask(engine.Request("tests.engine_jobs", "counted", (file, 1.5)))

    copy_context().run(impatient)
    assert worker.ask(engine.Request("tests.engine_jobs", "counted", (file, 1.5))) == 1


def test_who_comes_back_keeps_the_place_in_the_queue() -> None:
    """A page that waits long ends its run again and again, to hear what its person does."""
    worker, order = Worker(Limits(size=10**12, idle=60.0, patience=60.0)), list[str]()
    worker.ask(engine.Request("tests.engine_jobs", "process"))

    def asks(name: str, again: bool) -> None:
        request = engine.Request("tests.engine_jobs", "waits", (0.1, name))
        if again:
            interruptible(leaving(0.1))
            with pytest.raises(Gone):
                worker.ask(request)
            interruptible(lambda: None)
            time.sleep(0.3)
        order.append(str(worker.ask(request)))

    worker_is_busy = threading.Thread(target=apart(lambda: worker.ask(engine.Request("tests.engine_jobs", "waits", (1.5, "")))))
    worker_is_busy.start()
    time.sleep(0.1)
    people = [threading.Thread(target=apart(lambda name=name: asks(name, name == "first"))) for name in ("first", "second", "third")]  # type: ignore[misc]
    for person in people:
        person.start()
        time.sleep(0.1)
    for person in (worker_is_busy, *people):
        person.join()
    assert order == ["first", "second", "third"]


def test_who_comes_is_answered_before_those_go_on_who_have_had_their_time() -> None:
    """A first picture does not wait for a turn of everybody's training."""
    worker, order = Worker(Limits(size=10**12, idle=60.0, patience=60.0, credit=3.0, counted=1.0)), list[str]()

    def asks(person: str, seconds: float) -> None:
        engine.asking_for(person)
        order.append(str(worker.ask(engine.Request("tests.engine_jobs", "waits", (seconds, person)))))

    for person in ("trains", "trains too"):
        apart(lambda person=person: asks(person, 0.05))()  # type: ignore[misc]
    queue = (("trains", 0.8), ("trains too", 0.1), ("comes", 0.1))
    people = [threading.Thread(target=apart(lambda who=who: asks(*who))) for who in queue]  # type: ignore[misc]
    for thread in people:
        thread.start()
        time.sleep(0.1)
    for thread in people:
        thread.join()
    assert order[2:] == ["trains", "comes", "trains too"]


def test_who_waits_for_others_is_told_how_long_the_work_took(tmp_path: Path) -> None:
    worker, spent = Worker(Limits(size=10**12, idle=60.0, patience=60.0)), list[float]()
    worker.ask(engine.Request("tests.engine_jobs", "process"))

    def asks() -> None:
        with engine.noting_work(spent.append):
            worker.ask(engine.Request("tests.engine_jobs", "counted", (str(tmp_path / "calls"), 0.0)))

    others = threading.Thread(target=apart(lambda: worker.ask(engine.Request("tests.engine_jobs", "waits", (2.0,)))))
    others.start()
    time.sleep(0.2)
    begun = time.monotonic()
    apart(asks)()
    assert spent[0] < 0.5 * (time.monotonic() - begun)
    others.join()


def test_an_answer_waits_for_who_comes_back_and_is_given_once(tmp_path: Path) -> None:
    worker, file = Worker(Limits(size=10**12, idle=60.0, patience=60.0)), str(tmp_path / "calls")
    counted = engine.Request("tests.engine_jobs", "counted", (file, 0.3))
    worker.ask(engine.Request("tests.engine_jobs", "process"))

    def impatient() -> None:
        interruptible(leaving(0.1))
        with pytest.raises(Gone):
            worker.ask(counted)

    copy_context().run(impatient)
    deadline = time.monotonic() + 20
    while worker.busy and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [worker.ask(counted), worker.ask(counted)] == [1, 2]


def test_a_request_that_loses_its_worker_goes_to_the_next(elsewhere: None, tmp_path: Path) -> None:
    before = jobs.process()
    after = jobs.dies_once(str(tmp_path / "died"))
    assert after not in (before, os.getpid())
    assert jobs.process() == after


def test_a_worker_that_has_grown_is_replaced_while_nobody_asks() -> None:
    grown = Worker(Limits(size=1, idle=0.2, patience=60.0))
    first = grown.ask(engine.Request("tests.engine_jobs", "process"))
    time.sleep(1.0)
    assert grown.ask(engine.Request("tests.engine_jobs", "process")) != first
    kept = Worker(Limits(size=10**12, idle=0.2, patience=60.0))
    first = kept.ask(engine.Request("tests.engine_jobs", "process"))
    time.sleep(1.0)
    assert kept.ask(engine.Request("tests.engine_jobs", "process")) == first


def test_a_worker_that_is_far_too_large_is_replaced_between_two_requests() -> None:
    """Also where somebody always asks; but not while a job is under way in it."""
    grown = Worker(Limits(size=10**12, idle=60.0, patience=60.0, most=1, age=0.0))
    process = engine.Request("tests.engine_jobs", "process")
    first, second, third = (grown.ask(process) for _ in range(3))
    assert (first == second, second == third) == (True, False), "once it had the time to give memory back"
    turn = engine.Request("compute.job", "worked", (engine.Request("tests.engine_jobs", "counts", (20,)), 0.1))
    states = [grown.ask(turn) for _ in range(20)]
    last = next(state for state in states if isinstance(state, State) and state.ended)
    assert last.last == Step(1.0, list(range(20)))
    young = Worker(Limits(size=10**12, idle=60.0, patience=60.0, most=1))
    assert len({young.ask(process) for _ in range(4)}) == 1, "nor before it is of age"


def test_a_process_is_ended_and_no_other_that_has_its_number() -> None:
    other = subprocess.Popen(["sleep", "60"])
    worker = Process()
    process = worker.ask(engine.Request("tests.engine_jobs", "process")).value
    assert worker.pid == process
    worker.pid = other.pid
    worker.end()
    assert gone([int(str(process))], within=20.0)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_what_is_not_urgent_gives_way(elsewhere: None) -> None:
    urgent = threading.Thread(target=apart(lambda: jobs.waits(1.0)))
    urgent.start()
    time.sleep(0.3)
    with not_urgent(), pytest.raises(Busy):
        jobs.process()
    urgent.join()
    with not_urgent():
        assert jobs.process() != os.getpid()


def gone(processes: list[int], within: float) -> bool:
    """Whether all of them have ended, after so many seconds at most."""
    deadline = time.monotonic() + within
    while any(Path(f"/proc/{one}").exists() and "(zombie)" not in Path(f"/proc/{one}/status").read_text() for one in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_program(how: signal.Signals) -> None:
    """In the middle of their work, without a word. Ctrl-C goes to all processes of a terminal."""
    host = [sys.executable, "-m", "tests.engine_host"]
    program = subprocess.Popen(
        host, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        started = below(program.pid)
        assert worker in started
        assert len(started) == 2, "the fork server, and its worker"
        if how is signal.SIGINT:
            os.killpg(program.pid, how)
        else:
            program.send_signal(how)
        errors = program.communicate(timeout=20)[1]
    assert gone(started, within=20.0)
    assert not errors


def test_a_worker_shares_the_memory_of_what_is_imported(elsewhere: None) -> None:
    """JAX and all modules are some 100 MB; what a worker has written anew is its own."""
    worker = jobs.process()
    lines = Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.endswith("kB")}
    assert found["Pss"] < 0.75 * found["Rss"]


def test_what_takes_long_steps_back_where_the_machine_is_busy() -> None:
    niceness = engine.Request("tests.engine_jobs", "niceness")
    back, front = (Worker(Limits(size=10**12, idle=60.0, patience=60.0, nice=nice)).ask(niceness) for nice in (10, 0))
    assert back == min(19, os.nice(0) + 10)
    assert front == os.nice(0)


def test_a_server_has_workers_of_its_own() -> None:
    one, other = Process(), Process()
    try:
        first, second = (worker.ask(engine.Request("tests.engine_jobs", "process")).value for worker in (one, other))
        assert first != second
        one.end()
        with pytest.raises(Lost):
            one.ask(engine.Request("tests.engine_jobs", "process"))
        assert other.ask(engine.Request("tests.engine_jobs", "process")).value == second
    finally:
        one.end()
        other.end()


def test_a_worker_ends_where_the_other_needs_its_memory() -> None:
    """As soon as it has nothing to do."""
    both = Workers(most=1)
    quick, long = engine.Request("tests.engine_jobs", "process"), engine.Request("labs.deep.run", "another", (SMALL,))
    first = both.ask(quick)
    assert both.ask(quick) == first, "its own size alone ends none"
    time.sleep(LULL)
    both.ask(long)
    assert both.ask(quick) != first


def test_a_worker_ends_though_the_other_answers_at_once() -> None:
    both = Workers(most=1)
    quick, long = engine.Request("tests.engine_jobs", "process"), engine.Request("labs.deep.run", "another", (SMALL,))
    both.ask(long)
    first = both.ask(quick)
    assert isinstance(first, int)
    time.sleep(LULL)
    both.ask(long)
    assert gone([first], within=1.0)


def test_what_is_not_urgent_waits_for_memory_too() -> None:
    both = Workers(most=1)
    quick, long = engine.Request("tests.engine_jobs", "process"), engine.Request("labs.deep.run", "another", (SMALL,))
    with not_urgent():
        first = both.ask(quick)
        assert both.ask(quick) == first, "its own size alone keeps nobody waiting"
        with pytest.raises(Busy):
            both.ask(long)
        time.sleep(LULL)
        both.ask(long)
    assert isinstance(first, int)
    assert gone([first], within=1.0)


def test_a_worker_does_not_end_while_somebody_may_come_back_to_its_job() -> None:
    both = Workers(most=1)
    turn = engine.Request("compute.job", "worked", (engine.Request("tests.engine_jobs", "counts", (100,)), 0.1))
    quick, long = engine.Request("tests.engine_jobs", "process"), engine.Request("labs.deep.run", "another", (SMALL,))
    first = both.ask(quick)
    both.ask(turn)
    time.sleep(LULL)
    both.ask(long)
    assert both.ask(quick) == first


def test_without_forks_this_process_computes_and_the_log_says_so(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert engine_of("workers") is None
    assert len(caplog.records) == 1


def test_programs_are_forgotten_beyond_a_bound_and_never_in_a_circle() -> None:
    """A process that needs more than its bound would do nothing but forget."""
    done = subprocess.run([sys.executable, "-c", FORGETFUL], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["True", "False", "True", "False"], done.stderr[-2000:]


@pytest.mark.parametrize(("names", "forgotten"), [((range(4),) * 9, 1), ([range(4 * i, 4 * i + 4) for i in range(9)], 9)])
def test_programs_that_are_needed_again_and_again_may_take_more(
    names: Sequence[Sequence[int]], forgotten: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several people at work on the same structures take turns: to load all of them anew for each turn would take most of the time. One who
    goes from one structure to the next needs no more than before."""

    @programs.kernel
    def named(name: int) -> int:
        return name

    forgets, size = 0, 50

    def forget() -> None:
        nonlocal forgets, size
        forgets, size = forgets + 1, 50

    monkeypatch.setattr(programs, "resident", lambda: size)
    monkeypatch.setattr(programs, "forget", forget)
    programs.bound(100, 150)
    try:
        for needed in names:
            for name in needed:
                named(name)
            size = min(size + 60, 140)
            programs.keep_within_bound()
    finally:
        programs.bound(math.inf)
    assert forgets == forgotten


FORGETFUL = """
import jax, numpy as np
from compute import programs
from compute.process_memory import resident
double = jax.jit(lambda x: 2 * x)
compiled = lambda: double._cache_size() > 0
double(1.0)
programs.bound(10 * resident())
programs.keep_within_bound()
print(compiled())
programs.bound(resident() // 2)
programs.keep_within_bound()
print(compiled())
double(1.0)
programs.keep_within_bound()
print(compiled())
grown = np.ones(resident() // 8)
programs.keep_within_bound()
print(compiled())
"""


def test_a_kernel_is_made_by_the_names_of_its_arguments() -> None:
    @programs.kernel
    def power(base: int, exponent: int) -> int:
        return int(base**exponent)

    assert power(base=2, exponent=3) == 8
    assert power(exponent=2, base=3) == 9
    assert power(3, exponent=2) == 9


QUICK = {"steps": "12", "depth": "1", "width": "4", "data": "moons", "data.samples": "60"}
ADDRESSES: tuple[tuple[str, Mapping[str, str], Mapping[str, object]], ...] = (
    ("scale", {}, {"scale_all_controls": True, "scale_morphing": True}),
    ("scale", {"lesson": "unit", "revealed": "yes"}, {}),
    ("hidden", {}, {}),
    ("optimizers", {"topic": "batches"}, {}),
    ("optimizers", {"topic": "convex"}, {}),
    ("stuck", {}, {"stuck_away": True, "stuck_stable": True, "stuck_many": True}),
    ("loss", {}, {"loss_more": True}),
    ("loss", {"topic": "two"}, {}),
    ("loss", {"topic": "encodings"}, {}),
    ("masks", {}, {}),
    ("workbench", {}, {"workbench_all_controls": True}),
    *(("deep", QUICK, {"deep_all_controls": True, "deep_part_en": part}) for part in ("network", "normalization", "training")),
    ("deep", QUICK | {"n1": "none", "n2": "none", "n2.batch": "0"}, {"deep_chart_en": "seeds"}),
    ("classifier", QUICK, {}),
)


def test_the_process_of_the_pages_computes_nothing() -> None:
    """Not even a backend of JAX is set up there, and no library of tables is imported."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.page_computes_nothing"],
        input=json.dumps(ADDRESSES),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("opened") == len(ADDRESSES), done.stderr[-3000:]


def test_an_answer_that_cannot_be_read_is_an_error_and_the_worker_goes_on(elsewhere: None) -> None:
    with pytest.raises(RuntimeError, match="two arguments"):
        jobs.raises_what_cannot_be_read()
    assert jobs.process() != os.getpid()
    with pytest.raises(Exception, match="pickle"):
        jobs.named(lambda: None)
    assert jobs.process() != os.getpid()


def test_a_late_turn_of_somebody_else_does_not_set_a_job_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Turns:
        states = iter([State(Step(0.6, "far"), False), State(Step(0.4, "near"), False), State(Step(1.0, "end"), True), State(None, False)])

        def ask(self, request: engine.Request) -> object:
            return next(self.states)

    turns = Turns()
    engine.start(lambda: turns)
    try:
        remote = RemoteJob[str](engine.Request("tests.engine_jobs", "counts", (3,)), lambda job: None)
        seen = []
        for _ in range(4):
            remote.advance()
            seen.append((remote.result, remote.finished))
    finally:
        engine.stop()
    assert seen == [("far", False), ("far", False), ("end", True), ("end", True)]
