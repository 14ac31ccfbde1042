"""A long line to a server that stands next door: every byte arrives later, none is lost, and as many fit through as before."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 2**16


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """One direction: what came in leaves that much later, in its order; an end is carried too."""
    loop, on_the_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def take_in() -> None:
        data = b"-"
        while data:
            data = b""
            with suppress(ConnectionError):
                data = await reader.read(CHUNK)
            on_the_way.put_nowait((loop.time() + seconds, data))

    taking = asyncio.create_task(take_in())
    try:
        while True:
            due, data = await on_the_way.get()
            while (left := due - loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (ConnectionError, OSError):
        pass  # whoever should have got this has hung up
    finally:
        taking.cancel()


async def _serve(host: str, port: int, seconds: float, ready: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    calls: set[asyncio.Task[None]] = set()

    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        calls.add(task)
        try:
            there, back = await asyncio.open_connection(host, port)
            try:
                await asyncio.gather(_carry(reader, back, seconds), _carry(there, writer, seconds))
            finally:
                back.close()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the server has gone, or the line is taken down
        finally:
            writer.close()
            calls.discard(task)

    over = asyncio.Event()
    server = await asyncio.start_server(call, "127.0.0.1", 0)
    ready.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), over))
    await over.wait()
    server.close()
    for task in list(calls):
        task.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


@contextmanager
def slow_line(address: str, seconds_each_way: float) -> Iterator[str]:
    """`with slow_line("http://127.0.0.1:8501", 0.075) as address:` the same server with 150 ms of round trip."""
    target = urlsplit(address)
    assert target.hostname is not None
    ready: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    serving = _serve(target.hostname, target.port or 80, seconds_each_way, ready)
    thread = threading.Thread(target=asyncio.run, args=(serving,), name="slow line", daemon=True)
    thread.start()
    port, loop, over = ready.result(10)
    try:
        yield f"{target.scheme}://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
