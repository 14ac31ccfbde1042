"""What a run of the page has drawn is on its way to the browser: only then may the next one begin.

Streamlit sends from its event loop, a few milliseconds after something was drawn, and what a new run finds unsent it takes back. A run that
ends by asking for the next one at once would show nobody its picture.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import TimeoutError as TooLate
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache

TAKES = 0.03  # seconds: the loop looks every 5 ms whether there is something to send
LONGEST = 1.0  # seconds that a run waits for a loop that has much to do


@dataclass
class _Serving:
    loop: asyncio.AbstractEventLoop | None = None


@cache
def _serving() -> _Serving:
    return _Serving()


@asynccontextmanager
async def serving(app: object) -> AsyncIterator[dict[str, object]]:
    """The life of the server, in the event loop that sends."""
    _serving().loop = asyncio.get_running_loop()
    try:
        yield {}
    finally:
        _serving().loop = None


def until_sent() -> None:
    """Wait for the event loop, if there is one: it takes what was drawn before this call first."""
    loop = _serving().loop
    if loop is not None:
        with suppress(TooLate):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(TAKES), loop).result(LONGEST)
