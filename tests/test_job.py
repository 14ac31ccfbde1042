"""Long work and what is kept of it: steps, deadlines, sharing between threads, and a memory that is bounded in bytes."""

import gc
import itertools
import math
import threading
import time
import weakref
from collections.abc import Hashable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from compute.job import Job, Step, Steps, job, job_under_way, let_go
from compute.memo import Memo, memo, memory, nbytes


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    memory().clear()


def counting(most: int, taken: list[int]) -> Steps[int]:
    for i in range(1, most + 1):
        taken.append(i)
        yield Step(i / most, i)


def test_a_job_tells_how_far_it_is_and_ends() -> None:
    one = Job(counting(3, []))
    seen = [(one.begun, one.progress, one.finished)]
    for _ in range(4):
        one.advance()
        seen.append((one.begun, round(one.progress, 3), one.finished))
    third = [(True, 0.333, False), (True, 0.667, False), (True, 1.0, True), (True, 1.0, True)]
    assert seen == [(False, 0.0, False), *third]
    assert one.result == 3


def test_before_the_first_step_there_is_no_result() -> None:
    with pytest.raises(LookupError):
        _ = Job(counting(3, [])).result


def test_a_generator_that_stops_early_has_ended() -> None:
    one: Job[int] = Job(iter([Step(0.2, 5)]))
    assert one.finish() == 5
    assert one.finished
    assert one.progress == 1.0


def test_a_job_at_its_end_holds_its_result_alone() -> None:
    worked_with = np.zeros(3)
    gone = weakref.ref(worked_with)

    def steps(array: np.ndarray) -> Steps[float]:
        yield Step(0.5, 1.0)
        yield Step(1.0, float(array.sum()))

    at_work = Job(steps(worked_with))
    del worked_with
    assert gone() is not None
    assert at_work.finish() == 0
    assert gone() is None


def test_work_stops_at_its_deadline_and_goes_on_where_it_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    looks = itertools.count()
    monkeypatch.setattr("compute.job.time", SimpleNamespace(monotonic=lambda: float(next(looks))))  # a second between two looks
    one = Job(counting(50, taken))
    one.work(-1.0)
    assert taken == []
    one.work(4.5)  # looks at 1, 2, 3 and 4, and is over at 5
    assert taken == [1, 2, 3, 4]
    assert one.finish() == 50
    assert taken == list(range(1, 51)), "no step was taken twice"


def test_what_a_step_raises_is_raised_and_ends_nothing_silently() -> None:
    def breaks() -> Steps[int]:
        yield Step(0.5, 1)
        raise ArithmeticError("no")

    one = Job(breaks())
    one.advance()
    for _ in range(2):
        with pytest.raises(ArithmeticError):
            one.advance()
    assert one.result == 1
    assert one.failed
    assert not one.finished


def test_after_a_failure_the_next_one_who_asks_gets_a_new_job() -> None:
    calls: list[int] = []

    @job
    def fails_once(n: int) -> Steps[int]:
        calls.append(n)
        if len(calls) == 1:
            raise ArithmeticError("no")
        yield Step(1.0, n)

    first = fails_once(1)
    with pytest.raises(ArithmeticError):
        first.advance()
    assert fails_once(1).finish() == 1


def test_the_same_arguments_are_the_same_job() -> None:
    @job
    def doubled(n: int) -> Steps[int]:
        yield Step(1.0, 2 * n)

    assert doubled(3) is doubled(3)
    assert doubled(3) is not doubled(4)
    assert doubled(3).finish() == 6


def test_a_job_that_somebody_holds_is_never_begun_anew() -> None:
    taken: list[int] = []

    @job
    def large(n: int) -> Steps[np.ndarray]:
        taken.append(n)
        yield Step(0.5, np.zeros(1000))
        yield Step(1.0, np.zeros(1000))

    held = large(1)
    held.advance()
    memory().clear()
    assert large(1) is held
    del held
    let_go()
    gc.collect()
    large(1).finish()
    assert taken == [1, 1], "nobody held it, and nothing kept it"


def test_many_threads_share_one_job() -> None:
    taken: list[int] = []

    @job
    def counted(most: int) -> Steps[int]:
        yield from counting(most, taken)

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(counted(200).finish())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 8
    assert taken == list(range(1, 201))


# what is kept


@pytest.mark.parametrize(
    ("value", "least"),
    [(np.zeros(100), 800), ((np.zeros(10), {"a": np.zeros(5)}), 120), ([1, "two"], 0), (Step(1.0, np.zeros((3, 3))), 72)],
)
def test_bytes_are_counted_however_deep(value: object, least: int) -> None:
    assert least <= nbytes(value) <= least + 64 * 8


def test_the_memory_keeps_to_its_budget_and_forgets_the_oldest() -> None:
    kept, made = Memo(3_000), list[Hashable]()

    def get(key: Hashable) -> None:
        def make() -> np.ndarray:
            made.append(key)
            return np.zeros(125)  # 1,000 bytes

        kept.get(key, make)

    for key in ("a", "b", "c", "a", "d", "a", "b"):  # "b" was asked for longest ago when "d" came
        get(key)
        assert kept.total <= 3_000
    assert made == ["a", "b", "c", "d", "b"]


def test_one_value_larger_than_the_budget_is_kept_until_the_next() -> None:
    kept = Memo(100)
    kept.get("large", lambda: np.zeros(1000))
    assert kept.get("large", lambda: np.ones(1))[0] == 0
    kept.get("small", lambda: 1)
    assert kept.total <= 100


def test_a_value_that_grows_is_counted_at_its_new_size() -> None:
    kept = Memo(10_000)
    kept.keep("one", "x", 100)
    kept.keep("one", "x", 700)
    assert kept.total == 700


def test_a_refusal_is_raised_and_not_kept() -> None:
    calls = []

    @memo
    def fails(n: int) -> int:
        calls.append(n)
        if len(calls) == 1:
            raise ValueError("not yet")
        return n

    with pytest.raises(ValueError, match="not yet"):
        fails(1)
    assert fails(1) == 1
    assert fails(1) == 1
    assert calls == [1, 1]


def test_threads_that_ask_together_make_it_once() -> None:
    calls: list[float] = []

    @memo
    def slow(x: float) -> float:
        calls.append(x)
        time.sleep(0.05)
        return math.sqrt(x)

    found: list[float] = []
    threads = [threading.Thread(target=lambda: found.append(slow(4.0))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2.0] * 6
    assert calls == [4.0]


def test_a_job_is_under_way_from_its_first_step_to_its_last_whoever_holds_it() -> None:
    """A worker is not replaced meanwhile."""
    others = job_under_way()
    one = Job(counting(2, []))
    assert job_under_way() == others, "it has not begun"
    one.advance()
    assert job_under_way()
    one.finish()
    assert job_under_way() == others
