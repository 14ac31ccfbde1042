"""Answers that outlast the process: an engine around an engine, which asks only for what was never answered before.

    engine.start(lambda: Stored(Workers(), Disk(RESULTS, BUDGET), Shipped(SCENES, ("scale", "hidden"))))

What took long is kept in files beside the compilation cache, by the question and by the content of the code that computes. The answers
for the scenes that pages open on come with the repository, so that the first visitor of a new host sees a picture before anything is
compiled; they hold until this host has computed its own.
"""

import hashlib
import importlib
import inspect
import json
import logging
import lzma
import os
import tempfile
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import NamedTuple, cast

from compute.cache import CACHE
from compute.codec import ROOMS, decoded, encoded
from compute.engine import Busy, Engine, Request, asker, not_urgent, noting_work
from compute.job import TURN, State, worked
from compute.memo import Memo

ROOT = Path(__file__).resolve().parents[1]
SCENES = Path(__file__).with_name("scenes")
RESULTS = CACHE / "results"  # in the compilation cache, so that a host brings both together
BUDGET = 2**20 * int(os.environ.get("ERROR_SURFACE_RESULTS_MB", "256"))  # bytes on disk
IN_MEMORY = 24 * 2**20  # bytes of answers that this process holds
OUR_FLAGS = ("--xla_backend_extra_options", "--xla_cpu_parallel_codegen_split_count")  # set by compute/backend.py, a source itself
PATIENCE = "patience"  # the argument that says for how many seconds a door works
LONG = 2.0  # seconds of work, or of waiting where the engine does not tell them apart, from which on an answer is worth a file
IDLE = 2.0  # seconds without a question, after which nobody asks
_ASKED = 256  # questions whose time is added up over several turns


class Question(NamedTuple):
    """What a request asks for in the end, however far one turn takes it."""

    request: Request
    final: Callable[[object], bool]  # whether an answer is the last one
    turn: Request | None  # asks for it, a turn at a time; None where asking only tells how far others have taken it


def _always(answer: object) -> bool:
    return True


def _never(answer: object) -> bool:
    return False


def _ended(answer: object) -> bool:
    return cast("State[object]", answer).ended


@cache
def _known(module: str, name: str) -> tuple[inspect.Signature, Callable[[object], bool]]:
    function = getattr(importlib.import_module(module), name)
    signature = inspect.signature(function)
    return signature, getattr(function, "final", _never if PATIENCE in signature.parameters else _always)


def question(request: Request) -> Question:
    """The same question for all requests that only differ in how they are written, or in how long they work."""
    if (request.module, request.name) == (worked.__module__, worked.__qualname__):
        return Question(request.subject, _ended, request._replace(arguments=(request.subject, TURN)))
    signature, final = _known(request.module, request.name)
    bound = signature.bind(*request.arguments, **dict(request.named))
    bound.apply_defaults()
    patient = bound.arguments.pop(PATIENCE, None) is not None
    asked = Request(request.module, request.name, (), tuple(sorted(bound.arguments.items())))
    if patient:
        return Question(asked, final, asked._replace(named=(*asked.named, (PATIENCE, TURN))))
    return Question(asked, final, asked if final is _always else None)


def key(asked: Request) -> str:
    """Equal for equal questions, on every machine. Raises TypeError where the arguments are none that are written."""
    return hashlib.blake2b(encoded(asked), digest_size=16).hexdigest()


PACKAGES = ("jax", "jaxlib", "numpy", "optax", "scikit-learn", "scipy")


@cache
def code() -> str:
    """A fingerprint of all that answers depend on beside the question: the sources of the rooms that compute, libraries, flags."""
    flags = sorted(flag for flag in os.environ.get("XLA_FLAGS", "").split() if not flag.startswith(OUR_FLAGS))
    content = hashlib.blake2b(f"{[version(package) for package in PACKAGES]} {flags}".encode(), digest_size=8)
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            content.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return content.hexdigest()


class Disk:
    """Files by key, at most `budget` bytes of them: what was read longest ago goes first. What cannot be read or written is not there,
    and the first time that this happens a line in the log says so."""

    def __init__(self, root: Path, budget: int) -> None:
        self._root, self._budget, self._lock, self._complained = root, budget, Lock(), False

    def _path(self, name: str) -> Path:
        return self._root / code() / name

    def __contains__(self, name: str) -> bool:
        return self._path(name).is_file()

    def get(self, name: str) -> object:
        """Raises LookupError where there is none."""
        path = self._path(name)
        try:
            answer = decoded(zlib.decompress(path.read_bytes()))
        except FileNotFoundError:
            raise LookupError(name) from None
        except Exception as error:  # whatever is in the file
            self._complain(f"{path} cannot be read and is left aside", error)
            _without_errors(path.unlink)
            raise LookupError(name) from error
        _without_errors(lambda: os.utime(path))
        return answer

    def keep(self, name: str, answer: object) -> None:
        """Nothing, where it cannot be written."""
        try:
            content = zlib.compress(encoded(answer), 1)
        except TypeError:
            return  # no file could say it
        try:
            with self._lock:
                self._make_room(len(content), self._path(name))
                self._write(self._path(name), content)
        except OSError as error:
            self._complain(f"Results cannot be kept in {self._root}", error)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                file.write(content)
                file.close()
                os.replace(file.name, path)
            except OSError:
                _without_errors(lambda: os.unlink(file.name))
                raise

    def _make_room(self, size: int, replaced: Path) -> None:
        """For so many bytes in the place of a file; answers of other code count, too."""
        others = [path for path in self._root.glob("*/*") if path.is_file() and path != replaced]
        files = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in others)
        total = size + sum(bytes_ for _, bytes_, _ in files)
        for _, bytes_, path in files:
            if total <= self._budget:
                return
            path.unlink(missing_ok=True)
            total -= bytes_

    def _complain(self, text: str, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            logging.getLogger(__name__).warning("%s: %s: %s", text, type(error).__name__, error)


def _without_errors(act: Callable[[], object]) -> None:
    with suppress(OSError):
        act()


class Entry(NamedTuple):
    """An answer of a shipped scene."""

    key: str  # of the question
    plain: Request  # the question without what holds arrays
    turn: Request | None  # asks for it; None where no host asks it ahead: it holds arrays, or tells how far others have taken it
    content: bytes  # the answer, encoded and compressed


def _hashable(value: object) -> bool:
    """Whether it holds no arrays."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _plain(asked: Request) -> Request:
    """The question without what holds arrays."""
    arguments = tuple(value for value in asked.arguments if _hashable(value))
    return asked._replace(arguments=arguments, named=tuple((name, value) for name, value in asked.named if _hashable(value)))


def entry(asked: Question, answer: object) -> Entry:
    """As it is shipped."""
    turn = asked.turn if _hashable(asked.request) else None
    return Entry(key(asked.request), _plain(asked.request), turn, lzma.compress(encoded(answer), preset=9))


def write_scene(path: Path, entries: Iterable[Entry]) -> None:
    """One file for a scene: a line of JSON with what is in it, then the answers."""
    entries = list(entries)
    heads = [[one.key, encoded(one.plain).hex(), one.turn and encoded(one.turn).hex(), len(one.content)] for one in entries]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps(heads).encode() + b"\n" + b"".join(one.content for one in entries))


def read_scene(path: Path) -> list[Entry]:
    """Raises OSError, ValueError, or another error of what was read, where that is no such file."""
    line, _, rest = path.read_bytes().partition(b"\n")
    entries, end = [], 0
    for name, plain, turn, size in json.loads(line):
        requests = (None if text is None else cast(Request, decoded(bytes.fromhex(text))) for text in (plain, turn))
        entries.append(Entry(name, *cast(tuple[Request, Request | None], tuple(requests)), rest[end : end + size]))
        end += size
    return entries


class Shipped:
    """The answers that come with the repository, by key, whatever code made them. Read when they are asked for."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        """names: of the scenes, the first page first."""
        self._folder, self._names = folder, tuple(names)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """By key, in order."""
        entries: dict[str, Entry] = {}
        for name in self._names:
            try:
                entries |= {one.key: one for one in read_scene(self._folder / f"{name}.scene")}
            except Exception as error:  # whatever is in the file
                logging.getLogger(__name__).warning("The scene %s cannot be read: %s: %s", name, type(error).__name__, error)
        return entries

    @cached_property
    def _with_arrays(self) -> set[Request]:
        return {one.plain for one in self.entries.values() if one.turn is None}

    def may_answer(self, asked: Request) -> bool:
        """Whether a question that holds arrays may be among them: its key is dear."""
        return _plain(asked) in self._with_arrays

    def get(self, name: str) -> object:
        """Raises LookupError where there is none."""
        try:
            return decoded(lzma.decompress(self.entries[name].content))
        except LookupError:
            raise
        except Exception as error:
            logging.getLogger(__name__).warning("A scene cannot be read: %s: %s", type(error).__name__, error)
            del self.entries[name]
            raise LookupError(name) from error


class Stored:
    """The engine around another one."""

    def __init__(self, engine: Engine, disk: Disk, shipped: Shipped | None = None, long: float = LONG) -> None:
        """long: what an answer must have taken, in seconds, to be kept."""
        self._engine, self._disk, self._shipped, self._long = engine, disk, shipped, long
        self._memory, self._lock = Memo(IN_MEMORY), Lock()
        self._seconds: OrderedDict[str, float] = OrderedDict()  # by key: how long was worked at it so far
        self._asking, self._last = 0, time.monotonic()  # people who wait for an answer; when the last of them had one

    def ask(self, request: Request) -> object:
        """See Engine."""
        if not asker().urgent:
            return self._ask(request)
        with self._lock:
            self._asking += 1
        try:
            return self._ask(request)
        finally:
            with self._lock:
                self._asking, self._last = self._asking - 1, time.monotonic()

    def _ask(self, request: Request) -> object:
        asked = question(request)
        name = self._name(asked.request)
        if name is None:
            return self._engine.ask(request)
        with suppress(LookupError):
            return self._memory.get(name, lambda: self._found(name))
        return self._answered(request, asked, name)

    def _name(self, asked: Request) -> str | None:
        """The key of what may be known; None of what surely is not."""
        if not _hashable(asked) and (self._shipped is None or not self._shipped.may_answer(asked)):
            return None
        try:
            return key(asked)
        except TypeError:
            return None

    def _found(self, name: str) -> object:
        try:
            return self._disk.get(name)
        except LookupError:
            if self._shipped is None:
                raise
            return self._shipped.get(name)

    def _answered(self, request: Request, asked: Question, name: str) -> object:
        """By the engine; kept, if it took long and is the last word."""
        begun, worked = time.monotonic(), list[float]()
        with noting_work(worked.append):
            answer = self._engine.ask(request)
        final = asked.final(answer)
        with self._lock:
            spent = self._seconds.pop(name, 0.0) + (sum(worked) if worked else time.monotonic() - begun)
            if not final:
                self._seconds[name] = spent
                while len(self._seconds) > _ASKED:
                    self._seconds.popitem(last=False)
        if final and spent >= self._long and _hashable(asked.request) and name not in self._disk:
            self._keep(name, answer)
        return answer

    def _keep(self, name: str, answer: object) -> None:
        self._memory.keep(name, answer)
        self._disk.keep(name, answer)

    def renew(self) -> None:
        """Compute, while nobody asks, what this host only knows from the shipped scenes, the first page first. The first page's own in
        any case, so that its programs are ready for the first change."""
        entries = [] if self._shipped is None else list(self._shipped.entries.values())
        for i, one in enumerate(entries):
            try:
                asked = one.turn and question(one.turn)
                if asked and asked.turn and (i == 0 or one.key not in self._disk):
                    self._keep(one.key, self._in_turns(asked.turn, asked.final))
            except Exception as error:  # of the work, or of a scene that older code asked for
                logging.getLogger(__name__).warning("%s could not be computed ahead: %s", one.plain.name, error)

    def _in_turns(self, turn: Request, final: Callable[[object], bool]) -> object:
        """The last word on a question, a turn whenever nobody else waits for an answer, or has for a while."""
        while True:
            while (rest := IDLE if self._asking else self._last + IDLE - time.monotonic()) > 0:
                time.sleep(rest)
            try:
                with not_urgent():
                    answer = self._engine.ask(turn)
            except Busy:
                time.sleep(IDLE)
                continue
            if final(answer):
                return answer
