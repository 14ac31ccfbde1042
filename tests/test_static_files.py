"""The browser's files are answered for under one name of their content, behind any prefix; nothing is written."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from browser.static_files import CLIENT, entry, routes

FOLDER = re.search(r"app/static/lab-\w+", entry("board"))
FILES = sorted(CLIENT.iterdir())


def get(path: str) -> tuple[int, dict[str, str], bytes]:
    """What the routes answer: status, headers and content."""
    sent: list[Message] = []

    async def receive() -> Message:
        return await asyncio.Future[Message]()  # the browser stays

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(Starlette(routes=routes())(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("prefix", ["", "/lab", "/several/parts"])
def test_every_file_is_served_for_good(prefix: str) -> None:
    assert FOLDER
    for file in FILES:
        status, headers, content = get(f"{prefix}/{FOLDER[0]}/{file.name}")
        assert (status, content) == (200, file.read_bytes())
        assert headers["content-type"].startswith({".js": "text/javascript", ".css": "text/css"}[file.suffix])
        assert "immutable" in headers["cache-control"]
    status, headers, content = get(f"{prefix}/{FOLDER[0]}/plotly.min.js")
    assert status == 200
    assert "immutable" in headers["cache-control"]
    assert b"plotly.js" in content[:200]


@pytest.mark.parametrize("path", ["lab-0000000000000000/board.js", "{folder}/static_files.py", "{folder}/../static_files.py", "{folder}/"])
def test_nothing_else_is_served(path: str) -> None:
    assert FOLDER
    assert get("/" + path.format(folder=FOLDER[0]))[0] == 404


def test_the_files_are_those_of_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a new version is checked out under a running server, its Python and its scripts stay of one version."""
    assert FOLDER
    before = get(f"/{FOLDER[0]}/board.js")
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"newer")
    assert get(f"/{FOLDER[0]}/board.js") == before
