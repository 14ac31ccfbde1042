"""What one change of a picture costs, counted: what is asked of the engine, what is run again, what is sent to the browser."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import wraps
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from websockets.sync.client import ClientConnection

from benchmarks import load
from benchmarks.visitor import server, visit
from compute import engine
from compute.engine import Request
from compute.job import TURN
from compute.memo import memory
from lessons.scenes import SCALE
from tests.pages import at_address, fine, opened
from verdict import plane
from views import interruption, language, progress

CHANGES = {
    "scale": {"scale2": "31"},
    "hidden": {"surface": "network", "surface.gain": "9"},
    "optimizers": {"scale2": "31"},
    "loss": {"surface": "logits", "surface.others": "-4"},
    "workbench": {"steps": "321"},
}


@dataclass
class Counting:
    """An engine that computes here, and knows what it was asked for."""

    asked: list[str] = field(default_factory=list)

    def ask(self, request: Request) -> object:
        self.asked.append(request.name)
        engine.stop()
        try:
            return request.answer()
        finally:
            engine.start(lambda: self)


@pytest.fixture
def counting() -> Iterator[Counting]:
    memory().clear()
    elsewhere = Counting()
    engine.start(lambda: elsewhere)
    yield elsewhere
    engine.stop()
    memory().clear()


@pytest.mark.parametrize("page", CHANGES)
def test_a_change_asks_the_engine_once(page: str, counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TURN", 60.0)  # nothing is so slow that it takes two
    monkeypatch.setattr(progress, "patience", lambda: 60.0)
    at = opened(page)
    counting.asked.clear()
    at_address(at, CHANGES[page])
    assert counting.asked == ["judged_run"]


def called(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[None]:
    """One entry for each call of a function of the module."""
    calls: list[None] = []
    function: Callable[..., object] = getattr(module, name)

    @wraps(function)
    def counted(*arguments: object, **named: object) -> object:
        calls.append(None)
        return function(*arguments, **named)

    monkeypatch.setattr(module, name, counted)
    return calls


def test_a_walk_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    memory().clear()
    calls = called(monkeypatch, plane, "judge_walk")
    at = opened(query={"scale2": "32"})
    walks = len(SCALE.panels) * len(SCALE.optimizers)
    assert len(calls) == walks
    fine(at.run())
    assert len(calls) == walks, "and not again, where only the page is run again"


def test_the_language_is_looked_up_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    opened()  # from here on its one run is the last
    calls = called(monkeypatch, language, "_wanted")
    opened()
    assert len(calls) == 1


@pytest.mark.parametrize(("seconds", "turns"), [(0.0, 1), (TURN, 1), (2 * TURN, 2)])
def test_waiting_for_the_turns_of_others_does_not_count(seconds: float, turns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy server every turn is waited for: it still gets all of them before the page is drawn and run again."""
    now, given = 0.0, []

    def work(turn: float) -> float:
        nonlocal now
        now += 3.0
        given.append(turn)
        return 0.5

    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress.in_turns(work, seconds, float)
    assert given == [min(TURN, seconds)] * turns


def test_a_change_in_the_body_of_a_page_ends_the_run_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest wins. What is asked of another part, as pictures ahead of a hand, waits."""
    requests = ScriptRequests()
    context = SimpleNamespace(script_requests=requests, fragment_ids_this_run=["body"])
    ended: list[str] = []
    monkeypatch.setattr(interruption, "get_script_run_ctx", lambda **_: context)
    monkeypatch.setattr(st, "rerun", lambda scope: ended.append(scope))

    def waits() -> None:
        ThreadState.initialize(fragment_id="body")
        progress.left_alone()
        requests.request_rerun(RerunData(fragment_id="pictures ahead"))
        progress.left_alone()
        assert ended == []
        requests.request_rerun(RerunData(fragment_id="body"))
        progress.left_alone()

    copy_context().run(waits)
    assert ended == ["fragment"]


class Sent(NamedTuple):
    """What the server sent in one run of the page."""

    messages: Counter[str]  # by kind: elements by theirs
    paths: dict[str, list[list[int]]]  # of all that is drawn, by the fragment that drew it
    components: Counter[str]
    size: int
    address: str  # that it asked the browser to show; "" where it did not
    slider: str  # its identity
    answered: int  # the last change that it knows of
    whole: bool  # not ended for another run


def run_of(line: ClientConnection, person: load.Person) -> Sent:
    """One run up to its end."""
    messages, components, size, address, slider, answered = Counter[str](), Counter[str](), 0, "", "", -1
    paths = defaultdict[str, list[list[int]]](list)
    for raw in line:
        size += len(raw)
        message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
        kind = str(message.WhichOneof("type"))
        if kind == "script_finished":
            whole = message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            return Sent(messages, paths, components, size, address, slider, answered, whole)
        if kind == "page_info_changed":
            address = message.page_info_changed.query_string
        if kind == "delta":
            paths[message.delta.fragment_id].append(list(message.metadata.delta_path))
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            kind = str(message.delta.new_element.WhichOneof("type"))
            component = message.delta.new_element.bidi_component
            if kind == "bidi_component":
                components[component.component_name] += 1
            if found := person.sees(message):
                slider, answered = found, json.loads(component.json)["answered"]
        messages[kind] += 1
    raise AssertionError("the server has closed the line")


def test_a_change_of_the_unit_sends_one_board_and_nothing_of_what_stands_around_it() -> None:
    person = load.on_unit("")
    with server({}) as (_, port), visit(port) as line:
        line.send(person.asks(None, 0.0, 0))
        first = run_of(line, person)
        while not (first.whole and first.components["error_surface_board"]):
            first = run_of(line, person)
        line.send(person.asks(first.slider, 33.0, 1))
        changed = run_of(line, person)
        addresses = [changed.address]  # one that is shown already is not sent again
        while changed.answered < 1 or not changed.whole:  # one that was under way, or was ended for another
            changed = run_of(line, person)
            addresses.append(changed.address)
    assert first.messages["navigation"] == 1
    assert first.messages["page_link"] > 1
    assert changed.components["error_surface_board"] == 1
    assert changed.components["error_surface_slider"] == first.components["error_surface_slider"]
    assert changed.components["error_surface_parcel"] == 4, "two panels, their picture and their walk"
    assert changed.messages["heading"] == first.messages["heading"], "what is said of the picture follows it"
    assert not {"navigation", "page_link"} & set(changed.messages)
    assert "scale2=33" in [address for address in addresses if address][-1]
    assert changed.size < 135_000
    # Where the page runs again before this is sent, the paths of the body are dropped and the others are not: they must have their place.
    body = min(changed.paths[person.fragment], key=len)[:-1]
    others = [path for fragment, paths in changed.paths.items() if fragment != person.fragment for path in paths]
    assert {tuple(path[: len(body) + 1]) for path in others} == {(*body, 0)}
