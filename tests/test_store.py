"""Answers that outlast the process: they come back as they were, and a file that is no answer is as if it were not there."""

import errno
import json
import logging
import os
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
import pytest

from compute import engine, store
from compute.codec import ROOMS, decoded, encoded
from compute.engine import Busy, Request, not_urgent
from compute.job import State, Step, worked
from compute.store import Disk, Shipped, Stored, entry, question, read_scene, write_scene
from core.messages import N_, message
from core.settings import Pick, pick
from labs.deep.run import summary
from labs.deep.setup import Deep
from labs.masks.run import run as masks_run
from labs.masks.setup import Masked
from labs.plane.run import run
from labs.plane.setup import Experiment
from verdict.plane import judge_walk

SMALL = Deep(depth=1, width=4, steps=12, data=pick("moons", samples=60.0), nets=(Pick("batch"), Pick("none")))
A, B = Experiment(), Experiment(scale2=30.0)


def in_numpy(value: object) -> object:
    """As it leaves a worker."""
    return jax.tree.map(lambda part: np.asarray(part) if isinstance(part, jax.Array) else part, value)


def judged() -> object:
    result = run(Experiment(surface=pick("himmelblau")))
    return judge_walk(Experiment(surface=pick("himmelblau")), result.panels[0], result.panels[0].walks[0])


VALUES: dict[str, Callable[[], object]] = {
    "names and numbers": lambda: (None, True, 3, -(2**70), 0.1, -0.0, float("nan"), float("inf"), "ß", (), [1, (2,)], {"b": 1, "a": (3,)}),
    "arrays": lambda: [np.arange(6.0).reshape(2, 3), np.zeros((0, 3), np.float32), np.array(2.5), np.array([True]), np.uint8(7)],
    "an array that is not in one piece": lambda: np.arange(12).reshape(3, 4)[:, ::2].T,
    "a question": lambda: Request("labs.plane.run", "run", (), (("experiment", B),)),
    "a setup of networks": lambda: SMALL,
    "a sentence": lambda: message(N_("{name} must be a number"), name="x"),
    "the state of a job": lambda: State(Step(0.5, (1, np.ones(3))), False),
    "a plane": lambda: run(B),
    "a network of two weights": lambda: run(Experiment(surface=pick("network"), steps=50)),
    "a verdict": judged,
    "masks": lambda: masks_run(Masked()),
    "deep networks": lambda: summary(SMALL, float("inf")),
}


def alike(value: object, other: object) -> None:
    """The same types and the same bits."""
    assert type(value) is type(other)
    if isinstance(value, np.ndarray | np.generic):
        assert isinstance(other, np.ndarray | np.generic)
        assert value.dtype == other.dtype
        np.testing.assert_array_equal(value, other)
    elif isinstance(value, tuple | list):
        assert isinstance(other, tuple | list)
        for part, same in zip(value, other, strict=True):
            alike(part, same)
    elif isinstance(value, dict):
        assert isinstance(other, dict)
        alike(list(value.items()), list(other.items()))
    elif hasattr(value, "__dataclass_fields__"):
        alike(vars(value), vars(other))
    elif value == value:
        assert value == other


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_comes_back_from_its_bytes(kind: str) -> None:
    value = in_numpy(VALUES[kind]())
    raw = encoded(value)
    alike(value, decoded(raw))
    assert encoded(decoded(raw)) == raw


def test_equal_arrays_are_one_again() -> None:
    """A page looks whether two networks share a plane."""
    pair = decoded(encoded((np.arange(3.0), np.arange(3.0))))
    assert isinstance(pair, tuple)
    assert pair[0] is pair[1]


NEVER_WRITTEN: dict[str, object] = {
    "a function": print,
    "any object": object(),
    "a set": {1},
    "an array of objects": np.array([object()]),
    "a record that is not of ours to keep": engine.Asker(),
    "a path": Path("x"),
    "a function inside": (1, lambda: 2),
}


@pytest.mark.parametrize("value", NEVER_WRITTEN)
def test_what_is_no_name_number_or_record_is_not_written(value: str) -> None:
    with pytest.raises(TypeError):
        encoded(NEVER_WRITTEN[value])


def written(tree: object) -> bytes:
    """Bytes that say something by hand."""
    head = json.dumps({"arrays": [], "tree": tree}).encode()
    return len(head).to_bytes(8, "little") + head


@pytest.mark.parametrize(
    "name", ["os:system", "builtins:eval", "subprocess:Popen", "compute.workers:Worker", "compute.engine:start", "views.warm:x"]
)
def test_nothing_but_a_record_of_ours_is_called(name: str) -> None:
    with pytest.raises(ValueError, match="no record"):
        decoded(written({"record": name, "of": ["true"]}))


class Counting:
    """An engine that answers with what it was asked, after a while, and counts."""

    def __init__(self, answer: Callable[[Request], object] = lambda request: request.named, seconds: float = 0.0) -> None:
        self.asked: list[Request] = []
        self._answer, self._seconds = answer, seconds

    def ask(self, request: Request) -> object:
        self.asked.append(request)
        time.sleep(self._seconds)
        return self._answer(request)


def asks(experiment: Experiment, patience: float = 1.0) -> Request:
    return Request("labs.plane.run", "run", (experiment, patience))


RESULT = in_numpy(run(Experiment(surface=pick("himmelblau"), steps=20)))


def keeping(folder: Path, budget: int = 10**9, long: float = 0.0) -> tuple[Stored, Counting]:
    counting = Counting(lambda request: RESULT)
    return Stored(counting, Disk(folder, budget), long=long), counting


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_answered_once_is_not_asked_again_by_the_next_process(tmp_path: Path) -> None:
    first, counting = keeping(tmp_path)
    alike(first.ask(asks(A)), RESULT)
    first.ask(asks(A, 7.0))
    assert len(counting.asked) == 1, "patience is no part of a question"
    second, counting = keeping(tmp_path)
    alike(second.ask(Request("labs.plane.run", "run", (), (("experiment", A),))), RESULT)
    assert not counting.asked
    second.ask(asks(B))
    assert len(counting.asked) == 1


def test_what_was_quick_is_not_kept_and_turns_add_up(tmp_path: Path) -> None:
    quick, _ = keeping(tmp_path, long=10.0)
    quick.ask(asks(A))
    assert files(tmp_path) == []
    parts = iter([RESULT._replace(progress=0.5), RESULT._replace(progress=0.9), RESULT])  # type: ignore[attr-defined]
    turns = Stored(Counting(lambda request: next(parts), 0.1), Disk(tmp_path, 10**9), long=0.25)
    assert [turns.ask(asks(A)).progress for _ in range(4)] == [0.5, 0.9, 1.0, 1.0]  # type: ignore[attr-defined]
    assert len(files(tmp_path)) == 1


def test_waiting_for_others_is_no_work(tmp_path: Path) -> None:
    """A busy server would keep all that it answers."""

    def soon(request: Request) -> object:
        engine.asker().worked(0.01)
        return RESULT

    waits = Stored(Counting(soon, 0.1), Disk(tmp_path, 10**9), long=0.05)
    waits.ask(asks(A))
    assert files(tmp_path) == []


def test_the_end_of_a_job_is_kept_and_nothing_before(tmp_path: Path) -> None:
    states = iter([State(Step(0.5, 1), False), State(Step(1.0, 2), True)])
    turn = Request(worked.__module__, worked.__qualname__, (Request("tests.engine_jobs", "counts", (2,)), 0.25))
    first = Stored(Counting(lambda request: next(states)), Disk(tmp_path, 10**9), long=0.0)
    assert [first.ask(turn) for _ in range(3)][1:] == [State(Step(1.0, 2), True)] * 2
    second, counting = keeping(tmp_path)
    assert second.ask(turn._replace(arguments=(turn.subject, 9.0))) == State(Step(1.0, 2), True)
    assert not counting.asked


def test_what_is_not_known_to_be_the_last_word_is_not_kept(tmp_path: Path) -> None:
    """A door with patience, which does not say when it is at its end."""
    assert question(Request("labs.plane.escape", "race", (A, 1, 2))).final(()) is False


def test_what_an_engine_raises_is_raised_and_not_kept(tmp_path: Path) -> None:
    def busy(request: Request) -> object:
        raise Busy

    with pytest.raises(Busy), not_urgent():
        Stored(Counting(busy), Disk(tmp_path, 10**9), long=0.0).ask(asks(A))
    assert files(tmp_path) == []


def spoiled(content: bytes, how: str) -> bytes:
    half = len(content) // 2
    return {
        "empty": b"",
        "truncated": content[:half],
        "one bit": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "something else": b"PK\x03\x04 no answer",
    }[how]


@pytest.mark.parametrize("how", ["empty", "truncated", "one bit", "something else"])
def test_a_spoiled_file_is_left_aside_with_one_line(how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, _ = keeping(tmp_path)
    first.ask(asks(A))
    first.ask(asks(B))
    for path in files(tmp_path):
        path.write_bytes(spoiled(path.read_bytes(), how))
    with caplog.at_level(logging.WARNING):
        second, counting = keeping(tmp_path)
        alike(second.ask(asks(A)), RESULT)
        alike(second.ask(asks(B)), RESULT)
    assert len(counting.asked) == 2
    assert len(caplog.records) == 1
    third, counting = keeping(tmp_path)
    third.ask(asks(A))
    assert not counting.asked, "it is written anew"


def no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder should be: nobody can write into it, root neither."""
    folder.write_text("")


def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuses)


def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", refuses)


@pytest.mark.parametrize("spoil", [no_folder, read_only, full])
def test_where_nothing_can_be_written_answers_come_all_the_same(
    spoil: Callable[[Path, pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "results"
    spoil(folder, monkeypatch)
    with caplog.at_level(logging.WARNING):
        stored, counting = keeping(folder)
        for experiment in (A, B, A, B):
            alike(stored.ask(asks(experiment)), RESULT)
    assert len(counting.asked) == 2, "this process remembers"
    assert len(caplog.records) == 1
    assert not [path for path in files(folder) if folder.is_dir()], "no half file is left"


def test_the_budget_is_held_and_what_was_read_longest_ago_goes_first(tmp_path: Path) -> None:
    size = len(zlib.compress(encoded(RESULT), 1))
    disk = Disk(tmp_path, int(2.5 * size))
    for at, name in enumerate("abc"):
        disk.keep(name, RESULT)
        for path in files(tmp_path):
            if path.name == name:
                os.utime(path, (1000 + at, 1000 + at))
        if name == "b":
            disk.get("a")  # read again: b is the one that goes
    assert [path.name for path in files(tmp_path)] == ["a", "c"]
    disk.keep("a", RESULT)
    assert [path.name for path in files(tmp_path)] == ["a", "c"], "what is written anew takes no second place"


def test_an_answer_of_other_code_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = keeping(tmp_path)
    first.ask(asks(A))
    monkeypatch.setattr(store, "code", lambda: "of tomorrow")
    second, counting = keeping(tmp_path)
    second.ask(asks(A))
    assert len(counting.asked) == 1
    assert len(files(tmp_path)) == 2


def test_every_source_that_computes_is_in_the_fingerprint() -> None:
    """And none of the pages'."""
    assert store.code() == store.code()
    rooms = {path.parent.name for path in store.ROOT.glob("*/__init__.py")}
    assert rooms >= set(ROOMS)
    assert rooms - set(ROOMS) <= {"views", "figures", "browser", "lessons", "translations", "tests", "benchmarks"}


@pytest.fixture
def shipped(tmp_path: Path) -> Shipped:
    """Of one scene: its result, and a question about it that holds arrays."""
    about = Request("verdict.plane", "story", (A, RESULT.panels[0], RESULT.panels[0].walks[0]))  # type: ignore[attr-defined]
    other = RESULT._replace(same=False)  # type: ignore[attr-defined]
    write_scene(tmp_path / "a.scene", [entry(question(asks(A)), other), entry(question(about), (0.0, 1.0, 2.0, 3.0))])
    return Shipped(tmp_path, ("a",))


def test_a_shipped_answer_holds_until_there_is_a_computed_one(shipped: Shipped, tmp_path: Path) -> None:
    counting = Counting(lambda request: RESULT)
    stored = Stored(counting, Disk(tmp_path / "results", 10**9), shipped)
    assert stored.ask(asks(A)).same is False  # type: ignore[attr-defined]
    assert not counting.asked
    stored._last = 0.0
    stored.renew()
    assert [request.name for request in counting.asked] == ["run"], "what holds arrays, a page asks"
    alike(stored.ask(asks(A)), RESULT)
    again = Stored(Counting(), Disk(tmp_path / "results", 10**9), shipped)
    alike(again.ask(asks(A)), RESULT)


def test_what_only_tells_how_far_others_are_is_not_asked_ahead(tmp_path: Path) -> None:
    """It would be asked for ever: no answer takes it further."""
    begun = Request("labs.deep.run", "begun", (), (("deep", Deep()),))
    written = tmp_path / "a.scene"
    write_scene(written, [entry(question(begun), True), entry(question(asks(A)), RESULT)])
    old = entry(question(begun), True)._replace(turn=begun)  # as scenes had it once
    write_scene(tmp_path / "b.scene", [old, entry(question(asks(B)), RESULT)])
    counting = Counting(lambda request: False if request.name == "begun" else RESULT)
    stored = Stored(counting, Disk(tmp_path / "results", 10**9), Shipped(tmp_path, ("a", "b")))
    stored._last = 0.0
    stored.renew()
    assert [request.name for request in counting.asked] == ["run", "run"]
    assert stored.ask(begun) is True
    assert [one.turn is None for one in read_scene(written)] == [True, False]


def test_a_scene_that_older_code_asked_for_keeps_no_other_from_being_renewed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gone = entry(question(asks(B)), RESULT)._replace(turn=Request("labs.plane.run", "renamed_since"))
    write_scene(tmp_path / "a.scene", [gone, entry(question(asks(A)), RESULT)])
    counting = Counting(lambda request: RESULT)
    stored = Stored(counting, Disk(tmp_path / "results", 10**9), Shipped(tmp_path, ("a",)))
    stored._last = 0.0
    with caplog.at_level(logging.WARNING):
        stored.renew()
    assert len(counting.asked) == 1
    assert "could not be computed ahead" in caplog.text


def test_a_question_with_arrays_is_known_by_their_content(shipped: Shipped, tmp_path: Path) -> None:
    counting = Counting(lambda request: "computed")
    stored = Stored(counting, Disk(tmp_path / "results", 10**9), shipped, long=0.0)
    panel = RESULT.panels[0]  # type: ignore[attr-defined]
    assert stored.ask(Request("verdict.plane", "story", (A, panel, panel.walks[0]))) == (0.0, 1.0, 2.0, 3.0)
    assert stored.ask(Request("verdict.plane", "story", (A, panel._replace(grid=panel.grid + 1), panel.walks[0]))) == "computed"
    assert stored.ask(Request("verdict.plane", "story", (B, panel, panel.walks[0]))) == "computed"
    assert files(tmp_path / "results") == [], "and is never kept"


def test_renewing_gives_way_to_whoever_asks(shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "IDLE", 0.2)
    refusals = iter([True, True, False])
    urgent: list[bool] = []

    def busy(request: Request) -> object:
        urgent.append(engine.asker().urgent)
        if next(refusals):
            raise Busy
        return RESULT

    stored = Stored(Counting(busy), Disk(tmp_path / "results", 10**9), shipped)
    begun = time.monotonic()
    stored.ask(asks(A))
    stored.renew()
    assert urgent == [False] * 3
    assert time.monotonic() - begun > 0.55, "0.2 s after the question, and after each time that somebody else was served"


def test_nothing_is_renewed_while_somebody_waits(shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long: what is compiled for a visitor must not share the memory with what nobody asks for."""
    monkeypatch.setattr(store, "IDLE", 0.05)
    order: list[str] = []

    def slow(request: Request) -> object:
        if engine.asker().urgent:
            time.sleep(0.5)
        order.append("asked" if engine.asker().urgent else "renewed")
        return RESULT

    stored = Stored(Counting(slow), Disk(tmp_path / "results", 10**9), shipped)
    visitor = threading.Thread(target=lambda: stored.ask(asks(B)))
    visitor.start()
    time.sleep(0.1)
    stored.renew()
    visitor.join()
    assert order == ["asked", "renewed"]


@pytest.mark.parametrize("how", ["empty", "truncated", "one bit", "something else"])
def test_a_spoiled_scene_is_computed(how: str, shipped: Shipped, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.scene"
    path.write_bytes(spoiled(path.read_bytes(), how))
    with caplog.at_level(logging.WARNING):
        stored = Stored(Counting(lambda request: RESULT), Disk(tmp_path / "results", 10**9), Shipped(tmp_path, ("a", "none")))
        assert stored.ask(asks(A)).same in (RESULT.same, False)  # type: ignore[attr-defined]
    assert caplog.records
