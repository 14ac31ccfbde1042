"""A class at work: people on one server at the same time, each with a websocket of their own, and how long their changes take.

    python -m benchmarks.load --people 1 10 30 --seconds 60
    python -m benchmarks.load --people 1 10 --seconds 60 --mixed

Each moves the unit of Scale every two seconds, as a hand does: the value goes through the slider's own message, and it is answered when
the server has sent the board that it changed. Mixed: most people train networks, one after another, and those on Optimizers are timed.
What is printed are ratios to one person alone, in the same run on the same server; how many people never saw a picture; and of everybody
who trains, the seconds until the first network's bar, picture and end.
"""

import argparse
import asyncio
import contextlib
import json
import math
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.visitor import server, until_listening

PAUSE = 2.0  # seconds between two changes of one person
LIMIT = 30.0  # seconds after which a change counts as lost


@dataclass
class Person:
    """One websocket, the slider that is moved on it, and the seconds that each change took; `lost`: changes without an answer."""

    page: str
    query: str
    slider: str
    low: float
    high: float
    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    reruns: int = 0
    drawn: int = 0  # boards, of what is still computed, too
    fragment: str = ""  # the part of the page that the slider is in, which the browser names with each change of it

    async def live(self, port: int, until: float, seed: int) -> None:
        """Open the page, wait for its first picture, and change it again and again."""
        draw = random.Random(seed)
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, ping_timeout=None) as line:
            await line.send(self.asks(None, 0.0, 0))
            element = await self._answer(line, 0, 120.0)
            await asyncio.sleep(draw.uniform(0, PAUSE))
            turn = 0
            while element and time.monotonic() < until:
                turn += 1
                begun = time.monotonic()
                await line.send(self.asks(element, self._somewhere(draw), turn))
                if await self._answer(line, turn, LIMIT) is None:
                    self.lost += 1
                self.seconds.append(time.monotonic() - begun)
                await asyncio.sleep(max(0.0, PAUSE - (time.monotonic() - begun)))

    def _somewhere(self, draw: random.Random) -> float:
        """A value of the slider that nobody is likely to have set before, in three digits."""
        return float(f"{math.exp(draw.uniform(math.log(self.low), math.log(self.high))):.3g}")

    def asks(self, element: str | None, value: float, turn: int) -> bytes:
        """What the browser sends when the slider is moved to the value; before there is a slider, when the page is opened."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.page
        if element is not None:
            message.rerun_script.fragment_id = self.fragment
            state = message.rerun_script.widget_states.widgets.add()
            state.id = element
            state.json_value = json.dumps({"sent": {"value": value, "moving": False, "turn": turn}})
        return message.SerializeToString()

    def sees(self, message: ForwardMsg) -> str:
        """The identity of the slider, where it is what the message draws; else ""."""
        proto = message.delta.new_element.bidi_component
        if proto.component_name != "error_surface_slider" or not json.loads(proto.json)["label"].startswith(self.slider):
            return ""
        self.fragment = message.delta.fragment_id
        return str(proto.id)

    async def _answer(self, line: ClientConnection, turn: int, limit: float) -> str | None:
        """The identity of the slider, once a board was sent by a run that knows of this turn; None after `limit` seconds."""
        deadline, element, taken = time.monotonic() + limit, None, False
        while (left := deadline - time.monotonic()) > 0:
            try:
                raw = await asyncio.wait_for(line.recv(), left)
            except TimeoutError:
                return None
            message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            if message.WhichOneof("type") == "new_session":
                self.reruns += 1
            if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
                continue
            proto = message.delta.new_element.bidi_component
            if slider := self.sees(message):
                element, taken = slider, json.loads(proto.json)["answered"] >= turn
            elif proto.component_name == "error_surface_board":
                self.drawn += 1
                if taken and element:
                    return str(element)
        return None


@dataclass
class Trainee(Person):
    """Opens one network after another and watches each to its end. Of the first: the seconds until there is a bar or a picture, until the
    first picture, and until no bar stands beside it any more; `shares`: what its bar has said."""

    noticed: float = math.nan
    pictured: float = math.nan
    ended: float = math.nan
    shares: list[str] = field(default_factory=list)

    async def live(self, port: int, until: float, seed: int) -> None:
        """Open the page; at the end of its training, open it with another seed."""
        network, query = 0, self.query
        while time.monotonic() < until and await self._watched(port, until, f"{query}&seed={seed + 100 * network}", not network):
            network += 1

    async def _watched(self, port: int, until: float, query: str, first: bool) -> bool:
        """Whether a training has come to its end in time."""
        begun = time.monotonic()
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, ping_timeout=None) as line:
            opening = replace(self, query=query).asks(None, 0.0, 0)
            await line.send(opening)
            bar = board = False  # of this run
            while (left := until - time.monotonic()) > 0:
                try:
                    raw = await asyncio.wait_for(line.recv(), left)
                except TimeoutError:
                    break
                message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
                now, kind = time.monotonic() - begun, message.WhichOneof("type")
                if kind == "new_session":
                    self.reruns, bar, board = self.reruns + 1, False, False
                if kind == "script_finished" and board and not bar:
                    self.ended = now if first else self.ended
                    return True
                element = message.delta.new_element
                if element.WhichOneof("type") == "progress":
                    bar = True
                    if first:
                        self.shares.append(element.progress.text)
                if element.bidi_component.component_name == "error_surface_board":
                    board, self.drawn = True, self.drawn + 1
                    self.pictured = now if first and math.isnan(self.pictured) else self.pictured
                if (bar or board) and math.isnan(self.noticed):
                    self.noticed = now
        return False

    def __str__(self) -> str:
        last = "" if not math.isnan(self.ended) or not self.shares else f"; at last {self.shares[-1]}"
        return f"{self.page}: bar {self.noticed:.1f} s, picture {self.pictured:.1f} s, end {self.ended:.1f} s{last}"


def percentile(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def tree(process: int) -> list[int]:
    """The process and all that it has started."""
    children = list[int]()
    with contextlib.suppress(OSError):  # it has ended meanwhile, or one of its threads has
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            children += map(int, task.read_text().split())
    return [process, *(below for child in children for below in tree(child))]


def proportional_set(process: int) -> float:
    """MB that the program takes with all its processes, pages that they share counted once."""
    found = 0
    for one in tree(process):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found / 1024


class Spent(NamedTuple):
    """Seconds of processor time."""

    page: float  # of the process that talks with browsers
    workers: float  # of all that it has started


def spent(process: int) -> Spent:
    """What the program has taken so far."""

    def seconds(one: int) -> float:
        parts = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / 100

    page, *workers = map(seconds, tree(process))
    return Spent(page, sum(workers))


def on_unit(page: str) -> Person:
    return Person(page, "", "unit of", 0.1, 100.0)


def on_scale(count: int) -> tuple[list[Person], list[Person]]:
    """Everybody on Scale, everybody timed."""
    people = [on_unit("") for _ in range(count)]
    return people, people


def mixed(count: int) -> tuple[list[Person], list[Person]]:
    """Seven of ten train networks; the others move the unit on Optimizers, and are timed. One person: on Optimizers."""
    training = [Trainee(("deep", "classifier")[i % 2], "v=1", "learning rate", 0.01, 1.0) for i in range(7 * count // 10)]
    timed = [on_unit("optimizers") for _ in range(count - len(training))]
    return [*timed, *training], timed


def until_settled(process: int) -> None:
    """Wait until the program has taken next to no processor time for a while: it computes the first scenes while nobody asks."""
    quiet = 0
    while quiet < 5:
        before = sum(spent(process))
        time.sleep(2)
        quiet = quiet + 1 if sum(spent(process)) - before < 0.2 else 0


async def together(people: Sequence[Person], port: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(*(person.live(port, until, seed) for seed, person in enumerate(people)))


def main() -> None:
    """Print a row for each number of people."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--people", type=int, nargs="+", default=[1, 10, 30, 60])
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--mixed", action="store_true")
    asked = arguments.parse_args()
    columns = (
        "people",
        "changes",
        "lost",
        "p50",
        "p95",
        "p95 beside one",
        "runs a change",
        "CPU a change: page",
        "workers",
        "MB",
        "without a picture",
    )
    print(f"| {' | '.join(columns)} |\n{'| --- ' * len(columns)}|")
    alone, trainees = float("nan"), list[Person]()
    with tempfile.TemporaryDirectory() as cache, server({"JAX_COMPILATION_CACHE_DIR": cache}) as (running, port):
        until_listening(port)
        asyncio.run(together(on_scale(1)[0], port, 20.0))  # compiled, and warm
        until_settled(running.pid)
        for count in asked.people:
            people, timed = (mixed if asked.mixed else on_scale)(count)
            before = spent(running.pid)
            asyncio.run(together(people, port, asked.seconds))
            page, workers = (1000 * (now - then) for now, then in zip(spent(running.pid), before, strict=True))
            answers = [second for person in timed for second in person.seconds]
            lost, changes = sum(person.lost for person in timed), len(answers)
            p50, p95 = percentile(answers, 0.5), percentile(answers, 0.95)
            alone = p95 if count == 1 else alone
            moved = max(1, sum(len(person.seconds) for person in people))
            runs = sum(person.reruns for person in people) / moved
            print(
                f"| {count} | {changes} | {lost} | {p50:.3f} s | {p95:.3f} s | {p95 / alone:.2f} × | {runs:.2f} "
                f"| {page / moved:.0f} ms | {workers / moved:.0f} ms | {proportional_set(running.pid):.0f} "
                f"| {sum(not person.drawn for person in people)} |",
                flush=True,
            )
            if asked.mixed:
                trainees += [person for person in people if isinstance(person, Trainee)]
    print("", *trainees, sep="\n")


if __name__ == "__main__":
    main()
