"""The slow line itself: late, in order, whole, and as wide as without it."""

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from tests.browser.slow_line import slow_line

SECONDS = 0.1


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that sends back what it gets, until the other side has no more to say."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(call: socket.socket) -> None:
        with call:
            while data := call.recv(2**16):
                call.sendall(data)

    def serve() -> None:
        while True:
            try:
                call, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(call,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def call(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=20)


def everything(line: socket.socket) -> bytes:
    parts = []
    while data := line.recv(2**16):
        parts.append(data)
    return b"".join(parts)


def test_an_answer_takes_both_ways(echo: str) -> None:
    with slow_line(echo, SECONDS) as address, call(address) as line:
        for word in (b"one", b"two", b"three"):
            begun = time.monotonic()
            line.sendall(word)
            assert line.recv(100) == word
            assert time.monotonic() - begun >= 2 * SECONDS


def test_many_words_under_way_at_once_come_in_their_order(echo: str) -> None:
    words = [f"{i};".encode() for i in range(200)]
    with slow_line(echo, SECONDS) as address, call(address) as line:
        begun = time.monotonic()
        for word in words:
            line.sendall(word)
            time.sleep(0.001)
        line.shutdown(socket.SHUT_WR)
        assert everything(line) == b"".join(words)
        assert 2 * SECONDS <= time.monotonic() - begun < len(words) * SECONDS, "one does not wait for the answer to another"


def test_a_large_block_comes_whole_and_is_not_throttled(echo: str) -> None:
    block = np.random.default_rng(0).bytes(20_000_000)
    with slow_line(echo, SECONDS) as address, call(address) as line:

        def send() -> None:
            line.sendall(block)
            line.shutdown(socket.SHUT_WR)

        sending = threading.Thread(target=send)
        begun = time.monotonic()
        sending.start()
        assert everything(line) == block
        sending.join()
        assert 2 * SECONDS <= time.monotonic() - begun < 10


def test_an_end_is_carried_too_and_late(echo: str) -> None:
    with slow_line(echo, SECONDS) as address, call(address) as line:
        begun = time.monotonic()
        line.shutdown(socket.SHUT_WR)
        assert everything(line) == b""
        assert time.monotonic() - begun >= 2 * SECONDS


def test_a_line_that_is_taken_down_hangs_up(echo: str) -> None:
    with slow_line(echo, SECONDS) as address:
        line = call(address)
        line.sendall(b"?")
        assert line.recv(1) == b"?"
    with line:
        assert everything(line) == b""
    with pytest.raises(ConnectionRefusedError):
        call(address)
