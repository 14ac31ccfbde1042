"""The scenes that pages and topics open on: their answers come with the repository, so that a new host shows them at once.

python -m views.openings            writes them into compute/scenes (make scenes)
python -m views.openings --warm     fills the caches of programs and results of this host (make warm)
"""

import hashlib
import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from compute import engine
from compute.engine import Engine, Request
from compute.job import let_go
from compute.memo import memory
from compute.store import BUDGET, RESULTS, SCENES, Disk, Entry, Shipped, Stored, entry, question, write_scene


class Opening(NamedTuple):
    """The address of a page, or of one of its topics or lessons."""

    page: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return "-".join((self.page, *(value for _, value in self.query)))


def _topic(page: str, name: str) -> Opening:
    return Opening(page, (("topic", name),))


# In the order of the menu, which is that in which a host computes them.
OPENINGS = (
    Opening("scale"),
    Opening("hidden"),
    Opening("optimizers"),
    *(_topic("optimizers", name) for name in ("momentum", "adaptive", "batches", "schedules")),
    Opening("deep"),
    Opening("loss"),
    Opening("loss", (("topic", "two"),)),
    Opening("loss", (("topic", "encodings"),)),
    Opening("classifier"),
    Opening("masks"),
    Opening("stuck"),
    Opening("workbench"),
)


def stored(computing: Engine) -> Stored:
    """The engine with all that is known without it: what this host has kept, and the scenes that come with the repository."""
    return Stored(computing, Disk(RESULTS, BUDGET), Shipped(SCENES, (opening.name for opening in OPENINGS)))


class Recorder:
    """An engine that remembers every last answer of the one that it passes the requests on to."""

    def __init__(self, computing: Engine) -> None:
        self._engine, self.entries = computing, dict[str, Entry]()

    def ask(self, request: Request) -> object:
        """See Engine."""
        asked, answer = question(request), self._engine.ask(request)
        if asked.final(answer):
            made = entry(asked, answer)
            self.entries[made.key] = made
        return answer


def visit(opening: Opening) -> None:
    """Open a page as a visitor does, until all of it is drawn. This process remembers nothing of earlier visits."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    memory().clear()
    let_go()
    page = AppTest.from_file(Path(__file__).resolve().parents[1] / "app.py", default_timeout=1800)
    if opening.page != "scale":
        page._page_hash = calc_hash(opening.page)
    page.query_params = dict(opening.query)
    page.run()
    if page.exception or not page.get("bidi_component"):
        raise RuntimeError(f"{opening.name}: {[shown.message for shown in page.exception]}")


def _asked(opening: Opening, computing: Engine) -> list[Entry]:
    """The answers that a page gets which opens."""
    recorder = Recorder(computing)
    engine.stop()
    engine.start(lambda: recorder)
    visit(opening)
    return list(recorder.entries.values())


def recorded(opening: Opening, computing: Engine) -> list[Entry]:
    """The answers that a page gets which opens when all is known. computing: keeps what it has answered."""
    _asked(opening, computing)
    return _asked(opening, computing)


def machine() -> str:
    """The kind of this machine: what decides how compiled programs round."""
    with suppress(OSError):
        flags = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")]
        return f"{platform.machine()} {hashlib.blake2b(flags[0].encode(), digest_size=8).hexdigest() if flags else ''}"
    return platform.machine()


def lessons() -> Mapping[str, Opening]:
    """The lessons, their answers revealed."""
    from views.lesson import lessons

    return {name: Opening(lesson.page, (("lesson", name), ("revealed", "yes"))) for name, lesson in lessons().items()}


def main() -> None:
    from compute.engines import engine_of

    make = engine_of(os.environ.get("ERROR_SURFACE_ENGINE", "workers"))
    if make is None:
        sys.exit("Scenes are computed by worker processes: set ERROR_SURFACE_ENGINE to workers (Linux), or to a scheduler.")
    if "--warm" in sys.argv:
        keeping = Stored(make(), Disk(RESULTS, BUDGET), long=0.0)
        engine.start(lambda: keeping)
        for opening in (*OPENINGS, *lessons().values()):
            visit(opening)
            print(f"{opening.name} is ready", flush=True)
        return
    with TemporaryDirectory() as folder:
        computing = Stored(make(), Disk(Path(folder), BUDGET), long=0.0)
        for opening in OPENINGS:
            write_scene(SCENES / f"{opening.name}.scene", recorded(opening, computing))
            print(f"{opening.name} is written", flush=True)
    (SCENES / "machine").write_text(machine())


if __name__ == "__main__":
    main()
