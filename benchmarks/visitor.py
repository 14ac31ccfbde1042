"""A visitor without a browser: connects to a server as Streamlit's page does, and tells when a contour has been sent."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def server(environment: Mapping[str, str], script: str = "app.py") -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`streamlit run` of the app, or of another script, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = ["--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false", f"--server.port={port}"]
    running = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script, *options],
        cwd=ROOT,
        env=os.environ | dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield running, port
    finally:
        running.terminate()
        running.wait(20)


def until_listening(port: int) -> None:
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.01)


@contextmanager
def visit(port: int) -> Iterator[ClientConnection]:
    until_listening(port)
    while True:
        try:
            found = connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None)
            break
        except (OSError, WebSocketException):
            time.sleep(0.01)
    with found:
        yield found


def ask(connection: ClientConnection, query: str = "", page: str = "") -> None:
    """Run the script, as a page does that is opened with this address."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    connection.send(message.SerializeToString())


def boards(connection: ClientConnection) -> Iterator[bytes | None]:
    """The data of every board that the server sends, and None when the script has come to its end."""
    for raw in connection:
        message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
        kind = message.WhichOneof("type")
        if kind == "script_finished":
            yield None
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "bidi_component" and len(element.bidi_component.bytes) > 20_000:
                yield bytes(element.bidi_component.bytes)
